import type { ErrorData } from "../../protocol/error.ts";
import type { LogLevel } from "../../protocol/event.ts";
import type { HarnessInfo } from "../../protocol/ipc.ts";
import type { Json } from "../../protocol/json.ts";
import type { ScriptLimits } from "../../protocol/settings.ts";

/** A host call a script makes. `index` counts the script's calls from 1; `line` is the script's own line, 1-based. */
export interface ScriptCall {
  readonly name: string;
  readonly input: Json;
  readonly index: number;
  readonly line: number | null;
}

export interface ScriptLogEntry {
  readonly level: LogLevel;
  readonly text: string;
  readonly line: number | null;
}

/** What a script keeps for the next one of its conversation. Values are JSON text, at most 262,144 characters each. */
export interface ScriptStore {
  /** Read once, before the script starts. When it throws no script starts. */
  entries(): Readonly<Record<string, string>>;
  /** Called as the script writes, in order; `null` deletes. Must not throw and be quick: the writing comes later. */
  set(key: string, json: string | null): void;
  /** Called when the script has ended, before its outcome is reported; rejects when what was set could not be kept. */
  flush?(): Promise<void>;
}

export interface ScriptRequest {
  /** TypeScript: the body of an async function. */
  readonly code: string;
  /** Frozen facts for `context.*`. */
  readonly context: Json;
  /** Names that exist on `tools`. Any other name is an error that names the known ones. */
  readonly toolNames: readonly string[];
  readonly limits: ScriptLimits;
  /** Opt-in: scripts with the same key share one runtime whose globals stay; unique per conversation and name. */
  readonly runtime?: string;
  /** Aborting it stops the script; open calls are aborted too and waited for before `run` settles. */
  readonly signal: AbortSignal;
  /** Without it the script has no `store`. */
  readonly store?: ScriptStore;
  /** Carries out one call; rejects with `SpindleError`. `signal` is aborted when the script ends, loses or cancels the call. */
  callTool(call: ScriptCall, signal: AbortSignal): Promise<Json>;
  /** Console lines in order, in batches, already limited. */
  onLog(entries: readonly ScriptLogEntry[]): void;
}

/** A failed script: where and why, for a person or a model to repair it. */
export interface ScriptError extends ErrorData {
  /** Name of the error class in the script, for example `TypeError`. */
  readonly name: string;
  /** 1-based position in the script as it was given. */
  readonly line?: number;
  readonly column?: number;
  /** A few lines of source around the position, with a caret. */
  readonly frame?: string;
  /** Stack in the script's own positions. */
  readonly stack?: string;
}

export interface ScriptWarning {
  readonly code:
    | "unawaited_call"
    | "unhandled_rejection"
    | "unread_error"
    | "store_problem"
    | "log_dropped"
    | "value_lossy"
    | "runtime_not_kept";
  readonly message: string;
  readonly line?: number;
}

export interface ScriptStats {
  readonly cpuMs: number;
  readonly wallMs: number;
  readonly calls: number;
  readonly logLines: number;
  readonly compileCached: boolean;
}

export type ScriptOutcome =
  | { readonly ok: true; readonly value: Json; readonly warnings: readonly ScriptWarning[]; readonly stats: ScriptStats }
  | { readonly ok: false; readonly error: ScriptError; readonly warnings: readonly ScriptWarning[]; readonly stats: ScriptStats };

/** Runs scripts in QuickJS inside worker threads. Never rejects for what a script does; only for misuse by the caller. */
export interface Harness {
  run(request: ScriptRequest): Promise<ScriptOutcome>;
  /** Starts the workers; idempotent. Call it when the machine is idle, never before the first window shows. */
  prewarm(): void;
  info(): HarnessInfo;
  /** Stops every script and worker; resolves when the threads are gone. */
  close(): Promise<void>;
}
