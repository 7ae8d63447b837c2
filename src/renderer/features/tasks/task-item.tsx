import { Play, RotateCcw, Square } from "lucide-react";
import { type DragEvent, memo, useEffect, useState } from "react";
import type { TaskId } from "../../../protocol/ids.ts";
import { canResume, canRetry, canStop, type TaskRow } from "../../../protocol/task.ts";
import { asErrorData } from "../../lib/api.ts";
import { formatClock, formatRelative, splitPath } from "../../lib/format.ts";
import { useNow } from "../../state/now.ts";
import { cancelTask, openTask, runTaskAgain, sayOfTasks, useTasks } from "../../state/tasks.ts";
import { IconButton } from "../../ui/button.tsx";
import { cx } from "../../ui/cx.ts";
import { useMinute } from "../../ui/use-minute.ts";
import { hasFiles, sendFiles, takesFiles } from "./task-files.ts";
import { taskGroup } from "./task-groups.ts";
import { TaskMark } from "./task-mark.tsx";
import { errorWords, isStillNews, type SaidOfRow, shortCount, statusName, stoppedWords, taskLine } from "./task-words.ts";

export interface TaskItemProps {
  readonly row: TaskRow;
  /** Says which project it is of. */
  readonly named: boolean;
  /** The one line Tab reaches; arrows go to the others. */
  readonly tabStop: boolean;
  readonly onFocus: (key: TaskId) => void;
}

/** How long a row says why something could not be done, ms; less when the row changes before. */
const badWordsMs = 15_000;

const hidden = "opacity-0 group-hover/task:opacity-100 focus-visible:opacity-100 group-has-focus-visible/task:opacity-100";

/** One task of the sidebar. Enter opens its page, Delete stops it, R runs it again, a file dropped on a running agent is its. */
export const TaskItem = memo(function TaskItem({ row, named, tabStop, onFocus }: TaskItemProps) {
  const [words, setWords] = useState<SaidOfRow | null>(null);
  useEffect(() => {
    if (words?.bad !== true) return;
    const timer = setTimeout(() => setWords(null), badWordsMs);
    return () => clearTimeout(timer);
  }, [words]);
  const [dropping, setDropping] = useState(false);
  const group = taskGroup(row);
  const stoppable = canStop(row);
  const again = canResume(row) ? "resume" : canRetry(row) ? "retry" : null;
  const say = (text: string, bad = false) => {
    // What is said after a while is said of the row as it is by then.
    setWords({ text, bad, row: useTasks.getState().rows.find((each) => each.taskId === row.taskId) ?? row });
    sayOfTasks(text, "unseen");
  };
  const fail = (error: unknown) => say(errorWords(asErrorData(error)), true);
  const stop = () => {
    if (!stoppable) return;
    say("Stopping");
    cancelTask(row.taskId).then((stopped) => sayOfTasks(stoppedWords(row, stopped)), fail);
  };
  const runAgain = () => {
    if (again === null) return;
    setWords(null);
    runTaskAgain(row.taskId, again).then(() => sayOfTasks(`${row.title} starts again`, "unseen"), fail);
  };
  const drop = {
    onDragOver(event: DragEvent) {
      if (!hasFiles(event) || !takesFiles(row)) return;
      event.preventDefault();
      setDropping(true);
    },
    onDragLeave: (event: DragEvent) => !event.currentTarget.contains(event.relatedTarget as Node | null) && setDropping(false),
    onDrop(event: DragEvent) {
      setDropping(false);
      if (!hasFiles(event) || !takesFiles(row)) return;
      event.preventDefault();
      sendFiles(row, [...event.dataTransfer.files]).then((said) => say(said), fail);
    },
  };
  const said = words !== null && isStillNews(words, row) ? words : null;
  const line = dropping ? "Drop to hand it to this agent" : (said?.text ?? taskLine(row));
  return (
    <div
      {...drop}
      data-testid="task-row"
      data-task-id={row.taskId}
      data-status={row.status}
      className={cx(
        "group/task relative h-full rounded-md hover:bg-raise has-focus-visible:bg-raise",
        dropping && "outline-1 -outline-offset-1 outline-accent outline-dashed",
      )}
    >
      <button
        type="button"
        data-line={row.taskId}
        tabIndex={tabStop ? 0 : -1}
        onFocus={() => onFocus(row.taskId)}
        onClick={() => void openTask(row.taskId)}
        onKeyDown={(event) => {
          if (event.ctrlKey || event.metaKey || event.altKey) return;
          if (event.key === "Delete" || event.key === "Backspace") stop();
          else if (event.key.toLowerCase() === "r") runAgain();
          else return;
          event.preventDefault();
        }}
        className="flex h-full w-full gap-2.5 rounded-md px-2 py-1 text-left -outline-offset-2"
      >
        <span className="flex h-5 items-center">
          <TaskMark row={row} />
        </span>
        <span className="min-w-0 flex-1">
          <span className="flex items-baseline gap-2">
            <span className={cx("min-w-0 flex-1 truncate text-ui", row.status === "queued" ? "text-fg3" : "text-fg")} title={row.title}>
              {row.title}
            </span>
            <span
              // Makes place for the button. Not `invisible`: a screen reader is to hear of a row that has the focus, too.
              className={cx(
                "tabular shrink-0 text-small text-fg3",
                (stoppable || again !== null) && "group-hover/task:opacity-0 group-has-focus-visible/task:opacity-0",
              )}
            >
              <span className="sr-only">{`, ${statusName(row.status)}${row.stalled ? ", stalled" : ""}, `}</span>
              <TaskTime row={row} />
            </span>
          </span>
          <span className="flex items-baseline gap-2 text-small leading-4 text-fg3">
            <span
              className={cx(
                "min-w-0 flex-1 truncate",
                said?.bad === true || (said === null && group === "failed")
                  ? "text-del"
                  : (group === "needs" || row.stalled) && said === null
                    ? "text-warn"
                    : "",
              )}
              title={line}
            >
              <span className="sr-only">, </span>
              {named ? <span className="text-fg2">{splitPath(row.projectRoot)[1]} · </span> : null}
              {line}
            </span>
            {row.used.tokens === 0 ? null : (
              <span className="tabular shrink-0 text-micro" title={`${row.used.tokens.toLocaleString("en-US")} tokens`}>
                <span className="sr-only">, </span>
                {shortCount(row.used.tokens)}
                <span className="sr-only"> tokens</span>
                <span aria-hidden> tok</span>
              </span>
            )}
          </span>
        </span>
      </button>
      {again === null ? null : (
        <IconButton
          label={`${again === "resume" ? "Resume" : "Retry"} ${row.title}`}
          keys="R"
          size="sm"
          tabIndex={tabStop ? 0 : -1}
          onClick={runAgain}
          data-testid={`task-${again}`}
          className={cx("absolute top-0.5 right-1 bg-raise", hidden)}
        >
          {again === "resume" ? <Play size={12} aria-hidden /> : <RotateCcw size={12} aria-hidden />}
        </IconButton>
      )}
      {!stoppable ? null : (
        <IconButton
          label={`Stop ${row.title}`}
          keys="Del"
          size="sm"
          tabIndex={tabStop ? 0 : -1}
          disabled={said?.text === "Stopping"}
          onClick={stop}
          data-testid="task-stop"
          className={cx("absolute top-0.5 right-1 bg-raise", hidden)}
        >
          <Square size={11} fill="currentColor" aria-hidden />
        </IconButton>
      )}
    </div>
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
