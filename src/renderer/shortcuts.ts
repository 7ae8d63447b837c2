import { useEffect } from "react";
import { openSettings, pickProject, useApp } from "./state/app.ts";
import { selectConversation, stepConversation } from "./state/conversations.ts";
import { changeDraft, draftOf, useDrafts } from "./state/drafts.ts";
import { reportError } from "./state/notices.ts";
import { toggleReview, toggleSidebar } from "./state/layout.ts";

/** The keys of the window (Ctrl, or Cmd on a Mac). Components handle their own keys first. */
export function useShortcuts(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || dialogIsOpen()) return;
      if (!(event.ctrlKey || event.metaKey)) {
        typeAhead(event);
        return;
      }
      const run = event.altKey ? altCommand(event.key) : event.shiftKey ? undefined : command(event.key.toLowerCase());
      if (run === undefined) return;
      event.preventDefault();
      run();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
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

function altCommand(key: string): (() => void) | undefined {
  if (useApp.getState().app === null) return undefined;
  if (key === "ArrowDown") return () => stepConversation(1);
  if (key === "ArrowUp") return () => stepConversation(-1);
  return undefined;
}

/** A dialog has the keyboard to itself. */
function dialogIsOpen(): boolean {
  return document.querySelector('[role="dialog"]') !== null;
}

/** What is typed while nothing has the cursor belongs to the prompt, even before there is a composer. */
function typeAhead(event: KeyboardEvent): void {
  if (event.altKey || event.isComposing || event.key.length !== 1 || document.activeElement !== document.body) return;
  // The browser types the key into what has the cursor after this.
  if (focusComposer() || useApp.getState().app !== null) return;
  event.preventDefault();
  changeDraft(null, { text: draftOf(useDrafts.getState().drafts, null).text + event.key });
}

/** False when there is no composer. */
function focusComposer(): boolean {
  const input = document.querySelector<HTMLTextAreaElement>('[data-testid="composer-input"]');
  input?.focus();
  return input !== null;
}
