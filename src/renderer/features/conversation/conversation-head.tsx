import { CornerUpLeft, Ellipsis, FileDiff, Moon, PanelLeft, ScrollText, SquareTerminal, Sun, SunMoon } from "lucide-react";
import { useKeys } from "../../state/commands.ts";
import { useState } from "react";
import { useShallow } from "zustand/react/shallow";
import type { Settings } from "../../../protocol/settings.ts";
import { call } from "../../lib/api.ts";
import { updateSettings, useApp } from "../../state/app.ts";
import { useConversation } from "../../state/conversation.ts";
import { patchTotals } from "../../state/conversation-view.ts";
import { selectConversation, useConversations } from "../../state/conversations.ts";
import { toggleReview, toggleSidebar, useLayout } from "../../state/layout.ts";
import { openTask, useTasks } from "../../state/tasks.ts";
import { openTerminals } from "../../state/terminals.ts";
import { ChangeCount } from "../../ui/badge.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { Menu, MenuItem } from "../../ui/menu.tsx";
import { RawView } from "./raw-view.tsx";

const nextTheme = { system: "light", light: "dark", dark: "system" } as const satisfies Record<Settings["theme"], Settings["theme"]>;
const themeIcon = { system: SunMoon, light: Sun, dark: Moon } as const;

/** Title of the conversation and what one does with it as a whole; also the part of the title bar one drags. */
export function ConversationHead({ onError }: { readonly onError: (error: unknown) => void }) {
  const sidebarKeys = useKeys("view.sidebar");
  const terminalKeys = useKeys("view.terminal");
  const reviewKeys = useKeys("view.review");
  const { sidebarOpen, reviewOpen, terminalOpen } = useLayout(
    useShallow((state) => ({ sidebarOpen: state.sidebarOpen, reviewOpen: state.reviewOpen, terminalOpen: state.terminalOpen })),
  );
  const project = useApp((state) => state.app?.project?.name ?? null);
  const theme = useApp((state) => state.app?.settings.theme ?? "system");
  const id = useConversation((state) => state.id);
  const title = useConversations((state) => state.rows.find((row) => row.id === state.selectedId)?.title ?? "New conversation");
  const agentTask = useTasks((state) => (id === null ? undefined : state.rows.find((row) => row.agentConversationId === id)));
  const totals = useConversation(useShallow((state) => patchTotals(state.view)));
  const [raw, setRaw] = useState(false);
  const ThemeIcon = themeIcon[theme];
  const copyMarkdown = async () => {
    if (id === null) return;
    const { text } = await call("conversations.export", { id, format: "markdown" });
    await navigator.clipboard.writeText(text);
  };
  return (
    <header className="drag-region flex h-11 shrink-0 items-center gap-2 border-b border-line pr-3 pl-4">
      {sidebarOpen ? null : (
        <IconButton label="Show sidebar" keys={sidebarKeys} className="no-drag -ml-1.5" onClick={toggleSidebar}>
          <PanelLeft size={15} aria-hidden />
        </IconButton>
      )}
      <h1 className="min-w-0 truncate text-ui font-semibold">{agentTask?.title ?? title}</h1>
      {project === null ? null : <span className="shrink-0 truncate text-small text-fg3 @max-[480px]:hidden">in {project}</span>}
      {agentTask === undefined ? null : (
        <span className="no-drag flex min-w-0 items-center gap-1 text-small text-fg3">
          <Button size="sm" variant="accent" data-testid="open-agent-task" onClick={() => void openTask(agentTask.taskId)}>
            Task
          </Button>
          <Button size="sm" variant="ghost" data-testid="back-to-starter" onClick={() => selectConversation(agentTask.conversationId)}>
            <CornerUpLeft size={12} aria-hidden /> Who started it
          </Button>
        </span>
      )}
      <span className="flex-1" />
      <div className="no-drag flex items-center gap-0.5">
        {totals.files > 0 && !reviewOpen ? (
          <button
            type="button"
            onClick={toggleReview}
            aria-label={`Review ${totals.files} changed files`}
            className="mr-1 flex h-7 items-center gap-2 rounded-sm px-2 text-small text-fg2 hover:bg-raise hover:text-fg"
          >
            <FileDiff size={14} aria-hidden /> Review <ChangeCount added={totals.added} removed={totals.removed} />
          </button>
        ) : null}
        <IconButton label="Raw view" data-testid="open-raw" disabled={id === null} onClick={() => setRaw(true)}>
          <ScrollText size={15} aria-hidden />
        </IconButton>
        <IconButton label="Terminal" keys={terminalKeys} data-testid="open-terminal" active={terminalOpen} onClick={openTerminals}>
          <SquareTerminal size={15} aria-hidden />
        </IconButton>
        <IconButton
          label={`Theme: ${theme}`}
          data-testid="theme-toggle"
          data-theme={theme}
          onClick={() => void updateSettings({ theme: nextTheme[theme] }).catch(onError)}
        >
          <ThemeIcon size={15} aria-hidden />
        </IconButton>
        <Menu
          align="end"
          trigger={
            <IconButton label="More">
              <Ellipsis size={16} aria-hidden />
            </IconButton>
          }
        >
          <MenuItem disabled={id === null} onSelect={() => void copyMarkdown().catch(onError)}>
            Copy conversation as Markdown
          </MenuItem>
          <MenuItem disabled={id === null} onSelect={() => setRaw(true)}>
            Raw view
          </MenuItem>
          <MenuItem keys={reviewKeys} onSelect={toggleReview}>
            {reviewOpen ? "Hide review" : "Show review"}
          </MenuItem>
        </Menu>
      </div>
      {raw && id !== null ? <RawView conversationId={id} onClose={() => setRaw(false)} /> : null}
    </header>
  );
}
