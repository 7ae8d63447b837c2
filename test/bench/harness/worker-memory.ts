import { EventEmitter, once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Json } from "../../../src/protocol/json.ts";
import { againstFloor, type Report } from "../lib/figures.ts";
import { residentMb } from "../lib/process-state.ts";
import { collectSamples, pause } from "../lib/samples.ts";
import { newHarness, runScript } from "./scripts.ts";

const count = 8;
const batches = 15;

/** An ordinary script: some calls and 20 ms of work. The first call is answered when every worker has one. */
const ordinary =
  "await tools.echo('all'); let sum = 0; for (let i = 0; i < 5; i++) sum += await tools.echo(i); const end = Date.now() + 20; while (Date.now() < end) sum++;";

/** Starts threads; what it returns ends them. */
type Start = () => Promise<() => Promise<unknown>>;

const startEmpty: Start = async () => {
  const workers = Array.from(
    { length: count },
    () => new Worker("require('node:worker_threads').parentPort.on('message', () => {}).postMessage(1)", { eval: true }),
  );
  await Promise.all(workers.map((worker) => once(worker, "message")));
  return () => Promise.all(workers.map((worker) => worker.terminate()));
};

const startWarm: Start = async () => {
  const harness = newHarness(count);
  harness.prewarm();
  const gate = new EventEmitter();
  const opened = once(gate, "open");
  let arrived = 0;
  const tool = async (input: Json): Promise<Json> => {
    if (input !== "all") return input;
    if (++arrived === count) gate.emit("open");
    await opened;
    return input;
  };
  await Promise.all(Array.from({ length: count }, () => runScript(harness, ordinary, { tool })));
  return () => harness.close();
};

/** Resident memory of a worker that has run a script against one that does nothing; mean of eight, median of batches. */
export async function workerMemory(report: Report): Promise<void> {
  const samples = collectSamples();
  for (let batch = 0; batch < batches; batch++) {
    samples.add("empty", await measure(startEmpty));
    samples.add("warm", await measure(startWarm));
  }
  report(againstFloor("memory of a warm worker / of an empty one", samples.median("warm"), samples.median("empty"), 1.3, "MB"));
}

async function measure(start: Start): Promise<number> {
  const before = residentMb();
  const stop = await start();
  await pause(300);
  const used = residentMb() - before;
  await stop();
  return used / count;
}
