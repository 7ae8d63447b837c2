import { Tooltip } from "@base-ui/react/tooltip";
import { useEffect } from "react";
import { OpenTaskPage } from "./features/tasks/open-task-page.tsx";
import { TaskSaid } from "./features/tasks/task-said.tsx";
import { UndoConflictDialog } from "./features/undo/conflict-dialog.tsx";
import { Palette } from "./features/palette/palette.tsx";
import { Welcome } from "./features/project/welcome.tsx";
import { Announcer } from "./announcer.tsx";
import { Notices } from "./notices.tsx";
import { followApp, loadApp, useApp } from "./state/app.ts";
import { followFaults } from "./state/notices.ts";
import { followAttention } from "./state/attention.ts";
import { followConversation } from "./state/conversation.ts";
import { followConversations, loadConversations } from "./state/conversations.ts";
import { followLayout } from "./state/layout.ts";
import { followTasks, loadTasks } from "./state/tasks.ts";
import { followTerminals } from "./state/terminals.ts";
import { followUndo } from "./state/undo.ts";
import { Button } from "./ui/button.tsx";
import { ErrorBoundary } from "./ui/error-boundary.tsx";
import { ErrorState, LoadingState } from "./ui/state-view.tsx";
import { late } from "./lib/late.tsx";
import { useShortcuts } from "./shortcuts.ts";
import { preloadReview, Workbench } from "./workbench.tsx";

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
          <div className="drag-region absolute inset-x-0 top-0 h-11" />
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
        <>
          <div className="drag-region h-11" />
          <LoadingState label="Starting" />
        </>
      ) : root === null ? (
        <ErrorBoundary name="The welcome page">
          <Welcome />
        </ErrorBoundary>
      ) : (
        // A project of its own: what was opened and folded in the one before does not belong to it.
        <Workbench key={root} />
      )}
      <Announcer />
      {settingsOpen ? (
        <ErrorBoundary name="The settings" place="floating">
          <settings.Component />
        </ErrorBoundary>
      ) : null}
      <ErrorBoundary name="The palette" place="floating">
        <Palette />
      </ErrorBoundary>
      <ErrorBoundary name="The page of the task" place="floating">
        <OpenTaskPage />
      </ErrorBoundary>
      <ErrorBoundary name="The question about the conflict" place="floating">
        <UndoConflictDialog />
      </ErrorBoundary>
      <TaskSaid />
      <Notices />
    </Tooltip.Provider>
  );
}

function useStores(): void {
  useEffect(() => {
    const stops = [
      followLayout(),
      followApp(),
      followConversations(),
      followConversation(),
      followTasks(),
      followAttention(),
      followTerminals(),
      followUndo(),
      followFaults(),
    ];
    void loadApp();
    const idle = requestIdleCallback(preloadReview, { timeout: 5_000 });
    return () => {
      cancelIdleCallback(idle);
      for (const stop of stops) stop();
    };
  }, []);
}
