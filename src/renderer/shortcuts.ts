import { useEffect } from "react";
import { jumpToNextNeed } from "./state/attention.ts";
import { openSettings, pickProject, useApp } from "./state/app.ts";
import { selectConversation, stepConversation, useConversations } from "./state/conversations.ts";
import { changeDraft, draftOf, useDrafts } from "./state/drafts.ts";
import { reportError } from "./state/notices.ts";
import { revertLastTurn } from "./state/undo.ts";
import { toggleReview, toggleSidebar, useLayout } from "./state/layout.ts";
import { openTerminals } from "./state/terminals.ts";

/** The keys of the window (Ctrl, or Cmd on a Mac). Components handle their own keys first. */
export function useShortcuts(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || !(event.ctrlKey || event.metaKey) || dialogIsOpen()) return;
      const run = isTerminalKey(event)
        ? toggleTerminals
        : event.altKey
          ? altCommand(event.key, event.shiftKey)
          : event.shiftKey
            ? shiftCommand(event.key.toLowerCase())
            : command(event.key.toLowerCase());
      if (run === undefined) return;
      event.preventDefault();
      run();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}

/** By its place: on many keyboards it types nothing by itself. */
function isTerminalKey(event: KeyboardEvent): boolean {
  return event.code === "Backquote" && !event.altKey && !event.shiftKey && (useApp.getState().app?.project ?? null) !== null;
}

/** Shows the terminals with the cursor in them; hides them when it is there already. */
function toggleTerminals(): void {
  const inside = document.activeElement?.closest('[data-testid="terminal-drawer"]') ?? null;
  if (!useLayout.getState().terminalOpen || inside === null) {
    openTerminals();
    return;
  }
  useLayout.setState({ terminalOpen: false });
  focusComposer();
}

function command(key: string): (() => void) | undefined {
  switch (key) {
    case "b":
      return toggleSidebar;
    case ".":
      return toggleReview;
    case ",":
      return () => openSettings(true);
    case "n":
      return () => {
        selectConversation(null);
        focusComposer();
      };
    case "o":
      return () => void pickProject().then((project) => (project === null ? undefined : focusComposer()), reportError);
    case "l":
      return () => void focusComposer();
    default:
      return undefined;
  }
}

function shiftCommand(key: string): (() => void) | undefined {
  return key === "j" ? jumpToNextNeed : undefined;
}

function altCommand(key: string, shift: boolean): (() => void) | undefined {
  if (useApp.getState().app === null) return undefined;
  if (key === "ArrowDown") return () => stepConversation(1);
  if (key === "ArrowUp") return () => stepConversation(-1);
  if (key.toLowerCase() === "z") return () => revertLastTurn(shift);
  return undefined;
}

/** A dialog has the keyboard to itself. */
function dialogIsOpen(): boolean {
  return document.querySelector('[role="dialog"]') !== null;
}

/** False when there is no composer. */
export function focusComposer(): boolean {
  const input = document.querySelector<HTMLTextAreaElement>('[data-testid="composer-input"]');
  input?.focus();
  return input !== null;
}

/**
 * Called once before the first paint: what is typed while nothing has the cursor belongs to the prompt, even before
 * there is a composer. Lasts as long as the window.
 */
export function catchTyping(): void {
  window.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.key.length !== 1) return;
    if (document.activeElement !== document.body || dialogIsOpen()) return;
    // The browser types the key into what has the cursor after this.
    if (focusComposer()) return;
    const { app } = useApp.getState();
    if (app !== null && app.project === null) return;
    event.preventDefault();
    const { selectedId } = useConversations.getState();
    changeDraft(selectedId, { text: draftOf(useDrafts.getState().drafts, selectedId).text + event.key });
  });
}
