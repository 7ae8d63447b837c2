import type { CDPSession, Page } from "playwright";

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** µs. */
  readonly ts: number;
  /** Processor time of the thread, µs. */
  readonly tdur?: number;
  readonly dur?: number;
  readonly args?: { readonly name?: string };
}

export interface MainThread {
  /** Processor time of the page's main thread in each frame, ms. */
  readonly perFrame: readonly number[];
  /** The longest task, ms of processor time. */
  readonly longestTask: number;
}

/** Records the page's main thread while `body` runs: processor time, so that other programs on the machine do not count. */
export async function traceMainThread(page: Page, body: () => Promise<void>): Promise<MainThread> {
  const session = await page.context().newCDPSession(page);
  const events: TraceEvent[] = [];
  session.on("Tracing.dataCollected", ({ value }) => void events.push(...(value as unknown as readonly TraceEvent[])));
  await session.send("Tracing.start", {
    transferMode: "ReportEvents",
    categories: "toplevel,devtools.timeline",
  });
  await body();
  await stop(session);
  await session.detach();
  return summary(events);
}

async function stop(session: CDPSession): Promise<void> {
  const complete = new Promise<void>((resolve) => session.once("Tracing.tracingComplete", () => resolve()));
  await session.send("Tracing.end");
  await complete;
}

function summary(events: readonly TraceEvent[]): MainThread {
  const main = events.filter((event) => event.ph === "M" && event.name === "thread_name" && event.args?.name === "CrRendererMain");
  const isMain = (event: TraceEvent): boolean => main.some(({ pid, tid }) => pid === event.pid && tid === event.tid);
  const own = events.filter(isMain);
  const tasks = own
    .filter((event) => event.ph === "X" && event.name === "ThreadControllerImpl::RunTask" && event.tdur !== undefined)
    .sort((a, b) => a.ts - b.ts);
  const frames = own
    .filter((event) => event.name === "FireAnimationFrame")
    .map(({ ts }) => ts)
    .sort((a, b) => a - b);
  if (tasks.length === 0 || frames.length === 0)
    throw new Error(`The trace has ${tasks.length} tasks and ${frames.length} frames of the main thread.`);
  // Several callbacks of one frame fire right behind each other.
  const starts = frames.filter((ts, index) => index === 0 || ts - (frames[index - 1] ?? 0) > 4_000);
  const perFrame = starts.slice(0, -1).map((from, index) => {
    const to = starts[index + 1] ?? from;
    return tasks.filter(({ ts }) => ts >= from - 1_000 && ts < to - 1_000).reduce((sum, task) => sum + (task.tdur ?? 0) / 1_000, 0);
  });
  const costs = tasks.map((task) => (task.tdur ?? 0) / 1_000);
  return { perFrame, longestTask: Math.max(...costs) };
}

/** Processor time of the page's main thread, ms. */
interface Spent {
  readonly total: number;
  /** Scripts, style and layout: what a change of the page costs before it is painted. */
  readonly commit: number;
}

/** What the page's main thread spends while `body` runs, without the cost of a trace. */
export async function mainThreadTime(page: Page, body: () => Promise<void>): Promise<Spent> {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  const now = async (): Promise<Spent> => {
    const { metrics } = await session.send("Performance.getMetrics");
    const ms = (wanted: string): number => (metrics.find(({ name }) => name === wanted)?.value ?? Number.NaN) * 1_000;
    return { total: ms("TaskDuration"), commit: ms("ScriptDuration") + ms("RecalcStyleDuration") + ms("LayoutDuration") };
  };
  const before = await now();
  await body();
  const after = await now();
  await session.detach();
  return { total: after.total - before.total, commit: after.commit - before.commit };
}
