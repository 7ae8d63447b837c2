import type { LogLevel } from "../../protocol/event.ts";
import type { ScriptLogEntry } from "./harness.ts";

/** Collects the console lines of one script and hands them on in batches, at most about 30 a second. `flush` throws what the listener threw. */
export interface ConsoleProxy {
  add(level: string, text: string, line: number | null): void;
  /** Hands on what is left. Call it before the outcome is reported. */
  flush(): void;
  readonly count: number;
}

const batchMs = 33;
const levels: readonly LogLevel[] = ["debug", "log", "info", "warn", "error"];
/** The guest counts the limits itself; these only hold when a script got at the guest's own code. */
const maxEntries = 4_000;
const maxChars = 1_000_000;

/** The first line goes out at once; a listener that throws is not called again. */
export function createConsoleProxy(onLog: (entries: readonly ScriptLogEntry[]) => void): ConsoleProxy {
  let waiting: ScriptLogEntry[] = [];
  let timer: NodeJS.Timeout | undefined;
  let lastFlush = -Infinity;
  let count = 0;
  let chars = 0;

  let failure: { readonly error: unknown } | undefined;
  const deliver = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (waiting.length === 0) return;
    const entries = waiting;
    waiting = [];
    lastFlush = performance.now();
    if (failure !== undefined) return;
    try {
      onLog(entries);
    } catch (error) {
      // From a timer nobody could catch it.
      failure = { error };
    }
  };
  return {
    add(level, text, line) {
      if (count >= maxEntries || chars >= maxChars) return;
      count++;
      chars += text.length;
      waiting.push({ level: levels.find((known) => known === level) ?? "log", text, line });
      timer ??= setTimeout(deliver, Math.max(0, lastFlush + batchMs - performance.now()));
    },
    flush() {
      deliver();
      if (failure !== undefined) throw failure.error;
    },
    get count() {
      return count;
    },
  };
}
