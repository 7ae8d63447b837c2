import { createLocalRunner } from "../../../src/main/runner/local-runner.ts";
import { livingWithin } from "../../main/runner/living.ts";
import { atMost, type Report } from "../lib/figures.ts";
import { collectSamples, pause } from "../lib/samples.ts";

const rounds = 10;
const graceMs = 500;

/** A tree of processes that ignore SIGTERM is cancelled, and runs into its timeout: until none of them is alive. */
export async function ends(report: Report): Promise<void> {
  const runner = createLocalRunner();
  const samples = collectSamples();
  try {
    for (let round = 0; round < rounds; round++) {
      for (const how of ["cancel", "timeout"] as const) {
        const mark = `spindle_bench_${process.pid}_${how}_${round}_`;
        const sleeper = `exec -a ${mark} sleep 60`;
        const cmd = `trap '' TERM; (${sleeper}) & (bash -c "(${sleeper}) & ${sleeper}") & echo up; ${sleeper}`;
        const stop = new AbortController();
        const timeoutMs = how === "timeout" ? 1_500 : 60_000;
        const startedAt = performance.now();
        let from = startedAt + timeoutMs;
        const run = runner.run({ argv: ["bash", "-c", cmd], cwd: "/", env: { PATH: process.env["PATH"] ?? "" }, timeoutMs }, stop.signal);
        const settled = run.then(
          () => undefined,
          () => undefined,
        );
        while (livingWithin(mark).length < 4 && performance.now() - startedAt < 1_000) await pause(5);
        if (livingWithin(mark).length < 4) throw new Error("The tree of processes did not start in time.");
        if (how === "cancel") {
          from = performance.now();
          stop.abort();
        }
        while (livingWithin(mark).length > 0 && performance.now() - from < 5_000) await pause(2);
        samples.add(how, performance.now() - from);
        await settled;
      }
    }
    for (const how of ["cancel", "timeout"] as const)
      report(atMost(`${how}: until the whole tree is dead, worst of ${rounds}`, samples.worst(how), graceMs + 300, "ms"));
  } finally {
    await runner.close();
  }
}
