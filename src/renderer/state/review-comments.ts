import { create } from "zustand";
import { persist } from "zustand/middleware";
import type { ConversationId } from "../../protocol/ids.ts";
import { call } from "../lib/api.ts";
import { reportError } from "./notices.ts";

/** Lines of one side of a file, 1-based. */
export interface CommentPlace {
  readonly path: string;
  readonly side: "additions" | "deletions";
  readonly from: number;
  readonly to: number;
}

/** A remark on lines of the review that is not sent yet. */
export interface ReviewComment extends CommentPlace {
  readonly id: string;
  /** The lines as they stood there when the remark was begun. */
  readonly lines: readonly string[];
  readonly text: string;
}

export interface ReviewCommentsStore {
  readonly comments: Readonly<Record<ConversationId, readonly ReviewComment[]>>;
  /** The one that is being written. Not remembered. */
  readonly editing: string | null;
  readonly sending: boolean;
}

/** Conversations whose remarks are kept; lines quoted of each. */
const keptConversations = 50;
const maxLines = 20;

/** Remarks by conversation; they survive a restart. */
export const useReviewComments = create<ReviewCommentsStore>()(
  persist((): ReviewCommentsStore => ({ comments: {}, editing: null, sending: false }), {
    name: "spindle.review-comments",
    version: 1,
    partialize: ({ comments }) => ({ comments }),
  }),
);

const none: readonly ReviewComment[] = [];

export function commentsOf(comments: ReviewCommentsStore["comments"], id: ConversationId | null): readonly ReviewComment[] {
  return id === null ? none : (comments[id] ?? none);
}

/** Begins a remark, or opens the one that is there already. */
export function beginComment(id: ConversationId, place: CommentPlace, lines: readonly string[]): void {
  const { comments } = useReviewComments.getState();
  const known = commentsOf(comments, id).find(
    (one) => one.path === place.path && one.side === place.side && one.from === place.from && one.to === place.to,
  );
  const comment = known ?? { ...place, id: crypto.randomUUID(), lines: lines.slice(0, maxLines), text: "" };
  if (known === undefined) change(id, (list) => [...list, comment]);
  useReviewComments.setState({ editing: comment.id });
}

export function editComment(commentId: string | null): void {
  useReviewComments.setState({ editing: commentId });
}

/** Keeps the text; an empty one removes the remark. */
export function keepComment(id: ConversationId, commentId: string, text: string): void {
  if (text.trim() === "") removeComment(id, commentId);
  else change(id, (list) => list.map((one) => (one.id === commentId ? { ...one, text: text.trim() } : one)));
  if (useReviewComments.getState().editing === commentId) editComment(null);
}

export function removeComment(id: ConversationId, commentId: string): void {
  change(id, (list) => list.filter((one) => one.id !== commentId));
}

/** Sends all remarks of a conversation as one message; they go when it was taken. */
export async function sendComments(id: ConversationId): Promise<void> {
  const list = commentsOf(useReviewComments.getState().comments, id).filter(({ text }) => text !== "");
  if (list.length === 0 || useReviewComments.getState().sending) return;
  useReviewComments.setState({ sending: true });
  try {
    await call("conversations.send", { id, text: messageOf(list), attachments: [] });
    const sent = new Set(list.map((one) => one.id));
    change(id, (left) => left.filter((one) => !sent.has(one.id)));
  } catch (error) {
    reportError(error);
  } finally {
    useReviewComments.setState({ sending: false });
  }
}

/** The message: each remark with its file, lines and what stands there. */
export function messageOf(comments: readonly ReviewComment[]): string {
  const parts = comments.map((comment) => {
    const quoted = comment.lines.map((line) => `> ${comment.side === "additions" ? "+" : "-"} ${line}`);
    return [`${placeName(comment)}:`, ...quoted, "", comment.text].join("\n");
  });
  return `${comments.length === 1 ? "A comment" : `${comments.length} comments`} on the changes:\n\n${parts.join("\n\n")}`;
}

/** `src/a.ts, lines 3 to 5`; lines of the old text say so. */
export function placeName({ path, from, to, side }: CommentPlace): string {
  const lines = from === to ? `line ${from}` : `lines ${from} to ${to}`;
  return `${path}, ${lines}${side === "deletions" ? " of the text before" : ""}`;
}

function change(id: ConversationId, next: (list: readonly ReviewComment[]) => readonly ReviewComment[]): void {
  useReviewComments.setState(({ comments }) => {
    const list = next(commentsOf(comments, id));
    const rest = Object.entries(comments).filter(([other]) => other !== id);
    return { comments: Object.fromEntries([...rest.slice(1 - keptConversations), ...(list.length === 0 ? [] : [[id, list] as const])]) };
  });
}
