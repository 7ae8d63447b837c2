import type { TaskId } from "../../protocol/ids.ts";
import { isTaskOver, type TaskRow, type TaskUse } from "../../protocol/task.ts";
import { createMeter, type TaskMeter } from "./meter.ts";

/** The meters of tasks, kept beyond their end as long as something they started is not over: that goes on counting for them. */
export interface Meters {
  /** A new one for a run that begins now. */
  begin(task: TaskRow, on: Pick<Parameters<typeof createMeter>[0], "onUse" | "onOver">): TaskMeter;
  /** Keeps what was used for tasks that are over, so that a restart goes on from it. */
  save(): void;
  /** Saves, and forgets the meters that nothing counts for any more. */
  settle(): void;
  /** How many are remembered. */
  size(): number;
}

export function createMeters(deps: {
  readonly rowOf: (taskId: TaskId) => TaskRow;
  /** Ends what an ended task started when its budget is used up. */
  readonly stopBelow: (taskId: TaskId) => void;
  /** Writes down what an ended task's tasks used for it by now. */
  readonly keep: (row: TaskRow, used: TaskUse) => void;
  /** The tasks of this process that wait or are worked on. */
  readonly open: () => readonly TaskId[];
}): Meters {
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
  const save = (): void => {
    for (const [taskId, meter] of meters) {
      const row = deps.rowOf(taskId);
      const used = meter.used();
      if (isTaskOver(row.status) && !isSame(row.used, used)) deps.keep(row, used);
    }
  };
  return {
    begin(task, on) {
      const made = createMeter({ budget: task.budget, parent: meterOf(task.parentTaskId), ...on });
      meters.set(task.taskId, made);
      return made;
    },
    save,
    settle() {
      save();
      const needed = new Set<TaskId>();
      for (const open of deps.open())
        for (let id: TaskId | null = open; id !== null && !needed.has(id); id = deps.rowOf(id).parentTaskId) needed.add(id);
      for (const taskId of meters.keys()) if (!needed.has(taskId)) meters.delete(taskId);
    },
    size: () => meters.size,
  };
}

function isSame(a: TaskUse, b: TaskUse): boolean {
  return a.tokens === b.tokens && a.calls === b.calls && a.usd === b.usd && a.bytes === b.bytes;
}
