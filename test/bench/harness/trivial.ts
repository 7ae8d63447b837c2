import type { Harness } from "../../../src/main/harness/harness.ts";
import { startReusedContext } from "../../support/harness-floors.ts";
import { againstFloor, type Report } from "../lib/figures.ts";
import { collectSamples, pause, repeat, round, time } from "../lib/samples.ts";
import { batches, resolvePackage, runScript, withWarmHarness } from "./scripts.ts";

const code = "return 1 + 1;";
const idleMs = 4;

/** One way to run the trivial script. */
interface Way {
  run(): Promise<unknown>;
  close(): unknown;
}

/** Every way is measured in turn; further values and floors are further lines here and in `rows`. */
const ways: Readonly<Record<string, (harness: Harness) => Way | Promise<Way>>> = {
  "trivial script, warm": (harness) => ({ run: () => runScript(harness, code), close: () => undefined }),
  "a QuickJS context used again": () => startReusedContext(resolvePackage),
};

const rows = [{ value: "trivial script, warm", floor: "a QuickJS context used again", most: 1 }] as const;

/** What a script costs that does nothing, and how many of them go through one after the other. */
export async function trivial(report: Report): Promise<void> {
  const samples = collectSamples();
  await withWarmHarness(async (harness) => {
    const started = await Promise.all(Object.entries(ways).map(async ([name, start]) => ({ name, way: await start(harness) })));
    for (let batch = 0; batch < batches; batch++) {
      await repeat(20, async () => {
        for (const { name, way } of started) {
          samples.add(name, await time(() => way.run()));
          await pause(idleMs);
        }
      });
    }
    for (const { way } of started) way.close();
    for (const { value, floor, most } of rows)
      report(againstFloor(`${value} / ${floor}`, samples.median(value), samples.median(floor), most, "ms"));
    const perSecond = 500 / ((await time(() => repeat(500, () => runScript(harness, code)))) / 1_000);
    report({ metric: "trivial scripts in a row", value: round(perSecond), unit: "per second", target: ">= 300", ok: perSecond >= 300 });
  });
}
