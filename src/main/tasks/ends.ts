import { SpindleError } from "../../protocol/error.ts";
import type { TaskId } from "../../protocol/ids.ts";
import type { LateResult, TaskRow } from "../../protocol/task.ts";
import type { LedgerRecord } from "./record.ts";
import type { TaskOutcome } from "./work.ts";

/** The end of a task whose output or result could not be written. */
export function notKept(taskId: TaskId, at: number, cause: unknown, lastLine: string): LedgerRecord {
  const message = `Spindle could not keep what the task did: ${cause instanceof Error ? cause.message : String(cause)}`;
  const hint = "Look at the disk that holds Spindle's data, then retry the task.";
  const error = { code: "io_error", message, hint } as const;
  return { type: "finished", taskId, at, status: "failed", result: null, text: `failed: ${message}`, error, lastLine };
}

/** What stands beside an answer that came after its time-out: its age, and what changed in the project since the question. */
export async function lateResult(task: TaskRow, outcome: TaskOutcome | null, now: () => number): Promise<LateResult> {
  const since = (await outcome?.changedSince?.()) ?? { changed: [], changedCount: 0, incomplete: true };
  const at = now();
  return { state: "waiting", at, ageMs: at - (task.startedAt ?? at), ...since };
}

/** True for the reason of a stop by the task's own budget. */
export function isOverBudget(reason: unknown): boolean {
  return reason instanceof SpindleError && reason.code === "budget_exceeded";
}
