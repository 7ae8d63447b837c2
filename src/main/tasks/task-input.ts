import { SpindleError } from "../../protocol/error.ts";
import type { TaskRow } from "../../protocol/task.ts";
import { type SpawnInput, spawnInput } from "../../protocol/tools.ts";

/** What a task was started with. Throws `bad_request` for one of another version, whose options this one does not know. */
export function inputOf({ taskId, input }: Pick<TaskRow, "taskId" | "input">): SpawnInput {
  const parsed = spawnInput.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new SpindleError(
    "bad_request",
    `The task ${taskId} was started by another version of Spindle, with options that this one does not know.`,
    {
      hint: "Start it anew, or go on with the version that started it.",
      cause: parsed.error,
    },
  );
}
