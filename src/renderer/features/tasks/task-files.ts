import type { DragEvent } from "react";
import { isTaskOver, type TaskRow } from "../../../protocol/task.ts";
import { call, pathOf } from "../../lib/api.ts";
import { messageTask } from "../../state/tasks.ts";

/** Files one message may have, as main checks it. */
const maxFiles = 100;

/** True for a task that a file can be handed to: an agent that is not over. */
export function takesFiles(row: Pick<TaskRow, "kind" | "status">): boolean {
  return row.kind === "agent" && !isTaskOver(row.status);
}

export function hasFiles({ dataTransfer }: DragEvent): boolean {
  return dataTransfer.types.includes("Files");
}

/** Hands files to an agent, with a word; resolves with what was done. Rejects with ApiError when it takes none, or none is there. */
export async function sendFiles(row: TaskRow, files: readonly File[], text = ""): Promise<string> {
  const paths = [...new Set(files.map(pathOf).filter((path) => path !== ""))].slice(0, maxFiles);
  const { attachments, missing } = await call("attachments.describe", { paths });
  if (attachments.length === 0) throw new Error(missing.length === 0 ? "Only files on disk can be handed over." : "These files are gone.");
  const names = attachments.map((file) => file.name).join(", ");
  await messageTask(row.taskId, text.trim() === "" ? `Look at ${names}: it may help with what you are doing.` : text, attachments);
  return `Handed over: ${names}`;
}
