import { create } from "zustand";
import { persist } from "zustand/middleware";
import type { ConversationId } from "../../protocol/ids.ts";
import { call } from "../lib/api.ts";
import { lazyStorage } from "./lazy-storage.ts";
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
  /** Empty until it was added the first time. */
  readonly text: string;
}

export interface ReviewCommentsStore {
  readonly comments: Readonly<Record<ConversationId, readonly ReviewComment[]>>;
  /** What is being written, by the remark's id: a field is open for each. */
  readonly drafts: Readonly<Record<string, string>>;
  /** The field that is to have the cursor. Not remembered. */
  readonly editing: string | null;
  readonly sending: boolean;
}

/** Conversations whose remarks are kept; lines quoted of each. */
const keptConversations = 50;
const maxLines = 20;

/** Remarks by conversation; they survive a restart, what is being written too. */
export const useReviewComments = create<ReviewCommentsStore>()(
  persist((): ReviewCommentsStore => ({ comments: {}, drafts: {}, editing: null, sending: false }), {
    name: "spindle.review-comments",
    version: 1,
    storage: lazyStorage(),
    partialize: (state) => keptOf(state),
    merge: (kept, initial) => ({ ...initial, ...keptOf({ ...initial, ...(kept as Partial<ReviewCommentsStore> | undefined) }) }),
  }),
);

const none: readonly ReviewComment[] = [];

export function commentsOf(comments: ReviewCommentsStore["comments"], id: ConversationId | null): readonly ReviewComment[] {
  return id === null ? none : (comments[id] ?? none);
}

/** Begins a remark, or opens the one that is there already. Others that were begun and left empty go. */
export function beginComment(id: ConversationId, place: CommentPlace, lines: readonly string[]): void {
  dropEmpty(id);
  const { comments } = useReviewComments.getState();
  const known = commentsOf(comments, id).find(
    (one) => one.path === place.path && one.side === place.side && one.from === place.from && one.to === place.to,
  );
  const comment = known ?? { ...place, id: crypto.randomUUID(), lines: lines.slice(0, maxLines), text: "" };
  if (known === undefined) change(id, (list) => [...list, comment]);
  editComment(comment);
}

/** Opens the field of a remark and gives it the cursor; what was being written in it is there. */
export function editComment({ id, text }: Pick<ReviewComment, "id" | "text">): void {
  useReviewComments.setState(({ drafts }) => ({ editing: id, drafts: { ...drafts, [id]: drafts[id] ?? text } }));
}

/** Keeps what is being written while its field may be drawn anew, or not at all. */
export function draftComment(commentId: string, text: string): void {
  useReviewComments.setState(({ drafts }) => ({ drafts: { ...drafts, [commentId]: text } }));
}

/** Closes the field: the remark gets this text, an empty one removes it. */
export function keepComment(id: ConversationId, commentId: string, text: string): void {
  if (text.trim() === "") removeComment(id, commentId);
  else change(id, (list) => list.map((one) => (one.id === commentId ? { ...one, text: text.trim() } : one)));
  closeField(commentId);
}

export function removeComment(id: ConversationId, commentId: string): void {
  change(id, (list) => list.filter((one) => one.id !== commentId));
  closeField(commentId);
}

/** What can be sent: remarks with a text that nobody is changing. */
export function readyComments(comments: readonly ReviewComment[], drafts: ReviewCommentsStore["drafts"]): readonly ReviewComment[] {
  return comments.filter(({ id, text }) => text !== "" && (drafts[id] ?? text).trim() === text);
}

/** Sends all remarks of a conversation as one message; they go when it was taken. `places` says where their lines are by now. */
export async function sendComments(id: ConversationId, places: ReadonlyMap<string, CommentPlace> = new Map()): Promise<void> {
  const { comments, drafts, sending } = useReviewComments.getState();
  const list = readyComments(commentsOf(comments, id), drafts);
  if (list.length === 0 || sending) return;
  useReviewComments.setState({ sending: true });
  try {
    const text = messageOf(list.map((one) => ({ ...one, ...places.get(one.id) })));
    await call("conversations.send", { id, text, attachments: [] });
    const sent = new Map(list.map((one) => [one.id, one.text]));
    // What was changed meanwhile is another remark.
    change(id, (left) => left.filter((one) => sent.get(one.id) !== one.text));
    for (const one of list) closeField(one.id);
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

/** Without remarks that have neither a text nor one that is being written, and without what was written for others. */
function keptOf({ comments, drafts }: Pick<ReviewCommentsStore, "comments" | "drafts">): Pick<ReviewCommentsStore, "comments" | "drafts"> {
  const kept = Object.fromEntries(
    Object.entries(comments).flatMap(([id, list]) => {
      const left = list.filter((one) => !isEmpty(one, drafts));
      return left.length === 0 ? [] : [[id, left] as const];
    }),
  );
  const ids = new Set(Object.values(kept).flatMap((list) => list.map((one) => one.id)));
  return { comments: kept, drafts: Object.fromEntries(Object.entries(drafts).filter(([id]) => ids.has(id))) };
}

function isEmpty({ id, text }: ReviewComment, drafts: ReviewCommentsStore["drafts"]): boolean {
  return text === "" && (drafts[id] ?? "").trim() === "";
}

function dropEmpty(id: ConversationId): void {
  const { comments, drafts } = useReviewComments.getState();
  for (const one of commentsOf(comments, id)) if (isEmpty(one, drafts)) removeComment(id, one.id);
}

function closeField(commentId: string): void {
  useReviewComments.setState(({ drafts, editing }) => ({
    drafts: Object.fromEntries(Object.entries(drafts).filter(([each]) => each !== commentId)),
    editing: editing === commentId ? null : editing,
  }));
}

function change(id: ConversationId, next: (list: readonly ReviewComment[]) => readonly ReviewComment[]): void {
  useReviewComments.setState(({ comments }) => {
    const list = next(commentsOf(comments, id));
    const rest = Object.entries(comments).filter(([other]) => other !== id);
    return { comments: Object.fromEntries([...rest.slice(1 - keptConversations), ...(list.length === 0 ? [] : [[id, list] as const])]) };
  });
}
