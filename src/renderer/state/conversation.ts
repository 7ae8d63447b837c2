import { create } from "zustand";
import type { Attachment } from "../../protocol/attachment.ts";
import type { ErrorData } from "../../protocol/error.ts";
import type { SpindleEvent } from "../../protocol/event.ts";
import type { ConversationId } from "../../protocol/ids.ts";
import { asErrorData, call } from "../lib/api.ts";
import { onFrame } from "../lib/frame.ts";
import { type ConversationView, emptyView } from "./conversation-view.ts";
import { createConversation, useConversations } from "./conversations.ts";
import { closeFind } from "./find.ts";
import { fold, isNews } from "./fold.ts";
import { showFreshPatch } from "./layout.ts";
import { clearLogs, recordLogs } from "./log-rings.ts";
import { clearPatchDrafts, recordPatchDrafts } from "./patch-drafts.ts";
import { say } from "./said.ts";
import { followVisited } from "./visited.ts";

export interface ConversationStore {
  /** The conversation the view belongs to; null: none is chosen yet. */
  readonly id: ConversationId | null;
  readonly status: "empty" | "loading" | "ready" | "failed";
  readonly error: ErrorData | null;
  readonly view: ConversationView;
}

/** The shown conversation, folded from its events. Select narrow parts (`state.view.steps`), with useShallow for objects. */
export const useConversation = create<ConversationStore>()(() => ({ id: null, status: "empty", error: null, view: emptyView }));

/** Events asked for at once; a conversation with more is read in several pages before it is drawn. */
const pageSize = 20_000;

let showAgain = (): void => undefined;

/** Follows the selection and the pushed events; returns the function that stops. */
export function followConversation(): () => void {
  let early: SpindleEvent[] = [];
  /** Which `show` is the current one: the same conversation may be shown again before it was read the first time. */
  let shown = {};
  const show = async (id: ConversationId | null) => {
    const own = (shown = {});
    early = [];
    clearLogs();
    clearPatchDrafts();
    if (id === null) {
      useConversation.setState({ id: null, status: "empty", error: null, view: emptyView });
      return;
    }
    useConversation.setState({ id, status: "loading", error: null, view: emptyView });
    try {
      const events = await readAll(id);
      if (shown !== own) return;
      // Pushes that came meanwhile are newer than the page or part of it; the fold drops what it has.
      recordLogs(events);
      recordPatchDrafts(events);
      const view = fold(emptyView, events);
      const fresh = early.filter((event) => isNews(event, view.lastSeq));
      recordLogs(fresh);
      recordPatchDrafts(fresh);
      useConversation.setState({ status: "ready", view: fold(view, fresh) });
    } catch (error) {
      if (shown === own) useConversation.setState({ status: "failed", error: asErrorData(error) });
    }
  };
  const stopSelection = useConversations.subscribe((state, before) => {
    if (state.selectedId === before.selectedId) return;
    closeFind();
    void show(state.selectedId);
  });
  const stopEvents = onFrame("event", (batch) => {
    const { id, status, view } = useConversation.getState();
    const events = batch.filter((event) => event.conversationId === id);
    if (events.length === 0) return;
    if (status !== "ready") {
      early.push(...events);
      return;
    }
    const news = events.filter((event) => isNews(event, view.lastSeq));
    recordLogs(news);
    recordPatchDrafts(news);
    useConversation.setState({ view: fold(view, events) });
    if (news.some((event) => event.type === "patch_applied")) showFreshPatch();
  });
  showAgain = () => {
    closeFind();
    void show(useConversations.getState().selectedId);
  };
  const stopVisited = followVisited();
  void show(useConversations.getState().selectedId);
  return () => {
    stopVisited();
    stopSelection();
    stopEvents();
  };
}

/** Tries again to read the shown conversation. It stays chosen, and the ways back and forward stay as they are. */
export function reloadConversation(): void {
  showAgain();
}

/** Sends a prompt to a conversation (the shown one), making one first for null. Rejects with ApiError; nothing is lost then. */
export async function sendPrompt(
  text: string,
  attachments: readonly Attachment[],
  to: ConversationId | null = useConversations.getState().selectedId,
): Promise<void> {
  const id = to ?? (await createConversation()).id;
  await call("conversations.send", { id, text, attachments: [...attachments] });
}

/** Stops the running turn of the shown conversation. Rejects with ApiError. */
export async function stopTurn(): Promise<void> {
  const { id } = useConversation.getState();
  if (id !== null) await call("conversations.stop", { id });
}

/** Puts the shown conversation on the clipboard as Markdown and says so. Rejects with ApiError. */
export async function copyConversation(): Promise<void> {
  const { id } = useConversation.getState();
  if (id === null) return;
  const { text } = await call("conversations.export", { id, format: "markdown" });
  await navigator.clipboard.writeText(text);
  say("Conversation copied as Markdown");
}

async function readAll(id: ConversationId): Promise<readonly SpindleEvent[]> {
  let page = await call("conversations.events", { id, limit: pageSize });
  let events = page.events;
  while (page.more && page.events[0] !== undefined) {
    page = await call("conversations.events", { id, limit: pageSize, beforeSeq: page.events[0].seq });
    events = [...page.events, ...events];
  }
  return events;
}
