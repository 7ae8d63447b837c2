import { Tooltip } from "@base-ui/react/tooltip";
import { useCallback, useEffect, useRef } from "react";
import { Group, type Layout, type LayoutChangedMeta, Panel, type PanelImperativeHandle, Separator } from "react-resizable-panels";
import { useShallow } from "zustand/react/shallow";
import { Composer } from "./features/composer/composer.tsx";
import { Sidebar } from "./features/conversations/sidebar.tsx";
import { TaskList } from "./features/tasks/task-list.tsx";
import { OpenTaskPage } from "./features/tasks/open-task-page.tsx";
import { Conversation } from "./features/conversation/conversation.tsx";
import { ScriptCard } from "./features/script/script-card.tsx";
import { ApprovalDock } from "./features/approval/approval-dock.tsx";
import { UndoConflictDialog } from "./features/undo/conflict-dialog.tsx";
import { Palette } from "./features/palette/palette.tsx";
import { TrustBar } from "./features/project/trust-bar.tsx";
import { Welcome } from "./features/project/welcome.tsx";
import { Notices } from "./notices.tsx";
import { followApp, loadApp, useApp } from "./state/app.ts";
import { followAttention } from "./state/attention.ts";
import { followConversation } from "./state/conversation.ts";
import type { ScriptStep } from "./state/conversation-view.ts";
import { followConversations, loadConversations } from "./state/conversations.ts";
import { useLayout } from "./state/layout.ts";
import { followTasks, loadTasks } from "./state/tasks.ts";
import { followTerminals } from "./state/terminals.ts";
import { followUndo } from "./state/undo.ts";
import { Button } from "./ui/button.tsx";
import { cx } from "./ui/cx.ts";
import { ErrorBoundary } from "./ui/error-boundary.tsx";
import { ErrorState, LoadingState } from "./ui/state-view.tsx";
import { focusComposer } from "./lib/focus.ts";
import { late } from "./lib/late.tsx";
import { useShortcuts } from "./shortcuts.ts";

/** The diff library is the largest part of the window: it is loaded when the panel opens, or once the window is idle. */
const review = late(async () => (await import("./features/diff/review-panel.tsx")).ReviewPanel);

const panel = late(async () => (await import("./features/panel/side-panel.tsx")).SidePanel);
const panelFiles = late(async () => (await import("./features/diff/files-tab.tsx")).FilesTab);

/** The terminal is a library of its own: loaded when a person opens one. */
const terminal = late(async () => (await import("./features/terminal/terminal-drawer.tsx")).TerminalDrawer);

/** The settings check what is typed with the schemas of main, which the first paint can do without. */
const settings = late(async () => (await import("./features/settings/settings-dialog.tsx")).SettingsDialog);

/** The window: joins the features, which know nothing of each other. */
export function App() {
  useStores();
  useShortcuts();
  const root = useApp((state) => state.app?.project?.root ?? null);
  const started = useApp((state) => state.app !== null);
  const error = useApp((state) => state.error);
  const settingsOpen = useApp((state) => state.settingsOpen);
  useEffect(() => {
    if (root === null) return;
    void loadConversations();
    void loadTasks();
  }, [root]);
  return (
    <Tooltip.Provider>
      {!started && error !== null ? (
        <div className="flex h-full items-center justify-center p-8">
          <ErrorState
            className="w-full max-w-120"
            code={error.code}
            message={error.message}
            hint={error.hint}
            action={
              <Button size="sm" onClick={() => void loadApp()}>
                Try again
              </Button>
            }
          />
        </div>
      ) : !started ? (
        <LoadingState label="Starting" />
      ) : root === null ? (
        <Welcome />
      ) : (
        <Workbench />
      )}
      {settingsOpen ? <settings.Component /> : null}
      <Palette />
      <OpenTaskPage />
      <UndoConflictDialog />
      <Notices />
    </Tooltip.Provider>
  );
}

/** Sidebar, conversation and review side by side, with their widths remembered in px. */
function Workbench() {
  const { sidebarOpen, reviewOpen, terminalOpen } = useLayout(
    useShallow((state) => ({ sidebarOpen: state.sidebarOpen, reviewOpen: state.reviewOpen, terminalOpen: state.terminalOpen })),
  );
  const sidebar = useRef<PanelImperativeHandle>(null);
  const reviewPanel = useRef<PanelImperativeHandle>(null);
  const terminalPanel = useRef<PanelImperativeHandle>(null);
  const [sidebarWidth, reviewWidth] = fittingWidths();
  // Only what a person drags is remembered, not what a small window forces.
  const remember = (_layout: Layout, { isUserInteraction }: LayoutChangedMeta) => {
    if (!isUserInteraction) return;
    if (sidebar.current !== null) useLayout.setState({ sidebarWidth: Math.round(sidebar.current.getSize().inPixels) });
    if (reviewPanel.current !== null) useLayout.setState({ reviewWidth: Math.round(reviewPanel.current.getSize().inPixels) });
  };
  const rememberTerminal = (_layout: Layout, { isUserInteraction }: LayoutChangedMeta) => {
    if (isUserInteraction && terminalPanel.current !== null)
      useLayout.setState({ terminalHeight: Math.round(terminalPanel.current.getSize().inPixels) });
  };
  const renderScript = useCallback((step: ScriptStep) => <ScriptCard step={step} />, []);
  return (
    <Group orientation="horizontal" className="h-full" id="workbench" role="main" aria-label="Workbench" onLayoutChanged={remember}>
      {sidebarOpen ? (
        <>
          <Panel
            id="sidebar"
            defaultSize={sidebarWidth}
            minSize={220}
            maxSize={360}
            groupResizeBehavior="preserve-pixel-size"
            panelRef={sidebar}
          >
            <ErrorBoundary name="The sidebar">
              <Sidebar tasks={<TaskList />} />
            </ErrorBoundary>
          </Panel>
          <Handle label="Width of the sidebar" />
        </>
      ) : null}
      <Panel id="thread" minSize={360}>
        <Group orientation="vertical" id="middle" onLayoutChanged={rememberTerminal}>
          <Panel id="above-terminal" minSize={240}>
            <ErrorBoundary name="The conversation">
              <Conversation renderScript={renderScript}>
                <Composer
                  dock={
                    <>
                      <TrustBar />
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
                panelRef={terminalPanel}
              >
                <ErrorBoundary name="The terminal">
                  <terminal.Component onLeave={focusComposer} fallback={<div className="h-full bg-inset" />} />
                </ErrorBoundary>
              </Panel>
            </>
          ) : null}
        </Group>
      </Panel>
      {reviewOpen ? (
        <>
          <Handle label="Width of the review" />
          <Panel id="review" defaultSize={reviewWidth} minSize={380} groupResizeBehavior="preserve-pixel-size" panelRef={reviewPanel}>
            <ErrorBoundary name="The review">
              <panel.Component
                review={(head) => <review.Component head={head} />}
                files={<panelFiles.Component />}
                fallback={<div className="h-full bg-panel" />}
              />
            </ErrorBoundary>
          </Panel>
        </>
      ) : null}
    </Group>
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

/** Width the conversation is left with as long as the review can give, px. */
const comfortableThread = 590;

/** The remembered widths, smaller where the window is. */
function fittingWidths(): readonly [sidebar: number, review: number] {
  const { sidebarWidth, reviewWidth } = useLayout.getState();
  const sidebar = window.innerWidth < 1_360 ? Math.min(sidebarWidth, 240) : sidebarWidth;
  return [sidebar, Math.min(reviewWidth, Math.max(380, window.innerWidth - sidebar - comfortableThread))];
}

function useStores(): void {
  useEffect(() => {
    const stops = [
      followApp(),
      followConversations(),
      followConversation(),
      followTasks(),
      followAttention(),
      followTerminals(),
      followUndo(),
    ];
    void loadApp();
    const preload = () => {
      panel.preload();
      review.preload();
    };
    const idle = requestIdleCallback(preload, { timeout: 5_000 });
    return () => {
      cancelIdleCallback(idle);
      for (const stop of stops) stop();
    };
  }, []);
}
