import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { openLedger } from "../../../src/main/tasks/ledger.ts";
import { createRedactor } from "../../../src/main/lib/redact.ts";
import { createLiveTask, runMark } from "../../../src/main/tasks/live.ts";
import { createMeter } from "../../../src/main/tasks/meter.ts";
import { createMeters } from "../../../src/main/tasks/meters.ts";
import { type TaskRow, taskRowDefaults } from "../../../src/protocol/task.ts";
import { useTempFolders } from "../../support/temp-folder.ts";

const tempFolder = useTempFolders();
const row: TaskRow = {
  ...taskRowDefaults,
  taskId: "task_1",
  kind: "agent",
  title: "t",
  status: "queued",
  conversationId: "c_1",
  projectRoot: "/p",
  callId: "c1",
  scriptLine: null,
  notify: "wake",
  createdAt: 10,
  startedAt: null,
  finishedAt: null,
  lastEventAt: 10,
  lastLine: "",
  delivery: "pending",
  result: null,
  error: null,
  input: null,
};

test("signs of life reach other processes through the ledger, one line for all since the last", () => {
  const folder = tempFolder();
  const file = path.join(folder, "ledger.jsonl");
  const mine = openLedger(file, (text) => text);
  const other = openLedger(file, (text) => text);
  let now = 100;
  let told = 0;
  mine.append({ type: "created", task: row, owner: { pid: 1, startTime: "1" } });
  mine.append({ type: "started", taskId: "task_1", at: 50, owner: { pid: 1, startTime: "1" } });
  const live = createLiveTask({
    taskId: "task_1",
    file: path.join(folder, "output", "task_1.log"),
    mark: null,
    now: () => now,
    redact: createRedactor(() => ["secret-word"]),
    meter: (onUse) => createMeter({ budget: null, parent: null, onUse, onOver: () => undefined }),
    onChange: () => told++,
  });
  live.print("first\nsecret-wo", "stdout");
  live.print("noise\n", "stderr");
  live.print("rd li", "stdout");
  live.print("ne\n", "stdout");
  now = 150;
  live.meter.request({ inputTokens: 7, outputTokens: 3 }, null);
  live.beat(mine);
  live.beat(mine);
  const seen = other.entries().get("task_1")?.row;
  expect({ at: seen?.lastEventAt, line: seen?.lastLine, used: seen?.used }).toEqual({
    at: 150,
    line: "[redacted] line",
    used: { tokens: 10, calls: 0, usd: null, bytes: 28 },
  });
  // Tokens of the same moment are told once, and a quiet task writes nothing.
  expect({ told, stalled: live.lookForStall(700, 500), again: live.lookForStall(800, 500) }).toEqual({
    told: 4,
    stalled: true,
    again: false,
  });
  mine.close();
  other.close();
});

test("what tasks below use counts above, also while their answers arrive, and never twice", () => {
  const over: string[] = [];
  const top = createMeter({ budget: { tokens: 100 }, parent: null, onUse: () => undefined, onOver: (error) => over.push(error.code) });
  const below = [1, 2].map(() => createMeter({ budget: null, parent: top, onUse: () => undefined, onOver: () => over.push("below") }));
  for (const meter of below) meter.streamed(40);
  top.streamed(80);
  expect(top.used().tokens).toBe(40);
  below[0]?.request({ inputTokens: 20, outputTokens: 10 }, null);
  expect({ top: top.used().tokens, below: below.map((meter) => meter.used().tokens) }).toEqual({ top: 60, below: [30, 10] });
  top.request({ inputTokens: 0, outputTokens: 20 }, null);
  expect({ tokens: top.used().tokens, over }).toEqual({ tokens: 60, over: [] });
  below[1]?.streamed(400);
  expect({ over, tokens: top.used().tokens }).toEqual({ over: ["budget_exceeded"], tokens: 160 });
  expect(() => below[0]?.check()).toThrow(expect.objectContaining({ code: "budget_exceeded" }));
});

test("a further run begins with a line of its own in the log, and what a try prints is told from what stood before it", () => {
  const file = path.join(tempFolder(), "output", "task_1.log");
  const begin = (run: number) =>
    createLiveTask({
      taskId: "task_1",
      file,
      mark: runMark(run, "resume", Date.UTC(2026, 0, 2, 3, 4, 5)),
      now: () => 1,
      redact: createRedactor(() => []),
      meter: (onUse) => createMeter({ budget: null, parent: null, onUse, onOver: () => undefined }),
      onChange: () => undefined,
    });
  const printed = (live: ReturnType<typeof begin>): string => readFileSync(file).subarray(live.shown(row).outputFrom).toString();
  const first = begin(1);
  first.print("half an änswer");
  expect(printed(first)).toBe("half an änswer");
  const second = begin(2);
  expect([printed(second), second.lastLine(), second.meter.used().bytes]).toEqual(["", "", 0]);
  second.print("Try 1 failed.\n");
  second.beginTry();
  second.print("the answer");
  const lines = readFileSync(file, "utf8").split("\n");
  expect([printed(second), lines]).toEqual([
    "the answer",
    ["half an änswer", "── Run 2, resumed 2026-01-02 03:04:05 UTC ──", "Try 1 failed.", "the answer"],
  ]);
});

test("what a task below prints is a sign of life of those above, and no output of theirs", () => {
  let signs = 0;
  const top = createMeter({ budget: null, parent: null, onUse: () => signs++, onOver: () => undefined });
  const below = createMeter({ budget: null, parent: top, onUse: () => undefined, onOver: () => undefined });
  below.printed(10);
  expect({ signs, top: top.used().bytes, below: below.used().bytes }).toEqual({ signs: 1, top: 0, below: 10 });
});

test("what is used for a task that is over is kept for a restart, and a meter nothing counts for is forgotten", () => {
  const mine = openLedger(path.join(tempFolder(), "ledger.jsonl"), (text) => text);
  const owner = { pid: 1, startTime: "1" };
  const parent = { ...row, taskId: "p", budget: { tokens: 100 } };
  const child = { ...row, taskId: "c", parentTaskId: "p" };
  for (const task of [parent, child]) mine.append({ type: "created", task, owner });
  const rowOf = (taskId: string): TaskRow => mine.entries().get(taskId)?.row ?? row;
  const stopped: string[] = [];
  let open = ["p", "c"];
  const begin = () =>
    createMeters({
      rowOf,
      stopBelow: (taskId) => void stopped.push(taskId),
      keep: ({ taskId, lastLine }, used) => mine.append({ type: "beat", taskId, at: 5, lastLine, used }),
      open: () => open,
    });
  const on = { onUse: () => undefined, onOver: () => undefined };
  const meters = begin();
  const top = meters.begin(parent, on);
  top.request({ inputTokens: 10, outputTokens: 0 }, null);
  const below = meters.begin(child, on);
  const end = { at: 3, status: "succeeded", result: null, text: "", error: null, lastLine: "last" } as const;
  mine.append({ type: "finished", taskId: "p", ...end, used: top.used() });
  open = ["c"];
  below.request({ inputTokens: 60, outputTokens: 0 }, null);
  meters.settle();
  meters.settle();
  expect([rowOf("p").used.tokens, rowOf("p").lastLine, [...mine.records()].length, meters.size()]).toEqual([70, "last", 4, 2]);

  const later = begin();
  later.begin({ ...child, taskId: "d" }, on).request({ inputTokens: 50, outputTokens: 0 }, null);
  expect(stopped).toEqual(["p"]);
  mine.append({ type: "finished", taskId: "c", ...end });
  open = [];
  meters.settle();
  expect(meters.size()).toBe(0);
  mine.close();
});
