import { memoryBombs } from "./harness/bombs.ts";
import { calls } from "./harness/calls.ts";
import { compileTime } from "./harness/compile-time.ts";
import { endings } from "./harness/endings.ts";
import { endurance } from "./harness/endurance.ts";
import { exactness } from "./harness/exactness.ts";
import { peer } from "./harness/peer.ts";
import { trivial } from "./harness/trivial.ts";
import { workerMemory } from "./harness/worker-memory.ts";
import type { Report, Surroundings } from "./lib/figures.ts";

/** In the order they are measured: memory first, in a process that has allocated little; what is left behind last. */
const parts: Readonly<Record<string, (report: Report) => Promise<void>>> = {
  "memory of workers": workerMemory,
  calls,
  "trivial scripts": trivial,
  "the other harness": peer,
  compiling: compileTime,
  "limits and aborts": endings,
  "exact texts": exactness,
  "memory bombs": memoryBombs,
  "3,000 scripts": endurance,
};

/**
 * Measures the script harness against what a bare worker thread, a bare QuickJS context and another harness cost, as it was
 * built in `out/main`. Runs in Node and in Electron's main process alike.
 */
export async function bench(report: Report, { progress }: Pick<Surroundings, "progress">): Promise<void> {
  for (const [name, measure] of Object.entries(parts)) {
    progress(name);
    await measure(report);
  }
}
