import { SpindleError } from "../../protocol/error.ts";
import type { TaskId } from "../../protocol/ids.ts";
import { canResume, canRetry, isTaskOver, type TaskRow } from "../../protocol/task.ts";

/** Throws when a person or a model may not do this with a task as it is. */
export function assertMay(what: "message" | "promote" | "resume" | "retry" | "settleLate", row: TaskRow): void {
  switch (what) {
    case "message":
      if (row.kind !== "agent")
        throw new SpindleError("bad_request", `Only agents take messages; this task is of kind ${row.kind}.`, {
          hint: "Start an agent for work that you want to steer.",
        });
      if (isTaskOver(row.status))
        throw new SpindleError("task_not_running", `The agent ${JSON.stringify(row.title)} is not at work: it ${ended(row)}.`, {
          hint: "Start a new one, or let the person resume it.",
        });
      return;
    case "promote":
      if (!isTaskOver(row.status)) return;
      throw new SpindleError("task_not_running", `This task is over: it ${ended(row)}.`);
    case "resume":
      if (canResume(row)) return assertWhole(row);
      throw new SpindleError("bad_request", `This task cannot be resumed: it is of kind ${row.kind} and ${ended(row)}.`, {
        hint: "Only agents and questions that did not succeed go on; others can be retried from the start.",
      });
    case "retry":
      if (canRetry(row)) return assertWhole(row);
      throw new SpindleError("bad_request", `This task cannot be retried: it ${ended(row)}.`, {
        hint: "Only tasks that are over and did not succeed can be retried.",
      });
    case "settleLate":
      if (row.late?.state === "waiting") return;
      throw new SpindleError("bad_request", "No late answer of this task waits for a decision.");
  }
}

/** What is kept of a task holds no keys: run again, it would be another command or question than the one that was meant. */
function assertWhole(row: TaskRow): void {
  if (!JSON.stringify(row.input).includes("[redacted]")) return;
  throw new SpindleError("bad_request", "This task cannot run again: a key stood in what it was to do, and keys are not kept.", {
    hint: "Start it anew, with the key in a variable or a file.",
  });
}

function ended(row: TaskRow): string {
  return row.late === null ? `is ${row.status}` : `is ${row.status} with a late answer (${row.late.state})`;
}

export function noSuchTask(taskId: TaskId): SpindleError {
  return new SpindleError("task_not_found", `There is no task ${JSON.stringify(taskId)}.`, {
    hint: "List them with `spindle tasks list`.",
  });
}
