import { Tabs } from "@base-ui/react/tabs";
import { X } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { useKeys } from "../../state/commands.ts";
import { useConversation } from "../../state/conversation.ts";
import { type PanelTab, panelTabs, toggleReview, useLayout } from "../../state/layout.ts";
import { IconButton } from "../../ui/button.tsx";
import { ContextTab } from "./context-tab.tsx";
import { PlanTab } from "./plan-tab.tsx";

const names: Readonly<Record<PanelTab, string>> = { review: "Review", files: "Files", plan: "Plan", context: "Context" };

/**
 * The panel beside the conversation: one bar with tabs (arrow keys go from one to the next) and what the shown tab adds to it,
 * then the tab. `review` draws its controls into the element it is given, null before there is one.
 */
export function SidePanel({ review, files }: { readonly review: (head: HTMLElement | null) => ReactNode; readonly files: ReactNode }) {
  const tab = useLayout((state) => state.panelTab);
  const keys = useKeys("view.review");
  const [head, setHead] = useState<HTMLElement | null>(null);
  const conversationId = useConversation((state) => state.id);
  // Calls are numbered within a conversation: nothing of one may be taken for another's.
  useEffect(
    () => () => {
      useLayout.setState({ reviewCall: null, reviewFile: null });
    },
    [conversationId],
  );
  return (
    <Tabs.Root
      value={tab}
      onValueChange={(next: PanelTab) => useLayout.setState({ panelTab: next })}
      render={<section aria-label="Review" />}
      data-testid="review-panel"
      className="@container flex h-full min-w-0 flex-col bg-panel"
    >
      <header className="drag-region h-11 shrink-0 border-b border-line pr-2 pl-2">
        <div className="@container/head flex h-full items-center gap-1.5">
          <Tabs.List activateOnFocus aria-label="What the panel shows" className="no-drag flex h-full shrink-0 items-center">
            {panelTabs.map((each) => (
              <Tabs.Tab
                key={each}
                value={each}
                data-testid={`panel-tab-${each}`}
                className="flex h-7 items-center rounded-sm px-2 text-small font-medium text-fg3 transition-colors duration-100 hover:text-fg data-active:bg-selected data-active:text-fg"
              >
                {names[each]}
              </Tabs.Tab>
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
