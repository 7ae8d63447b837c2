import { type KeyboardEvent, type ReactNode, type RefObject, useCallback, useEffect, useRef } from "react";
import { Group, type Layout, type LayoutChangedMeta, Panel, type PanelImperativeHandle, Separator } from "react-resizable-panels";
import { useShallow } from "zustand/react/shallow";
import { ApprovalDock } from "./features/approval/approval-dock.tsx";
import { Composer } from "./features/composer/composer.tsx";
import { Conversation } from "./features/conversation/conversation.tsx";
import { Sidebar } from "./features/conversations/sidebar.tsx";
import { OfflineLine } from "./features/project/offline-line.tsx";
import { TrustBar } from "./features/project/trust-bar.tsx";
import { ScriptCard } from "./features/script/script-card.tsx";
import { TaskList } from "./features/tasks/task-list.tsx";
import { focusComposer } from "./lib/focus.ts";
import { late } from "./lib/late.tsx";
import type { ScriptStep } from "./state/conversation-view.ts";
import { useConversation } from "./state/conversation.ts";
import { draggedWidths, fittingWidths, least, overConversation } from "./state/layout-fit.ts";
import { closeOverlay, forgetReviewed, panelNames, useLayout } from "./state/layout.ts";
import { cx } from "./ui/cx.ts";
import { ErrorBoundary } from "./ui/error-boundary.tsx";

/** The diff library is the largest part of the window: it is loaded when the review opens, or once the window is idle. */
const review = late(async () => (await import("./features/diff/review-panel.tsx")).ReviewPanel);
const tabs = late(async () => (await import("./features/panel/side-panel.tsx")).SidePanel);
const reviewedFiles = late(async () => (await import("./features/diff/files-tab.tsx")).FilesTab);
export function preloadReview(): void {
  tabs.preload();
  review.preload();
}

/** The terminal is a library of its own: loaded when a person opens one. */
const terminal = late(async () => (await import("./features/terminal/terminal-drawer.tsx")).TerminalDrawer);

/** Sidebar, conversation and review side by side, as far as the window has room; else one of them lies over the conversation. */
export function Workbench() {
  const { sidebarOpen, reviewOpen, width, panelTab } = useLayout(
    useShallow((state) => ({
      sidebarOpen: state.sidebarOpen,
      reviewOpen: state.reviewOpen,
      width: state.width,
      panelTab: state.panelTab,
    })),
  );
  const sidebar = useRef<PanelImperativeHandle>(null);
  const reviewPanel = useRef<PanelImperativeHandle>(null);
  const over = overConversation(width, { sidebarOpen, reviewOpen });
  const sidebarBeside = sidebarOpen && over !== "sidebar";
  const reviewBeside = reviewOpen && over !== "review";
  const widths = fittingWidths(width, { ...useLayout.getState(), sidebarOpen: sidebarBeside });
  useEffect(() => {
    // Sizes are given once when a panel comes; a window that changes asks for them again.
    // A frame later: the group does not know a panel yet that has just come.
    const frame = requestAnimationFrame(() => {
      const fitting = fittingWidths(width, { ...useLayout.getState(), sidebarOpen: sidebarBeside });
      sidebar.current?.resize(fitting.sidebar);
      reviewPanel.current?.resize(fitting.review);
    });
    return () => cancelAnimationFrame(frame);
  }, [width, sidebarBeside, reviewBeside]);
  const remember = (_layout: Layout, { isUserInteraction }: LayoutChangedMeta) => {
    if (!isUserInteraction) return;
    const seen = { sidebar: pixelsOf(sidebar.current), review: pixelsOf(reviewPanel.current) };
    useLayout.setState((state) => draggedWidths(width, { ...state, sidebarOpen: sidebarBeside }, seen));
  };
  const conversationId = useConversation((state) => state.id);
  useEffect(() => forgetReviewed, [conversationId]);
  return (
    <div className="relative h-full">
      <Group orientation="horizontal" className="h-full" id="workbench" role="main" aria-label="Workbench" onLayoutChanged={remember}>
        {sidebarBeside ? (
          <>
            <SidePanel id="sidebar" side="leftmost" size={widths.sidebar} min={least.sidebar} max={360} handle={sidebar}>
              <SidebarContent />
            </SidePanel>
            <Handle label="Width of the sidebar" />
          </>
        ) : null}
        <Panel id="thread" className={cx(!sidebarBeside && "leftmost", !reviewBeside && "rightmost")} minSize={least.thread}>
          <Middle />
        </Panel>
        {reviewBeside ? (
          <>
            <Handle label="Width of the review" />
            <SidePanel id="review" side="rightmost" size={widths.review} min={least.review} handle={reviewPanel}>
              <ReviewContent />
            </SidePanel>
          </>
        ) : null}
      </Group>
      {over === "sidebar" ? (
        <Over name="Sidebar over the conversation" side="leftmost">
          <SidebarContent />
        </Over>
      ) : null}
      {over === "review" ? (
        <Over name={`${panelNames[panelTab]} over the conversation`} side="rightmost">
          <ReviewContent />
        </Over>
      ) : null}
    </div>
  );
}

function pixelsOf(panel: PanelImperativeHandle | null): number | null {
  return panel === null ? null : panel.getSize().inPixels;
}

function SidebarContent() {
  return (
    <ErrorBoundary name="The sidebar">
      <Sidebar tasks={<TaskList />} />
    </ErrorBoundary>
  );
}

function ReviewContent() {
  return (
    <ErrorBoundary name="The review">
      <tabs.Component
        fallback={<div className="h-full bg-panel" />}
        review={(head) => <review.Component head={head} />}
        files={<reviewedFiles.Component />}
      />
    </ErrorBoundary>
  );
}

/** The conversation and, when they are open, the terminals below it. */
function Middle() {
  const terminalOpen = useLayout((state) => state.terminalOpen);
  const panel = useRef<PanelImperativeHandle>(null);
  const remember = (_layout: Layout, { isUserInteraction }: LayoutChangedMeta) => {
    if (isUserInteraction && panel.current !== null) useLayout.setState({ terminalHeight: Math.round(panel.current.getSize().inPixels) });
  };
  const renderScript = useCallback((step: ScriptStep) => <ScriptCard step={step} />, []);
  return (
    <Group orientation="vertical" id="middle" onLayoutChanged={remember}>
      <Panel id="above-terminal" minSize={terminalOpen ? 160 : 0}>
        <ErrorBoundary name="The conversation">
          <Conversation renderScript={renderScript}>
            <Composer
              dock={
                <>
                  <TrustBar />
                  <OfflineLine />
                  <ApprovalDock />
                </>
              }
            />
          </Conversation>
        </ErrorBoundary>
      </Panel>
      {terminalOpen ? (
        <>
          <Handle label="Height of the terminal" flat />
          <Panel
            id="terminal"
            defaultSize={useLayout.getState().terminalHeight}
            minSize={120}
            groupResizeBehavior="preserve-pixel-size"
            panelRef={panel}
          >
            <ErrorBoundary name="The terminal">
              <terminal.Component onLeave={focusComposer} fallback={<div className="h-full bg-inset" />} />
            </ErrorBoundary>
          </Panel>
        </>
      ) : null}
    </Group>
  );
}

function SidePanel({
  id,
  side,
  size,
  min,
  max,
  handle,
  children,
}: {
  readonly id: string;
  readonly side: "leftmost" | "rightmost";
  readonly size: number;
  readonly min: number;
  readonly max?: number;
  readonly handle: RefObject<PanelImperativeHandle | null>;
  readonly children: ReactNode;
}) {
  return (
    <Panel
      id={id}
      className={side}
      defaultSize={size}
      minSize={min}
      {...(max === undefined ? {} : { maxSize: max })}
      groupResizeBehavior="preserve-pixel-size"
      panelRef={handle}
    >
      {children}
    </Panel>
  );
}

/** A panel for which there is no room beside the conversation. Escape, or a click beside it, closes it. */
function Over({ name, side, children }: { readonly name: string; readonly side: "leftmost" | "rightmost"; readonly children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    box.current?.focus();
  }, []);
  const close = () => {
    closeOverlay();
    focusComposer();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (
      event.key !== "Escape" ||
      event.defaultPrevented ||
      (event.target instanceof HTMLElement && event.target.closest("textarea") !== null)
    )
      return;
    event.preventDefault();
    close();
  };
  return (
    <>
      <div className="absolute inset-0 z-30 bg-scrim" onClick={close} />
      <div
        ref={box}
        role="group"
        aria-label={name}
        tabIndex={-1}
        data-testid="over-conversation"
        onKeyDown={onKeyDown}
        className={cx(
          "absolute inset-y-0 z-30 max-w-full overflow-hidden shadow-composer outline-none",
          side,
          side === "leftmost" ? "left-0 w-68 border-r border-line bg-canvas" : "right-0 w-[min(640px,100%)] border-l border-line bg-panel",
        )}
      >
        {children}
      </div>
    </>
  );
}

function Handle({ label, flat = false }: { readonly label: string; readonly flat?: boolean }) {
  return (
    <Separator
      aria-label={label}
      className={cx(
        flat ? "h-px" : "w-px",
        "bg-line transition-colors duration-100 data-[separator=active]:bg-accent data-[separator=hover]:bg-deco focus-visible:bg-accent focus-visible:outline-none",
      )}
    />
  );
}
