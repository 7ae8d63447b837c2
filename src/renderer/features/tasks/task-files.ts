import type { DragEvent } from "react";
import type { Attachment } from "../../../protocol/attachment.ts";
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

/** Dropped files by their true paths, and a sentence about those that were left out. Rejects when none of them is on disk. */
export async function describeFiles(
  files: readonly File[],
): Promise<{ readonly attachments: readonly Attachment[]; readonly leftOut: string | null }> {
  const all = [...new Set(files.map(pathOf).filter((path) => path !== ""))];
  const { attachments, missing } = await call("attachments.describe", { paths: all.slice(0, maxFiles) });
  if (attachments.length === 0) throw new Error(missing.length === 0 ? "Only files on disk can be handed over." : "These files are gone.");
  return { attachments, leftOut: leftOutWords(missing, all.length - maxFiles) };
}

/** What of a drop was not taken; null when all was. */
export function leftOutWords(missing: readonly string[], tooMany: number): string | null {
  const parts = [
    missing.length === 0 ? "" : `gone: ${missing.map((path) => path.replace(/^.*[\\/]/, "")).join(", ")}`,
    tooMany <= 0 ? "" : `${tooMany} beyond the ${maxFiles} that one message may have`,
  ].filter((words) => words !== "");
  return parts.length === 0 ? null : `Not handed over, ${parts.join("; ")}`;
}

/** The words of a message; files alone get a sentence of their own. */
export function wordsFor(text: string, files: readonly Attachment[]): string {
  if (text.trim() !== "") return text.trim();
  return `Look at ${files.map((file) => file.name).join(", ")}: it may help with what you are doing.`;
}

/** Hands files to an agent; resolves with what was done. Rejects with ApiError when it takes none, or none is there. */
export async function sendFiles(row: TaskRow, files: readonly File[]): Promise<string> {
  const { attachments, leftOut } = await describeFiles(files);
  await messageTask(row.taskId, wordsFor("", attachments), attachments);
  return `Handed over: ${attachments.map((file) => file.name).join(", ")}${leftOut === null ? "" : `. ${leftOut}`}`;
}
