import { spawn } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import type { Writable } from "node:stream";
import { findProgram } from "../lib/find-program.ts";
import { createBubblewrap } from "./bubblewrap.ts";
import type { Enforcer, SandboxPlaces } from "./enforcer.ts";
import { createLandlock } from "./landlock.ts";
import { createSeatbelt } from "./seatbelt.ts";
import type { SandboxedCommand } from "./sandbox.ts";

export interface FindOptions {
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  readonly bwrapPath?: string;
  readonly searchPath: string;
  readonly places: SandboxPlaces;
  /** Folders that commands may write or have written: programs from elsewhere come first. */
  readonly projects?: readonly string[];
}

/** What was found, or the reason why nothing was: a sentence without its beginning. */
export type Found = { readonly enforcer: Enforcer } | { readonly enforcer: null; readonly reason: string };

const probeMs = 5_000;
/** Tries to make the file `$0` and succeeds only when a seccomp filter is on (macOS: at all); shell built-ins only. */
const probe = `( : > "$0" ) 2>/dev/null
[ -e /proc/self/status ] || exit 0
while read -r name value; do if [ "$name" = Seccomp: ] && [ "$value" = 2 ]; then exit 0; fi; done </proc/self/status; exit 9`;

/**
 * Runs a command in the complete sandbox and looks at what is on. Only that proves that it works: user namespaces may be
 * refused by the kernel, a container or AppArmor. bubblewrap first, then Landlock. Takes 10-30 ms.
 */
export async function findEnforcer(options: FindOptions): Promise<Found> {
  if (options.platform === "darwin") {
    const seatbelt = createSeatbelt(options.places);
    const result = await tryOut(seatbelt, options.places);
    return result.exitCode === 0 ? { enforcer: seatbelt } : none(`sandbox-exec did not work (${firstLine(result)}).`);
  }
  if (options.platform !== "linux") return none(`there is no sandbox for ${platformNames[options.platform] ?? options.platform} yet.`);
  if (options.arch !== "x64") return none(`the filter for system calls exists for x64 only, this is ${options.arch}.`);
  const find = (name: string): string | undefined =>
    findProgram(name, options.searchPath, options.projects) ?? findProgram(name, options.searchPath);
  const prlimit = find("prlimit");
  const bwrap = options.bwrapPath ?? find("bwrap");
  const perl = find("perl");
  let reason = "bubblewrap is not installed. Install the package bubblewrap (0.8 or newer).";
  if (bwrap !== undefined) {
    const bubblewrap = createBubblewrap(bwrap, { prlimit, perl }, options.places);
    const result = await tryOut(bubblewrap, options.places);
    if (result.exitCode === 0) return { enforcer: bubblewrap };
    reason = explain(result);
  }
  if (perl === undefined) return none(reason);
  const landlock = createLandlock(perl, prlimit, options.places, reason);
  return (await tryOut(landlock, options.places)).exitCode === 0 ? { enforcer: landlock } : none(reason);
}

const platformNames: Readonly<Partial<Record<NodeJS.Platform, string>>> = { win32: "Windows" };

interface ProbeResult {
  /** Null when it did not start or did not end in time. */
  readonly exitCode: number | null;
  readonly stderr: string;
}

async function tryOut(enforcer: Enforcer, places: SandboxPlaces): Promise<ProbeResult> {
  const canary = `${places.tmpRoot}-probe`;
  try {
    const policy = {
      level: "workspace-write",
      projectRoot: places.tmpRoot,
      tmpFolder: places.tmpRoot,
      writableFolders: [],
      reach: "nothing",
      cwd: "/",
      env: {},
    } as const;
    const result = await run(await enforcer.wrap(["/bin/sh", "-c", probe, canary], policy));
    // Seen from here: inside, the command may have a folder of its own in this place.
    return existsSync(canary) ? { exitCode: null, stderr: "it did not keep a command from writing" } : result;
  } finally {
    rmSync(canary, { force: true });
  }
}

function explain({ exitCode, stderr }: ProbeResult): string {
  const line = stderr.trim().split("\n")[0] ?? "";
  if (/unknown option/i.test(line)) return `bubblewrap is too old (${line}). Version 0.8 or newer is needed.`;
  if (/uid map|RTM_NEWADDR|namespace|Operation not permitted|Permission denied/i.test(line)) {
    return `this system refuses user namespaces (${line}). On Ubuntu, an AppArmor profile with "userns" for bwrap allows them; in a container, its seccomp profile has to.`;
  }
  return `bubblewrap did not work (${firstLine({ exitCode, stderr })}).`;
}

/** What it said, in one line. */
function firstLine({ exitCode, stderr }: ProbeResult): string {
  const line = stderr.trim().split("\n")[0] ?? "";
  if (line !== "") return line;
  return exitCode === null ? "no answer" : `exit code ${exitCode}`;
}

function run(command: SandboxedCommand): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const [program, ...args] = command.argv;
    const child = spawn(program, args, {
      cwd: command.cwd,
      env: command.env,
      stdio: ["ignore", "ignore", "pipe", "pipe", "pipe"],
      timeout: probeMs,
      killSignal: "SIGKILL",
    });
    let stderr = "";
    child.stderr?.on("data", (chunk: Buffer) => (stderr += chunk.toString("utf8")));
    for (const [fd, bytes] of [
      [3, command.fd3],
      [4, command.fd4],
    ] as const) {
      const stream = child.stdio[fd] as Writable;
      // A wrapper that fails early does not read them.
      stream.on("error", () => undefined);
      stream.end(bytes);
    }
    child.once("error", (error) => resolve({ exitCode: null, stderr: error.message }));
    child.once("close", (exitCode) => resolve({ exitCode, stderr }));
  });
}

function none(reason: string): Found {
  return { enforcer: null, reason };
}
