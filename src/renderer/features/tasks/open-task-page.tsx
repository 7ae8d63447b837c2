import { openTask, openTaskRow, useTasks } from "../../state/tasks.ts";
import { TaskPage } from "./task-page.tsx";

/** The page of the task that is open, over the window; nothing while none is. */
export function OpenTaskPage() {
  const row = useTasks(openTaskRow);
  return row === undefined ? null : <TaskPage key={row.taskId} row={row} onClose={() => void openTask(null)} />;
}
