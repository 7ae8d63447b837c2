import { create } from "zustand";
import { persist } from "zustand/middleware";
import type { Attachment } from "../../protocol/attachment.ts";
import type { ErrorData } from "../../protocol/error.ts";
import type { ConversationId, TaskId } from "../../protocol/ids.ts";
import type { TaskPush, TaskRow } from "../../protocol/task.ts";
import { asErrorData, call } from "../lib/api.ts";
import { onFrame } from "../lib/frame.ts";
import { mergeById } from "../lib/merge.ts";
import { useApp } from "./app.ts";

export type TaskScope = "project" | "all";

export interface TasksStore {
  readonly status: "loading" | "ready" | "failed";
  readonly error: ErrorData | null;
  /** In no order. */
  readonly rows: readonly TaskRow[];
  /** Whose tasks these are: of the open project, or of all. Remembered. */
  readonly scope: TaskScope;
  /** The task whose page is open. */
  readonly openId: TaskId | null;
  /** Its row where it is none of those that are listed: a task of another project. */
  readonly openRow: TaskRow | null;
  /** A sentence about what was just done, for a while; empty: nothing. `unseen` is only read out: the window shows it in another way. */
  readonly said: { readonly text: string; readonly unseen: boolean };
}

/** The background tasks that are listed. */
export const useTasks = create<TasksStore>()(
  persist(
    (): TasksStore => ({
      status: "loading",
      error: null,
      rows: [],
      scope: "project",
      openId: null,
      openRow: null,
      said: { text: "", unseen: true },
    }),
    {
      name: "spindle.tasks",
      version: 1,
      partialize: ({ scope }) => ({ scope }),
    },
  ),
);

/** The newest reading of the list. */
let reading: object | null = null;

const openRoot = (): string | null => useApp.getState().app?.project?.root ?? null;

/** Reads the list; the answer of an older reading is left out. Failures become the list's state. */
export async function loadTasks(): Promise<void> {
  const own = (reading = {});
  const { scope } = useTasks.getState();
  try {
    const rows = await call("tasks.list", { scope });
    if (reading === own) useTasks.setState({ rows, status: "ready", error: null });
  } catch (error) {
    if (reading === own) useTasks.setState({ status: "failed", error: asErrorData(error) });
  }
}

export async function setTaskScope(scope: TaskScope): Promise<void> {
  useTasks.setState({ scope });
  await loadTasks();
}

/** Opens a task's page, whatever project it is of; null closes it. The list stays as it is. Rejects with ApiError when there is no such task. */
export async function openTask(taskId: TaskId | null): Promise<void> {
  const listed = taskId === null || useTasks.getState().rows.some((row) => row.taskId === taskId);
  const openRow = listed ? null : await call("tasks.row", { taskId });
  useTasks.setState({ openId: taskId, openRow });
}

/** The row of the task whose page is open. */
export function openTaskRow({ openId, openRow, rows }: Pick<TasksStore, "openId" | "openRow" | "rows">): TaskRow | undefined {
  if (openId === null) return undefined;
  return rows.find((row) => row.taskId === openId) ?? (openRow?.taskId === openId ? openRow : undefined);
}

/**
 * Follows what main tells of tasks, and the open project: with another one the tasks of the one before go at once, before anybody
 * could stop one that is not theirs. Returns the function that stops.
 */
export function followTasks(): () => void {
  const stopRows = onFrame("tasks", (batch) => {
    const root = openRoot();
    useTasks.setState(({ rows, scope, openRow }) => ({
      openRow:
        openRow === null
          ? null
          : (batch.reduce((now, push) => applyPush(now, push, (row) => row.taskId === openRow.taskId), [
              openRow,
            ] as readonly TaskRow[])[0] ?? null),
      rows: batch.reduce((now, push) => applyPush(now, push, (row) => scope === "all" || row.projectRoot === root), rows),
    }));
  });
  let root = openRoot();
  const stopProject = useApp.subscribe(() => {
    if (root === openRoot()) return;
    root = openRoot();
    if (useTasks.getState().scope === "all") return;
    reading = null;
    useTasks.setState({ rows: [], status: "loading", error: null });
  });
  return () => {
    stopRows();
    stopProject();
  };
}

/** The rows with a push applied; rows that do not belong are left out. Rows without news stay the same objects. */
export function applyPush(rows: readonly TaskRow[], push: TaskPush, belongs: (row: TaskRow) => boolean): readonly TaskRow[] {
  const changed = push.changed.filter(belongs);
  const merged = changed.length === 0 ? rows : mergeById(rows, changed, (row) => row.taskId);
  if (push.progress.length === 0) return merged;
  const progress = new Map(push.progress.map((each) => [each.taskId, each]));
  return merged.map((row) => {
    const news = progress.get(row.taskId);
    return news === undefined ? row : { ...row, ...news };
  });
}

/** How long a sentence is shown, ms; longer ones longer. */
const saidMs = (text: string): number => Math.min(20_000, 5_000 + text.length * 50);
let saidTimer: ReturnType<typeof setTimeout> | null = null;

/** Says a sentence about tasks for a while, in place of the one before: in a quiet line over the window, or only to people who do not see. */
export function sayOfTasks(text: string, how: "shown" | "unseen" = "shown"): void {
  if (saidTimer !== null) clearTimeout(saidTimer);
  useTasks.setState({ said: { text, unseen: how === "unseen" } });
  saidTimer = setTimeout(() => useTasks.setState({ said: { text: "", unseen: true } }), saidMs(text));
}

/** Stops it with everything it started; resolves with the names of what was stopped. Rejects with ApiError. The row changes when main pushes it. */
export async function cancelTask(taskId: TaskId): Promise<readonly string[]> {
  return (await call("tasks.cancel", { taskId })).stopped;
}

/** From the start, or from what it had. Rejects with ApiError. The row changes when main pushes it. */
export async function runTaskAgain(taskId: TaskId, how: "retry" | "resume"): Promise<void> {
  await call(how === "retry" ? "tasks.retry" : "tasks.resume", { taskId });
}

/** Its result will wake its conversation. Rejects with ApiError. */
export async function promoteTask(taskId: TaskId): Promise<void> {
  await call("tasks.promote", { taskId });
}

/** A word, with files it may read, to an agent at work. Rejects with ApiError. */
export async function messageTask(taskId: TaskId, text: string, attachments: readonly Attachment[]): Promise<void> {
  await call("tasks.message", { taskId, text, attachments: [...attachments] });
}

/** What becomes of a late answer. Resolves with the conversation that has it now; rejects with ApiError. */
export async function settleLateAnswer(taskId: TaskId, choice: "inject" | "side" | "discard"): Promise<ConversationId | null> {
  return (await call("tasks.late", { taskId, choice })).conversationId;
}
