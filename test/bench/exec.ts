import type { Report, Surroundings } from "./lib/figures.ts";
import { ends } from "./exec/ends.ts";
import { flood } from "./exec/flood.ts";
import { killed, startMany } from "./exec/killed.ts";
import { manyRuns } from "./exec/many-runs.ts";
import { overhead } from "./exec/overhead.ts";

/** Commands: what the runner and the sandbox add to a bare spawn, floods of output, what is left behind, and how everything ends. */
export async function bench(report: Report, { progress }: Surroundings): Promise<void> {
  progress("runner and sandbox against a bare spawn");
  await overhead(report);
  progress("1 GB of output");
  await flood(report);
  progress("300 runs");
  await manyRuns(report);
  progress("timeout and cancel");
  await ends(report);
  progress("kill -9");
  await killed(report, import.meta.url);
}

/** For `killed`: the process that is killed imports this very module. */
export { startMany };
