// npm run bench -- NAME [--json]: runs test/bench/NAME.ts and writes what it measured to out/bench/NAME.json.
// A bench exports `bench(report, ready)` and calls `report({metric, value, unit, floor?, ratio?, target, ok})` for each figure.
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { bootstrap } from "./lib/bootstrap.mjs";
import { root } from "./lib/paths.mjs";
import { SetupError, runMain, step } from "./lib/say.mjs";

const benches = join(root, "test", "bench");
const out = join(root, "out", "bench");

/**
 * @typedef {object} Figure
 * @property {string} metric
 * @property {number} value
 * @property {string} unit
 * @property {number} [floor] The same work done by the least that could do it, measured in the same run.
 * @property {number} [ratio] value / floor.
 * @property {string} target For people: `<= 1.3 x floor`.
 * @property {boolean} ok
 */

await runMain(async () => {
  const args = process.argv.slice(2);
  const asJson = args.includes("--json");
  const name = args.find((argument) => !argument.startsWith("-"));
  const known = existsSync(benches) ? readdirSync(benches).flatMap((file) => /^([a-z-]+)\.ts$/.exec(file)?.[1] ?? []) : [];
  if (name === undefined || !known.includes(name))
    throw new SetupError(`Usage: npm run bench -- NAME [--json]\nNAME is one of: ${known.join(", ") || "(none yet)"}`);
  // Benches of the window need Electron; the others run without.
  const ready = await bootstrap({ electron: name === "startup" });
  try {
    const module = await load(name);
    /** @type {Figure[]} */
    const figures = [];
    await step(`measuring ${name}`, () => module.bench((/** @type {Figure} */ figure) => void figures.push(figure), ready));
    if (figures.length === 0) throw new SetupError(`${name} measured nothing.`);
    const file = join(out, `${name}.json`);
    writeFileSync(file, `${JSON.stringify(figures, null, 2)}\n`);
    process.stdout.write(asJson ? `${JSON.stringify(figures)}\n` : `${table(figures)}\nwritten to ${file}\n`);
    return figures.every(({ ok }) => ok) ? 0 : 1;
  } finally {
    ready.stop();
  }
});

/**
 * Bundles the bench with what it imports from src into one module, as the application is built: what is measured is
 * what runs. Packages stay outside.
 * @param {string} name
 * @returns {Promise<{ bench(report: (figure: Figure) => void, ready: import("./lib/bootstrap.mjs").Ready): Promise<void> }>}
 */
async function load(name) {
  const { build } = await import("vite");
  const outDir = join(out, ".build", name);
  mkdirSync(out, { recursive: true });
  rmSync(outDir, { recursive: true, force: true });
  await build({
    configFile: false,
    root,
    logLevel: "error",
    build: {
      ssr: join(benches, `${name}.ts`),
      outDir,
      target: "node20.18",
      minify: false,
      rollupOptions: { output: { format: "es", entryFileNames: "bench.mjs", chunkFileNames: "[name]-[hash].mjs" } },
    },
  });
  return import(pathToFileURL(join(outDir, "bench.mjs")).href);
}

/** @param {readonly Figure[]} figures */
function table(figures) {
  const rows = figures.map((figure) => [
    figure.ok ? "ok" : "MISSED",
    figure.metric,
    `${round(figure.value)} ${figure.unit}`,
    figure.floor === undefined ? "" : `${round(figure.floor)} ${figure.unit}`,
    figure.ratio === undefined ? "" : `${round(figure.ratio)} x`,
    figure.target,
  ]);
  const all = [["", "metric", "value", "floor", "ratio", "target"], ...rows];
  const widths = (all[0] ?? []).map((_, column) => Math.max(...all.map((row) => (row[column] ?? "").length)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** @param {number} value */
function round(value) {
  return String(Number(value.toPrecision(value >= 1000 ? 6 : 3)));
}
