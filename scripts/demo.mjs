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
    await page.getByTestId("trust-folder").click();
    await page.getByTestId("trust-bar").waitFor({ state: "hidden" });
    report.check("the folder is trusted once the person says so", true);

    await page.getByTestId("composer-input").fill(prompt);
    await page.getByTestId("composer-send").click();
    const end = page.getByTestId("turn-end").first();
    const allowed = await waitAllowing(page, end);
    if (allowed > 0)
      say(`this system has no complete command sandbox, so ${allowed} commands asked; the demo answered "allow", as a person would`);
    report.check(`the turn "${prompt}" is completed`, (await end.getAttribute("data-status")) === "completed", await end.innerText());

    const events = readEvents(home);
    const calls = events.filter(({ type, parentCallId }) => type === "tool_started" && parentCallId !== undefined);
    report.check(`scripts made ${calls.length} tool calls, in parallel`, calls.length > 5);
    const patches = events.filter(({ type }) => type === "patch_applied");
    report.check("the patch is in the conversation's log", patches.length > 0);
    const delivered = await tasksDelivered(home);
    const titles = delivered.map(({ title }) => String(title)).join(", ");
    report.check(`background tasks delivered: ${titles}`, delivered.length > 0 && delivered.every(({ status }) => status === "succeeded"));
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
  // The beginning of the conversation tells more than its end: the prompt and the first script.
  await page.getByTestId("conversation").hover();
  await page.mouse.wheel(0, -100_000);
  await page.getByTestId("script-card").first().waitFor();
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
 * Waits for the end of the turn. Where no sandbox can keep commands in completely, every command asks even in the mode `auto`:
 * then the demo plays the person who allows them.
 * @param {import("playwright").Page} page
 * @param {import("playwright").Locator} end
 * @returns {Promise<number>} How often it allowed.
 */
async function waitAllowing(page, end) {
  const button = page.getByTestId("approval-allow").first();
  const deadline = Date.now() + 120_000;
  for (let allowed = 0; ;) {
    await end
      .or(button)
      .first()
      .waitFor({ timeout: Math.max(1, deadline - Date.now()) });
    if (await end.isVisible()) return allowed;
    // The card may go away between looking and clicking.
    if (
      await button.click({ timeout: 2_000 }).then(
        () => true,
        () => false,
      )
    )
      allowed++;
  }
}

/**
 * Waits until every task that was created stands in the log with its result.
 * @param {string} home
 */
async function tasksDelivered(home) {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const events = readEvents(home);
    const created = events.filter(({ type }) => type === "task_created");
    const delivered = events.filter(({ type }) => type === "task_delivered");
    if (created.length > 0 && delivered.length >= created.length) return delivered;
    if (Date.now() > deadline)
      throw new SetupError(`The demo failed: ${created.length} tasks were created, ${delivered.length} delivered within 60 s.`);
    await sleep(100);
  }
}
