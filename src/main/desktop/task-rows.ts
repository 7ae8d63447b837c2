import type { TaskRow } from "../../protocol/task.ts";
import type { Engine } from "../engine.ts";
import { questionOf } from "./needs.ts";

/** Every task as a window shows it, newest first. */
export function shownTasks(engine: Engine): readonly TaskRow[] {
  return engine.tasks.rows().map((row) => shownTask(engine, row));
}

/** A row that also says what it asks. */
export function shownTask({ approvals }: Pick<Engine, "approvals">, row: TaskRow): TaskRow {
  if (row.status !== "needs_you") return row;
  const question = questionOf(approvals, row);
  return question === undefined ? row : { ...row, waitsFor: question.summary };
}
