import type { TaskRow } from "../../protocol/task.ts";

/** A row of another process, as far as the ledger tells: what it waits for, and whether its owner has seen a sign of life lately. */
export function shownOfOther(row: TaskRow, now: number, stallMs: number): TaskRow {
  if (row.status === "queued") return { ...row, waitsFor: `a place in another Spindle (process ${row.owner?.pid ?? "unknown"})` };
  return row.status === "running" ? { ...row, stalled: now - row.lastEventAt > stallMs } : row;
}
