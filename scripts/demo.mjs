// npm run demo: plays the main job in the real application, without a person and without a network: the Demo provider
// repairs a copy of resources/sample-project. The outcome is verified from outside the application; exit 0 means that
// every line of the report holds. Only the pictures in out/demo stay.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { bootstrap } from "./lib/bootstrap.mjs";
import { launchSpindle, readEvents } from "./lib/launch.mjs";
import { root } from "./lib/paths.mjs";
import { npm, run } from "./lib/run.mjs";
import { copySample } from "./lib/sample.mjs";
import { SetupError, runMain, say } from "./lib/say.mjs";

const prompt = "Fix the failing test";
const pictures = join(root, "out", "demo");

/** One verified fact after the other; the first that does not hold ends the demo. */
function createReport() {
  const started = performance.now();
  let last = started;
  const line = (/** @type {string} */ mark, /** @type {string} */ text) => {
    const now = performance.now();
    process.stdout.write(`${mark} ${text} (${((now - last) / 1000).toFixed(1)} s)\n`);
    last = now;
  };
  return {
    /** @param {string} what @param {unknown} holds @param {string} [otherwise] */
    check(what, holds, otherwise = "") {
      line(holds ? "ok    " : "FAILED", what);
      if (!holds) throw new SetupError(`The demo failed: ${what}.${otherwise === "" ? "" : `\n${otherwise}`}`);
    },
    seconds: () => ((performance.now() - started) / 1000).toFixed(1),
  };
}

await runMain(async () => {
  const ready = await bootstrap();
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "spindle-demo-")));
  try {
    return await play(ready, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
    ready.stop();
  }
});

/**
 * @param {import("./lib/bootstrap.mjs").Ready} ready
 * @param {string} folder
 */
async function play(ready, folder) {
  const report = createReport();
  const project = join(folder, "project");
  copySample(project);
  const before = await runSampleTests(project);
  report.check("the sample project's tests fail before", before.code !== 0 && /\bfail 1\b/.test(before.stdout), before.stdout);

  mkdirSync(join(folder, "home"));
  writeFileSync(join(folder, "home", "settings.json"), JSON.stringify({ provider: "demo", approval: "auto" }));
  const spindle = await launchSpindle({
    electron: ready.electron,
    flags: ready.electronFlags,
    folder,
    project,
    env: /** @type {Record<string, string>} */ (ready.env),
  });
  try {
    const { page, home } = spindle;
    await page.getByTestId("composer-input").waitFor({ timeout: 20_000 });
    report.check("the window is open on the copy", true);

    await page.getByTestId("composer-input").fill(prompt);
    await page.getByTestId("composer-send").click();
    const end = page.getByTestId("turn-end").first();
    await end.waitFor({ timeout: 120_000 });
    report.check(`the turn "${prompt}" is completed`, (await end.getAttribute("data-status")) === "completed", await end.innerText());

    const events = readEvents(home);
    const calls = events.filter(({ type, parentCallId }) => type === "tool_started" && parentCallId !== undefined);
    report.check(`scripts made ${calls.length} tool calls, in parallel`, calls.length > 5);
    const patches = events.filter(({ type }) => type === "patch_applied");
    report.check("the patch is in the conversation's log", patches.length > 0);
    const delivered = await waitFor(() => readEvents(home).filter(({ type }) => type === "task_delivered"), 60_000);
    report.check(
      `${delivered.length} background task(s) delivered, the first one: ${String(delivered[0]?.["title"])}`,
      delivered.some(({ status }) => status === "succeeded"),
    );
    await page.getByTestId("review-diff").first().waitFor({ timeout: 10_000 });
    report.check(`the diff of ${await page.getByTestId("review-file").count()} files is visible`, true);

    const after = await runSampleTests(project);
    report.check("the sample project's tests pass afterwards", after.code === 0 && /\bfail 0\b/.test(after.stdout), after.stdout);
    await takePictures(page);
    report.check("the window reported no error", spindle.errors.length === 0, spindle.errors.join("\n"));
  } catch (error) {
    mkdirSync(pictures, { recursive: true });
    const file = join(pictures, "spindle-failed.png");
    await spindle.page.screenshot({ path: file }).then(
      () => say(`the window at that moment: ${file}`),
      () => undefined,
    );
    const said = spindle.stderr().trim();
    if (said !== "") say(`the main process said:\n${said.slice(-2_000)}`);
    throw error;
  } finally {
    const left = await spindle.close();
    if (left.length > 0) report.check("no process is left", false, left.join("\n"));
  }
  report.check("no process is left", true);
  process.stdout.write(`demo: all verified in ${report.seconds()} s\n`);
  return 0;
}

/** @param {string} project */
async function runSampleTests(project) {
  const { command, args } = npm();
  return run(command, [...args, "test"], { cwd: project, timeoutMs: 60_000 });
}

/** @param {import("playwright").Page} page */
async function takePictures(page) {
  mkdirSync(pictures, { recursive: true });
  for (const colorScheme of /** @type {const} */ (["dark", "light"])) {
    await page.emulateMedia({ colorScheme });
    // Colours change in a transition.
    await sleep(400);
    const file = join(pictures, `spindle-${colorScheme}.png`);
    await page.screenshot({ path: file });
    process.stdout.write(`picture: ${file}\n`);
  }
}

/**
 * @template T
 * @param {() => readonly T[]} look
 * @param {number} timeoutMs
 * @returns {Promise<readonly T[]>} What was found; empty when nothing came in time.
 */
async function waitFor(look, timeoutMs) {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const found = look();
    if (found.length > 0 || Date.now() > deadline) return found;
    await sleep(100);
  }
}
