import type { SandboxInfo } from "../../protocol/ipc.ts";
import type { Reach, SandboxLevel } from "../../protocol/settings.ts";

export interface SandboxPolicy {
  readonly level: SandboxLevel;
  /** Absolute real path. */
  readonly projectRoot: string;
  /** Folders besides the project that may be written (workspace-write only). Absolute real paths. */
  readonly writableFolders: readonly string[];
  /** What it may reach besides files. */
  readonly reach: Reach;
  readonly cwd: string;
  /** Ends a preparation that takes long (the search for sockets); `wrap` then rejects with its reason. */
  readonly signal?: AbortSignal;
  /** The whole environment of the command. */
  readonly env: Readonly<Record<string, string>>;
}

/** A command line wrapped for the platform's enforcer: everything here goes into the `RunRequest`. */
export interface SandboxedCommand {
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  /** Environment of the wrapper, which runs outside: never the command's own (`LD_PRELOAD` would be a way out). */
  readonly env: Readonly<Record<string, string>>;
  /** Seccomp program for descriptor 3. */
  readonly fd3?: Uint8Array;
  /** Further arguments of the wrapper for descriptor 4. */
  readonly fd4?: Uint8Array;
  /** True when `argv[0]` is a wrapper around the command; see `RunRequest.wrapper`. */
  readonly wrapper?: boolean;
}

/**
 * Wraps commands so that the operating system keeps them in. It never falls back to a plain command: when nothing can be
 * enforced, `wrap` rejects with `sandbox_unavailable` for every level but `full`, and the policy asks for each command. It rejects
 * so, too, for a reach that the enforcer cannot grant (`info.grants`).
 */
export interface Sandbox {
  readonly info: SandboxInfo;
  /** Real paths of what no sandboxed command sees: places of keys, and Spindle's own data. Tools do not read there either. */
  hidden(): readonly string[];
  wrap(argv: readonly [string, ...string[]], policy: SandboxPolicy): Promise<SandboxedCommand>;
}
