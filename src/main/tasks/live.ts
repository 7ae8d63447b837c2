import { appendFileSync, mkdirSync, statSync } from "node:fs";
import path from "node:path";
import type { TaskId } from "../../protocol/ids.ts";
import { isTaskOver, type TaskRow } from "../../protocol/task.ts";
import { createPieceRedactor, type PieceRedactor } from "../lib/redact-pieces.ts";
import type { Redactor } from "../lib/redact.ts";
import type { Ledger } from "./ledger.ts";
import type { TaskMeter } from "./meter.ts";

/** What a running task of this process shows between two lines of the ledger. */
export interface LiveTask {
  readonly meter: TaskMeter;
  /** Keeps output in the task's file. It may come in pieces; what may be the beginning of a key waits for the next one of its source. */
  print(text: string, source?: "stdout" | "stderr"): void;
  /** A try begins: what is printed from here on is its own. */
  beginTry(): void;
  /** Nothing more comes: keeps what waited. */
  end(): void;
  /** Another sign of life: tokens, a call. */
  touch(): void;
  lastLine(): string;
  /** The row as it is right now. */
  shown(row: TaskRow): TaskRow;
  /** Writes a sign of life to the ledger when there was one since the last. */
  beat(ledger: Ledger): void;
  /** Looks whether it has stalled; true when that changed. */
  lookForStall(now: number, stallMs: number): boolean;
  isStalled(): boolean;
}

/** Most often the window is told that tokens were used, ms. */
const useEventMs = 100;

export function createLiveTask(options: {
  readonly taskId: TaskId;
  readonly file: string;
  /** Written into the log first: where an earlier run's words end. Null for a first run. */
  readonly mark: string | null;
  readonly meter: (onUse: () => void) => TaskMeter;
  readonly now: () => number;
  readonly redact: Redactor;
  readonly onChange: () => void;
}): LiveTask {
  const { now } = options;
  let at = now();
  let line = "";
  let tail = "";
  let beatAt = 0;
  let told = 0;
  let stalled = false;
  mkdirSync(path.dirname(options.file), { recursive: true, mode: 0o700 });
  const size = (): number => statSync(options.file, { throwIfNoEntry: false })?.size ?? 0;
  // Counts as nothing that the task printed, and is no line of it.
  if (options.mark !== null) appendFileSync(options.file, `${size() === 0 ? "" : "\n"}${options.mark}\n`, { mode: 0o600 });
  let from = size();
  const touch = (): void => {
    at = now();
    if (at - told < useEventMs) return;
    told = at;
    options.onChange();
  };
  const meter = options.meter(touch);
  const streams = new Map<"stdout" | "stderr" | undefined, PieceRedactor>();
  const keep = (text: string): void => {
    // Told below, with the line.
    at = told = now();
    if (text === "") return;
    appendFileSync(options.file, text, { mode: 0o600 });
    meter.printed(Buffer.byteLength(text));
    // Output comes in pieces that end anywhere: a line is only known together with what came before.
    tail = (tail + text).slice(-1_000);
    const last = tail.trimEnd().split("\n").at(-1)?.trim().slice(0, 200) ?? "";
    if (last === "") return;
    line = last;
    options.onChange();
  };
  const flush = (): void => {
    for (const stream of streams.values()) keep(stream.end());
  };
  return {
    meter,
    print(text, source) {
      const stream = streams.get(source) ?? createPieceRedactor(options.redact);
      streams.set(source, stream);
      keep(stream.push(text));
    },
    beginTry() {
      flush();
      tail = "";
      from = size();
    },
    end: flush,
    touch,
    lastLine: () => line,
    shown: (row) =>
      isTaskOver(row.status)
        ? row
        : {
            ...row,
            lastLine: line,
            outputFrom: from,
            lastEventAt: Math.max(at, row.lastEventAt),
            used: meter.used(),
            stalled: stalled && row.status === "running",
          },
    beat(ledger) {
      if (at <= beatAt) return;
      beatAt = at;
      ledger.append({ type: "beat", taskId: options.taskId, at, lastLine: line, used: meter.used() });
    },
    lookForStall(time, stallMs) {
      const is = time - at > stallMs;
      if (is === stalled) return false;
      stalled = is;
      return true;
    },
    isStalled: () => stalled,
  };
}

/** The line that a further run's log begins with; null for a first one. */
export function runMark(run: number, how: "new" | "resume" | "retry", at: number): string | null {
  if (run === 1) return null;
  return `── Run ${run}, ${how === "resume" ? "resumed" : "retried"} ${new Date(at).toISOString().slice(0, 19).replace("T", " ")} UTC ──`;
}
