import { create } from "zustand";
import type { ConversationId } from "../../protocol/ids.ts";
import type { ConversationRow } from "../../protocol/ipc.ts";
import { useApp } from "./app.ts";
import { useKeys } from "./commands.ts";
import { selectConversation, useConversations } from "./conversations.ts";

export interface VisitedStore {
  /** Conversations shown before the shown one, and those one came back from; the nearest last. */
  readonly back: readonly ConversationId[];
  readonly forward: readonly ConversationId[];
}

/** The way through the shown conversations of the open project, as a browser keeps one of pages. */
export const useVisited = create<VisitedStore>()(() => ({ back: [], forward: [] }));

/** Steps that are remembered. */
const kept = 50;
/** All that were in a list: one of them that is there no more was deleted. An agent's conversation never is in one. */
const listed = new Set<ConversationId>();
/** The project that was open when a conversation was shown last. */
const shownIn = new Map<ConversationId, string | undefined>();
let stepping = false;

/** Follows the selection, the list and the project; returns the function that stops. */
export function followVisited(): () => void {
  const list = (rows: readonly ConversationRow[]) => {
    for (const row of rows) listed.add(row.id);
  };
  list(useConversations.getState().rows);
  const stopSelection = useConversations.subscribe((state, before) => {
    if (state.rows !== before.rows) {
      list(state.rows);
      if (state.rows.length < before.rows.length)
        useVisited.setState(({ back, forward }) => ({ back: back.filter(isThere), forward: forward.filter(isThere) }));
    }
    const left = before.selectedId;
    if (state.selectedId === left) return;
    if (state.selectedId !== null) shownIn.set(state.selectedId, openRoot());
    if (stepping) return;
    const { back } = useVisited.getState();
    if (left !== null && isThere(left)) useVisited.setState({ back: [...back, left].slice(-kept), forward: [] });
    // From an empty conversation one is where one was before it.
    else if (back.at(-1) === state.selectedId) useVisited.setState({ back: back.slice(0, -1) });
  });
  const stopProject = useApp.subscribe((state, before) => {
    if (state.app?.project?.root !== before.app?.project?.root) useVisited.setState({ back: [], forward: [] });
  });
  return () => {
    stopSelection();
    stopProject();
  };
}

export function canStep(way: "back" | "forward"): boolean {
  return useVisited.getState()[way].length > 0;
}

/** What the buttons back and forward need. */
export function useSteps() {
  const backKeys = useKeys("conversation.back");
  const forwardKeys = useKeys("conversation.forward");
  const canGoBack = useVisited((state) => state.back.length > 0);
  const canGoForward = useVisited((state) => state.forward.length > 0);
  return {
    back: { possible: canGoBack, keys: backKeys, onGo: () => stepVisited("back") },
    forward: { possible: canGoForward, keys: forwardKeys, onGo: () => stepVisited("forward") },
  };
}

/** Shows the conversation before or behind; nothing where there is none. */
export function stepVisited(way: "back" | "forward"): void {
  const state = useVisited.getState();
  const next = state[way].at(-1);
  if (next === undefined) return;
  const { selectedId } = useConversations.getState();
  const other = way === "back" ? "forward" : "back";
  const leaving = selectedId === null ? state[other] : [...state[other], selectedId];
  useVisited.setState(
    way === "back" ? { back: state.back.slice(0, -1), forward: leaving } : { forward: state.forward.slice(0, -1), back: leaving },
  );
  stepping = true;
  selectConversation(next);
  stepping = false;
}

function openRoot(): string | undefined {
  return useApp.getState().app?.project?.root;
}

function isThere(id: ConversationId): boolean {
  return shownIn.get(id) === openRoot() && (!listed.has(id) || useConversations.getState().rows.some((row) => row.id === id));
}
