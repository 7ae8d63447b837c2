// npm test: all set-up, then every test: unit and headless on plain Node, then end to end in the real Electron.
// `npm test -- unit [filter…]` and `npm test -- e2e [filter…]` run a part; a filter is a piece of a file's path.
import { bootstrap } from "./lib/bootstrap.mjs";
import { ensureChromium } from "./lib/chromium.mjs";
import { SetupError, runMain } from "./lib/say.mjs";
import { runVitest } from "./lib/vitest.mjs";

await runMain(async () => {
  const [first = "all", ...rest] = process.argv.slice(2);
  if (!["all", "unit", "e2e"].includes(first)) throw new SetupError(`Unknown part ${first}. Usage: npm test [-- all|unit|e2e [filter…]]`);
  const withE2e = first !== "unit";
  const ready = await bootstrap({ electron: withE2e });
  try {
    const counts = [];
    if (first !== "e2e") counts.push(await runVitest("unit", rest));
    if (withE2e) {
      const env = {
        ...ready.env,
        SPINDLE_TEST_CHROMIUM: await ensureChromium(),
        SPINDLE_TEST_ELECTRON: ready.electron,
        SPINDLE_TEST_ELECTRON_FLAGS: ready.electronFlags.join(" "),
      };
      counts.push(await runVitest("e2e", ["--config", "vitest.e2e.config.ts", ...rest], env));
    }
    const passed = counts.reduce((sum, count) => sum + count.passed, 0);
    const failed = counts.reduce((sum, count) => sum + count.failed, 0);
    const failures = counts.flatMap((count) => count.failures);
    if (failures.length > 0) process.stdout.write(`\nFailed:\n${failures.map((line) => `  ${line}\n`).join("")}`);
    process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
    return failed === 0 && passed > 0 ? 0 : 1;
  } finally {
    ready.stop();
  }
});
