import { readFileSync } from "node:fs";
import { createRunner, setMaxWorkers } from "run";
import type { Json } from "../../../src/protocol/json.ts";
import { againstFloor, type Report } from "../lib/figures.ts";
import { collectSamples, pause, repeat, time } from "../lib/samples.ts";
import { resolvePackage, runScript, withWarmHarness } from "./scripts.ts";

const idleMs = 4;
const batches = 15;
const warmUps = 10;
/** At least five times faster. */
const most = 0.2;
const large = 4;
const text = "x".repeat(1024 * 1024);

/** What both do, word for word. `timed` says when the work begins and ends: with the script, or with its first and last call. */
const works = {
  trivial: { metric: "trivial script", code: "return 1 + 1;", times: 5, timed: "script" },
  all: {
    metric: "Promise.all of 100 calls",
    code: "return (await Promise.all(Array.from({ length: 100 }, (_, i) => tools.echo(i)))).length;",
    times: 2,
    timed: "script",
  },
  large: {
    metric: "1 MB text result of a call",
    code: `let size = 0; for (let i = 0; i < ${large + 1}; i++) size += (await tools.echo(i)).length; return size;`,
    times: 1,
    timed: "calls",
  },
} as const;
type Work = (typeof works)[keyof typeof works];

/** Runs code with one tool, `tools.echo`, and gives what the code returns. */
type Runner = (code: string, echo: (input: Json) => Json) => Promise<unknown>;

/**
 * The harness against the npm package `run` (a worker thread and QuickJS as well). It is used in the fastest way it documents: one
 * runner; its threads, kept by itself, are warm; a fixed number of threads, so that it does not ask the system for free memory
 * before each script; the harness's own limits where its defaults would refuse the work. Both make a fresh realm per script.
 */
export async function peer(report: Report): Promise<void> {
  const samples = collectSamples();
  const other = startPeer();
  await withWarmHarness(async (harness) => {
    const ours: Runner = async (code, echo) => {
      const outcome = await runScript(harness, code, { tool: echo });
      return outcome.ok ? outcome.value : outcome.error.code;
    };
    for (const work of Object.values(works)) await repeat(warmUps, () => measure(other, work));
    for (let batch = 0; batch < batches; batch++) {
      for (const work of Object.values(works)) {
        await repeat(work.times, async () => {
          samples.add(`ours ${work.metric}`, await measure(ours, work));
          await pause(idleMs);
          samples.add(`other ${work.metric}`, await measure(other, work));
          await pause(idleMs);
        });
      }
    }
  });
  const { version } = JSON.parse(readFileSync(resolvePackage("run/package.json"), "utf8")) as { version: string };
  for (const { metric } of Object.values(works))
    report(
      againstFloor(
        `${metric} / by run ${version}`,
        samples.median(`ours ${metric}`),
        samples.median(`other ${metric}`),
        most,
        "ms",
        " (5 times faster)",
      ),
    );
}

function startPeer(): Runner {
  setMaxWorkers(2);
  const runner = createRunner({
    limits: { memoryLimitBytes: 128 * 1024 * 1024, maxBridgeRequests: 10_000, maxInFlightBridgeRequests: 10_000 },
  });
  return async (source, echo) => {
    const result = await runner.run({ source, hostFunctions: { tools: { echo } } });
    return result.status === "completed" ? result.value : result.status;
  };
}

/** Milliseconds; of a work that is timed by its calls, per call. Fails when the outcome is not the work's. */
async function measure(run: Runner, work: Work): Promise<number> {
  let first = 0;
  let last = 0;
  let value: unknown;
  const took = await time(async () => {
    value = await run(work.code, (input) => {
      last = performance.now();
      if (input === 0) first = last;
      return work === works.large ? text : input;
    });
  });
  const expected = { [works.trivial.metric]: 2, [works.all.metric]: 100, [works.large.metric]: text.length * (large + 1) }[work.metric];
  if (value !== expected) throw new Error(`${work.metric} gave ${String(value)} instead of ${String(expected)}.`);
  return work.timed === "calls" ? (last - first) / large : took;
}
