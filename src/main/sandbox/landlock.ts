import { readdirSync } from "node:fs";
import path from "node:path";
import { isInside } from "../lib/paths.ts";
import type { EnforcedPolicy, Enforcer, SandboxPlaces } from "./enforcer.ts";
import { hiddenPlaces } from "./hidden-places.ts";
import { seccompProgram } from "./seccomp.ts";

/** Rights of Landlock ABI 6 on a file, and on a folder with all in it. */
const rights = {
  /** WRITE_FILE, READ_FILE, TRUNCATE, IOCTL_DEV. */
  device: 0xc006,
  /** EXECUTE, READ_FILE. */
  file: 0x5,
  /** READ_DIR. */
  list: 0x8,
  /** EXECUTE, READ_FILE, READ_DIR. */
  folder: 0xd,
  /** Everything but making device nodes. */
  writable: 0xffff & ~(1 << 6) & ~(1 << 11),
} as const;

const devices = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty", "/dev/ptmx"] as const;

/**
 * Confines itself with Landlock and a seccomp filter (descriptor 3) and becomes the command; for systems without user
 * namespaces. Descriptor 4 lists, each ended by a zero byte: rights about TCP that are
 * taken away; number of rules, then rights and path of each; number of
 * variables, then name and value of each. A process in a group of its own stays to end what the command leaves behind, in whatever
 * session, as its subreaper; also when the process in front of it is killed with the command's whole group. A root loses all capabilities: with them, Linux 6.18 reads the environment of any process (measured). Perl, because it is part of every Debian and Ubuntu, can make any system call, and needs nothing built.
 */
const launcher = `use strict;
sub fail { print STDERR "landlock: $_[0]: $!\\n"; exit 1 }
sub slurp { open(my $f, "<&=", $_[0]) or fail("descriptor $_[0]"); binmode $f; local $/; my $text = <$f>; close $f; return $text }
my $filter = slurp(3);
my @items = split /\\0/, slurp(4), -1;
my $tcp = shift @items;
my @rules = map { [shift @items, shift @items] } 1 .. shift @items;
%ENV = map { (shift @items, shift @items) } 1 .. shift @items;
my ($front, $group) = ($$, getpgrp);
my $reaper = fork; defined $reaper or fail("fork");
if ($reaper) {
  waitpid($reaper, 0);
  exit($? & 127 ? 128 + ($? & 127) : $? >> 8);
}
sub sweep {
  while (1) {
    open(my $f, "<", "/proc/$$/task/$$/children") or last; my @pids = split " ", <$f> // ""; close $f; @pids or last;
    kill 9, @pids; waitpid($_, 0) for @pids;
  }
}
setpgrp(0, 0) or fail("group");
syscall(157, 36, 1, 0, 0, 0) == 0 or fail("subreaper");
$SIG{$_} = "IGNORE" for "HUP", "INT", "QUIT";
my $child = fork; defined $child or fail("fork");
if ($child) {
  $SIG{TERM} = sub { sweep(); exit 143 };
  syscall(157, 1, 15, 0, 0, 0);
  if (getppid != $front) { sweep(); exit 143 }
  close STDOUT; close STDERR;
  my $left; my $status = 0;
  while (($left = waitpid(-1, 0)) > 0) { if ($left == $child) { $status = $?; last } }
  sweep();
  if (my $signal = $status & 127) { exit 128 + $signal }
  exit($status >> 8);
}
setpgrp(0, $group) or fail("group");
$SIG{$_} = "DEFAULT" for "HUP", "INT", "QUIT";
syscall(157, 1, 9, 0, 0, 0);
syscall(157, 38, 1, 0, 0, 0) == 0 or fail("no_new_privs");
syscall(157, 24, $_, 0, 0, 0) for 0 .. 63;
syscall(126, my $header = pack("L l", 0x20080522, 0), my $none = pack("L6", (0) x 6)) == 0 or fail("capabilities");
my $attributes = pack("Q3", 0xffff, $tcp, 3);
my $set = syscall(444, $attributes, length $attributes, 0); $set >= 0 or fail("ruleset");
for my $rule (@rules) {
  sysopen(my $f, $rule->[1], 0x280000) or next;
  my $beneath = pack("Q l", $rule->[0], fileno $f);
  syscall(445, $set, 1, $beneath, 0) == 0 or fail("rule for $rule->[1]");
  close $f;
}
syscall(446, $set, 0) == 0 or fail("restrict");
my $program = pack("S x6 P", length($filter) / 8, $filter);
syscall(157, 22, 2, $program, 0, 0) == 0 or fail("filter");
{ no warnings; exec { $ARGV[0] } @ARGV } fail($ARGV[0]);`;

/**
 * Landlock (ABI 6, Linux 6.12) with a seccomp filter, for systems without user namespaces. Keeps less in than bubblewrap: it
 * cannot protect `.git` inside a writable project, there is no network at all, and no limit on processes.
 */
export function createLandlock(perl: string, prlimit: string | undefined, places: SandboxPlaces, why: string): Enforcer {
  const filterFor = (policy: EnforcedPolicy): Uint8Array =>
    seccompProgram({
      sockets: policy.reach === "network" ? "internet" : "none",
      fileAttributes: policy.level !== "read-only",
      hostInSight: true,
    });
  const limiter = prlimit === undefined ? [] : [prlimit, `--fsize=${places.limits.fileBytes}`, "--core=0", "--"];
  return {
    name: "landlock",
    detail: `Landlock with a system call filter, which cannot protect .git in the project; bubblewrap would, but ${why}`,
    programs: [perl, ...(prlimit === undefined ? [] : [prlimit])],
    grants: ["network"],
    wrap(argv, policy) {
      return Promise.resolve({
        argv: [perl, "-e", launcher, "--", ...limiter, ...argv],
        cwd: policy.cwd,
        env: {},
        fd3: filterFor(policy),
        fd4: landlockRules(policy, places),
        wrapper: true,
      });
    },
  };
}

/** What the launcher reads from descriptor 4: rules of a policy and the environment. */
function landlockRules(policy: EnforcedPolicy, places: SandboxPlaces): Uint8Array {
  const writable = policy.level === "workspace-write" ? [policy.projectRoot, ...policy.writableFolders] : [];
  const hidden = hiddenPlaces([...places.secrets, places.dataFolder, places.tmpRoot]);
  const inner = hidden.filter((place) => !isInside(place, policy.projectRoot));
  const rules: (readonly [number, string])[] = [[rights.list, "/"]];
  // Names may be listed everywhere, contents are granted around what is hidden: Landlock has no "except".
  for (const entry of around("/", inner)) rules.push([entry.folder ? rights.folder : rights.file, entry.path]);
  for (const device of devices) rules.push([rights.device, device]);
  rules.push([rights.writable, policy.tmpFolder]);
  for (const folder of writable) {
    const within = inner.filter((place) => isInside(folder, place));
    for (const entry of within.length === 0 ? [{ path: folder, folder: true }] : around(folder, within)) {
      rules.push([entry.folder ? rights.writable : rights.device & 0x4002, entry.path]);
    }
  }
  const env = Object.entries({ ...policy.env, TMPDIR: policy.tmpFolder });
  // Bind and connect, unless the network was granted.
  const tcp = policy.reach === "network" ? 0 : 3;
  const items = [
    String(tcp),
    String(rules.length),
    ...rules.flatMap(([right, place]) => [String(right), place]),
    String(env.length),
    ...env.flat(),
  ];
  return Buffer.from(items.map((item) => `${item}\0`).join(""), "utf8");
}

interface Entry {
  readonly path: string;
  readonly folder: boolean;
}

/** The largest folders and files below `root` that together hold everything but the hidden places. */
function around(root: string, hidden: readonly string[]): readonly Entry[] {
  const found: Entry[] = [];
  for (const entry of readdirSync(root, { withFileTypes: true })) {
    const full = path.join(root, entry.name);
    if (entry.isSymbolicLink() || hidden.includes(full)) continue;
    if (entry.isDirectory() && hidden.some((place) => isInside(full, place))) found.push(...around(full, hidden));
    else found.push({ path: full, folder: entry.isDirectory() });
  }
  return found;
}
