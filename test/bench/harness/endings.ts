import type { Harness } from "../../../src/main/harness/harness.ts";
import { atMost, type Report } from "../lib/figures.ts";
import { collectSamples, pause, time } from "../lib/samples.ts";
import { codeOf, runScript, withWarmHarness } from "./scripts.ts";

const batches = 15;
/** Both workers are at rest: the engine of the last script is clean again. */
const idleMs = 50;
const limitMs = 100;
const graceMs = 250;
const abortAfterMs = 30;

/** Nothing inside the engine can end these. */
const stuck = ["return new Array(2 ** 28).join('x');", "return new Array(2 ** 32 - 1).indexOf(1);"];

/** How long after its limit, or after its abort, a script is over; all seen from the host. */
export async function endings(report: Report): Promise<void> {
  const samples = collectSamples();
  await withWarmHarness(async (harness) => {
    for (let batch = 0; batch < batches; batch++) {
      samples.add("overshoot", await overshoot(harness, "for (;;) {}"));
      await pause(idleMs);
      samples.add("abort loop", await abort(harness, "for (;;) {}"));
      await pause(idleMs);
      samples.add("abort wait", await abort(harness, "await tools.echo(1);"));
      await pause(idleMs);
    }
  });
  // Apart: a kill leaves a new worker behind, and the others are measured on workers that are warm.
  await withWarmHarness(async (harness) => {
    for (let batch = 0; batch < batches; batch++) {
      samples.add("kill", await overshoot(harness, stuck[batch % stuck.length] ?? ""));
      await pause(idleMs);
    }
  });
  report(atMost("time limit overshoot, endless loop", samples.median("overshoot"), 10, "ms"));
  report(atMost("abort -> stopped, endless loop", samples.median("abort loop"), 10, "ms"));
  report(atMost("abort -> stopped, waiting for a call", samples.median("abort wait"), 10, "ms"));
  report(atMost("un-interruptible script dead after its limit", samples.median("kill"), graceMs + 50, "ms"));
}

async function overshoot(harness: Harness, code: string): Promise<number> {
  let ended = "";
  const took = await time(async () => (ended = codeOf(await runScript(harness, code, { limits: { cpuMs: limitMs } }))));
  expectCode(ended, "script_timeout");
  return took - limitMs;
}

async function abort(harness: Harness, code: string): Promise<number> {
  const controller = new AbortController();
  let abortedAt = 0;
  setTimeout(() => {
    abortedAt = performance.now();
    controller.abort();
  }, abortAfterMs);
  const outcome = await runScript(harness, code, {
    signal: controller.signal,
    tool: (_input, signal) =>
      new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(new Error("aborted")), { once: true })),
  });
  const took = performance.now() - abortedAt;
  expectCode(codeOf(outcome), "cancelled");
  return took;
}

function expectCode(code: string, expected: string): void {
  if (code !== expected) throw new Error(`Ended with ${code} instead of ${expected}: what was measured is not what was meant.`);
}
