import type { SandboxInfo } from "../../protocol/ipc.ts";
import type { SandboxLevel } from "../../protocol/settings.ts";

export interface SandboxPolicy {
  readonly level: SandboxLevel;
  readonly projectRoot: string;
  /** Folders besides the project that may be written (workspace-write only). */
  readonly writableFolders: readonly string[];
  readonly cwd: string;
}

/** A command line wrapped for the platform's enforcer. `fd3` is a seccomp program for descriptor 3. */
export interface SandboxedCommand {
  readonly argv: readonly [string, ...string[]];
  readonly fd3?: Uint8Array;
}

/**
 * Wraps commands so that the operating system keeps them in. It never falls back to a plain command: when nothing can be
 * enforced, `wrap` rejects with `sandbox_unavailable` for every level but `full`, and the policy asks for each command.
 */
export interface Sandbox {
  readonly info: SandboxInfo;
  wrap(argv: readonly [string, ...string[]], policy: SandboxPolicy): Promise<SandboxedCommand>;
}
