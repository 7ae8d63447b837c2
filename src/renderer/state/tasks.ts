import { create } from "zustand";
import type { ErrorData } from "../../protocol/error.ts";
import type { ConversationId, TaskId } from "../../protocol/ids.ts";
import { isTaskOver, type TaskRow } from "../../protocol/task.ts";
import { asErrorData, call } from "../lib/api.ts";
import { onFrame } from "../lib/frame.ts";
import { mergeById } from "../lib/merge.ts";

export interface TasksStore {
  readonly status: "loading" | "ready" | "failed";
  readonly error: ErrorData | null;
  /** Running and waiting first, then the finished ones; newest first within each. */
  readonly rows: readonly TaskRow[];
}

/** The background tasks of the project. */
export const useTasks = create<TasksStore>()(() => ({ status: "loading", error: null, rows: [] }));

export async function loadTasks(): Promise<void> {
  try {
    useTasks.setState({ rows: sorted(await call("tasks.list", {})), status: "ready", error: null });
  } catch (error) {
    useTasks.setState({ status: "failed", error: asErrorData(error) });
  }
}

/** Follows pushed rows (new and changed ones; main may push all of them); returns the function that stops. */
export function followTasks(): () => void {
  return onFrame("tasks", (batch) => {
    useTasks.setState(({ rows }) => ({ rows: sorted(mergeById(rows, batch.flat(), (row) => row.taskId)) }));
  });
}

/** Rejects with ApiError. The row changes when main pushes it. */
export async function cancelTask(taskId: TaskId): Promise<void> {
  await call("tasks.cancel", { taskId });
}

/** From the start, or from what it had. Rejects with ApiError. The row changes when main pushes it. */
export async function runTaskAgain(taskId: TaskId, how: "retry" | "resume"): Promise<void> {
  await call(how === "retry" ? "tasks.retry" : "tasks.resume", { taskId });
}

/** What becomes of a late answer. Resolves with the conversation that has it now; rejects with ApiError. */
export async function settleLateAnswer(taskId: TaskId, choice: "inject" | "side" | "discard"): Promise<ConversationId | null> {
  return (await call("tasks.late", { taskId, choice })).conversationId;
}

function sorted(rows: readonly TaskRow[]): readonly TaskRow[] {
  return rows.toSorted((a, b) => Number(isTaskOver(a.status)) - Number(isTaskOver(b.status)) || b.createdAt - a.createdAt);
}
