import { useEffect } from "react";
import { openSettings, pickProject, useApp } from "./state/app.ts";
import { selectConversation, stepConversation } from "./state/conversations.ts";
import { reportError } from "./state/notices.ts";
import { toggleReview, toggleSidebar } from "./state/layout.ts";

/** The keys of the window (Ctrl, or Cmd on a Mac). Components handle their own keys first. */
export function useShortcuts(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || !(event.ctrlKey || event.metaKey) || dialogIsOpen()) return;
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
      return () => selectConversation(null);
    case "o":
      return () => void pickProject().catch(reportError);
    case "l":
      return focusComposer;
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

function focusComposer(): void {
  document.querySelector<HTMLTextAreaElement>('[data-testid="composer-input"]')?.focus();
}
