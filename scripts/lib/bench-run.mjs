// Builds a bench and runs it, in plain Node or in Electron's main process.
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./paths.mjs";
import { run } from "./run.mjs";
import { SetupError, chromiumNoise, step } from "./say.mjs";

/**
 * @typedef {object} Figure
 * @property {string} metric
 * @property {Runtime} [runtime] Where it was measured, for benches that run in both.
 * @property {number} value
 * @property {string} unit
 * @property {number} [floor] The same work done by the least that could do it, measured in the same run.
 * @property {number} [ratio] value / floor.
 * @property {string} target For people: `<= 1.3 x floor`.
 * @property {boolean} ok
 *
 * @typedef {"node" | "electron"} Runtime
 *
 * @typedef {object} Orders What `bench-main.cjs` is told.
 * @property {string} bundle
 * @property {string} figuresFile
 * @property {string} electron
 * @property {readonly string[]} electronFlags
 * @property {NodeJS.ProcessEnv} env
 */

const timeoutMs = 15 * 60_000;
const entry = join(root, "scripts", "lib", "bench-main.cjs");

/**
 * Bundles the bench with what it imports from src into one module, as the application is built: what is measured is
 * what runs. Packages stay outside.
 * @param {string} name Of a file in test/bench.
 * @returns {Promise<string>} The bundle.
 */
export async function bundleBench(name) {
  const { build } = await import("vite");
  const outDir = join(root, "out", "bench", ".build", name);
  rmSync(outDir, { recursive: true, force: true });
  mkdirSync(outDir, { recursive: true });
  await build({
    configFile: false,
    root,
    logLevel: "error",
    build: {
      ssr: join(root, "test", "bench", `${name}.ts`),
      outDir,
      target: "node20.18",
      minify: false,
      rollupOptions: { output: { format: "es", entryFileNames: "bench.mjs", chunkFileNames: "[name]-[hash].mjs" } },
    },
  });
  return join(outDir, "bench.mjs");
}

/**
 * @param {string} name
 * @param {string} bundle
 * @param {Runtime} runtime
 * @param {import("./bootstrap.mjs").Ready} ready
 * @returns {Promise<Figure[]>}
 */
export async function runBench(name, bundle, runtime, ready) {
  const folder = mkdtempSync(join(tmpdir(), "spindle-bench-run-"));
  const figuresFile = join(folder, "figures.json");
  const { electron, electronFlags, env } = ready;
  /** @type {Orders} */
  const orders = { bundle, figuresFile, electron, electronFlags, env };
  const [command, args] =
    runtime === "node"
      ? [process.execPath, [entry]]
      : [electron, [...electronFlags, `--user-data-dir=${join(folder, "profile")}`, "--disable-gpu", entry]];
  try {
    const title = `measuring ${name} in ${runtime === "node" ? "Node" : "Electron"}`;
    const result = await step(title, (progress) =>
      run(command, args, {
        env: { ...(runtime === "node" ? {} : env), SPINDLE_BENCH: JSON.stringify(orders) },
        timeoutMs,
        onOutput: (text) => progress(text.trimEnd().split("\n").at(-1) ?? ""),
      }),
    );
    if (result.code !== 0) throw new SetupError(`${title} failed (exit ${result.code}):\n${withoutNoise(result.stderr)}`);
    return JSON.parse(readFileSync(figuresFile, "utf8"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} stderr */
function withoutNoise(stderr) {
  return stderr
    .split("\n")
    .filter((line) => !chromiumNoise.test(line))
    .join("\n");
}
