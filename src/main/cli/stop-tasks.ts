import { toErrorData } from "../../protocol/error.ts";
import type { ConversationId } from "../../protocol/ids.ts";
import type { Engine } from "../engine.ts";

/** Stops the tasks of a conversation when the person interrupts the program; one that cannot be stopped is named on standard error. */
export function stopTasksOf(engine: Engine, conversationId: ConversationId): void {
  for (const task of engine.tasks.rows()) {
    if (task.conversationId !== conversationId) continue;
    engine.tasks.cancel(task.taskId).catch((error: unknown) => {
      process.stderr.write(`spindle: ${task.title} was not stopped: ${toErrorData(error).message}\n`);
    });
  }
}
