import { readdirSync, readFileSync } from "node:fs";
import { createLocalRunner } from "../../../src/main/runner/local-runner.ts";
import { atMost, type Report } from "../lib/figures.ts";
import { openDescriptors } from "../lib/process-state.ts";
import { pause } from "../lib/samples.ts";

/** 300 commands, 100 of them at once: zombies and descriptors that are left. */
export async function manyRuns(report: Report): Promise<void> {
  const runner = createLocalRunner();
  const run = () =>
    runner.run(
      { argv: ["bash", "-c", "echo out; echo err >&2"], cwd: "/", env: { PATH: process.env["PATH"] ?? "" }, timeoutMs: 20_000 },
      new AbortController().signal,
    );
  try {
    await run();
    const before = openDescriptors();
    if (before === undefined) throw new Error("This system does not list descriptors.");
    await Promise.all(Array.from({ length: 100 }, run));
    for (let n = 0; n < 200; n++) await run();
    // Names of pipes are made ahead, by a child of their own.
    await pause(200);
    report(atMost("300 runs: zombies left", zombies(), 0, "processes"));
    report(atMost("300 runs: descriptors left", (openDescriptors() ?? Number.NaN) - before, 0, "descriptors"));
  } finally {
    await runner.close();
  }
}

/** Children of this process that ended and were not collected. */
function zombies(): number {
  return readdirSync("/proc").filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return state === "Z" && parent === String(process.pid);
    } catch {
      return false;
    }
  }).length;
}
