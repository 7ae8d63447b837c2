// npm run check: the fast gate before every commit. Format, lint with the borders between folders, types, dead code,
// unit tests; and a planted fault that proves the lint is alive. Nothing here needs a build or Electron.
import { bootstrap } from "./lib/bootstrap.mjs";
import { runCanary } from "./lib/canary.mjs";
import { run } from "./lib/run.mjs";
import { runMain } from "./lib/say.mjs";

const node = process.execPath;
const bin = (/** @type {string} */ name) => `node_modules/.bin/${name}`;

/** @typedef {{ name: string, run: () => Promise<{ code: number, stdout: string, stderr: string, durationMs: number }> }} Gate */

/** Short gates, one after the other, beside the unit tests: two lanes for two cores. @type {readonly Gate[]} */
const gates = [
  { name: "format", run: () => run(bin("oxfmt"), ["--check", "."]) },
  { name: "lock is complete", run: () => run(node, ["scripts/complete-lock.mjs", "--check"]) },
  { name: "types", run: () => run(bin("tsc"), ["-b"]) },
  { name: "sample project types", run: () => run(bin("tsc"), ["-p", "resources/sample-project"]) },
  { name: "lint and borders", run: () => run(bin("oxlint"), ["--type-aware", "--deny-warnings", "-c", "oxlint.config.mjs", "."]) },
  { name: "lint finds planted faults", run: runCanary },
  { name: "dead code", run: () => run(bin("knip"), ["--no-progress", "--no-config-hints"]) },
];

/** Files of several seconds each, because they kill, time out or fill memory for real: `npm test` runs them. */
const slow = [
  "limits",
  "pool",
  "values",
  "journal-crash",
  "journal-kill",
  "journal-shared",
  "demo-main-job",
  "faults",
  "kill",
  "local-runner",
  "terminals",
  "broker-runner",
  "apply-patch-properties",
  "apply-patch-original",
  "escape",
  "hostile-repository",
  "exec",
];

/** @type {readonly Gate[]} */
const tests = [
  {
    name: "unit tests",
    run: () => {
      const excluded = slow.map((name) => `--exclude=**/${name}.test.ts`);
      return run(node, [
        "node_modules/vitest/vitest.mjs",
        "run",
        "--maxWorkers=2",
        ...excluded,
        "test/protocol",
        "test/grammar",
        "test/main",
        "test/renderer",
      ]);
    },
  },
];

/** @param {readonly Gate[]} lane @returns {Promise<number>} Failures. */
async function runLane(lane) {
  let failed = 0;
  for (const gate of lane) {
    const result = await gate.run();
    process.stdout.write(`${result.code === 0 ? "ok    " : "FAILED"} ${gate.name} (${(result.durationMs / 1000).toFixed(1)} s)\n`);
    if (result.code === 0) continue;
    failed++;
    process.stdout.write(`${`${result.stdout}${result.stderr}`.trim()}\n`);
  }
  return failed;
}

await runMain(async () => {
  const started = Date.now();
  await bootstrap({ electron: false, build: false });
  // `npm run check -- --no-tests` is for callers that run the tests themselves.
  const lanes = process.argv.includes("--no-tests") ? [gates] : [gates, tests];
  const failed = (await Promise.all(lanes.map(runLane))).reduce((sum, count) => sum + count, 0);
  const passed = lanes.flat().length - failed;
  process.stdout.write(`check: ${passed} passed, ${failed} failed in ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
  return failed === 0 ? 0 : 1;
});
