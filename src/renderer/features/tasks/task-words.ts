import { assertNever, type ErrorData } from "../../../protocol/error.ts";
import { isTaskOver, type TaskRow, type TaskStatus } from "../../../protocol/task.ts";
import { drawnLine } from "./log-lines.ts";

/** The second line of a row: what is happening, why it waits, or how it ended. */
export function taskLine(row: TaskRow): string {
  const lastLine = drawnLine(row.lastLine);
  switch (row.status) {
    case "queued":
      return row.waitsFor === null ? lastLine || "Waits for a free place" : `Waits: ${row.waitsFor}`;
    case "needs_you":
      return row.waitsFor === null ? "Waits for your answer" : `Asks: ${row.waitsFor}`;
    case "running":
      return row.stalled ? `No sign of life for a while${lastLine === "" ? "" : `; last: ${lastLine}`}` : lastLine || "Started";
    case "succeeded":
      return lastLine || deliveryWords(row);
    case "cancelled":
      return stoppedWord(row.error?.details?.["by"]);
    case "failed":
      return row.error?.message ?? "Failed";
    case "timed_out":
      if (row.late?.state === "expected") return "Timed out; the answer may still come";
      if (row.late?.state === "waiting") return "The answer came late: open it to decide";
      if (row.late?.state === "lost") return "Timed out; no answer will come";
      return row.error?.message ?? "Stopped at its time limit";
    case "interrupted":
      return row.error?.message ?? "Ended while Spindle was closed";
    default:
      return assertNever(row.status);
  }
}

function stoppedWord(by: unknown): string {
  return by === "person" ? "Stopped by you" : by === "starter" ? "Stopped by who started it" : "Stopped";
}

/** What becomes of a question that timed out, as a sentence with the next step; undefined for what has not. */
export function lateWords(late: TaskRow["late"]): string | undefined {
  if (late?.state === "expected")
    return "The question stays open and goes on using tokens: an answer that still comes is kept for you. Stop ends it.";
  if (late?.state === "lost") return "The question was ended without an answer. Retry asks it again.";
  return undefined;
}

/** An error in one line: what happened, then what to do. */
export function errorWords({ message, hint }: Pick<ErrorData, "message" | "hint">): string {
  return hint === undefined ? message : `${message} ${hint}`;
}

/** Where the result is. */
export function deliveryWords(row: TaskRow): string {
  if (!isTaskOver(row.status))
    return row.notify === "silent"
      ? "Stays here; the conversation is not told"
      : row.notify === "wake"
        ? "Wakes the conversation when done"
        : "Waits for the next turn when done";
  const late = row.late === null ? undefined : lateResults[row.late.state];
  // What was delivered of it before is the news that it timed out.
  if (late !== undefined) return late;
  if (row.delivery === "seen") return "Read by the agent";
  if (row.delivery === "delivered") return "Added to the conversation";
  return row.notify === "silent" ? "Kept here only" : "Not delivered yet";
}

const lateResults: Readonly<Record<NonNullable<TaskRow["late"]>["state"], string>> = {
  expected: "May still come",
  waiting: "Waits for your decision",
  injected: "Added to the conversation",
  side: "Opened in a conversation beside",
  discarded: "Discarded",
  lost: "None: it will not come any more",
};

const statusNames: Readonly<Record<TaskStatus, string>> = {
  queued: "Queued",
  running: "Running",
  needs_you: "Needs you",
  succeeded: "Done",
  failed: "Failed",
  cancelled: "Stopped",
  timed_out: "Timed out",
  interrupted: "Interrupted",
};

export function statusName(status: TaskStatus): string {
  return statusNames[status];
}

/** `950`, `12k`, `1.4M`: tokens in a narrow row. */
export function shortCount(count: number): string {
  if (count < 1_000) return String(count);
  if (count < 999_500) return `${Math.round(count / 1_000)}k`;
  return `${(count / 1_000_000).toFixed(1)}M`;
}

/** How far a running task is, 0 to 1, when its last line says so: `41 of 128 files`, `[12/80] Compiling`, `Downloading: 45 %`. Null when it does not. */
export function taskProgress({ status, lastLine }: Pick<TaskRow, "status" | "lastLine">): number | null {
  if (status !== "running") return null;
  const line = drawnLine(lastLine);
  const [, percent] = /(?<![\d.])(\d{1,3})(?:\.\d+)? ?%/.exec(line) ?? [];
  if (percent !== undefined) return Number(percent) <= 100 ? Number(percent) / 100 : null;
  const [, done, all] = /^\W*(?:\w+:? )?(\d{1,7}) ?(?:of|\/) ?(\d{1,7})(?![\d/.])/.exec(line) ?? [];
  if (done === undefined || all === undefined || Number(all) === 0 || Number(done) > Number(all)) return null;
  return Number(done) / Number(all);
}

/** What was stopped, in one sentence: `Stopped: Tests, with 2 it had started: Build, Review`. `stopped` are kinds and titles, the task's own first. */
export function stoppedWords({ kind, title }: Pick<TaskRow, "kind" | "title">, stopped: readonly string[]): string {
  if (stopped.length === 0) return `${title} was over already`;
  const own = stopped[0] === `${kind}: ${title}` ? 1 : 0;
  const others = stopped.slice(own).map((name) => name.replace(/^\w+: /, ""));
  if (others.length === 0) return `Stopped: ${title}`;
  const named = others.slice(0, namedOthers).join(", ");
  const more = others.length > namedOthers ? ` and ${others.length - namedOthers} more` : "";
  if (own === 0) return `${title} was over already. Stopped what it had started: ${named}${more}`;
  return `Stopped: ${title}, with ${others.length} it had started: ${named}${more}`;
}

/** Names of a sentence: more make it too long to be read in passing. */
const namedOthers = 4;

/** What a row says instead of its own line, and the row it was said of. */
export interface SaidOfRow {
  readonly text: string;
  readonly bad: boolean;
  readonly row: TaskRow;
}

/** False once the row is not any more what it was said of: an error goes when the state or the run changed, other words with the next sign of life, too. */
export function isStillNews({ text, bad, row: then }: SaidOfRow, row: TaskRow): boolean {
  if (then.status !== row.status || then.run !== row.run || then.late?.state !== row.late?.state) return false;
  return bad || text === "Stopping" || then.lastLine === row.lastLine;
}
