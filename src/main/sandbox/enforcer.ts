import type { SandboxInfo } from "../../protocol/ipc.ts";
import type { Reach } from "../../protocol/settings.ts";
import type { SandboxedCommand, SandboxPolicy } from "./sandbox.ts";

/** Something that can keep a command in. */
export interface Enforcer {
  readonly name: Exclude<SandboxInfo["enforcer"], "none">;
  /** One sentence for the badge: what it is and what it leaves open. */
  readonly detail: string;
  /** Programs that it starts outside of any sandbox, by their paths. */
  readonly programs: readonly string[];
  /** What it can grant beyond `nothing`. */
  readonly grants: readonly Reach[];
  /** For every level but full, and for `nothing` or one of `grants`. */
  wrap(argv: readonly [string, ...string[]], policy: EnforcedPolicy): Promise<SandboxedCommand>;
}

/** A policy with the places that were made for it. */
export interface EnforcedPolicy extends SandboxPolicy {
  /** Private temp folder of the project's commands; it exists; a real path. */
  readonly tmpFolder: string;
}

/** Folders and limits that do not change between the commands of one start of the application. */
export interface SandboxPlaces {
  /** Folders and files with secrets: hidden when they exist. */
  readonly secrets: readonly string[];
  /** Spindle's own data: hidden. */
  readonly dataFolder: string;
  /** Holds the temp folders of all projects; it exists; a real path. A command sees its own one only. */
  readonly tmpRoot: string;
  readonly limits: SandboxLimits;
}

/** Floods a command may not make. Processes count threads too; the number does not hold a real root (the kernel exempts it). */
export interface SandboxLimits {
  readonly processes: number;
  readonly fileBytes: number;
}
