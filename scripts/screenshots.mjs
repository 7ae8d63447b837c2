// npm run screenshots: plays the Demo on a copy of the sample project and writes the pictures of README and docs to
// docs/pictures, in dark and light. To be looked at before they are committed.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { bootstrap } from "./lib/bootstrap.mjs";
import { launchSpindle } from "./lib/launch.mjs";
import { root } from "./lib/paths.mjs";
import { copySample } from "./lib/sample.mjs";
import { runMain } from "./lib/say.mjs";

const pictures = join(root, "docs", "pictures");

await runMain(async () => {
  const ready = await bootstrap();
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "spindle-pictures-")));
  try {
    await shoot(ready, folder);
    return 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
    ready.stop();
  }
});

/**
 * @param {import("./lib/bootstrap.mjs").Ready} ready
 * @param {string} folder
 */
async function shoot(ready, folder) {
  const project = join(folder, "stationery-shop");
  copySample(project);
  mkdirSync(join(project, ".git"));
  writeFileSync(join(project, ".git", "HEAD"), "ref: refs/heads/main\n");
  mkdirSync(join(folder, "home"));
  writeFileSync(join(folder, "home", "settings.json"), JSON.stringify({ provider: "demo", approval: "auto" }));
  const { electron, electronFlags: flags, env } = ready;
  const spindle = await launchSpindle({ electron, flags, folder, project, env: /** @type {Record<string, string>} */ (env) });
  try {
    const { page } = spindle;
    await page.getByTestId("trust-folder").click();
    await page.getByTestId("composer-input").fill("Fix the failing test");
    await page.getByTestId("composer-send").click();
    await page.getByTestId("turn-end").first().waitFor({ timeout: 120_000 });
    await page.getByTestId("review-diff").first().waitFor();
    // Results of background tasks arrive and their turns end; then the picture stands still.
    await sleep(4_000);
    await page.getByTestId("conversation").hover();
    await page.mouse.wheel(0, -100_000);
    await sleep(600);
    mkdirSync(pictures, { recursive: true });
    for (const colorScheme of /** @type {const} */ (["dark", "light"])) {
      await page.emulateMedia({ colorScheme });
      await sleep(500);
      const file = join(pictures, `main-${colorScheme}.png`);
      await page.screenshot({ path: file });
      process.stdout.write(`${file}\n`);
    }
  } finally {
    await spindle.close();
  }
}
