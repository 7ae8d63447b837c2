import { expect, it } from "vitest";
import { historyOf } from "../../../src/main/tasks/history.ts";
import type { LedgerRecord } from "../../../src/main/tasks/record.ts";
import { taskRow } from "../../renderer/support/story.ts";

const owner = { pid: 7, startTime: "1" };
const end = { result: null, text: "", lastLine: "" } as const;

it("tells what happened to one task, in order, and leaves out signs of life and other tasks", () => {
  const error = { code: "rate_limited" as const, message: "Too many requests." };
  const records: LedgerRecord[] = [
    { type: "created", task: taskRow({ taskId: "a", createdAt: 1 }), owner },
    { type: "created", task: taskRow({ taskId: "b", createdAt: 1 }), owner },
    { type: "started", taskId: "a", at: 2, owner },
    { type: "beat", taskId: "a", at: 3, lastLine: "x", used: { tokens: 0, calls: 0, usd: null, bytes: 0 } },
    { type: "tried", taskId: "a", at: 4, attempt: 1, error },
    { type: "needs_you", taskId: "a", at: 5, open: true },
    { type: "needs_you", taskId: "a", at: 6, open: false },
    { type: "message", taskId: "a", text: "Look at b.txt" },
    { type: "finished", taskId: "b", at: 7, status: "succeeded", error: null, ...end },
    { type: "finished", taskId: "a", at: 8, status: "failed", error, ...end },
    { type: "delivery", taskId: "a", delivery: "seen" },
    { type: "again", taskId: "a", at: 9, how: "retry", owner },
  ];
  expect(historyOf(records, "a").map(({ at, what, detail }) => [at, what, detail])).toEqual([
    [1, "Created", null],
    [2, "Started", "process 7"],
    [4, "Try 1 failed", "Too many requests."],
    [5, "Waited for you", null],
    [6, "Was answered", null],
    [null, "Got a message", "Look at b.txt"],
    [8, "Failed", "Too many requests."],
    [null, "The agent read its result", null],
    [9, "Retried", "run 2"],
  ]);
});
