import { Copy, CornerUpLeft, Ellipsis, FileDiff, PanelLeft, ScrollText, SquareTerminal } from "lucide-react";
import { useKeys } from "../../state/commands.ts";
import { useState } from "react";
import { useShallow } from "zustand/react/shallow";
import { useApp } from "../../state/app.ts";
import { hasMenuButton, showAppMenu } from "../../state/app-menu.ts";
import { copyConversation, useConversation } from "../../state/conversation.ts";
import { patchTotals } from "../../state/conversation-view.ts";
import { selectConversation, useConversations } from "../../state/conversations.ts";
import { toggleReview, toggleSidebar, useLayout } from "../../state/layout.ts";
import { openTask, useTasks } from "../../state/tasks.ts";
import { toggleTerminals } from "../../state/terminals.ts";
import { useSteps } from "../../state/visited.ts";
import { ChangeCount } from "../../ui/badge.tsx";
import { BarMenuButton } from "../../ui/bar-menu-button.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { Menu, MenuItem, MenuSeparator } from "../../ui/menu.tsx";
import { StepButtons } from "../../ui/step-buttons.tsx";
import { RawView } from "./raw-view.tsx";
import { ThemeItems } from "./theme-items.tsx";

/** Title of the conversation and what one does with it as a whole; also the part of the title bar one drags. */
export function ConversationHead({ onError }: { readonly onError: (error: unknown) => void }) {
  const sidebarKeys = useKeys("view.sidebar");
  const menuKeys = useKeys("app.menu");
  const menu = useApp(hasMenuButton);
  const terminalKeys = useKeys("view.terminal");
  const steps = useSteps();
  const reviewKeys = useKeys("view.review");
  const { sidebarOpen, reviewOpen, terminalOpen } = useLayout(
    useShallow((state) => ({ sidebarOpen: state.sidebarOpen, reviewOpen: state.reviewOpen, terminalOpen: state.terminalOpen })),
  );
  const project = useApp((state) => state.app?.project?.name ?? null);
  const id = useConversation((state) => state.id);
  const title = useConversations((state) => state.rows.find((row) => row.id === state.selectedId)?.title ?? "New conversation");
  const agentTask = useTasks((state) => (id === null ? undefined : state.rows.find((row) => row.agentConversationId === id)));
  const totals = useConversation(useShallow((state) => patchTotals(state.view)));
  const [raw, setRaw] = useState(false);
  return (
    <header className="drag-region flex h-11 shrink-0 items-center gap-2 border-b border-line pr-3 pl-4">
      {sidebarOpen ? null : (
        <span className="-ml-1.5 flex">
          <IconButton label="Show sidebar" keys={sidebarKeys} className="no-drag" onClick={toggleSidebar}>
            <PanelLeft size={15} aria-hidden />
          </IconButton>
          <StepButtons {...steps} />
          {menu ? <BarMenuButton keys={menuKeys} onOpen={showAppMenu} /> : null}
        </span>
      )}
      <h1 className="min-w-0 truncate text-ui font-semibold">{agentTask?.title ?? title}</h1>
      {project === null ? null : <span className="shrink-0 truncate text-small text-fg3 @max-[480px]:hidden">in {project}</span>}
      {agentTask === undefined ? null : (
        <span className="no-drag flex min-w-0 items-center gap-1 text-small text-fg3">
          <Button size="sm" variant="accent" data-testid="open-agent-task" onClick={() => void openTask(agentTask.taskId)}>
            Task
          </Button>
          <Button size="sm" variant="ghost" data-testid="back-to-starter" onClick={() => selectConversation(agentTask.conversationId)}>
            <CornerUpLeft size={12} aria-hidden /> <span className="@max-[480px]:sr-only">Who started it</span>
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
        <IconButton
          label="Terminal"
          keys={terminalKeys}
          data-testid="open-terminal"
          active={terminalOpen}
          // The cursor stays where it is: from inside the terminal a click closes it.
          onMouseDown={(event) => event.preventDefault()}
          onClick={toggleTerminals}
        >
          <SquareTerminal size={15} aria-hidden />
        </IconButton>
        <Menu
          align="end"
          trigger={
            <IconButton label="More" data-testid="conversation-more">
              <Ellipsis size={16} aria-hidden />
            </IconButton>
          }
        >
          <MenuItem
            icon={<Copy size={13} aria-hidden />}
            disabled={id === null}
            onSelect={() => void copyConversation().catch(onError)}
            data-testid="copy-conversation"
          >
            Copy conversation as Markdown
          </MenuItem>
          <MenuItem icon={<ScrollText size={13} aria-hidden />} disabled={id === null} onSelect={() => setRaw(true)} data-testid="open-raw">
            Raw view
          </MenuItem>
          <MenuItem icon={<FileDiff size={13} aria-hidden />} keys={reviewKeys} onSelect={toggleReview}>
            {reviewOpen ? "Hide review" : "Show review"}
          </MenuItem>
          <MenuSeparator />
          <ThemeItems onError={onError} />
        </Menu>
      </div>
      {raw && id !== null ? <RawView conversationId={id} onClose={() => setRaw(false)} /> : null}
    </header>
  );
}
