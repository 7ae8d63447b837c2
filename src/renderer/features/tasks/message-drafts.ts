import { create } from "zustand";
import type { Attachment } from "../../../protocol/attachment.ts";
import type { TaskId } from "../../../protocol/ids.ts";

/** A message to an agent that is not sent yet. */
export interface MessageDraft {
  readonly text: string;
  readonly files: readonly Attachment[];
}

const emptyDraft: MessageDraft = { text: "", files: [] };

/** The messages that are being written, by task: a page that is closed, or an agent that ends, loses none. As long as the window. */
const useDrafts = create<{ readonly drafts: Readonly<Record<TaskId, MessageDraft>> }>()(() => ({ drafts: {} }));

export function useMessageDraft(taskId: TaskId): MessageDraft {
  return useDrafts((state) => state.drafts[taskId] ?? emptyDraft);
}

export function changeMessageDraft(taskId: TaskId, change: (before: MessageDraft) => Partial<MessageDraft>): void {
  useDrafts.setState(({ drafts }) => {
    const before = drafts[taskId] ?? emptyDraft;
    return { drafts: { ...drafts, [taskId]: { ...before, ...change(before) } } };
  });
}

/** Adds files to a message, each once. */
export function addToMessage(taskId: TaskId, added: readonly Attachment[]): void {
  changeMessageDraft(taskId, ({ files }) => ({
    files: [...files.filter((file) => added.every((each) => each.path !== file.path)), ...added],
  }));
}

export function isEmptyDraft({ text, files }: MessageDraft): boolean {
  return text.trim() === "" && files.length === 0;
}
