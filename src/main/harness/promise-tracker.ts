import { toErrorData, type ErrorData } from "../../protocol/error.ts";
import type { Json } from "../../protocol/json.ts";

/** queued: waits for a free place. running: the host works on it. closing: aborted, not yet settled. */
type CallState = "queued" | "running" | "closing" | "succeeded" | "failed" | "aborted";

export interface TrackedCall {
  /** The guest's number of the call, from 0. */
  readonly id: number;
  readonly name: string;
  /** Null once the call has settled: inputs can be large, and a script may make many calls. */
  readonly input: Json;
  readonly line: number | null;
  readonly state: CallState;
}

export interface PromiseTrackerOptions {
  /** Calls that run at once; the rest wait in order. */
  readonly maxInFlight: number;
  run(call: TrackedCall, signal: AbortSignal): Promise<Json>;
  succeeded(call: TrackedCall, value: Json): void;
  failed(call: TrackedCall, error: ErrorData): void;
}

/** Every host call of one script: what it is, where it stands, and how to stop it. */
export interface PromiseTracker {
  /** `size`: characters of the input, roughly. Beyond 128 Mi in all open calls a call fails with `too_large`. */
  add(call: {
    readonly id: number;
    readonly name: string;
    readonly input: Json;
    readonly line: number | null;
    readonly size: number;
  }): void;
  /** Aborts one call: the script asked for it. It still settles, usually with an error. */
  abort(id: number): void;
  /** Aborts what is open, with the reason as message; from now on nothing is reported. Resolves when all of it has settled, or after `timeoutMs`. */
  close(reason: string, timeoutMs: number): Promise<{ readonly aborted: readonly TrackedCall[]; readonly stuck: readonly TrackedCall[] }>;
  get(id: number): TrackedCall | undefined;
  /** The call made last. */
  last(): TrackedCall | undefined;
  counts(): Readonly<Record<CallState, number>>;
  /** Calls not settled yet, in the order they were made. */
  open(): readonly TrackedCall[];
}

const hint = "Await calls with large inputs before making further ones.";
const maxOpenSize = 128 * 1024 * 1024;

type Entry = { -readonly [K in keyof TrackedCall]: TrackedCall[K] } & {
  controller: AbortController | undefined;
  readonly size: number;
};

/** One per script. `run` may throw or reject; both count as a failed call. */
export function createPromiseTracker(options: PromiseTrackerOptions): PromiseTracker {
  const calls = new Map<number, Entry>();
  const queue: Entry[] = [];
  let queueHead = 0;
  let inFlight = 0;
  let openSize = 0;
  let closed = false;
  let whenEmpty: (() => void) | undefined;
  let last: Entry | undefined;

  const settle = (entry: Entry, state: "succeeded" | "failed"): boolean => {
    inFlight--;
    const report = entry.state === "running" && !closed;
    entry.state = entry.state === "closing" ? "aborted" : state;
    entry.controller = undefined;
    return report;
  };
  const letGo = (entry: Entry): void => {
    entry.input = null;
    openSize -= entry.size;
  };
  const next = (): void => {
    while (!closed && inFlight < options.maxInFlight && queueHead < queue.length) {
      const entry = queue[queueHead++];
      if (entry?.state === "queued") start(entry);
    }
    if (queueHead === queue.length) queue.length = queueHead = 0;
    if (inFlight === 0) whenEmpty?.();
  };
  const start = (entry: Entry): void => {
    entry.state = "running";
    inFlight++;
    const controller = (entry.controller = new AbortController());
    let result: Promise<Json>;
    try {
      result = options.run(entry, controller.signal);
    } catch (error) {
      result = Promise.reject(error);
    }
    result.then(
      (value) => {
        if (settle(entry, "succeeded")) options.succeeded(entry, value);
        letGo(entry);
        next();
      },
      (error: unknown) => {
        if (settle(entry, "failed")) options.failed(entry, toErrorData(error));
        letGo(entry);
        next();
      },
    );
  };

  return {
    add(call) {
      if (closed) return;
      const entry: Entry = { ...call, state: "queued", controller: undefined };
      calls.set(call.id, entry);
      last = entry;
      openSize += call.size;
      if (openSize > maxOpenSize) {
        entry.state = "failed";
        options.failed(entry, { code: "too_large", message: "The inputs of the calls that are open hold more than 128 MB.", hint });
        return letGo(entry);
      }
      if (inFlight < options.maxInFlight && queueHead === queue.length) start(entry);
      else queue.push(entry);
    },
    abort(id) {
      const entry = calls.get(id);
      if (entry === undefined || closed) return;
      if (entry.state === "queued") {
        entry.state = "aborted";
        queueMicrotask(() => letGo(entry));
        options.failed(entry, { code: "cancelled", message: "The script aborted this call before it started." });
      } else if (entry.state === "running" && entry.controller?.signal.aborted === false) {
        entry.controller.abort(new DOMException("The script aborted this call.", "AbortError"));
      }
    },
    async close(reason, timeoutMs) {
      closed = true;
      const aborted: TrackedCall[] = [];
      for (const entry of calls.values()) {
        if (entry.state === "queued") entry.state = "aborted";
        else if (entry.state === "running") entry.state = "closing";
        else continue;
        aborted.push(entry);
        entry.controller?.abort(new DOMException(reason, "AbortError"));
      }
      if (inFlight > 0) {
        let timer: NodeJS.Timeout | undefined;
        await new Promise<void>((resolve) => {
          whenEmpty = resolve;
          timer = setTimeout(resolve, timeoutMs);
        });
        clearTimeout(timer);
      }
      return { aborted, stuck: aborted.filter((entry) => entry.state === "closing") };
    },
    get: (id) => calls.get(id),
    last: () => last,
    counts() {
      const counts: Record<CallState, number> = { queued: 0, running: 0, closing: 0, succeeded: 0, failed: 0, aborted: 0 };
      for (const entry of calls.values()) counts[entry.state]++;
      return counts;
    },
    open: () => [...calls.values()].filter((entry) => entry.state === "queued" || entry.state === "running"),
  };
}
