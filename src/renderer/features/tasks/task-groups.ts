import { assertNever } from "../../../protocol/error.ts";
import type { TaskRow, TaskStatus } from "../../../protocol/task.ts";

/** needs: waits for a person. failed: also what ran out of time or lost its owner. */
export type TaskGroup = "needs" | "running" | "queued" | "finished" | "failed";

const order: readonly TaskGroup[] = ["needs", "running", "queued", "finished", "failed"];

export function taskGroup(status: TaskStatus): TaskGroup {
  switch (status) {
    case "needs_you":
      return "needs";
    case "running":
      return "running";
    case "queued":
      return "queued";
    case "succeeded":
    case "cancelled":
      return "finished";
    case "failed":
    case "timed_out":
    case "interrupted":
      return "failed";
    default:
      return assertNever(status);
  }
}

/** Rows in the order of the list: needs you, running and queued oldest first, then finished and failed newest first. */
export function orderTasks(rows: readonly TaskRow[]): readonly TaskRow[] {
  const time = (row: TaskRow, group: TaskGroup) =>
    group === "finished" || group === "failed"
      ? -(row.finishedAt ?? row.lastEventAt)
      : group === "queued"
        ? row.createdAt
        : (row.startedAt ?? row.createdAt);
  return rows
    .map((row) => ({ row, group: taskGroup(row.status) }))
    .toSorted(
      (a, b) =>
        order.indexOf(a.group) - order.indexOf(b.group) ||
        time(a.row, a.group) - time(b.row, b.group) ||
        (a.row.taskId < b.row.taskId ? -1 : 1),
    )
    .map(({ row }) => row);
}

/** Rows shown before "Show all", in their order: everything that is not over, and what ended last, up to `kept` in all but at least two. */
export function shownTasks(ordered: readonly TaskRow[], kept: number): readonly TaskRow[] {
  const over = ordered
    .filter((row) => !isOpen(row.status))
    .toSorted((a, b) => (b.finishedAt ?? b.lastEventAt) - (a.finishedAt ?? a.lastEventAt));
  const recent = new Set(over.slice(0, Math.max(2, kept - (ordered.length - over.length))));
  return ordered.filter((row) => isOpen(row.status) || recent.has(row));
}

/** `1 needs you · 2 running`, `2 running · 1 queued`; without any of them how many there are: `4 done · 1 failed`. */
export function taskSummary(rows: readonly TaskRow[]): string {
  const count = (group: TaskGroup) => rows.filter((row) => taskGroup(row.status) === group).length;
  const needs = count("needs");
  const parts = [
    needs === 0 ? "" : `${needs} ${needs === 1 ? "needs" : "need"} you`,
    part(count("running"), "running"),
    part(count("queued"), "queued"),
  ].filter(Boolean);
  // Two fit the narrow head; what comes first matters more.
  if (parts.length > 0) return parts.slice(0, 2).join(" · ");
  return [part(count("finished"), "done"), part(count("failed"), "failed")].filter(Boolean).join(" · ");
}

/** The second line of a row: what is happening, or how it ended. */
export function taskLine(row: TaskRow): string {
  switch (row.status) {
    case "queued":
      return row.waitsFor === null ? row.lastLine || "Waits for a free place" : `Waits: ${row.waitsFor}`;
    case "needs_you":
      return row.lastLine || "Waits for your answer";
    case "running":
      return row.stalled ? `No sign of life for a while${row.lastLine === "" ? "" : `; last: ${row.lastLine}`}` : row.lastLine || "Started";
    case "succeeded":
      return row.lastLine || deliveryWords(row);
    case "cancelled":
      return "Stopped";
    case "failed":
      return row.error?.message ?? "Failed";
    case "timed_out":
      if (row.late?.state === "expected") return "Timed out; the answer may still come";
      if (row.late?.state === "waiting") return "The answer came late: open it to decide";
      return row.error?.message ?? "Stopped at its time limit";
    case "interrupted":
      return row.error?.message ?? "Ended while Spindle was closed";
    default:
      return assertNever(row.status);
  }
}

/** Where the result is. */
export function deliveryWords(row: TaskRow): string {
  if (isOpen(row.status))
    return row.notify === "silent"
      ? "Stays here; the conversation is not told"
      : row.notify === "wake"
        ? "Wakes the conversation when done"
        : "Waits for the next turn when done";
  if (row.delivery === "seen") return "Read by the agent";
  if (row.delivery === "delivered") return "Added to the conversation";
  return row.notify === "silent" ? "Kept here only" : "Not delivered yet";
}

const statusNames: Readonly<Record<TaskStatus, string>> = {
  queued: "Queued",
  running: "Running",
  needs_you: "Needs you",
  succeeded: "Done",
  failed: "Failed",
  cancelled: "Stopped",
  timed_out: "Timed out",
  interrupted: "Interrupted",
};

export function statusName(status: TaskStatus): string {
  return statusNames[status];
}

function isOpen(status: TaskStatus): boolean {
  const group = taskGroup(status);
  return group !== "finished" && group !== "failed";
}

function part(count: number, word: string): string {
  return count === 0 ? "" : `${count} ${word}`;
}
