// The states of the window that `npm run screenshots` takes pictures of, in the order in which they are played.
import { setTimeout as sleep } from "node:timers/promises";

/** @typedef {import("playwright").Page} Page */
/** @typedef {{ readonly name: string, readonly play: (page: Page) => Promise<void> }} Shot */

/**
 * @param {Page} page
 * @param {string} text
 */
async function send(page, text) {
  await page.getByTestId("composer-input").fill(text);
  await page.getByTestId("composer-send").click();
}

/** @param {Page} page */
async function ended(page) {
  await page.getByTestId("turn-end").first().waitFor({ timeout: 120_000 });
}

/** @param {Page} page */
async function toTop(page) {
  await page.getByTestId("conversation").hover();
  await page.mouse.wheel(0, -100_000);
  // The pointer lights up nothing, and bars of scrolling are gone.
  await page.mouse.move(2, 600);
  await sleep(600);
}

/** @type {Shot} */
const main = {
  name: "main",
  async play(page) {
    await page.getByTestId("trust-folder").click();
    await send(page, "Fix the failing test");
    await ended(page);
    await page.getByTestId("review-diff").first().waitFor();
    // Results of background tasks arrive and their turns end; then the picture stands still.
    await sleep(4_000);
    await toTop(page);
  },
};

/** @type {Shot} */
const review = {
  name: "review",
  async play(page) {
    await page.getByTestId("hunk-bar").first().hover();
    await page.getByTestId("hunk-comment").first().click();
    await page.getByTestId("comment-text").fill("Say in the comment why the rounding is done here and not in the cart.");
    await page.keyboard.press("Control+Enter");
    await page.getByTestId("review-comment").first().waitFor();
    await page.mouse.move(2, 600);
    await sleep(300);
  },
};

/** @type {Shot} */
const split = {
  name: "split",
  async play(page) {
    await page.getByRole("radio", { name: "Side by side" }).click();
    await sleep(1_000);
    await page.mouse.move(2, 600);
  },
};

/** @type {Shot} */
const tasks = {
  name: "tasks",
  async play(page) {
    await page.getByRole("radio", { name: "Unified" }).click();
    await page.getByTestId("new-conversation").click();
    await page.keyboard.press("Control+.");
    const watch = (/** @type {string} */ name) => `node --watch --import ./scripts/typescript.mjs src/${name}.ts`;
    for (const command of ["npm test", "npm run stocktake", watch("stocktake"), watch("receipt")]) {
      await send(page, `run \`${command}\` in the background`);
      await sleep(2_500);
    }
    await page.getByTestId("task-row").nth(3).waitFor({ timeout: 30_000 });
    await sleep(6_000);
    await page.mouse.move(2, 600);
  },
};

/** @type {Shot} */
const task = {
  name: "task",
  async play(page) {
    await page.getByTestId("task-row").filter({ hasText: "npm test" }).first().click();
    await page.getByTestId("task-page").waitFor();
    await page.getByTestId("task-output").waitFor();
    await sleep(800);
  },
};

/** @type {Shot} */
const approval = {
  name: "approval",
  async play(page) {
    await page.keyboard.press("Escape");
    await page.getByTestId("task-page").waitFor({ state: "detached" });
    await page.getByTestId("new-conversation").click();
    await page.getByTestId("approval-mode").click();
    await page.getByRole("option", { name: /Ask first/ }).click();
    await send(page, "replace `export` with `export /* public */` in src/money.ts");
    await page.getByTestId("asked-patch").waitFor({ timeout: 60_000 });
    await sleep(1_500);
  },
};

/** @type {Shot} */
const terminal = {
  name: "terminal",
  async play(page) {
    await page.getByTestId("approval-stop").click();
    await page.getByTestId("approval-card").waitFor({ state: "detached" });
    await page.getByTestId("conversation-row").last().click();
    await ended(page);
    await page.getByTestId("open-terminal").click();
    await page.getByTestId("terminal-screen").click();
    await sleep(1_500);
    await page.keyboard.type("clear; npm test\n");
    await sleep(6_000);
    await toTop(page);
  },
};

/** With a folder open; each goes on from the one before. */
export const projectShots = [main, review, split, tasks, task, approval, terminal];

/** Without a folder. @type {readonly Shot[]} */
export const welcomeShots = [
  {
    name: "welcome",
    async play(page) {
      await page.getByTestId("welcome").waitFor();
      await sleep(1_000);
    },
  },
];
