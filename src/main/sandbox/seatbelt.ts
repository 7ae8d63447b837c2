import { isInside } from "../lib/paths.ts";
import type { EnforcedPolicy, Enforcer, SandboxPlaces } from "./enforcer.ts";
import { ancestors, createGuardedPathFinder, type GuardedPaths } from "./git-folders.ts";
import { hiddenPlaces } from "./hidden-places.ts";

/** Part of macOS; Apple calls it deprecated and ships it. */
const program = "/usr/bin/sandbox-exec";

/**
 * macOS: every command gets a profile of its own, closed by default. Children cannot leave it. There is no network namespace,
 * so that not even an own loopback is reached without the network being granted, and no private `/tmp`: `TMPDIR` is.
 */
export function createSeatbelt(places: SandboxPlaces): Enforcer {
  const findGuarded = createGuardedPathFinder();
  return {
    name: "seatbelt",
    detail: "sandbox-exec with a profile for each command; without a granted network not even local servers are reached",
    programs: [program],
    grants: ["local-sockets", "network"],
    async wrap(argv, policy) {
      const guarded = await findGuarded(writableIn(policy));
      return {
        argv: [program, "-p", seatbeltProfile(policy, places, guarded), "--", ...argv],
        cwd: policy.cwd,
        env: { ...policy.env, TMPDIR: policy.tmpFolder },
        wrapper: true,
      };
    },
  };
}

/** What programs need to start at all, measured by others: libraries, locale, directory service, semaphores, terminals. */
const basics = `(version 1)
(deny default)
(allow process-exec process-fork)
(allow signal process-info* (target same-sandbox))
(allow sysctl-read)
(allow ipc-posix-sem ipc-posix-shm*)
(allow pseudo-tty)
(allow mach-lookup (global-name "com.apple.system.opendirectoryd.libinfo") (global-name "com.apple.system.notification_center") (global-name "com.apple.logd") (global-name "com.apple.cfprefsd.daemon") (global-name "com.apple.cfprefsd.agent") (global-name "com.apple.SystemConfiguration.configd"))
(allow file-read*)
(allow file-ioctl file-write-data (literal "/dev/null") (literal "/dev/zero") (literal "/dev/tty") (regex #"^/dev/fd/") (regex #"^/dev/ttys[0-9]+$"))`;

function writableIn(policy: EnforcedPolicy): readonly string[] {
  return policy.level === "workspace-write" ? [policy.projectRoot, ...policy.writableFolders] : [];
}

/** The profile of one command. In it the last rule that fits wins. */
export function seatbeltProfile(
  policy: EnforcedPolicy,
  places: SandboxPlaces,
  guarded: Pick<GuardedPaths, "pins" | "readOnly"> = { pins: [], readOnly: [] },
): string {
  const writable = writableIn(policy);
  const hidden = hiddenPlaces([...places.secrets, places.dataFolder]);
  const rules = [basics];
  for (const folder of [...writable, policy.tmpFolder]) rules.push(`(allow file-write* (subpath ${quoted(folder)}))`);
  // A hidden place that holds the project: hidden but for the project.
  for (const place of hidden) {
    rules.push(`(deny file-read* file-write* (subpath ${quoted(place)}))`);
    for (const folder of [policy.projectRoot, ...policy.writableFolders].filter((one) => isInside(place, one))) {
      rules.push(`(allow file-read*${writable.includes(folder) ? " file-write*" : ""} (subpath ${quoted(folder)}))`);
    }
  }
  // After all that allows: folders whose content others trust and run, wherever they are and however their names are written.
  for (const folder of writable) {
    rules.push(`(deny file-write* (regex #"^${escaped(folder)}/(.*/)?\\.([gG][iI][tT]|[sS][pP][iI][nN][dD][lL][eE])(/|$)"))`);
  }
  // Those with other names, bare ones and the parts of worktrees.
  for (const place of guarded.readOnly) rules.push(`(deny file-write* (subpath ${quoted(place)}))`);
  // Rules go by paths: what is above a guarded or hidden place must not get another name.
  const held = writable.flatMap((root) => hidden.filter((place) => isInside(root, place)).flatMap((place) => ancestors(root, place)));
  for (const folder of new Set([...guarded.pins, ...held])) rules.push(`(deny file-write-unlink (literal ${quoted(folder)}))`);
  rules.push(...reachRules(policy));
  return rules.join("\n");
}

function reachRules(policy: EnforcedPolicy): readonly string[] {
  switch (policy.reach) {
    case "nothing":
      return [];
    case "local-sockets": {
      const own = [policy.projectRoot, policy.tmpFolder].map((folder) => `(subpath ${quoted(folder)})`).join(" ");
      return [`(allow network-bind network-inbound (local unix-socket ${own}))`, `(allow network-outbound (remote unix-socket ${own}))`];
    }
    case "network":
      return [
        "(allow system-socket (socket-domain AF_INET) (socket-domain AF_INET6))",
        '(allow network-outbound (remote ip "*:*"))',
        '(allow network-inbound network-bind (local ip "*:*"))',
        '(allow network-outbound (literal "/private/var/run/mDNSResponder"))',
        '(allow mach-lookup (global-name "com.apple.trustd") (global-name "com.apple.trustd.agent") (global-name "com.apple.dnssd.service"))',
      ];
  }
}

function quoted(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

/** A path in a regular expression between `#"` and `"`. */
function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll('"', '["]');
}
