import { useEffect } from "react";
import { commands } from "./command-list.ts";
import { useApp } from "./state/app.ts";
import { on } from "./lib/api.ts";
import { focusComposer } from "./lib/focus.ts";
import { commandOf, useCommands } from "./state/commands.ts";
import { useConversations } from "./state/conversations.ts";
import { changeDraft, draftOf, useDrafts } from "./state/drafts.ts";

/** The keys of the window's commands. Components handle their own keys first. */
export function useShortcuts(): void {
  useEffect(() => {
    useCommands.setState({ commands });
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || dialogIsOpen()) return;
      const command = commandOf(event, commands, useApp.getState().app?.settings.keys ?? {});
      if (command === undefined || command.possible?.() === false) return;
      event.preventDefault();
      command.run();
    };
    window.addEventListener("keydown", onKey);
    // The application's menu names commands by their ids.
    const stop = on("command", ({ id }) => {
      const command = commands.find((one) => one.id === id);
      if (command !== undefined && command.possible?.() !== false && !dialogIsOpen()) command.run();
    });
    return () => {
      window.removeEventListener("keydown", onKey);
      stop();
    };
  }, []);
}

/** A dialog has the keyboard to itself. */
function dialogIsOpen(): boolean {
  return document.querySelector('[role="dialog"]') !== null;
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
