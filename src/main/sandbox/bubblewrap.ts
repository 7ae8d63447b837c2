import { existsSync, lstatSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { SpindleError } from "../../protocol/error.ts";
import { isInside } from "../lib/paths.ts";
import type { EnforcedPolicy, Enforcer, SandboxPlaces } from "./enforcer.ts";
import { ancestors, createGuardedPathFinder, type GuardedPaths } from "./git-folders.ts";
import { hiddenPlaces } from "./hidden-places.ts";
import { hostSockets } from "./host-sockets.ts";
import { mountCheck } from "./mount-check.ts";
import { seccompProgram } from "./seccomp.ts";
import { socketInodes } from "./socket-inodes.ts";

/** Programs that it works better with. */
export interface BubblewrapHelpers {
  readonly prlimit: string | undefined;
  /** Finds the sockets of the host for the reach local-sockets. */
  readonly perl: string | undefined;
}

/** bubblewrap, called directly. `prlimit` sets the limits inside; without it there are none. */
export function createBubblewrap(bwrap: string, { prlimit, perl }: BubblewrapHelpers, places: SandboxPlaces): Enforcer {
  const filter = seccompProgram({ sockets: "internet", fileAttributes: true, hostInSight: false });
  const filterWithUnix = seccompProgram({ sockets: "local", fileAttributes: true, hostInSight: false });
  const { processes, fileBytes } = places.limits;
  const limiter = prlimit === undefined ? [] : [prlimit, `--nproc=${processes}`, `--fsize=${fileBytes}`, "--core=0", "--"];
  const findGuarded = createGuardedPathFinder();
  return {
    name: "bubblewrap",
    detail: `bubblewrap with a system call filter${prlimit === undefined ? "; no limits on processes and file sizes (prlimit is missing)" : ""}`,
    programs: [bwrap, prlimit, perl].filter((program) => program !== undefined),
    grants: ["local-sockets", "network"],
    async wrap(argv, policy) {
      const writable = policy.level === "workspace-write" ? [policy.projectRoot, ...policy.writableFolders] : [];
      const guarded = await findGuarded(writable);
      const hidden = hiddenPlaces([...places.secrets, places.dataFolder]);
      // A folder above a hidden place is held too: moved away, it would take what is hidden along to a name that nobody hides.
      const held = writable.flatMap((root) => hidden.filter((place) => isInside(root, place)).flatMap((place) => ancestors(root, place)));
      const pins = [...new Set([...guarded.pins, ...held])].toSorted();
      const shown = [policy.projectRoot, ...policy.writableFolders];
      const sockets =
        policy.reach === "local-sockets"
          ? await hostSockets({ shown, elsewhere: socketFolders(), inodes: await socketInodes(perl), signal: policy.signal })
          : [];
      const args = bubblewrapArguments(policy, { ...guarded, pins }, hidden, sockets);
      const check = guarded.fresh || held.length > 0 ? mountCheck({ shown, hidden, tmpFolders: realTmpFolders() }) : [];
      return {
        argv: [bwrap, "--args", "4", "--seccomp", "3", "--", ...check, ...limiter, ...argv],
        cwd: "/",
        env: {},
        fd3: policy.reach === "local-sockets" ? filterWithUnix : filter,
        fd4: encodeArguments(args),
        wrapper: true,
      };
    },
  };
}

/** Folders that programs expect to be writable and private. Real paths, so that a link is not hidden twice. */
const tmpFolders = ["/tmp", "/var/tmp"] as const;
/** In `/run`, which is hidden for its sockets: links that NixOS finds its programs by. */
const runExceptions = ["/run/current-system", "/run/booted-system", "/run/opengl-driver"] as const;

/**
 * Arguments of bwrap (without the command) for the "hard" policy: the whole disk read-only, secrets and sockets out of sight,
 * the project writable (workspace-write) except what others trust in it, no network unless granted, no other processes, no privileges.
 * Order matters: a later mount covers an earlier one.
 */
function bubblewrapArguments(
  policy: EnforcedPolicy,
  guarded: GuardedPaths,
  hidden: readonly string[],
  sockets: readonly string[],
): string[] {
  const args = words("--unshare-user --unshare-pid --unshare-ipc --unshare-uts --unshare-cgroup-try --disable-userns");
  if (policy.reach !== "network") args.push("--unshare-net");
  args.push(...words("--die-with-parent --cap-drop ALL --ro-bind / / --dev /dev --tmpfs /run"));
  // Read-only /proc: a root without any capability may still write what root owns in /proc/sys (measured), and
  // core_pattern there names a program that the kernel runs outside.
  args.push(...words("--proc /proc --remount-ro /proc"));
  const runShown = policy.reach === "network" ? [...runExceptions, ...nameServers()] : runExceptions;
  for (const place of runShown.filter((one) => existsSync(one))) args.push("--ro-bind", place, place);
  for (const folder of realTmpFolders()) args.push("--bind", policy.tmpFolder, folder);

  const writable = policy.level === "workspace-write" ? [policy.projectRoot, ...policy.writableFolders] : [];
  const shown = [policy.projectRoot, ...policy.writableFolders];
  // A hidden place that holds the project comes first, so that the project shows up in it again.
  for (const place of hidden.filter((place) => shown.some((folder) => isInside(place, folder)))) args.push(...hide(place));
  for (const folder of shown) args.push(writable.includes(folder) ? "--bind" : "--ro-bind", folder, folder);
  for (const folder of guarded.pins) args.push("--bind", folder, folder);
  for (const file of guarded.readOnly) args.push("--ro-bind", file, file);
  for (const place of hidden.filter((place) => !shown.some((folder) => isInside(place, folder)))) args.push(...hide(place));
  // Last, so that nothing uncovers them again; in what is hidden there is no such place any more.
  const covered = ["/run", "/dev", ...tmpFolders, ...hidden];
  const isIn = (folders: readonly string[], place: string): boolean => folders.some((folder) => isInside(folder, place));
  for (const socket of sockets) if (isIn(shown, socket) || !isIn(covered, socket)) args.push("--ro-bind", "/dev/null", socket);

  args.push("--clearenv");
  for (const [name, value] of Object.entries({ ...policy.env, TMPDIR: "/tmp" })) args.push("--setenv", name, value);
  args.push("--chdir", policy.cwd);
  return args;
}

/** Where programs keep sockets besides `/run` and the temp folders, which no command sees: the person's own folder, servers' data. */
function socketFolders(): readonly string[] {
  return ["/var/lib", "/srv", "/opt", homedir()].filter((folder) => existsSync(folder)).map((folder) => realpathSync(folder));
}

function realTmpFolders(): readonly string[] {
  return [...new Set(tmpFolders.filter((folder) => existsSync(folder)).map((folder) => realpathSync(folder)))];
}

/** Where the names of hosts are looked up, when that is a file in `/run`. */
function nameServers(): readonly string[] {
  const file = "/etc/resolv.conf";
  return existsSync(file) && isInside("/run", realpathSync(file)) ? [realpathSync(file)] : [];
}

/** The file for `bwrap --args 4`: keeps the environment out of the process list and long lists out of the argument limit. */
function encodeArguments(args: readonly string[]): Uint8Array {
  const bad = args.find((arg) => arg.includes("\0"));
  if (bad !== undefined)
    throw new SpindleError("invalid_input", `${JSON.stringify(bad)} holds a NUL character and cannot be handed to the sandbox.`);
  return Buffer.from(args.map((arg) => `${arg}\0`).join(""), "utf8");
}

function words(text: string): string[] {
  return text.split(" ");
}

function hide(place: string): readonly string[] {
  return lstatSync(place).isDirectory() ? ["--tmpfs", place, "--remount-ro", place] : ["--ro-bind", "/dev/null", place];
}
