import { useTasks } from "../../state/tasks.ts";

/** What was just done to tasks, in a quiet line over the window for a while: also where the sidebar is hidden, or a dialog is open. */
export function TaskSaid() {
  const { text, unseen } = useTasks((state) => state.said);
  return (
    // Always there: a live region that comes with its words is not read out. `aria-live` keeps it readable while a dialog is open.
    <div
      role="status"
      aria-live="polite"
      data-testid="task-said"
      className="pointer-events-none fixed inset-x-0 top-3 z-50 flex justify-center px-4"
    >
      {text === "" ? null : (
        <p
          className={
            unseen
              ? "sr-only"
              : "max-w-140 rounded-md border border-line bg-card px-3 py-1.5 text-small text-fg2 shadow-composer [overflow-wrap:anywhere]"
          }
        >
          {text}
        </p>
      )}
    </div>
  );
}
