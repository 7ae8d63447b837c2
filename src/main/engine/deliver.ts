import type { TaskRow } from "../../protocol/task.ts";
import type { Conversation } from "../conversations/conversation.ts";
import type { ConversationStore } from "../conversations/store.ts";
import type { Logger } from "../lib/logger.ts";
import type { TaskManager } from "../tasks/task-manager.ts";
import type { CallScene } from "./tool-context.ts";

/** Writes a result into a log; `late` for an answer after its time-out, which stands there besides the news of the time-out. */
export type Deliver = (task: TaskRow, text: string, target: Conversation | CallScene, late?: boolean) => void;

/** Writes a task's result into its conversation's log, once for each run: the log itself tells whether it stands there already. */
export function createDelivery(deps: {
  readonly tasks: () => Pick<TaskManager, "markDelivery">;
  /** False where no turn may start by itself. */
  readonly mayWake: (conversation: Conversation, task: TaskRow) => boolean;
}): Deliver {
  return (task, text, target, late = false) => {
    if ((task.notify === "silent" && !late) || task.delivery !== "pending") return;
    const { taskId, title, run } = task;
    const there = target.events.some(
      (event) => event.type === "task_delivered" && event.taskId === taskId && (event.run ?? 1) === run && (event.late ?? false) === late,
    );
    if (!there) {
      const delivered = {
        type: "task_delivered" as const,
        taskId,
        title,
        status: late ? ("succeeded" as const) : task.status,
        text,
        ...(run === 1 ? {} : { run }),
        ...(late ? { late } : {}),
      };
      if ("deliver" in target) target.deliver(delivered, task.notify === "wake" && deps.mayWake(target, task));
      else target.emit(delivered);
    }
    deps.tasks().markDelivery(taskId, "delivered");
  };
}

/** Tells a conversation that a task of it is over, once for each run. */
export function tellFinished(task: TaskRow, target: Conversation | CallScene): void {
  const told = target.events.findLast(
    (event) =>
      (event.type === "task_finished" && event.task.taskId === task.taskId) ||
      (event.type === "task_started" && event.taskId === task.taskId),
  );
  if (told?.type === "task_finished" && told.task.run === task.run) return;
  target.emit({ type: "task_finished", task });
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
