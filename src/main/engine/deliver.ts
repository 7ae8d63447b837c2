import type { TaskRow } from "../../protocol/task.ts";
import type { Conversation } from "../conversations/conversation.ts";
import type { ConversationStore } from "../conversations/store.ts";
import type { Logger } from "../lib/logger.ts";
import type { TaskManager } from "../tasks/manager.ts";
import type { CallScene } from "./tool-context.ts";

/** Writes a task's result into its conversation's log, once: the log itself tells whether it stands there already. */
export function createDelivery(deps: {
  readonly tasks: () => Pick<TaskManager, "markDelivery">;
  /** False where no turn may start by itself. */
  readonly mayWake: () => boolean;
}): (task: TaskRow, text: string, target: Conversation | CallScene) => void {
  return (task, text, target) => {
    if (task.notify === "silent" || task.delivery !== "pending") return;
    const there = target.events.some((event) => event.type === "task_delivered" && event.taskId === task.taskId);
    if (!there) {
      const delivered = { type: "task_delivered" as const, taskId: task.taskId, title: task.title, status: task.status, text };
      if ("deliver" in target) target.deliver(delivered, task.notify === "wake" && deps.mayWake());
      else target.emit(delivered);
    }
    deps.tasks().markDelivery(task.taskId, "delivered");
  };
}

/** The conversation of a task, opened for writing. */
export function openOrNull(store: ConversationStore, id: string, logger: Logger): Conversation | null {
  try {
    return store.open(id);
  } catch (error) {
    // Deleted, or held by another process: the ledger keeps the result, and the next start delivers it.
    logger.error(`A task's conversation ${id} could not be opened`, error);
    return null;
  }
}
