import { create } from "zustand";
import type { ErrorData } from "../../protocol/error.ts";
import type { ConversationId } from "../../protocol/ids.ts";
import type { ConversationRow } from "../../protocol/ipc.ts";
import { asErrorData, call } from "../lib/api.ts";
import { onFrame } from "../lib/frame.ts";
import { mergeById } from "../lib/merge.ts";
import { useApp } from "./app.ts";
import { adoptEarlyDraft, changeDraft, type Draft, draftOf, useDrafts } from "./drafts.ts";
import { forgetRows } from "./kept-rows.ts";
import { closeOverlay } from "./layout.ts";
import { reportError } from "./notices.ts";

export interface ConversationsStore {
  readonly status: "loading" | "ready" | "failed";
  readonly error: ErrorData | null;
  /** Newest first. */
  readonly rows: readonly ConversationRow[];
  readonly selectedId: ConversationId | null;
}

/** The conversations of the open project and which one is shown. */
export const useConversations = create<ConversationsStore>()(() => ({ status: "loading", error: null, rows: [], selectedId: null }));

/** The newest reading of the list, and the project it is of. */
let reading: { readonly root: string | undefined } | null = null;

/** Reads the list; keeps the selection when it still exists, else selects the newest. Those of another project go at once: what is sent meanwhile is not for them. */
export async function loadConversations(): Promise<void> {
  const own = { root: useApp.getState().app?.project?.root };
  const isOther = reading !== null && reading.root !== own.root;
  reading = own;
  useConversations.setState(({ selectedId }) => ({
    status: "loading",
    error: null,
    ...(isOther ? { rows: [], selectedId: selectedId !== null && isUnlisted(selectedId) ? selectedId : null } : {}),
  }));
  const before = draftOf(useDrafts.getState().drafts, null);
  adoptEarlyDraft();
  try {
    const rows = sorted(await call("conversations.list", {}));
    if (reading !== own) return;
    const { selectedId } = useConversations.getState();
    useConversations.setState({ status: "ready", rows });
    const stays = rows.some((row) => row.id === selectedId) || (selectedId !== null && isUnlisted(selectedId));
    const id = stays ? selectedId : (rows[0]?.id ?? null);
    if (selectedId === null && id !== null) followTyping(before, id);
    selectConversation(id);
  } catch (error) {
    if (reading === own) useConversations.setState({ status: "failed", error: asErrorData(error) });
  }
}

const openRoot = (): string | null => useApp.getState().app?.project?.root ?? null;

/**
 * Follows pushed rows (new and changed ones; main may push all of them) and the open project: with another one rows and selection go
 * at once, before anybody could send a prompt into what is not theirs. Returns the function that stops.
 */
export function followConversations(): () => void {
  const stopRows = onFrame("conversations", (batch) => {
    const changed = batch.flatMap(({ projectRoot, rows }) => (projectRoot === openRoot() ? rows : []));
    if (changed.length > 0) useConversations.setState(({ rows }) => ({ rows: sorted(mergeById(rows, changed, (row) => row.id)) }));
  });
  let root = openRoot();
  const stopProject = useApp.subscribe(() => {
    if (root === openRoot()) return;
    root = openRoot();
    reading = null;
    useConversations.setState({ status: "loading", error: null, rows: [], selectedId: null });
  });
  return () => {
    stopRows();
    stopProject();
  };
}

/** Shows a conversation (null: an empty one to be made by the first prompt) and tells main that it was seen. */
export function selectConversation(id: ConversationId | null): void {
  useConversations.setState({ selectedId: id });
  closeOverlay("sidebar");
  if (id === null) return;
  // Only the unread mark hangs on it; main pushes the rows again when it matters.
  call("conversations.show", { id }).catch(reportError);
}

/** The conversation of an agent that is shown although no list has it, and the project it is of. */
let unlisted: { readonly id: ConversationId; readonly projectRoot: string } | null = null;

/** Shows a conversation that may be in no list (an agent's); it stays shown as long as its project is open. */
export function showUnlisted(id: ConversationId, projectRoot: string): void {
  unlisted = { id, projectRoot };
  selectConversation(id);
}

function isUnlisted(id: ConversationId): boolean {
  return unlisted?.id === id && unlisted.projectRoot === openRoot();
}

/** Makes a conversation and shows it, unless another project was opened meanwhile. Rejects with ApiError. */
export async function createConversation(): Promise<ConversationRow> {
  const root = openRoot();
  const row = await call("conversations.create", {});
  if (root !== openRoot()) return row;
  useConversations.setState(({ rows }) => ({ rows: sorted([row, ...rows.filter((each) => each.id !== row.id)]) }));
  selectConversation(row.id);
  return row;
}

/** Rejects with ApiError. */
export async function renameConversation(id: ConversationId, title: string): Promise<void> {
  await call("conversations.rename", { id, title });
  useConversations.setState(({ rows }) => ({ rows: rows.map((row) => (row.id === id ? { ...row, title } : row)) }));
}

/** Deletes it and shows its neighbour. Rejects with ApiError. */
export async function deleteConversation(id: ConversationId): Promise<void> {
  await call("conversations.delete", { id });
  forgetRows(id);
  const { rows, selectedId } = useConversations.getState();
  const at = rows.findIndex((row) => row.id === id);
  const rest = rows.filter((row) => row.id !== id);
  useConversations.setState({ rows: rest });
  if (selectedId === id) selectConversation((rest[at] ?? rest.at(-1))?.id ?? null);
}

/** Goes to the next (1) or previous (-1) conversation of the list. */
export function stepConversation(step: 1 | -1): void {
  const { rows, selectedId } = useConversations.getState();
  const at = rows.findIndex((row) => row.id === selectedId);
  const next = rows[Math.min(rows.length - 1, Math.max(0, at + step))];
  if (next !== undefined) selectConversation(next.id);
}

/** What was typed while the list was read moves to the conversation that is shown now, so that it stays in sight. */
function followTyping(before: Draft, id: ConversationId): void {
  const { drafts } = useDrafts.getState();
  const { text } = draftOf(drafts, null);
  if (text === before.text || draftOf(drafts, id).text !== "") return;
  changeDraft(null, { text: "" });
  changeDraft(id, { text });
}

function sorted(rows: readonly ConversationRow[]): readonly ConversationRow[] {
  return rows.toSorted((a, b) => b.updatedAt - a.updatedAt || (a.id < b.id ? 1 : -1));
}
