import { PanelLeft, Search, SquarePen } from "lucide-react";
import { useApp } from "../../state/app.ts";
import { hasMenuButton, showAppMenu } from "../../state/app-menu.ts";
import { useKeys } from "../../state/commands.ts";
import type { ReactNode } from "react";
import { focusComposer } from "../../lib/focus.ts";
import { selectConversation, useConversations } from "../../state/conversations.ts";
import { toggleSidebar } from "../../state/layout.ts";
import { openPalette } from "../../state/palette.ts";
import { useSteps } from "../../state/visited.ts";
import { BarMenuButton } from "../../ui/bar-menu-button.tsx";
import { IconButton } from "../../ui/button.tsx";
import { cx } from "../../ui/cx.ts";
import { Kbd } from "../../ui/kbd.tsx";
import { StepButtons } from "../../ui/step-buttons.tsx";
import { ConversationList } from "./conversation-list.tsx";
import { ProjectSwitcher } from "./project-switcher.tsx";
import { SidebarFoot } from "./sidebar-foot.tsx";

/** Left of the window: project, conversations, background tasks (`tasks`), foot. Fills its panel. */
export function Sidebar({ tasks }: { readonly tasks: ReactNode }) {
  const sidebarKeys = useKeys("view.sidebar");
  const menuKeys = useKeys("app.menu");
  const menu = useApp(hasMenuButton);
  const newKeys = useKeys("conversation.new");
  const searchKeys = useKeys("palette.open");
  const steps = useSteps();
  const fresh = useConversations((state) => state.status === "ready" && state.selectedId === null);
  const startNew = () => {
    selectConversation(null);
    requestAnimationFrame(focusComposer);
  };
  return (
    <aside aria-label="Sidebar" data-testid="sidebar" className="flex h-full min-w-0 flex-col bg-canvas">
      <div className="drag-region flex h-11 shrink-0 items-center pr-2.5 pl-4">
        <IconButton label="Hide sidebar" keys={sidebarKeys} onClick={toggleSidebar} className="-ml-1.5">
          <PanelLeft size={15} aria-hidden />
        </IconButton>
        <StepButtons {...steps} />
        {menu ? <BarMenuButton keys={menuKeys} onOpen={showAppMenu} /> : null}
      </div>
      <ProjectSwitcher />
      <div className="mx-2 mt-2 flex shrink-0 flex-col gap-px">
        <Row
          icon={<SquarePen size={14} aria-hidden className="shrink-0" />}
          keys={newKeys}
          selected={fresh}
          onClick={startNew}
          testId="new-conversation"
        >
          New conversation
        </Row>
        <Row
          icon={<Search size={14} aria-hidden className="shrink-0" />}
          keys={searchKeys}
          onClick={() => openPalette("")}
          testId="open-search"
        >
          Search and commands
        </Row>
      </div>
      <ConversationList />
      <div className="flex max-h-[45%] min-h-0 shrink-0 flex-col">{tasks}</div>
      <SidebarFoot />
    </aside>
  );
}

function Row({
  icon,
  keys,
  selected = false,
  onClick,
  testId,
  children,
}: {
  readonly icon: ReactNode;
  readonly keys: string | undefined;
  readonly selected?: boolean;
  readonly onClick: () => void;
  readonly testId: string;
  readonly children: string;
}) {
  return (
    <button
      type="button"
      data-testid={testId}
      onClick={onClick}
      className={cx(
        "flex h-8 shrink-0 items-center gap-2.5 rounded-md px-2 text-left text-ui",
        selected ? "bg-selected text-fg" : "text-fg2 hover:bg-raise hover:text-fg",
      )}
    >
      {icon}
      <span className="flex-1 truncate">{children}</span>
      {keys === undefined ? null : <Kbd>{keys}</Kbd>}
    </button>
  );
}
