import type { Harness } from "../../../src/main/harness/harness.ts";
import type { Json } from "../../../src/protocol/json.ts";
import { startEcho } from "../../support/harness-floors.ts";
import { againstFloor, type Report } from "../lib/figures.ts";
import { collectSamples, pause, repeat, time } from "../lib/samples.ts";
import { batches, runScript, withWarmHarness } from "./scripts.ts";

/** Between two scripts of a person: the threads sleep, the next realm is ready. */
const idleMs = 4;
const sequential = 200;
const large = 10;

/** Calls of a script against messages to a bare worker and back: one by one, many at once, with a large result. */
export async function calls(report: Report): Promise<void> {
  const samples = collectSamples();
  const echo = await startEcho();
  const text = "x".repeat(1024 * 1024);
  try {
    await withWarmHarness(async (harness) => {
      for (let batch = 0; batch < batches; batch++) {
        await repeat(5, async () => {
          samples.add("message", (await time(() => repeat(sequential, () => echo.send("x")))) / sequential);
          samples.add("call", await timeCalls(harness, sequential, (input) => input));
        });
        for (const count of [100, 1_000, 10_000]) {
          const code = `await Promise.all(Array.from({ length: ${count} }, (_, i) => tools.echo(i)));`;
          await repeat(count > 1_000 ? 1 : 4, async () => {
            samples.add(`messages ${count}`, await time(() => Promise.all(Array.from({ length: count }, () => echo.send("x")))));
            await pause(idleMs);
            samples.add(`calls ${count}`, (await runScript(harness, code)).stats.wallMs);
            await pause(idleMs);
          });
        }
        samples.add("large message", (await time(() => repeat(large, () => echo.send(text)))) / large);
        samples.add("large call", await timeCalls(harness, large, () => text));
      }
    });
  } finally {
    await echo.close();
  }
  const us = (name: string): number => samples.median(name) * 1_000;
  const compare = (metric: string, value: string, floor: string, most: number): void =>
    report(againstFloor(metric, samples.median(value), samples.median(floor), most, "ms"));
  report(againstFloor("sequential host call / message there and back", us("call"), us("message"), 4, "us", " (stretch 3)"));
  compare("Promise.all of 100 calls / 100 parallel messages", "calls 100", "messages 100", 5);
  compare("Promise.all of 1,000 calls / 1,000 parallel messages", "calls 1000", "messages 1000", 7);
  compare("Promise.all of 10,000 calls / 10,000 parallel messages", "calls 10000", "messages 10000", 10);
  compare("1 MB text result / 1 MB message there and back", "large call", "large message", 1);
}

/** Milliseconds a call, from the first one's start to the last one's: what a call costs in a loop, without the script around it. */
async function timeCalls(harness: Harness, count: number, answer: (input: Json) => Json): Promise<number> {
  let first = 0;
  let last = 0;
  await runScript(harness, `for (let i = 0; i < ${count + 1}; i++) await tools.echo(i);`, {
    tool(input) {
      last = performance.now();
      if (input === 0) first = last;
      return answer(input);
    },
  });
  return (last - first) / count;
}
