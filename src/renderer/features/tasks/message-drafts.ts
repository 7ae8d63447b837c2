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

/** As `useMessageDraft`, for now only. */
export function messageDraft(taskId: TaskId): MessageDraft {
  return useDrafts.getState().drafts[taskId] ?? emptyDraft;
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

/** What was sent leaves its message; what was typed or dropped since stays. A text that was changed in its midst stays whole. */
export function dropSentMessage(taskId: TaskId, sent: MessageDraft): void {
  const gone = new Set(sent.files.map(({ path }) => path));
  changeMessageDraft(taskId, ({ text, files }) => ({
    text: text.startsWith(sent.text) ? text.slice(sent.text.length) : text,
    files: files.filter(({ path }) => !gone.has(path)),
  }));
}

export function isEmptyDraft({ text, files }: MessageDraft): boolean {
  return text.trim() === "" && files.length === 0;
}
