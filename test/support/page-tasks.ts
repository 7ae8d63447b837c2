import type { Page } from "playwright";

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** Processor time of the thread, µs. */
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

/** The longest task of the page's main thread while `body` runs, in ms of processor time: what else the machine does is not in it. */
export async function longestTask(page: Page, body: () => Promise<void>): Promise<number> {
  const session = await page.context().newCDPSession(page);
  const events: TraceEvent[] = [];
  session.on("Tracing.dataCollected", ({ value }) => void events.push(...(value as unknown as readonly TraceEvent[])));
  await session.send("Tracing.start", { transferMode: "ReportEvents", categories: "toplevel" });
  await body();
  const complete = new Promise<void>((resolve) => session.once("Tracing.tracingComplete", () => resolve()));
  await session.send("Tracing.end");
  await complete;
  await session.detach();
  const main = events.filter(({ ph, name, args }) => ph === "M" && name === "thread_name" && args?.name === "CrRendererMain");
  const tasks = events.filter(
    (event) => event.name === "ThreadControllerImpl::RunTask" && main.some(({ pid, tid }) => pid === event.pid && tid === event.tid),
  );
  if (tasks.length === 0) throw new Error("The trace has no tasks of the page's main thread.");
  return Math.max(...tasks.map(({ tdur = 0 }) => tdur)) / 1_000;
}
