import type { Json } from "../../protocol/json.ts";
import type { PreludeHandles } from "./guest.ts";
import type { Snapshot, WasmModule } from "./quickjs.ts";

/**
 * What crosses between the main thread and a worker. Out of the guest comes one string per drain (the outbox): a flag
 * (`F` when the script has ended, else `-`), the number of long pieces to fetch before it, `|`, timer operations for the
 * worker, a newline, then records for main, each after a comma:
 *
 *   call     [0, id, place, tool, input]
 *   abort    [1, id]
 *   store    [3, key, json]  or  [3, key] to delete
 *   log      [2, level, text, place]
 *   done     [5, value, lossy, floating, unhandled, unread, raced, [dropped, shortened]]
 *   failed   [6, thrown, floating, unhandled, unread, raced, [dropped, shortened]]
 *
 * The four lists are call numbers: open and never looked at; failed and never looked at; failed, with an error nobody read;
 * open and perhaps the loser of a race.
 *
 * A place is `line:column` in the compiled code. Back to the guest go batches of answers, three items each in one list: 0, id, value or 1, id, error.
 */
export const Record = { call: 0, abort: 1, log: 2, store: 3, done: 5, failed: 6 } as const;
export const Answer = { value: 0, error: 1 } as const;

/** Given to a new worker. */
export interface WorkerStart {
  readonly wasm: WasmModule;
  /** See `Control`. */
  readonly control: SharedArrayBuffer;
  readonly memoryMb: number;
}

/** A realm at rest between two scripts of a named runtime; its memory is shared, not copied, between threads. */
export interface RealmImage {
  readonly snapshot: Snapshot;
  readonly handles: PreludeHandles;
}

export type ToWorker =
  | {
      readonly type: "run";
      readonly run: number;
      readonly code: string;
      readonly names: readonly string[];
      readonly context: Json;
      /** JSON text by key; null when the script has no store. */
      readonly store: Readonly<Record<string, string>> | null;
      readonly maxCalls: number;
      readonly cpuMs: number;
      readonly wallMs: number;
      readonly memoryMb: number;
      /** Set for a script of a named runtime: the realm the last one left, and how many there were. */
      readonly runtime: { readonly image: RealmImage | null; readonly scripts: number } | null;
    }
  | { readonly type: "answers"; readonly run: number; readonly bytes: Uint8Array }
  | { readonly type: "stop"; readonly run: number };

/** How a run ended when the script did not say it itself. */
export type WorkerEnd =
  /** `done` or `failed` stands in the records. `full`: so much memory was used that a request can have failed. */
  | { readonly kind: "finished"; readonly full?: boolean }
  | { readonly kind: "syntax"; readonly thrown: string }
  /** `stack`: where the script stood, as far as the engine knows. */
  | { readonly kind: "cpu"; readonly stack: string }
  | { readonly kind: "cancelled" }
  | { readonly kind: "memory" }
  /** Compiled places of the promises nobody can settle, separated by blanks. */
  | { readonly kind: "deadlock"; readonly places: string }
  | { readonly kind: "crashed"; readonly message: string };

export type FromWorker =
  | { readonly type: "ready" }
  | { readonly type: "records"; readonly run: number; readonly text: string }
  /** With the last records. `worn`: the thread should not run another script, it holds too much memory or its engine broke. */
  | {
      readonly type: "end";
      readonly run: number;
      readonly text: string;
      readonly end: WorkerEnd;
      readonly worn: boolean;
      /** What the next script of the named runtime starts from; null when this one did not come to rest or is too large. */
      readonly image: RealmImage | null;
    };

/** Bytes of the shared control block. */
export const controlBytes = 32;

/**
 * The block both threads look at, because a busy worker reads no messages.
 * `cancel` (int32 0): number of the run that shall stop. `deadline` (float64 1): clock at which the script inside the
 * sandbox has used up its CPU time, 0 while it only waits. `usedMs` (float64 2): CPU time of the current run so far.
 */
export interface Control {
  readonly cancel: Int32Array;
  readonly numbers: Float64Array;
}
export const controlDeadline = 1;
export const controlUsed = 2;

export function openControl(buffer: SharedArrayBuffer): Control {
  return { cancel: new Int32Array(buffer, 0, 2), numbers: new Float64Array(buffer) };
}

/** Milliseconds on a clock that is the same in every thread of the process. */
export function sharedClock(): number {
  return performance.timeOrigin + performance.now();
}
