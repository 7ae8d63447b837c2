// npm run screenshots [-- name…]: plays the Demo on a copy of the sample project and writes the pictures of README and docs to
// docs/pictures, each in dark and light. To be looked at before they are committed. A name takes only the pictures that have it.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { bootstrap } from "./lib/bootstrap.mjs";
import { launchSpindle } from "./lib/launch.mjs";
import { root } from "./lib/paths.mjs";
import { copySample } from "./lib/sample.mjs";
import { runMain } from "./lib/say.mjs";
import { projectShots, welcomeShots } from "./lib/shots.mjs";

const pictures = join(root, "docs", "pictures");
const size = { width: 1680, height: 1050 };

await runMain(async () => {
  const ready = await bootstrap();
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "spindle-pictures-")));
  try {
    const project = makeProject(folder);
    const failed = [...(await shoot(ready, folder, project, projectShots)), ...(await shoot(ready, folder, undefined, welcomeShots))];
    for (const line of failed) process.stderr.write(`${line}\n`);
    return failed.length === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
    ready.stop();
  }
});

/**
 * A copy of the sample project in surroundings of its own.
 * @param {string} folder
 */
function makeProject(folder) {
  const project = join(folder, "stationery-shop");
  copySample(project);
  mkdirSync(join(project, ".git"));
  writeFileSync(join(project, ".git", "HEAD"), "ref: refs/heads/main\n");
  mkdirSync(join(folder, "home"));
  writeFileSync(join(folder, "home", "settings.json"), JSON.stringify({ provider: "demo", approval: "auto" }));
  return project;
}

/**
 * Starts the application and takes the pictures one after the other: each state goes on from the one before. One that cannot be made
 * does not stop the others.
 * @param {import("./lib/bootstrap.mjs").Ready} ready
 * @param {string} folder
 * @param {string | undefined} project Undefined: none is open.
 * @param {readonly import("./lib/shots.mjs").Shot[]} shots
 * @returns {Promise<string[]>} What could not be taken, and why.
 */
async function shoot(ready, folder, project, shots) {
  const wanted = process.argv.slice(2);
  const { electron, electronFlags: flags, env } = ready;
  const spindle = await launchSpindle({
    electron,
    flags,
    folder,
    ...(project === undefined ? {} : { project }),
    env: /** @type {Record<string, string>} */ (env),
  });
  const failed = [];
  try {
    const { page } = spindle;
    // A window is never quite as large as the screen; the page is drawn as large as the pictures.
    await page.setViewportSize(size);
    mkdirSync(pictures, { recursive: true });
    for (const { name, play } of shots) {
      try {
        await play(page);
        if (wanted.length === 0 || wanted.includes(name)) await take(page, name);
      } catch (error) {
        failed.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
        await page.keyboard.press("Escape");
      }
    }
  } finally {
    await spindle.close();
  }
  return failed;
}

/**
 * @param {import("playwright").Page} page
 * @param {string} name
 */
async function take(page, name) {
  for (const colorScheme of /** @type {const} */ (["dark", "light"])) {
    await page.emulateMedia({ colorScheme });
    // Colours fade.
    await sleep(500);
    const file = join(pictures, `${name}-${colorScheme}.png`);
    await page.screenshot({ path: file });
    process.stdout.write(`${file}\n`);
  }
}
