import { PanelLeft, SquarePen } from "lucide-react";
import { useApp } from "../../state/app.ts";
import { hasMenuButton, showAppMenu } from "../../state/app-menu.ts";
import { useKeys } from "../../state/commands.ts";
import type { ReactNode } from "react";
import { selectConversation, useConversations } from "../../state/conversations.ts";
import { toggleSidebar } from "../../state/layout.ts";
import { BarMenuButton } from "../../ui/bar-menu-button.tsx";
import { IconButton } from "../../ui/button.tsx";
import { cx } from "../../ui/cx.ts";
import { Kbd } from "../../ui/kbd.tsx";
import { ConversationList } from "./conversation-list.tsx";
import { ProjectSwitcher } from "./project-switcher.tsx";
import { SidebarFoot } from "./sidebar-foot.tsx";

/** Left of the window: project, conversations, background tasks (`tasks`), foot. Fills its panel. */
export function Sidebar({ tasks }: { readonly tasks: ReactNode }) {
  const sidebarKeys = useKeys("view.sidebar");
  const menuKeys = useKeys("app.menu");
  const menu = useApp(hasMenuButton);
  const newKeys = useKeys("conversation.new");
  const fresh = useConversations((state) => state.status === "ready" && state.selectedId === null);
  const startNew = () => {
    selectConversation(null);
    // The box is of another feature; its test id is the public name both agree on.
    requestAnimationFrame(() => document.querySelector<HTMLElement>('[data-testid="composer-input"]')?.focus());
  };
  return (
    <aside aria-label="Sidebar" data-testid="sidebar" className="flex h-full min-w-0 flex-col bg-canvas">
      <div className="drag-region flex h-11 shrink-0 items-center pr-2.5 pl-4">
        <IconButton label="Hide sidebar" keys={sidebarKeys} onClick={toggleSidebar} className="-ml-1.5">
          <PanelLeft size={15} aria-hidden />
        </IconButton>
        {menu ? <BarMenuButton keys={menuKeys} onOpen={showAppMenu} /> : null}
      </div>
      <ProjectSwitcher />
      <button
        type="button"
        data-testid="new-conversation"
        onClick={startNew}
        className={cx(
          "mx-2 mt-2 flex h-8 shrink-0 items-center gap-2.5 rounded-md px-2 text-left text-ui",
          fresh ? "bg-selected text-fg" : "text-fg2 hover:bg-raise hover:text-fg",
        )}
      >
        <SquarePen size={14} aria-hidden className="shrink-0" />
        <span className="flex-1 truncate">New conversation</span>
        {newKeys === undefined ? null : <Kbd>{newKeys}</Kbd>}
      </button>
      <ConversationList />
      <div className="flex max-h-[45%] min-h-0 shrink-0 flex-col">{tasks}</div>
      <SidebarFoot />
    </aside>
  );
}
