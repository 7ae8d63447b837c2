// npm run bench -- NAME [--node] [--electron] [--original] [--json]: runs test/bench/NAME.ts and writes what it measured to out/bench/NAME.json.
// A bench exports `bench(report, surroundings)` and calls `report({metric, value, unit, floor?, ratio?, target, ok})` for each figure.
// The exit code is 1 when a figure misses its target.
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundleBench, runBench } from "./lib/bench-run.mjs";
import { table } from "./lib/bench-table.mjs";
import { bootstrap } from "./lib/bootstrap.mjs";
import { root } from "./lib/paths.mjs";
import { SetupError, runMain, step } from "./lib/say.mjs";

/** @typedef {import("./lib/bench-run.mjs").Figure} Figure @typedef {import("./lib/bench-run.mjs").Runtime} Runtime */

const benches = join(root, "test", "bench");
/** Benches that run in Node and in Electron's main process. Others run in Node. */
const inBoth = ["harness"];
/** Benches that start Electron themselves. */
const startElectron = ["startup", "tasks-window", "window"];

await runMain(async () => {
  const args = process.argv.slice(2);
  const asJson = args.includes("--json");
  // Benches and tests that can compare with the original program fetch it only when this is set.
  if (args.includes("--original")) process.env["SPINDLE_ORIGINAL"] = "1";
  const name = args.find((argument) => !argument.startsWith("-"));
  const known = existsSync(benches) ? readdirSync(benches).flatMap((file) => /^([a-z-]+)\.ts$/.exec(file)?.[1] ?? []) : [];
  if (name === undefined || !known.includes(name))
    throw new SetupError(
      `Usage: npm run bench -- NAME [--node] [--electron] [--original] [--json]\nNAME is one of: ${known.join(", ") || "(none yet)"}\n` +
        `--node, --electron: only there, of those that run in both (${inBoth.join(", ")})\n` +
        "--original (patch): fetch the original program and measure it as well",
    );
  const runtimes = wantedRuntimes(name, args);
  const ready = await bootstrap({ electron: startElectron.includes(name) || runtimes.includes("electron") });
  try {
    const bundle = await step(`bundling ${name}`, () => bundleBench(name));
    /** @type {Figure[]} */
    const figures = [];
    for (const runtime of runtimes) {
      const measured = await runBench(name, bundle, runtime, ready);
      figures.push(...measured.map((figure) => (inBoth.includes(name) ? { ...figure, runtime } : figure)));
    }
    if (figures.length === 0) throw new SetupError(`${name} measured nothing.`);
    const file = join(root, "out", "bench", `${name}.json`);
    writeFileSync(file, `${JSON.stringify(figures, null, 2)}\n`);
    process.stdout.write(asJson ? `${JSON.stringify(figures)}\n` : `${table(figures)}\nwritten to ${file}\n`);
    return figures.every(({ ok }) => ok) ? 0 : 1;
  } finally {
    ready.stop();
  }
});

/**
 * @param {string} name
 * @param {readonly string[]} args
 * @returns {Runtime[]}
 */
function wantedRuntimes(name, args) {
  if (!inBoth.includes(name)) return ["node"];
  const all = /** @type {const} */ (["node", "electron"]);
  const named = all.filter((runtime) => args.includes(`--${runtime}`));
  return named.length === 0 ? [...all] : named;
}
