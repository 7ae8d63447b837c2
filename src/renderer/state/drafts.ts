import { create } from "zustand";
import { persist } from "zustand/middleware";
import { type Attachment, attachmentKey } from "../../protocol/attachment.ts";
import type { ConversationId } from "../../protocol/ids.ts";
import { useApp } from "./app.ts";
import { lazyStorage } from "./lazy-storage.ts";

export interface Draft {
  readonly text: string;
  readonly attachments: readonly Attachment[];
}

export interface DraftsStore {
  readonly drafts: Readonly<Record<string, Draft>>;
}

const emptyDraft: Draft = { text: "", attachments: [] };
/** Drafts kept; the oldest go first. */
const keptDrafts = 50;

/** What is typed and not sent, per conversation; survives a restart. */
export const useDrafts = create<DraftsStore>()(
  persist((): DraftsStore => ({ drafts: {} }), { name: "spindle.drafts", version: 1, storage: lazyStorage() }),
);

/** Where a draft is kept: under its conversation, or under the project whose next conversation it begins. */
export type DraftKey = string;

/** What is typed before a project is known. */
const earlyKey: DraftKey = "new";

/** The key of a conversation's draft; null: of the one that the first prompt will make in the project that is open now. */
export function draftKey(id: ConversationId | null): DraftKey {
  if (id !== null) return id;
  const root = useApp.getState().app?.project?.root;
  return root === undefined ? earlyKey : `${earlyKey}:${root}`;
}

/** The draft of a conversation; null as in `draftKey`. */
export function draftOf(drafts: DraftsStore["drafts"], id: ConversationId | null): Draft {
  return drafts[draftKey(id)] ?? emptyDraft;
}

export function changeDraft(id: ConversationId | null, change: Partial<Draft>): void {
  changeAt(draftKey(id), change);
}

/** What was sent leaves its draft; what was typed or attached since stays. A text that was changed in its midst stays whole. */
export function dropSent(key: DraftKey, sent: Draft): void {
  const { text, attachments } = useDrafts.getState().drafts[key] ?? emptyDraft;
  const gone = new Set(sent.attachments.map(attachmentKey));
  changeAt(key, {
    text: text.startsWith(sent.text) ? text.slice(sent.text.length) : text,
    attachments: attachments.filter((each) => !gone.has(attachmentKey(each))),
  });
}

/** Puts all of a draft in front of another one, with `between` where both have a text, and empties it. */
export function moveDraft(from: DraftKey, to: DraftKey, between = ""): void {
  const { drafts } = useDrafts.getState();
  const moved = drafts[from];
  if (moved === undefined || from === to) return;
  const there = drafts[to] ?? emptyDraft;
  const known = new Set(moved.attachments.map(attachmentKey));
  changeAt(from, emptyDraft);
  changeAt(to, {
    text: [moved.text, there.text].filter((text) => text !== "").join(between),
    attachments: [...moved.attachments, ...there.attachments.filter((each) => !known.has(attachmentKey(each)))],
  });
}

/** What was typed before the project was known becomes the end of the draft of its next conversation. */
export function adoptEarlyDraft(): void {
  const key = draftKey(null);
  const early = useDrafts.getState().drafts[earlyKey];
  if (early === undefined || key === earlyKey) return;
  const { text } = useDrafts.getState().drafts[key] ?? emptyDraft;
  changeAt(earlyKey, { text: text + early.text });
  changeAt(key, { text: "" });
  moveDraft(earlyKey, key);
}

function changeAt(key: DraftKey, change: Partial<Draft>): void {
  useDrafts.setState(({ drafts }) => {
    const next: Draft = { ...(drafts[key] ?? emptyDraft), ...change };
    const rest = Object.entries(drafts).filter(([other]) => other !== key);
    if (next.text === "" && next.attachments.length === 0) return { drafts: Object.fromEntries(rest) };
    return { drafts: Object.fromEntries([...rest.slice(1 - keptDrafts), [key, next]]) };
  });
}

/** Adds attachments that are not there yet. */
export function attach(id: ConversationId | null, added: readonly Attachment[]): void {
  const { attachments } = draftOf(useDrafts.getState().drafts, id);
  const known = new Set(attachments.map(attachmentKey));
  changeDraft(id, { attachments: [...attachments, ...added.filter((each) => !known.has(attachmentKey(each)))] });
}
