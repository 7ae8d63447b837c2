import type { Harness } from "../../../src/main/harness/harness.ts";
import { againstFloor, atMost, type Report } from "../lib/figures.ts";
import { peakResidentMb, residentMb } from "../lib/process-state.ts";
import { collectSamples, pause, time, type Samples } from "../lib/samples.ts";
import { codeOf, runScript, withWarmHarness } from "./scripts.ts";

const limitMb = 128;
const rounds = 3;
/** The engine a bomb filled is left to the garbage collector: it gets this long. */
const settleMs = 250;

/** Ways to fill memory: large blocks, small blocks, text, a table that doubles, one request for all of it. */
const bombs = [
  "const list = []; for (;;) list.push(new Uint8Array(1_000_000).fill(1));",
  "const list = []; for (;;) list.push({ at: list.length, next: [list.length] });",
  "const list = []; for (;;) list.push(String(list.length).repeat(1_000));",
  "const map = new Map(); for (let i = 0; ; i++) map.set(`key ${i}`, i);",
  "return new Uint8Array(2 ** 30).length;",
];

const neighbour =
  "let sum = 0; for (let i = 0; i < 100; i++) sum += await tools.echo(i); for (let i = 0; i < 100_000; i++) sum += 1; return sum;";
const neighbourSum = 104_950;

/**
 * Scripts that want all memory there is: how they end, how much the process grows for them, whether it is given back, and
 * what the script on the other worker notices. Its floor is the same script beside an endless loop, which needs as much of the
 * processor and no memory.
 */
export async function memoryBombs(report: Report): Promise<void> {
  const samples = collectSamples();
  let unclean = 0;
  let disturbed = 0;
  let atRest = 0;
  await withWarmHarness(async (harness) => {
    await pause(settleMs);
    atRest = residentMb();
    for (let round = 0; round < rounds; round++) {
      for (const bomb of bombs) {
        disturbed += await besideOf(harness, samples, "beside a loop", () => runScript(harness, "for (;;) {}", { limits: { cpuMs: 200 } }));
        const before = residentMb();
        const peak = await peakResidentMb(() => time(async () => (unclean += await explode(harness, bomb))));
        samples.add("growth", peak - before);
        await pause(settleMs);
        samples.add("after", residentMb());
        disturbed += await besideOf(harness, samples, "beside a bomb", async () => (unclean += await explode(harness, bomb)));
      }
    }
  });
  report(atMost("memory bombs that did not end with script_out_of_memory", unclean, 0, "scripts"));
  report(atMost("memory bomb: growth of the process at its peak", samples.median("growth"), limitMb, "MB"));
  report(atMost("the same, of the worst bomb", samples.worst("growth"), limitMb, "MB"));
  report(againstFloor(`memory ${settleMs} ms after a bomb / before the first`, samples.median("after"), atRest, 1.1, "MB"));
  report(atMost("scripts beside a bomb with a wrong outcome", disturbed, 0, "scripts"));
  report(
    againstFloor(
      "script beside a bomb / beside an endless loop",
      samples.median("beside a bomb"),
      samples.median("beside a loop"),
      1.5,
      "ms",
    ),
  );
}

/** 1 when it did not end as it must. */
async function explode(harness: Harness, bomb: string): Promise<number> {
  const code = codeOf(await runScript(harness, bomb, { limits: { memoryMb: limitMb } }));
  return code === "script_out_of_memory" ? 0 : 1;
}

/** Runs the neighbour again and again until the other script has ended. @returns How many had another outcome than they must. */
async function besideOf(harness: Harness, samples: Samples, name: string, other: () => Promise<unknown>): Promise<number> {
  let wrong = 0;
  let over = false;
  const ended = other().finally(() => (over = true));
  while (!over) {
    const started = performance.now();
    const outcome = await runScript(harness, neighbour);
    samples.add(name, performance.now() - started);
    if (!outcome.ok || outcome.value !== neighbourSum) wrong++;
  }
  await ended;
  return wrong;
}
