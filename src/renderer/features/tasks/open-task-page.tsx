import { openTask, useTasks } from "../../state/tasks.ts";
import { TaskPage } from "./task-page.tsx";

/** The page of the task that is open, over the window; nothing while none is. */
export function OpenTaskPage() {
  const row = useTasks((state) => (state.openId === null ? undefined : state.rows.find((each) => each.taskId === state.openId)));
  return row === undefined ? null : <TaskPage key={row.taskId} row={row} onClose={() => void openTask(null)} />;
}
