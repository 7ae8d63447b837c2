import { create } from "zustand";
import { createJSONStorage, persist } from "zustand/middleware";
import { type Attachment, attachmentKey } from "../../protocol/attachment.ts";
import type { ConversationId } from "../../protocol/ids.ts";

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
/** localStorage is written at most this often (ms): it blocks. */
const writeEveryMs = 400;

/** What is typed and not sent, per conversation; survives a restart. */
export const useDrafts = create<DraftsStore>()(
  persist((): DraftsStore => ({ drafts: {} }), { name: "spindle.drafts", version: 1, storage: createJSONStorage(() => lazyStorage()) }),
);

/** The draft of a conversation; null: of the one that the first prompt will make. */
export function draftOf(drafts: DraftsStore["drafts"], id: ConversationId | null): Draft {
  return drafts[id ?? "new"] ?? emptyDraft;
}

export function changeDraft(id: ConversationId | null, change: Partial<Draft>): void {
  useDrafts.setState(({ drafts }) => {
    const key = id ?? "new";
    const next: Draft = { ...draftOf(drafts, id), ...change };
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

/** localStorage that writes late and once; what waits is written when the page goes away. */
function lazyStorage() {
  const waiting = new Map<string, string>();
  let timer: ReturnType<typeof setTimeout> | null = null;
  const flush = () => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    for (const [key, value] of waiting) localStorage.setItem(key, value);
    waiting.clear();
  };
  window.addEventListener("pagehide", flush);
  return {
    getItem: (key: string) => waiting.get(key) ?? localStorage.getItem(key),
    setItem: (key: string, value: string) => {
      waiting.set(key, value);
      timer ??= setTimeout(flush, writeEveryMs);
    },
    removeItem: (key: string) => {
      waiting.delete(key);
      localStorage.removeItem(key);
    },
  };
}
