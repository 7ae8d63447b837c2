import type { Harness } from "../../../src/main/harness/harness.ts";
import { againstFloor, atMost, type Report } from "../lib/figures.ts";
import { openDescriptors, residentMb, workerThreads } from "../lib/process-state.ts";
import { collectSamples, pause, repeat, type Samples } from "../lib/samples.ts";
import { codeOf, newHarness, runScript } from "./scripts.ts";

const scripts = 3_000;
const perRound = 300;
const workers = 2;

interface Kind {
  readonly code: string;
  readonly expected: string;
  readonly cpuMs?: number;
}

const kinds = {
  ordinary: { code: "return await tools.echo(1);", expected: "ok" },
  memory: { code: "const list = []; for (;;) list.push(new Uint8Array(1_000_000));", expected: "script_out_of_memory" },
  loop: { code: "for (;;) {}", expected: "script_timeout", cpuMs: 50 },
  stuck: { code: "return new Array(2 ** 28).join('x');", expected: "script_timeout", cpuMs: 50 },
} satisfies Record<string, Kind>;

/** Many scripts, two at a time, a tenth of them killed or out of memory: nothing may be left of them. */
export async function endurance(report: Report): Promise<void> {
  const samples = collectSamples();
  const threadsBefore = workerThreads();
  const harness = newHarness(workers);
  harness.prewarm();
  let wrong = 0;
  const runRound = async (round: number, part: string): Promise<void> => {
    await repeat(perRound / workers, async (pair) => {
      const index = round * perRound + pair * workers;
      const outcomes = await Promise.all([one(harness, index, samples), one(harness, index + 1, samples)]);
      wrong += outcomes.filter((right) => !right).length;
    });
    await pause(200);
    samples.add(part, residentMb());
  };
  try {
    // The first round fills caches and does not count.
    await runRound(0, "first");
    const descriptorsBefore = openDescriptors();
    const last = scripts / perRound - 1;
    for (let round = 1; round <= last; round++) await runRound(round, round <= 3 ? "start" : round > last - 3 ? "end" : "middle");
    const { median } = samples;
    report(
      againstFloor("memory at the end of 3,000 scripts, 300 of them bombs / at their start", median("end"), median("start"), 1.1, "MB"),
    );
    report(atMost("wrong outcomes among them", wrong, 0, "scripts"));
    const { busy } = harness.info();
    report(atMost("worker threads and busy workers left of them", workerThreads() - threadsBefore - workers + busy, 0, "workers"));
    const descriptors = openDescriptors();
    if (descriptors !== undefined && descriptorsBefore !== undefined)
      report(atMost("descriptors left of them", descriptors - descriptorsBefore, 0, "descriptors"));
    report(atMost("slowest end of a memory bomb among them", samples.worst("memory"), 2_000, "ms"));
  } finally {
    await harness.close();
  }
  report(atMost("worker threads left after closing", workerThreads() - threadsBefore, 0, "workers"));
}

/** True when it ended as it must. */
async function one(harness: Harness, index: number, samples: Samples): Promise<boolean> {
  const name = index % 20 === 0 ? "memory" : index % 20 !== 10 ? "ordinary" : index % 100 === 10 ? "stuck" : "loop";
  const kind: Kind = kinds[name];
  const started = performance.now();
  const outcome = await runScript(harness, kind.code, kind.cpuMs === undefined ? {} : { limits: { cpuMs: kind.cpuMs } });
  samples.add(name, performance.now() - started);
  return codeOf(outcome) === kind.expected;
}
