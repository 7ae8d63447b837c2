import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { launchSpindle } from "../../scripts/lib/launch.mjs";
import type { TaskProgress, TaskRow } from "../../src/protocol/task.ts";
import { atMost, type Report, type Surroundings } from "./lib/figures.ts";
import { pause } from "./lib/samples.ts";

const rowCount = 200;
const everyMs = 100;
const seconds = 15;
const idleSeconds = 15;

/** The window with many tasks: does it stay smooth while all of them change, and does it rest when nothing does. */
export async function bench(report: Report, { electron, electronFlags, env, progress }: Surroundings): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), "spindle-bench-"));
  const project = path.join(folder, "project");
  mkdirSync(project);
  mkdirSync(path.join(folder, "home"));
  writeFileSync(path.join(folder, "home", "projects.json"), JSON.stringify({ [project]: { trusted: true } }));
  const spindle = await launchSpindle({
    electron,
    flags: electronFlags,
    folder,
    project,
    app: path.resolve("."),
    env: Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined)),
  });
  try {
    const { app, page } = spindle;
    await page.getByTestId("task-list").waitFor();
    // Workers, the review and the first paints are not what is measured.
    await pause(6_000);

    progress(`idle for ${idleSeconds} s`);
    report(atMost("CPU of all processes, nothing runs, window open", await cpuPercent(folder, idleSeconds), 2, "% of a core"));

    progress(`${rowCount} rows, ${1_000 / everyMs} times a second, ${seconds} s`);
    await page.evaluate(watchTasks, seconds * 1_000);
    const cpu = cpuPercent(folder, seconds);
    const sent = await app.evaluate(pushRows, { rowCount, everyMs, seconds, row: JSON.stringify(newRow(project)) });
    const busy = await cpu;
    const seen = await page.evaluate(() => (globalThis as unknown as { seen: Seen }).seen);
    const shown = await page.getByTestId("task-row").count();
    const line = await page.getByTestId("task-row").first().textContent();
    if (shown === 0 || line?.includes(`step ${sent}`) !== true) throw new Error(`The rows did not arrive: ${shown} shown, ${line}`);
    report(atMost("renderer tasks over 50 ms", seen.long.length, 0, ""));
    report(atMost("longest renderer task over 50 ms (0: there was none)", Math.max(0, ...seen.long), 50, "ms"));
    report(atMost("frames later than 33 ms, of all", (100 * seen.late) / Math.max(1, seen.frames), 5, "%"));
    report(atMost("CPU of all processes meanwhile", busy, 100, "% of a core"));

    progress(`idle again for ${idleSeconds} s`);
    await app.evaluate(endRows, { rowCount, row: JSON.stringify(newRow(project)) });
    await pause(1_500);
    report(atMost("CPU of all processes after all have ended", await cpuPercent(folder, idleSeconds), 2, "% of a core"));
  } finally {
    await spindle.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Seen {
  long: number[];
  frames: number;
  late: number;
}

/** Runs in the page: long tasks from here on, and frames for `ms`: a loop that never ends would be work of its own. */
function watchTasks(ms: number): void {
  const seen: Seen = { long: [], frames: 0, late: 0 };
  const end = performance.now() + ms;
  Object.assign(globalThis, { seen });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) seen.long.push(Math.round(entry.duration));
  }).observe({ type: "longtask" });
  let last = performance.now();
  const frame = (now: number): void => {
    seen.frames++;
    if (now - last > 33.4) seen.late++;
    last = now;
    if (now < end) requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}

type Main = Pick<typeof Electron.CrossProcessExports, "BrowserWindow" | "MessageChannelMain">;

interface Orders {
  readonly rowCount: number;
  /** A row as JSON, on which the others are modelled. */
  readonly row: string;
}

/** Runs in Electron's main process: tells the window of rows, over a port as the real feed has one and at its pace. Resolves with how often. */
function pushRows(
  { BrowserWindow, MessageChannelMain }: Main,
  { rowCount: count, everyMs: pace, seconds: length, row }: Orders & { readonly everyMs: number; readonly seconds: number },
): Promise<number> {
  const { port1, port2 } = new MessageChannelMain();
  BrowserWindow.getAllWindows()[0]?.webContents.postMessage("spindle:port", null, [port2]);
  port1.start();
  const send = (push: unknown): void => port1.postMessage([["tasks", [push]]]);
  Object.assign(globalThis, { sendTasks: send });
  const ids = Array.from({ length: count }, (_, index) => `task_bench_${String(index).padStart(3, "0")}`);
  const now = Date.now();
  send({
    changed: ids.map((taskId, index) => ({
      ...(JSON.parse(row) as TaskRow),
      taskId,
      title: `Sweep part ${index}`,
      createdAt: now + index,
      startedAt: now + index,
    })),
    progress: [],
  });
  let step = 0;
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      step++;
      const progress: TaskProgress[] = ids.map((taskId, index) => ({
        taskId,
        lastEventAt: Date.now(),
        lastLine: `${(step + index) % 128} of 128 files, step ${step}`,
        used: { tokens: step * 100 + index, calls: step, usd: null, bytes: step * 50 },
        outputFrom: 0,
        stalled: false,
        waitsFor: null,
      }));
      send({ changed: [], progress });
      if (step * pace < length * 1_000) return;
      clearInterval(timer);
      setTimeout(() => resolve(step), 300);
    }, pace);
  });
}

function endRows(_main: Main, { rowCount: count, row }: Orders): void {
  const at = Date.now();
  const changed = Array.from({ length: count }, (_, index) => ({
    ...(JSON.parse(row) as TaskRow),
    taskId: `task_bench_${String(index).padStart(3, "0")}`,
    title: `Sweep part ${index}`,
    status: "succeeded",
    finishedAt: at,
  }));
  (globalThis as unknown as { sendTasks(push: unknown): void }).sendTasks({ changed, progress: [] });
}

/** Of one core, of all processes of this launch: measured by the kernel's counters. NaN where there is no /proc. */
async function cpuPercent(folder: string, wait: number): Promise<number> {
  const before = cpuTicks(folder);
  await pause(wait * 1_000);
  // 100 ticks a second.
  return (cpuTicks(folder) - before) / wait;
}

function cpuTicks(folder: string): number {
  let ticks = 0;
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
    try {
      const traces = `${readFileSync(`/proc/${name}/cmdline`, "utf8")} ${readFileSync(`/proc/${name}/environ`, "utf8")}`;
      if (!traces.includes(folder)) continue;
      const fields = readFileSync(`/proc/${name}/stat`, "utf8")
        .replace(/^.*\) /, "")
        .split(" ");
      ticks += Number(fields[11]) + Number(fields[12]);
    } catch {
      // Ended between listing and reading.
    }
  }
  return ticks;
}

function newRow(projectRoot: string): TaskRow {
  return {
    taskId: "",
    kind: "exec",
    title: "",
    status: "running",
    conversationId: "c_bench",
    projectRoot,
    callId: "c1",
    scriptLine: null,
    parentTaskId: null,
    depth: 1,
    scope: { approval: "auto", sandbox: "full", tools: null },
    budget: null,
    notify: "silent",
    createdAt: 0,
    startedAt: 0,
    finishedAt: null,
    waited: { ms: 0, since: null },
    run: 1,
    attempt: 1,
    agentConversationId: null,
    owner: null,
    used: { tokens: 0, calls: 0, usd: null, bytes: 0 },
    lastEventAt: 0,
    lastLine: "",
    outputFrom: 0,
    stalled: false,
    waitsFor: null,
    delivery: "pending",
    result: null,
    resultCut: false,
    error: null,
    late: null,
    input: { kind: "exec", cmd: "x".repeat(2_000) },
  };
}
