import { readFileSync } from "node:fs";
import path from "node:path";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { createGuard } from "../../../src/main/tasks/guard.ts";
import { openLedger } from "../../../src/main/tasks/ledger.ts";
import { createTaskQueue } from "../../../src/main/tasks/queue.ts";
import { settingsSchema } from "../../../src/protocol/settings.ts";
import { useTempFolders } from "../../support/temp-folder.ts";

const tempFolder = useTempFolders();
const lines = Number(process.env["SPINDLE_LONG"] ?? 1) * 60;

/** Appends whole lines in two pieces each, as a large write may reach the disk, and says when it is done. */
const writer = `
const { openSync, writeSync, closeSync } = require("node:fs");
const { workerData, parentPort } = require("node:worker_threads");
const fd = openSync(workerData.file, "a");
for (let n = 0; n < workerData.lines; n++) {
  const text = JSON.stringify({ type: "beat", taskId: "t" + n, filler: "x".repeat(2_000) }) + "\\n";
  writeSync(fd, text.slice(0, 900));
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
  writeSync(fd, text.slice(900));
}
closeSync(fd);
parentPort.postMessage("done");
`;

test("whoever opens the ledger leaves the line alone that another process is writing", async () => {
  const file = path.join(tempFolder(), "ledger.jsonl");
  openLedger(file, (text) => text).close();
  const worker = new Worker(writer, { eval: true, workerData: { file, lines } });
  let opened = 0;
  const done = new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject));
  let isDone = false;
  void done.then(() => (isDone = true));
  while (!isDone) {
    openLedger(file, (text) => text).close();
    opened++;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await done;
  const whole = readFileSync(file, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => (JSON.parse(line) as { taskId: string }).taskId);
  expect(opened).toBeGreaterThan(5);
  expect(whole).toEqual(Array.from({ length: lines }, (_, n) => `t${n}`));
});

test("agents and scripts start at any depth that the settings allow", () => {
  const settings = settingsSchema.parse({ tasks: { maxDepth: 10 } }).tasks;
  const queue = createTaskQueue({
    guard: createGuard(() => settings, Date.now),
    maxRunning: () => 4,
    settings: () => settings,
    scriptPlaces: 8,
  });
  queue.add({ taskId: "a", kind: "agent", depth: 1, provider: null });
  expect(queue.take()?.taskId).toBe("a");
});
