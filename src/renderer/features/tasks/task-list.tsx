import { Play, RotateCcw, Square } from "lucide-react";
import { memo, useCallback, useMemo, useState } from "react";
import type { TaskId } from "../../../protocol/ids.ts";
import { canResume, canRetry, isTaskOver, type TaskRow } from "../../../protocol/task.ts";
import { asErrorData } from "../../lib/api.ts";
import { formatClock, formatRelative } from "../../lib/format.ts";
import { useNow } from "../../state/now.ts";
import { cancelTask, loadTasks, runTaskAgain, useTasks } from "../../state/tasks.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { cx } from "../../ui/cx.ts";
import { useMinute } from "../../ui/use-minute.ts";
import { orderTasks, shownTasks, statusName, taskGroup, taskLine, taskSummary } from "./task-groups.ts";
import { TaskMark } from "./task-mark.tsx";
import { TaskPage } from "./task-page.tsx";

/** Rows of finished tasks shown before the rest is asked for. */
const keptRows = 5;

/** The background tasks of the project, above the foot of the sidebar. Nothing is drawn while there are none. */
export function TaskList() {
  const rows = useTasks((state) => state.rows);
  const error = useTasks((state) => state.error);
  const [all, setAll] = useState(false);
  const [openId, setOpenId] = useState<TaskId | null>(null);
  const ordered = useMemo(() => orderTasks(rows), [rows]);
  const shown = all ? ordered : shownTasks(ordered, keptRows);
  const open = useCallback((taskId: TaskId) => setOpenId(taskId), []);
  const page = rows.find((row) => row.taskId === openId);
  if (error !== null) {
    return (
      <div role="alert" className="border-t border-line px-4 py-3 text-small text-fg2">
        The tasks could not be read: {error.message}
        <Button size="sm" variant="accent" onClick={() => void loadTasks()}>
          Try again
        </Button>
      </div>
    );
  }
  if (rows.length === 0) return null;
  return (
    <section aria-label="Background tasks" data-testid="task-list" className="flex min-h-0 flex-col border-t border-line">
      <div className="flex h-9 shrink-0 items-center justify-between gap-2 px-4 pt-1 text-small text-fg3">
        <h2 className="shrink-0 font-medium">Background tasks</h2>
        <span role="status" className="tabular truncate">
          {taskSummary(rows)}
        </span>
      </div>
      <ul className="min-h-0 overflow-y-auto px-2 pb-1.5">
        {shown.map((row) => (
          <TaskItem key={row.taskId} row={row} onOpen={open} />
        ))}
      </ul>
      {ordered.length > shown.length || all ? (
        <Button size="sm" variant="ghost" className="mx-2 my-1 justify-start" onClick={() => setAll(!all)}>
          {all ? "Show fewer" : `Show all ${ordered.length}`}
        </Button>
      ) : null}
      {page === undefined ? null : <TaskPage row={page} onClose={() => setOpenId(null)} />}
    </section>
  );
}

const TaskItem = memo(function TaskItem({ row, onOpen }: { readonly row: TaskRow; readonly onOpen: (taskId: TaskId) => void }) {
  const [stopping, setStopping] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const group = taskGroup(row.status);
  const over = isTaskOver(row.status);
  const stop = () => {
    setStopping(true);
    setProblem(null);
    cancelTask(row.taskId).catch((error: unknown) => {
      setStopping(false);
      setProblem(asErrorData(error).message);
    });
  };
  const again = canResume(row) ? "resume" : canRetry(row) && row.status !== "cancelled" ? "retry" : null;
  const runAgain = (how: "resume" | "retry") => {
    setStopping(false);
    setProblem(null);
    runTaskAgain(row.taskId, how).catch((error: unknown) => setProblem(asErrorData(error).message));
  };
  const line = problem ?? (stopping && !over ? "Stopping" : taskLine(row));
  return (
    <li
      data-testid="task-row"
      data-task-id={row.taskId}
      data-status={row.status}
      className="group/task relative rounded-md hover:bg-raise has-focus-visible:bg-raise"
    >
      <button type="button" onClick={() => onOpen(row.taskId)} className="flex w-full gap-2.5 rounded-md px-2 py-1.5 text-left">
        <span className="flex h-5 items-center">
          <TaskMark status={row.status} />
        </span>
        <span className="min-w-0 flex-1">
          <span className="flex items-baseline gap-2">
            <span className={cx("min-w-0 flex-1 truncate text-ui", group === "queued" ? "text-fg3" : "text-fg")}>{row.title}</span>
            <span
              className={cx(
                "tabular shrink-0 text-small text-fg3",
                (!over || again !== null) && "group-hover/task:invisible group-has-focus-visible/task:invisible",
              )}
            >
              <span className="sr-only">{statusName(row.status)}, </span>
              <TaskTime row={row} />
            </span>
          </span>
          <span
            className={cx(
              "block truncate text-small",
              problem !== null || group === "failed" ? "text-del" : group === "needs" ? "text-warn" : "text-fg3",
            )}
            title={line}
          >
            {line}
          </span>
        </span>
      </button>
      {again === null ? null : (
        <IconButton
          label={`${again === "resume" ? "Resume" : "Retry"} ${row.title}`}
          size="sm"
          onClick={() => runAgain(again)}
          data-testid={`task-${again}`}
          className="absolute top-1 right-1 bg-raise opacity-0 group-hover/task:opacity-100 focus-visible:opacity-100 group-has-focus-visible/task:opacity-100"
        >
          {again === "resume" ? <Play size={12} aria-hidden /> : <RotateCcw size={12} aria-hidden />}
        </IconButton>
      )}
      {over ? null : (
        <IconButton
          label={`Stop ${row.title}`}
          size="sm"
          disabled={stopping}
          onClick={stop}
          data-testid="task-stop"
          className="absolute top-1 right-1 bg-raise opacity-0 group-hover/task:opacity-100 focus-visible:opacity-100 group-has-focus-visible/task:opacity-100"
        >
          <Square size={11} fill="currentColor" aria-hidden />
        </IconButton>
      )}
    </li>
  );
});

/** Elapsed while it runs, how long ago when it is over. */
function TaskTime({ row }: { readonly row: TaskRow }) {
  if (row.finishedAt !== null) return <TaskAge finishedAt={row.finishedAt} />;
  if (row.startedAt === null || row.status === "queued") return "queued";
  return <TaskClock startedAt={row.startedAt} />;
}

function TaskClock({ startedAt }: { readonly startedAt: number }) {
  return formatClock(useNow() - startedAt);
}

function TaskAge({ finishedAt }: { readonly finishedAt: number }) {
  const when = formatRelative(finishedAt, useMinute());
  return /\d[mh]$/.test(when) ? `${when} ago` : when;
}
