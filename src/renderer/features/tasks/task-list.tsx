import { useVirtualizer, defaultRangeExtractor } from "@tanstack/react-virtual";
import { ChevronDown, ChevronRight, Folder, Layers } from "lucide-react";
import { type KeyboardEvent, useCallback, useLayoutEffect, useMemo, useRef, useState } from "react";
import { create } from "zustand";
import { loadTasks, setTaskScope, type TaskScope, useTasks } from "../../state/tasks.ts";
import { Button } from "../../ui/button.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { useMinute } from "../../ui/use-minute.ts";
import { groupNames, type TaskGroup, type TaskLine, taskLines, taskSummary } from "./task-groups.ts";
import { TaskItem } from "./task-item.tsx";
import { errorWords } from "./task-words.ts";
import { useHeldOrder } from "./use-held-order.ts";

const scopes = [
  { value: "project", label: "Tasks of this project", icon: <Folder size={12} aria-hidden /> },
  { value: "all", label: "Tasks of all projects", icon: <Layers size={12} aria-hidden /> },
] as const satisfies readonly { value: TaskScope; label: string; icon: unknown }[];

/** Heights of the lines, px. */
const heights = { head: 26, row: 44, older: 26 } as const;

/** Groups shown without their rows, and those that show all of theirs: kept while the list is hidden. */
const useFolds = create<{ readonly folded: ReadonlySet<TaskGroup>; readonly older: ReadonlySet<TaskGroup> }>()(() => ({
  folded: new Set(),
  older: new Set(),
}));

/** The background tasks, above the foot of the sidebar: of this project, or of all. */
export function TaskList() {
  const rows = useTasks((state) => state.rows);
  const error = useTasks((state) => state.error);
  const status = useTasks((state) => state.status);
  const scope = useTasks((state) => state.scope);
  if (error !== null) {
    return (
      <div role="alert" className="border-t border-line px-4 py-3 text-small text-fg2">
        The tasks could not be read: {errorWords(error)}
        <Button size="sm" variant="accent" onClick={() => void loadTasks()}>
          Try again
        </Button>
      </div>
    );
  }
  return (
    <section aria-label="Background tasks" data-testid="task-list" className="flex min-h-0 flex-col border-t border-line">
      <div className="flex h-9 shrink-0 items-center gap-1.5 pt-1 pr-2 pl-4 text-small text-fg3">
        <h2 className="shrink-0 font-medium">Background tasks</h2>
        <span role="status" className="tabular min-w-0 flex-1 truncate text-right">
          {taskSummary(rows)}
        </span>
        <Segmented label="Whose tasks" value={scope} choices={scopes} onChange={(value) => void setTaskScope(value)} />
      </div>
      {rows.length > 0 ? (
        <Lines />
      ) : status === "ready" ? (
        <p className="px-4 pb-2.5 text-small text-fg3">{scope === "all" ? "No task in any project." : "None in this project."}</p>
      ) : null}
    </section>
  );
}

function Lines() {
  const rows = useTasks((state) => state.rows);
  const scope = useTasks((state) => state.scope);
  const { folded, older } = useFolds();
  const now = useMinute();
  const { byKey, keys } = useMemo(() => {
    const lines = taskLines(rows, { folded, older, now });
    const named = new Map<string, TaskLine>(rows.map((row) => [row.taskId, { kind: "row", key: row.taskId, row }]));
    for (const line of lines) named.set(line.key, line);
    return { byKey: named, keys: lines.map((line) => line.key) };
  }, [rows, folded, older, now]);
  const order = useHeldOrder(keys, `${scope} ${[...folded].join(",")} ${[...older].join(",")}`);
  const lines = order.keys.map((key) => byKey.get(key) ?? goneLine(key)).filter((line) => line !== null);

  const box = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState<string | null>(null);
  const at = Math.max(
    0,
    lines.findIndex((line) => line.key === active),
  );
  const list = useVirtualizer({
    count: lines.length,
    getScrollElement: () => box.current,
    estimateSize: (index) => heights[lines[index]?.kind ?? "row"],
    getItemKey: (index) => lines[index]?.key ?? index,
    overscan: 4,
    // The line the keyboard is on stays, wherever the list is scrolled to.
    rangeExtractor: (range) => [...new Set([...defaultRangeExtractor(range), Math.min(at, range.count - 1)])].sort((a, b) => a - b),
    initialRect: { width: 260, height: 400 },
  });
  useLayoutEffect(() => list.measure(), [list, order.keys]);

  const wanted = useRef<string | null>(null);
  const goTo = (index: number) => {
    const line = lines[Math.min(lines.length - 1, Math.max(0, index))];
    if (line === undefined) return;
    wanted.current = line.key;
    setActive(line.key);
    list.scrollToIndex(lines.indexOf(line));
  };
  useLayoutEffect(() => {
    if (wanted.current === null) return;
    const element = box.current?.querySelector<HTMLElement>(`[data-line="${wanted.current}"]`);
    wanted.current = null;
    element?.focus({ preventScroll: true });
  });
  const fold = (group: TaskGroup, fold: boolean) => useFolds.setState((now) => ({ folded: withOrWithout(now.folded, group, fold) }));
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented) return;
    const line = lines[at];
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: lines.length - 1 }[event.key];
    if (next !== undefined) goTo(next);
    else if (event.key === "ArrowLeft" && line?.kind === "head") fold(line.group, true);
    else if (event.key === "ArrowRight" && line?.kind === "head") fold(line.group, false);
    else if (event.key === "ArrowLeft") goTo(lines.findLastIndex((each, index) => index < at && each.kind === "head"));
    else return;
    event.preventDefault();
  };
  const focused = useCallback((key: string) => setActive(key), []);
  return (
    <div
      ref={box}
      role="group"
      aria-label="Tasks"
      data-testid="task-lines"
      onKeyDown={onKeyDown}
      {...order.listeners}
      className="min-h-0 overflow-y-auto px-2 pb-1.5"
    >
      <div className="relative" style={{ height: list.getTotalSize() }}>
        {list.getVirtualItems().map((item) => {
          const line = lines[item.index];
          if (line === undefined) return null;
          const tabStop = item.index === at;
          return (
            <div
              key={item.key}
              className="absolute top-0 left-0 w-full pb-px"
              style={{ height: item.size, transform: `translateY(${item.start}px)` }}
            >
              {line.kind === "row" ? (
                <TaskItem row={line.row} named={scope === "all"} tabStop={tabStop} onFocus={focused} />
              ) : line.kind === "head" ? (
                <GroupHead
                  line={line}
                  open={!folded.has(line.group)}
                  tabStop={tabStop}
                  onFocus={focused}
                  onToggle={() => fold(line.group, !folded.has(line.group))}
                />
              ) : (
                <button
                  type="button"
                  data-line={line.key}
                  data-testid="task-older"
                  tabIndex={tabStop ? 0 : -1}
                  onFocus={() => focused(line.key)}
                  onClick={() => useFolds.setState((now) => ({ older: withOrWithout(now.older, line.group, !line.open) }))}
                  className="h-6 w-full rounded-md px-2 pl-8 text-left text-small text-fg3 -outline-offset-2 hover:bg-raise hover:text-fg"
                >
                  {line.open ? "Fold older ones" : `${line.count} older`}
                </button>
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function GroupHead({
  line,
  open,
  tabStop,
  onFocus,
  onToggle,
}: {
  readonly line: Extract<TaskLine, { kind: "head" }>;
  readonly open: boolean;
  readonly tabStop: boolean;
  readonly onFocus: (key: string) => void;
  readonly onToggle: () => void;
}) {
  const Chevron = open ? ChevronDown : ChevronRight;
  return (
    <h3>
      <button
        type="button"
        data-line={line.key}
        data-testid="task-group"
        data-group={line.group}
        aria-expanded={open}
        tabIndex={tabStop ? 0 : -1}
        onFocus={() => onFocus(line.key)}
        onClick={onToggle}
        className="flex h-6 w-full items-center gap-1.5 rounded-md px-2 text-left text-micro font-medium text-fg3 -outline-offset-2 hover:bg-raise hover:text-fg"
      >
        <Chevron size={12} aria-hidden />
        <span className="flex-1">{groupNames[line.group]}</span>
        <span className="tabular">{line.count}</span>
      </button>
    </h3>
  );
}

/** A line of an order that is kept although nothing of it is left: a head stays, so that the rows below do not move. */
function goneLine(key: string): TaskLine | null {
  const [kind, group] = key.split(":");
  if (kind !== "head" || group === undefined || !(group in groupNames)) return null;
  return { kind: "head", key, group: group as TaskGroup, count: 0 };
}

function withOrWithout(set: ReadonlySet<TaskGroup>, group: TaskGroup, has: boolean): ReadonlySet<TaskGroup> {
  const next = new Set(set);
  if (has) next.add(group);
  else next.delete(group);
  return next;
}
