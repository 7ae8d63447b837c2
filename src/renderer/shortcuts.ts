import { useEffect } from "react";
import { commands } from "./command-list.ts";
import { useApp } from "./state/app.ts";
import { on } from "./lib/api.ts";
import { focusComposer, openDialogs } from "./lib/focus.ts";
import { movesInText } from "./lib/text-keys.ts";
import { type Command, commandOf, useCommands } from "./state/commands.ts";
import { useConversations } from "./state/conversations.ts";
import { openTaskRow, useTasks } from "./state/tasks.ts";
import { changeDraft, draftOf, useDrafts } from "./state/drafts.ts";

/** The keys of the window's commands. Components handle their own keys first. */
export function useShortcuts(): void {
  useEffect(() => {
    useCommands.setState({ commands });
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      if (useApp.getState().app?.platform === "darwin" && movesInText(event, focused())) return;
      const command = commandOf(event, commands, useApp.getState().app?.settings.keys ?? {});
      if (command === undefined || !mayRun(command)) return;
      event.preventDefault();
      command.run();
    };
    window.addEventListener("keydown", onKey);
    // The application's menu names commands by their ids.
    const stop = on("command", ({ id }) => {
      const command = commands.find((one) => one.id === id);
      if (command !== undefined && mayRun(command)) command.run();
    });
    return () => {
      window.removeEventListener("keydown", onKey);
      stop();
    };
  }, []);
}

/** What also works over a task's page: it is a place one passes on the way from need to need. */
const overTaskPage: ReadonlySet<string> = new Set(["tasks.nextNeed", "view.larger", "view.smaller", "view.usualSize"]);

function mayRun(command: Command): boolean {
  const dialogs = openDialogs();
  const onTaskPage = dialogs === 1 && openTaskRow(useTasks.getState()) !== undefined;
  return command.possible?.() !== false && (dialogs === 0 || (onTaskPage && overTaskPage.has(command.id)));
}

function focused(): HTMLElement | null {
  return document.activeElement instanceof HTMLElement ? document.activeElement : null;
}

/**
 * Called once before the first paint: what is typed while nothing has the cursor belongs to the prompt, even before
 * there is a composer. Lasts as long as the window.
 */
export function catchTyping(): void {
  window.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.key.length !== 1) return;
    if (document.activeElement !== document.body || openDialogs() > 0) return;
    // The browser types the key into what has the cursor after this.
    if (focusComposer()) return;
    const { app } = useApp.getState();
    if (app !== null && app.project === null) return;
    event.preventDefault();
    const { selectedId } = useConversations.getState();
    changeDraft(selectedId, { text: draftOf(useDrafts.getState().drafts, selectedId).text + event.key });
  });
}
