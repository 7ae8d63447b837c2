import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import type { ElectronApplication, Page } from "playwright";
import { expect, test } from "vitest";
import { sendPrompt, withApp } from "../support/electron.ts";
import { responds, startResponsesServer } from "../support/model-servers/responses.ts";

const patch = `*** Begin Patch\n*** Add File: src/a-file-with-quite-a-long-name.ts\n${"+export const value = 1;\n".repeat(30)}*** End Patch`;

const sizes = [
  { width: 1280, height: 800, zoom: 1 },
  { width: 1024, height: 700, zoom: 1 },
  { width: 1280, height: 800, zoom: 2 },
  { width: 1024, height: 700, zoom: 2 },
];

async function resize(app: ElectronApplication, page: Page, { width, height, zoom }: (typeof sizes)[number]): Promise<void> {
  await app.evaluate(
    ({ BrowserWindow }, size) => {
      const [window] = BrowserWindow.getAllWindows();
      window?.setContentSize(size.width, size.height);
      window?.webContents.setZoomFactor(size.zoom);
    },
    { width, height, zoom },
  );
  await expect.poll(() => page.evaluate(() => Math.round(innerWidth * devicePixelRatio))).toBeLessThanOrEqual(width + 2);
  await page.waitForTimeout(300);
}

/** Playwright's own pictures show only a part of an enlarged page. */
async function picture(app: ElectronApplication, name: string): Promise<void> {
  const data = await app.evaluate(async ({ BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows();
    return (await window?.webContents.capturePage())?.toPNG().toString("base64");
  });
  writeFileSync(path.join("out", "pictures", `${name}.png`), Buffer.from(data ?? "", "base64"));
}

/** Parts of the window that lie beside it or under something else, or that are cut. */
function hidden(page: Page, testIds: readonly string[]): Promise<string[]> {
  return page.evaluate((ids) => {
    return ids.flatMap((id) => {
      const element = document.querySelector(`[data-testid="${id}"]`);
      if (element === null) return [`${id}: not there`];
      const box = element.getBoundingClientRect();
      if (box.left < -1 || box.top < -1 || box.right > innerWidth + 1 || box.bottom > innerHeight + 1)
        return [`${id}: ${[box.left, box.top, box.right, box.bottom].map(Math.round).join(" ")} of ${innerWidth} ${innerHeight}`];
      const seen = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
      return seen !== null && (element.contains(seen) || seen.contains(element)) ? [] : [`${id}: covered`];
    });
  }, testIds);
}

/** Boxes that are wider than what holds them, although nothing scrolls there on purpose. */
function tooWide(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll("header, footer, aside, section, main, [data-panel], [data-testid=composer]")]
      .filter((element) => element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0)
      .map((element) => `${element.tagName} ${element.getAttribute("aria-label") ?? ""} ${element.scrollWidth} > ${element.clientWidth}`),
  );
}

test("at small sizes, also while resizing, nothing lies outside of the window; what has no room lies over the conversation", async () => {
  const server = await startResponsesServer([
    responds({ type: "function", name: "applyPatch", arguments: { patch } }),
    responds({ type: "text", text: "Done, with a sentence that is long enough to be wrapped in a small window." }),
  ]);
  const settings = {
    provider: "openai-responses",
    approval: "auto",
    theme: "dark",
    providers: { "openai-responses": { baseUrl: server.baseUrl, apiKey: "k", model: "a-model-with-a-long-name" } },
  };
  try {
    await withApp({ project: "empty", settings }, async ({ page, app }) => {
      await sendPrompt(page, "Add a file");
      await page.locator('[data-testid="turn-end"][data-status="completed"]').waitFor();
      await page.getByTestId("review-panel").waitFor();
      for (const size of sizes) {
        await resize(app, page, size);
        const name = `small-${size.width}-${size.zoom * 100}`;
        await picture(app, name);
        const beside = await page.evaluate(() => innerWidth >= 960);
        expect(await page.getByTestId("over-conversation").count()).toBe(0);
        const seen = [
          "composer-input",
          "composer-send",
          ...(beside ? ["sidebar", "project-switcher", "settings-button", "review-panel"] : []),
        ];
        expect({ name, hidden: await hidden(page, seen), tooWide: await tooWide(page) }).toEqual({ name, hidden: [], tooWide: [] });
        if (beside) continue;
        await page.keyboard.press("Control+.");
        await page.getByTestId("review-panel").waitFor();
        await picture(app, `${name}-review`);
        expect({ name, hidden: await hidden(page, ["review-panel"]), tooWide: await tooWide(page) }).toEqual({
          name,
          hidden: [],
          tooWide: [],
        });
        if ((await page.getByTestId("over-conversation").count()) === 1) await page.keyboard.press("Escape");
        else await page.keyboard.press("Control+.");
        await page.getByTestId("review-panel").waitFor({ state: "detached" });
        if ((await page.getByRole("complementary", { name: "Sidebar" }).count()) === 0) {
          await page.keyboard.press("Control+b");
          await page.getByRole("complementary", { name: "Sidebar" }).waitFor();
          await picture(app, `${name}-sidebar`);
          expect(await hidden(page, ["sidebar", "project-switcher", "settings-button"])).toEqual([]);
          await page.getByTestId("conversation-row").click();
          await page.getByRole("complementary", { name: "Sidebar" }).waitFor({ state: "detached" });
        }
        await page.getByTestId("composer-input").focus();
      }
      await resize(app, page, { width: 1600, height: 1000, zoom: 1 });
      await page.getByRole("complementary", { name: "Sidebar" }).waitFor();
      expect(await hidden(page, ["sidebar", "composer-send"])).toEqual([]);
    });
  } finally {
    await server.close();
  }
});

/** Buttons in the bar of the panel that lie over each other, under the window's own buttons, or that something covers. */
function crowded(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const head = document.querySelector('[data-testid="review-panel"] header');
    if (head === null) return ["no bar"];
    const end = head.getBoundingClientRect().right - Number.parseFloat(getComputedStyle(head).paddingRight);
    const buttons = [...head.querySelectorAll("button, [role=tab], [role=radio], [role=combobox]")]
      .map((element) => ({
        element,
        name: element.getAttribute("aria-label") ?? element.textContent,
        box: element.getBoundingClientRect(),
      }))
      .filter(({ box }) => box.width > 0);
    return buttons.flatMap(({ element, name, box }, index) => {
      const over = buttons
        .slice(index + 1)
        .filter(({ box: other }) => Math.min(box.right, other.right) - Math.max(box.left, other.left) > 0.5)
        .map((other) => `${name} over ${other.name}`);
      const under = box.right > end + 0.5 ? [`${name} ends at ${box.right} of ${end}`] : [];
      const seen = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
      return [...over, ...under, ...(seen !== null && element.contains(seen) ? [] : [`${name} is covered`])];
    });
  });
}

test("with git the bar of the panel has room for all its buttons beside those of the window", async () => {
  const server = await startResponsesServer([
    responds({ type: "function", name: "applyPatch", arguments: { patch } }),
    responds({ type: "text", text: "Done." }),
  ]);
  const settings = {
    provider: "openai-responses",
    approval: "auto",
    theme: "dark",
    providers: { "openai-responses": { baseUrl: server.baseUrl, apiKey: "k", model: "m" } },
  };
  try {
    await withApp({ project: "empty", settings }, async ({ page, app, project }) => {
      const git = (...args: readonly string[]) =>
        execFileSync("git", ["-c", "user.name=x", "-c", "user.email=x@example.com", ...args], { cwd: project, stdio: "ignore" });
      git("init", "-q", "-b", "topic");
      git("commit", "-q", "--allow-empty", "-m", "Begin");
      await app.evaluate(({ BrowserWindow }) => void BrowserWindow.getAllWindows()[0]?.emit("focus"));
      await page.getByTestId("project-switcher").getByText("topic").first().waitFor();
      await sendPrompt(page, "Add a file");
      await page.locator('[data-testid="turn-end"][data-status="completed"]').waitFor();
      await page.getByTestId("review-scope").waitFor();
      const look = async (what: string) => {
        for (const width of [1024, 1100, 1280, 1400, 1500, 1600]) {
          await resize(app, page, { width, height: 700, zoom: 1 });
          await expect.poll(() => page.evaluate(() => innerWidth)).toBe(width);
          await picture(app, `panel-bar-${what}-${width}`);
          expect({ what, width, crowded: await crowded(page) }).toEqual({ what, width, crowded: [] });
        }
      };
      await look("whole");
      await resize(app, page, { width: 1024, height: 700, zoom: 1 });
      for (const name of ["Review", "Files", "Plan", "Context"]) expect(await page.getByRole("tab", { name, exact: true }).count()).toBe(1);
      await page.getByTestId("review-scope").click();
      await page.getByRole("option", { name: "Working tree" }).click();
      await page.locator('[data-testid="review-file"][data-path="src/a-file-with-quite-a-long-name.ts"]').waitFor();
      await look("tree");
      await resize(app, page, { width: 1024, height: 700, zoom: 1 });
      await page.getByTestId("review-scope").click();
      await page.getByRole("option", { name: "Whole conversation" }).click();
      await page.getByTestId("review-menu").click();
      await page.getByTestId("review-undo").click();
      await page.getByTestId("review-panel").getByText("Undone").first().waitFor({ state: "attached" });
      await look("undone");
    });
  } finally {
    await server.close();
  }
});
