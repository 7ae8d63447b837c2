import { canStop } from "../../protocol/task.ts";
import type { ConversationStore } from "../conversations/store.ts";
import type { TaskManager } from "../tasks/task-manager.ts";

/** Titles of conversations whose turn runs, and of tasks that this process works on: what closing would stop. */
export function workingTitles(store: Pick<ConversationStore, "rows" | "opened">, tasks: Pick<TaskManager, "rows">): readonly string[] {
  const turns = store.rows().filter(({ row }) => store.opened(row.id)?.isRunning() === true);
  const open = tasks.rows().filter((task) => canStop(task) && task.owner?.pid === process.pid);
  return [...turns.map(({ row }) => row.title), ...open.map((task) => `${task.kind}: ${task.title}`)];
}
