import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import path from "node:path";
import type { Writable } from "node:stream";
import { bubblewrapArguments, encodeArguments, type BubblewrapPlaces } from "./bubblewrap.ts";

export interface DetectOptions {
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  readonly bwrapPath?: string;
  readonly searchPath: string;
  readonly places: BubblewrapPlaces;
  readonly seccomp: Uint8Array;
}

/** What was found. `limiter` goes in front of each command, inside the sandbox. */
export type Detected =
  | { readonly ok: true; readonly bwrap: string; readonly limiter: readonly string[]; readonly detail: string }
  | { readonly ok: false; readonly reason: string };

const probeMs = 5_000;
/** Succeeds only when a seccomp filter is on; shell built-ins only. */
const probe =
  'while read -r name value; do if [ "$name" = Seccomp: ] && [ "$value" = 2 ]; then exit 0; fi; done </proc/self/status; exit 9';

/**
 * Runs a command in the complete sandbox and looks at what is on. Only that proves that it works: user namespaces may be
 * refused by the kernel, a container or AppArmor. Takes about 10 ms.
 */
export async function detectBubblewrap(options: DetectOptions): Promise<Detected> {
  if (options.platform !== "linux")
    return no(
      `there is no sandbox for ${options.platform === "darwin" ? "macOS" : options.platform === "win32" ? "Windows" : options.platform} yet.`,
    );
  if (options.arch !== "x64") return no(`the filter for system calls exists for x64 only, this is ${options.arch}.`);
  const bwrap = options.bwrapPath ?? findProgram("bwrap", options.searchPath);
  if (bwrap === undefined) return no("bubblewrap is not installed. Install the package bubblewrap (0.8 or newer).");
  const prlimit = findProgram("prlimit", options.searchPath);
  const { processes, fileBytes } = options.places.limits;
  const limiter = prlimit === undefined ? [] : [prlimit, `--nproc=${processes}`, `--fsize=${fileBytes}`, "--core=0", "--"];
  const policy = { level: "workspace-write", projectRoot: options.places.tmpFolder, writableFolders: [], cwd: "/", env: {} } as const;
  const args = bubblewrapArguments(policy, { pins: [], readOnly: [] }, options.places);
  const result = await run(
    bwrap,
    ["--args", "4", "--seccomp", "3", "--", ...limiter, "/bin/sh", "-c", probe],
    options.seccomp,
    encodeArguments(args),
  );
  if (result.exitCode === 0) {
    return {
      ok: true,
      bwrap,
      limiter,
      detail:
        prlimit === undefined
          ? "bubblewrap with a system call filter; no limits on processes and file sizes (prlimit is missing)"
          : "bubblewrap with a system call filter",
    };
  }
  return no(explain(result));
}

interface ProbeResult {
  /** Null when it did not start or did not end in time. */
  readonly exitCode: number | null;
  readonly stderr: string;
}

function explain({ exitCode, stderr }: ProbeResult): string {
  const line = stderr.trim().split("\n")[0] ?? "";
  if (/unknown option/i.test(line)) return `bubblewrap is too old (${line}). Version 0.8 or newer is needed.`;
  if (/uid map|RTM_NEWADDR|namespace|Operation not permitted|Permission denied/i.test(line)) {
    return `this system refuses user namespaces (${line}). On Ubuntu, an AppArmor profile with "userns" for bwrap allows them; in a container, its seccomp profile has to.`;
  }
  return `bubblewrap did not work (${line === "" ? (exitCode === null ? "no answer" : `exit code ${exitCode}`) : line}).`;
}

function run(program: string, args: readonly string[], fd3: Uint8Array, fd4: Uint8Array): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: "/",
      env: {},
      stdio: ["ignore", "ignore", "pipe", "pipe", "pipe"],
      timeout: probeMs,
      killSignal: "SIGKILL",
    });
    let stderr = "";
    child.stderr?.on("data", (chunk: Buffer) => (stderr += chunk.toString("utf8")));
    for (const [fd, bytes] of [
      [3, fd3],
      [4, fd4],
    ] as const) {
      const stream = child.stdio[fd] as Writable;
      // bwrap that fails early does not read them.
      stream.on("error", () => undefined);
      stream.end(bytes);
    }
    child.once("error", (error) => resolve({ exitCode: null, stderr: error.message }));
    child.once("close", (exitCode) => resolve({ exitCode, stderr }));
  });
}

/** First executable of that name on a `PATH`. */
function findProgram(name: string, searchPath: string): string | undefined {
  for (const folder of searchPath.split(path.delimiter)) {
    if (!path.isAbsolute(folder)) continue;
    const file = path.join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

function no(reason: string): Detected {
  return { ok: false, reason };
}
