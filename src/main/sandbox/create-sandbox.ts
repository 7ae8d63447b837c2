import { mkdirSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { SpindleError } from "../../protocol/error.ts";
import type { SandboxInfo } from "../../protocol/ipc.ts";
import { bubblewrapArguments, encodeArguments, type BubblewrapPlaces, type SandboxLimits } from "./bubblewrap.ts";
import { detectBubblewrap } from "./detect.ts";
import { findGuardedPaths, type GuardedPaths } from "./git-folders.ts";
import type { Sandbox, SandboxPolicy } from "./sandbox.ts";
import { seccompProgram } from "./seccomp.ts";

export interface SandboxOptions {
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  /** Path of bwrap; default: the first one on `searchPath`. */
  readonly bwrapPath?: string;
  /** `PATH` for finding bwrap and prlimit. */
  readonly searchPath: string;
  /** Folders and files hidden from every sandboxed command; missing ones are fine. */
  readonly secretFolders: readonly string[];
  /** Spindle's own data: hidden. */
  readonly dataFolder: string;
  /** Private `/tmp` of all commands; made here (0700), removed by the caller. */
  readonly tmpFolder: string;
  readonly limits?: SandboxLimits;
}

/** Room for any build; a flood ends here. */
const defaultLimits: SandboxLimits = { processes: 4_096, fileBytes: 4 * 1024 ** 3 };
/** A scan for repositories is used again for so long: parallel commands of one script share it. */
const scanMs = 1_000;

/**
 * Finds out once what this system can enforce, by running a command in it, and wraps commands from then on. Never throws
 * for a system that cannot: `info.enforcer` is then `none` and `info.detail` says why.
 */
export async function createSandbox(options: SandboxOptions): Promise<Sandbox> {
  mkdirSync(options.tmpFolder, { recursive: true, mode: 0o700 });
  const places: BubblewrapPlaces = {
    secrets: options.secretFolders,
    dataFolder: options.dataFolder,
    tmpFolder: await realpath(options.tmpFolder),
    limits: options.limits ?? defaultLimits,
  };
  const seccomp = seccompProgram();
  const found = await detectBubblewrap({ ...options, places, seccomp });
  const info: SandboxInfo = found.ok ? { enforcer: "bubblewrap", detail: found.detail } : { enforcer: "none", detail: found.reason };
  const scans = new Map<string, { readonly at: number; readonly result: Promise<GuardedPaths> }>();

  const scan = (root: string): Promise<GuardedPaths> => {
    const known = scans.get(root);
    if (known !== undefined && performance.now() - known.at < scanMs) return known.result;
    const result = findGuardedPaths(root);
    scans.set(root, { at: performance.now(), result });
    // A failure must not be remembered; who waits for it gets it.
    result.catch(() => scans.delete(root));
    return result;
  };

  const guardedPaths = async (policy: SandboxPolicy): Promise<GuardedPaths> => {
    if (policy.level !== "workspace-write") return { pins: [], readOnly: [] };
    const all = await Promise.all([policy.projectRoot, ...policy.writableFolders].map(scan));
    return { pins: all.flatMap((one) => one.pins), readOnly: all.flatMap((one) => one.readOnly) };
  };

  return {
    info,
    async wrap(argv, policy) {
      if (policy.level === "full") return { argv, cwd: policy.cwd, env: policy.env };
      if (!found.ok) {
        throw new SpindleError("sandbox_unavailable", `No sandbox can be enforced on this system: ${found.reason}`, {
          hint: "The command can only run outside a sandbox, when the person approves it.",
        });
      }
      const args = bubblewrapArguments(policy, await guardedPaths(policy), places);
      return {
        argv: [found.bwrap, "--args", "4", "--seccomp", "3", "--", ...found.limiter, ...argv],
        cwd: "/",
        env: {},
        fd3: seccomp,
        fd4: encodeArguments(args),
        wrapper: true,
      };
    },
  };
}
