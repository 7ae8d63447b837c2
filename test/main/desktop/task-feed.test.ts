import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { createTaskFeed } from "../../../src/main/desktop/task-feed.ts";
import type { TaskPush, TaskRow } from "../../../src/protocol/task.ts";
import { taskRow } from "../../renderer/support/story.ts";

it("tells whole rows of what changed, only the progress where that is all, and nothing that was told already", async () => {
  let rows: readonly TaskRow[] = [taskRow({ taskId: "a", status: "running", lastLine: "one" }), taskRow({ taskId: "b", status: "queued" })];
  const pushes: TaskPush[] = [];
  const feed = createTaskFeed({ rows: () => rows, shown: (row) => row, push: (push) => pushes.push(push) });
  const change = (taskId: string, part: Partial<TaskRow>) => {
    rows = rows.map((row) => (row.taskId === taskId ? { ...row, ...part } : row));
    const row = rows.find((each) => each.taskId === taskId);
    if (row !== undefined) feed.add(row);
  };
  try {
    change("a", { lastLine: "two" });
    change("a", { lastLine: "three" });
    change("b", { status: "running" });
    await sleep(100);
    change("a", { lastLine: "three" });
    await sleep(100);
    // Nobody tells why it waits, or what another process did: it is found by looking.
    rows = [...rows.map((row) => (row.taskId === "a" ? { ...row, delivery: "seen" as const } : row)), taskRow({ taskId: "c" })];
    await sleep(1_200);
    const told = pushes.map(({ changed, progress }) => [
      changed.map((row) => `${row.taskId} ${row.status} ${row.delivery}`),
      progress.map((row) => `${row.taskId} ${row.lastLine}`),
    ]);
    const [, b, c] = rows;
    expect(told).toEqual([
      [[`b running ${b?.delivery}`], ["a three"]],
      [["a running seen", `c ${c?.status} ${c?.delivery}`], []],
    ]);
  } finally {
    feed.close();
  }
});
