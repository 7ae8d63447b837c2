import type { ErrorData } from "../../protocol/error.ts";
import type { TaskId } from "../../protocol/ids.ts";
import { isTaskOver, type TaskKind, type TaskRow } from "../../protocol/task.ts";
import { isAlive } from "../lib/process-identity.ts";
import type { Ledger } from "./ledger.ts";

/**
 * Tasks whose owner is gone become interrupted: a row never says running when nothing runs. Late answers nobody works on
 * any more are lost. Called at each start, and when a process turns out to be gone. Gives the tasks it interrupted.
 */
export function reconcile(ledger: Ledger, now: () => number): readonly TaskId[] {
  const interrupted: TaskId[] = [];
  for (const { row, owner } of ledger.entries().values()) {
    const isLate = row.late?.state === "expected";
    if ((isTaskOver(row.status) && !isLate) || isAlive(owner)) continue;
    if (isLate) ledger.append({ type: "late_state", taskId: row.taskId, state: "lost" });
    if (isTaskOver(row.status)) continue;
    interrupted.push(row.taskId);
    const error = whyInterrupted(row, owner.pid);
    ledger.append({
      type: "finished",
      taskId: row.taskId,
      at: now(),
      status: "interrupted",
      result: null,
      text: `interrupted: ${error.message} ${error.hint ?? ""}`,
      error,
      lastLine: row.lastLine,
    });
  }
  return interrupted;
}

function whyInterrupted(row: TaskRow, pid: number): ErrorData {
  const when =
    row.status === "queued"
      ? "before the task started"
      : row.status === "needs_you"
        ? "while the task waited for an answer"
        : "while the task ran";
  const hint = resumeHint(row.kind);
  return { code: "interrupted", message: `Spindle (process ${pid}) was closed or killed ${when}.`, hint, details: { isLost: true } };
}

/** True for a task that nobody ended: its process was gone when somebody looked. */
export function isLost({ status, error }: Pick<TaskRow, "status" | "error">): boolean {
  return status === "interrupted" && error?.details?.["isLost"] === true;
}

/** Runs that a question may have by itself: an application that dies over and over must not ask for ever. */
const ownRuns = 3;

/** True for a question that an end of the application cut short: it changes nothing, so it is asked again without being told to. */
export function isAskedAgain({ kind, status, run, error, input }: TaskRow): boolean {
  // A key stood in it, which is not kept: `may.ts` would refuse.
  if (JSON.stringify(input).includes("[redacted]")) return false;
  return kind === "ask" && status === "interrupted" && error?.code === "interrupted" && run < ownRuns;
}

/** What a person can do about an interrupted task. */
export function resumeHint(kind: TaskKind): string {
  if (kind === "agent") return "A person can resume it: it goes on from the log of its conversation.";
  if (kind === "ask") return "The window asks it again at its next start; a person can resume it.";
  return "What it had done by then is unknown. It runs again only when a person retries it.";
}
