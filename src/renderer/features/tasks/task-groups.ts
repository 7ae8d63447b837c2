import { assertNever } from "../../../protocol/error.ts";
import type { TaskRow } from "../../../protocol/task.ts";

/** needs: a person is to answer or to decide. running: also what waits for a place. failed: also what ran out of time or lost its owner. */
export type TaskGroup = "needs" | "running" | "finished" | "failed";

export const taskGroups: readonly TaskGroup[] = ["needs", "running", "finished", "failed"];

export const groupNames: Readonly<Record<TaskGroup, string>> = {
  needs: "Needs you",
  running: "Running",
  finished: "Finished",
  failed: "Failed",
};

/** What is over is folded away after this long, ms. Failures stay longer: somebody should look at them. */
const foldedAfterMs = { finished: 3_600_000, failed: 24 * 3_600_000 } as const;
/** Rows of what is over that are shown before "older" is asked for. */
const keptRows = { finished: 10, failed: 20 } as const;

export function taskGroup(row: Pick<TaskRow, "status" | "late">): TaskGroup {
  if (row.late?.state === "waiting") return "needs";
  switch (row.status) {
    case "needs_you":
      return "needs";
    case "running":
    case "queued":
      return "running";
    case "succeeded":
    case "cancelled":
      return "finished";
    case "failed":
    case "timed_out":
    case "interrupted":
      return "failed";
    default:
      return assertNever(row.status);
  }
}

/** Rows in the order of the list: by group, newest first; what waits for a place stands behind what runs, first come first. */
export function orderTasks(rows: readonly TaskRow[]): readonly TaskRow[] {
  const rank = (row: TaskRow) => taskGroups.indexOf(taskGroup(row)) + (row.status === "queued" ? 0.5 : 0);
  const time = (row: TaskRow) => (row.status === "queued" ? row.createdAt : -(row.finishedAt ?? row.startedAt ?? row.createdAt));
  return rows
    .map((row) => ({ row, rank: rank(row), time: time(row) }))
    .toSorted((a, b) => a.rank - b.rank || a.time - b.time || (a.row.taskId < b.row.taskId ? -1 : 1))
    .map(({ row }) => row);
}

/** A line of the list. `key` is the row's id, or the group's with what the line is. */
export type TaskLine =
  | { readonly kind: "head"; readonly key: string; readonly group: TaskGroup; readonly count: number }
  | { readonly kind: "row"; readonly key: string; readonly row: TaskRow }
  | { readonly kind: "older"; readonly key: string; readonly group: TaskGroup; readonly count: number; readonly open: boolean };

/** The lines of the list. `folded` are groups shown without their rows, `older` groups that show all of theirs. */
export function taskLines(
  rows: readonly TaskRow[],
  view: { readonly folded: ReadonlySet<TaskGroup>; readonly older: ReadonlySet<TaskGroup>; readonly now: number },
): readonly TaskLine[] {
  const ordered = orderTasks(rows);
  return taskGroups.flatMap((group): readonly TaskLine[] => {
    const members = ordered.filter((row) => taskGroup(row) === group);
    if (members.length === 0) return [];
    const head: TaskLine = { kind: "head", key: `head:${group}`, group, count: members.length };
    if (view.folded.has(group)) return [head];
    const fresh = group === "finished" || group === "failed" ? freshOf(members, group, view.now) : members;
    const open = view.older.has(group);
    const lines = (open ? members : fresh).map((row): TaskLine => ({ kind: "row", key: row.taskId, row }));
    if (fresh.length === members.length) return [head, ...lines];
    return [head, ...lines, { kind: "older", key: `older:${group}`, group, count: members.length - fresh.length, open }];
  });
}

function freshOf(members: readonly TaskRow[], group: "finished" | "failed", now: number): readonly TaskRow[] {
  return members.filter((row) => now - (row.finishedAt ?? row.lastEventAt) < foldedAfterMs[group]).slice(0, keptRows[group]);
}

/** What matters most, in two words: `1 needs you`, else `2 running`, else `1 queued`, `1 failed` or `4 done`. */
export function taskSummary(rows: readonly TaskRow[]): string {
  const count = (holds: (row: TaskRow) => boolean) => rows.filter(holds).length;
  const needs = count((row) => taskGroup(row) === "needs");
  const parts = [
    needs === 0 ? "" : `${needs} ${needs === 1 ? "needs" : "need"} you`,
    part(
      count((row) => row.status === "running"),
      "running",
    ),
    part(
      count((row) => row.status === "queued"),
      "queued",
    ),
  ];
  const inGroup = (group: TaskGroup) => count((row) => taskGroup(row) === group);
  // One fits the narrow head; what comes first matters more, and the groups have their own counts.
  return [...parts, part(inGroup("failed"), "failed"), part(inGroup("finished"), "done")].find((words) => words !== "") ?? "";
}

function part(count: number, word: string): string {
  return count === 0 ? "" : `${count} ${word}`;
}
