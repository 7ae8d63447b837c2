import type { TaskId } from "../../protocol/ids.ts";
import type { TaskRow } from "../../protocol/task.ts";
import { createMeter, type TaskMeter } from "./meter.ts";

/** The meters of tasks, kept beyond their end: what a task started goes on counting for it. */
export interface Meters {
  /** A new one for a run that begins now. */
  begin(task: TaskRow, on: Pick<Parameters<typeof createMeter>[0], "onUse" | "onOver">): TaskMeter;
}

/** `stopBelow` ends what an ended task started when its budget is used up. */
export function createMeters(deps: { readonly rowOf: (taskId: TaskId) => TaskRow; readonly stopBelow: (taskId: TaskId) => void }): Meters {
  const meters = new Map<TaskId, TaskMeter>();
  /** That of this process, or one that goes on from what the ledger says of a task that ended in an earlier one. */
  const meterOf = (taskId: TaskId | null): TaskMeter | null => {
    if (taskId === null) return null;
    const known = meters.get(taskId);
    if (known !== undefined) return known;
    const { budget, parentTaskId, used } = deps.rowOf(taskId);
    const made = createMeter({ budget, parent: meterOf(parentTaskId), used, onUse: () => undefined, onOver: () => deps.stopBelow(taskId) });
    meters.set(taskId, made);
    return made;
  };
  return {
    begin(task, on) {
      const made = createMeter({ budget: task.budget, parent: meterOf(task.parentTaskId), ...on });
      meters.set(task.taskId, made);
      return made;
    },
  };
}
