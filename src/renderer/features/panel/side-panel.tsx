import { Tabs } from "@base-ui/react/tabs";
import { FileDiff, Files, Gauge, ListTodo, type LucideIcon, X } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useKeys } from "../../state/commands.ts";
import { panelNames, type PanelTab, panelTabs, toggleReview, useLayout } from "../../state/layout.ts";
import { IconButton } from "../../ui/button.tsx";
import { ContextTab } from "./context-tab.tsx";
import { PlanTab } from "./plan-tab.tsx";

const icons: Readonly<Record<PanelTab, LucideIcon>> = { review: FileDiff, files: Files, plan: ListTodo, context: Gauge };

/**
 * The panel beside the conversation: one bar with tabs (arrow keys go from one to the next) and what the shown tab adds to it,
 * then the tab. In a narrow bar the tabs are icons. `review` draws its controls into the element it is given, null before there is one.
 */
export function SidePanel({ review, files }: { readonly review: (head: HTMLElement | null) => ReactNode; readonly files: ReactNode }) {
  const tab = useLayout((state) => state.panelTab);
  const keys = useKeys("view.review");
  const [head, setHead] = useState<HTMLElement | null>(null);
  return (
    <Tabs.Root
      value={tab}
      onValueChange={(next: PanelTab) => useLayout.setState({ panelTab: next })}
      render={<section aria-label={panelNames[tab]} />}
      data-testid="review-panel"
      className="@container flex h-full min-w-0 flex-col bg-panel"
    >
      <header data-testid="panel-bar" className="drag-region h-11 shrink-0 border-b border-line pr-2 pl-2">
        <div className="@container/head flex h-full items-center gap-1.5">
          <Tabs.List activateOnFocus aria-label="What the panel shows" className="no-drag flex h-full shrink-0 items-center">
            {panelTabs.map((each) => (
              <PanelTabButton key={each} tab={each} />
            ))}
          </Tabs.List>
          <div ref={setHead} className="flex min-w-0 flex-1 items-center justify-end gap-1.5" />
          <IconButton className="no-drag" label="Close the panel" keys={keys} onClick={toggleReview}>
            <X size={15} aria-hidden />
          </IconButton>
        </div>
      </header>
      <Tabs.Panel value="review" className="flex min-h-0 flex-1 flex-col focus-visible:outline-offset-[-2px]">
        {review(head)}
      </Tabs.Panel>
      <Tabs.Panel value="files" className="flex min-h-0 flex-1 flex-col focus-visible:outline-offset-[-2px]">
        {files}
      </Tabs.Panel>
      <Tabs.Panel value="plan" className="min-h-0 flex-1 overflow-y-auto focus-visible:outline-offset-[-2px]">
        <PlanTab />
      </Tabs.Panel>
      <Tabs.Panel value="context" className="min-h-0 flex-1 overflow-y-auto focus-visible:outline-offset-[-2px]">
        <ContextTab />
      </Tabs.Panel>
    </Tabs.Root>
  );
}

/** A tab of the bar. Its word is its name for screen readers also where only its icon has room. */
function PanelTabButton({ tab }: { readonly tab: PanelTab }) {
  const Icon = icons[tab];
  return (
    <Tabs.Tab
      value={tab}
      data-testid={`panel-tab-${tab}`}
      className="relative flex h-7 min-w-7 items-center justify-center rounded-sm px-2 text-small font-medium text-fg3 transition-colors duration-100 hover:text-fg data-active:bg-selected data-active:text-fg @max-[440px]/head:px-0"
    >
      <span aria-hidden title={panelNames[tab]} className="hidden size-7 items-center justify-center @max-[440px]/head:flex">
        <Icon size={15} />
      </span>
      <span className="@max-[440px]/head:sr-only">{panelNames[tab]}</span>
    </Tabs.Tab>
  );
}
