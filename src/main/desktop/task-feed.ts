import { type TaskProgress, taskProgressFields, type TaskPush, type TaskRow } from "../../protocol/task.ts";

/** Rows a window has, and what of them is not the same any more. */
export interface TaskFeed {
  /** A row changed: it is part of the next push. */
  add(row: TaskRow): void;
  close(): void;
}

/** Two pushes are at least this far apart, ms. */
const pushMs = 50;
/** Rows of other processes, and reasons to wait, change without an event: they are looked at this often, ms. */
const lookMs = 1_000;

/**
 * Tells a window what changed of tasks: whole rows where more than the progress did, only that where it alone did (a question
 * or a script of a row can be long, and its last line changes many times a second).
 */
export function createTaskFeed(options: {
  readonly rows: () => readonly TaskRow[];
  /** A row as a window shows it; asked when it is pushed. */
  readonly shown: (row: TaskRow) => TaskRow;
  readonly push: (push: TaskPush) => void;
}): TaskFeed {
  const told = new Map<string, TaskRow>();
  let waiting = new Map<string, TaskRow>();
  let timer: NodeJS.Timeout | null = null;
  const flush = (): void => {
    timer = null;
    const changed: TaskRow[] = [];
    const progress: TaskProgress[] = [];
    for (const row of [...waiting.values()].map(options.shown)) {
      const before = told.get(row.taskId);
      told.set(row.taskId, row);
      if (before === undefined || !isSameBut(before, row)) changed.push(row);
      else if (!isSameProgress(before, row)) progress.push(progressOf(row));
    }
    waiting = new Map();
    if (changed.length + progress.length > 0) options.push({ changed, progress });
  };
  const add = (row: TaskRow): void => {
    waiting.set(row.taskId, row);
    timer ??= setTimeout(flush, pushMs);
  };
  for (const row of options.rows()) told.set(row.taskId, options.shown(row));
  const look = setInterval(() => {
    for (const row of options.rows()) if (told.get(row.taskId) !== row) add(row);
  }, lookMs);
  return {
    add,
    close() {
      clearInterval(look);
      if (timer !== null) clearTimeout(timer);
    },
  };
}

const progressFields: ReadonlySet<string> = new Set(taskProgressFields);

function isSameBut(before: TaskRow, row: TaskRow): boolean {
  return Object.keys(row).every((name) => progressFields.has(name) || isSame(before[name as keyof TaskRow], row[name as keyof TaskRow]));
}

function isSameProgress(before: TaskRow, row: TaskRow): boolean {
  return taskProgressFields.every((name) => isSame(before[name], row[name]));
}

function isSame(a: TaskRow[keyof TaskRow], b: TaskRow[keyof TaskRow]): boolean {
  return a === b || (typeof a === "object" && typeof b === "object" && JSON.stringify(a) === JSON.stringify(b));
}

function progressOf({ taskId, lastEventAt, lastLine, outputFrom, used, stalled, waitsFor }: TaskRow): TaskProgress {
  return { taskId, lastEventAt, lastLine, outputFrom, used, stalled, waitsFor };
}
