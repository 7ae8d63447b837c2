import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { ElectronApplication, Page } from "playwright";
import { expect, test } from "vitest";
import { launchSpindle } from "../../scripts/lib/launch.mjs";
import { chooseMore, sendPrompt, withApp } from "../support/electron.ts";

test("the bars leave room for the system's buttons at every size, and what stands in them can be clicked", async () => {
  await withApp({ settings: { theme: "dark" } }, async ({ page, app }) => {
    await page.getByTestId("composer-input").waitFor();
    await screen(app, "title-bar-dark");
    for (const zoom of [1, 1.5]) {
      await app.evaluate(({ BrowserWindow }, factor) => BrowserWindow.getAllWindows()[0]?.webContents.setZoomFactor(factor), zoom);
      await page.waitForTimeout(300);
      expect(await room(page)).toBeGreaterThan(30);
      expect(await underButtons(page)).toEqual([]);
    }
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.setZoomFactor(1));
    await page.keyboard.press("Control+.");
    await page.getByRole("button", { name: "Close the panel" }).waitFor();
    expect(await underButtons(page)).toEqual([]);
    expect(await dragged(page)).toEqual([]);
    await page.keyboard.press("Control+b");
    await page.getByRole("button", { name: "Show sidebar" }).waitFor();
    expect(await dragged(page)).toEqual([]);

    await chooseMore(page, "theme-light");
    await page.locator('html[data-theme="light"]').waitFor();
    await screen(app, "title-bar-light");
  });
});

test("the menu of the application opens from the sidebar and by F10", async () => {
  await withApp({ project: "empty" }, async ({ page, app }) => {
    await app.evaluate(({ Menu }) => {
      const opened: unknown[] = [];
      Object.assign(globalThis, { opened });
      Menu.prototype.popup = (options) => void opened.push([options?.x, options?.y]);
    });
    const opened = () => app.evaluate(() => (globalThis as unknown as { opened: unknown }).opened);
    await page.getByTestId("app-menu").click();
    await expect.poll(opened).toEqual([[expect.any(Number), expect.any(Number)]]);
    await page.keyboard.press("F10");
    await expect.poll(opened).toEqual([
      [expect.any(Number), expect.any(Number)],
      [8, 40],
    ]);
    await page.keyboard.press("Control+b");
    await page.getByRole("button", { name: "Show sidebar" }).waitFor();
    await page.getByTestId("app-menu").click();
    await expect.poll(async () => ((await opened()) as unknown[]).length).toBe(3);
  });
});

test("the window opens where it was, in the theme of the settings and not of the system", async () => {
  await withApp({ project: "empty", settings: { theme: "light" } }, async ({ page, app, folder, project, close }) => {
    await page.getByTestId("composer-input").waitFor();
    expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getBackgroundColor())).toBe("#F3F3F1");
    const wanted = { x: 120, y: 60, width: 1111, height: 777 };
    await app.evaluate(({ BrowserWindow }, bounds) => BrowserWindow.getAllWindows()[0]?.setBounds(bounds), wanted);
    await expect
      .poll(() => readFileSync(path.join(folder, "home", "window.json"), "utf8"))
      .toBe(JSON.stringify({ ...wanted, maximized: false }));
    await close();

    const electron = process.env["SPINDLE_TEST_ELECTRON"] ?? "";
    const flags = (process.env["SPINDLE_TEST_ELECTRON_FLAGS"] ?? "").split(" ").filter((flag) => flag !== "");
    const again = await launchSpindle({ electron, flags, folder, project });
    try {
      expect(await again.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getBounds())).toEqual(wanted);
    } finally {
      expect(await again.close()).toEqual([]);
    }
  });
});

test("another project shows nothing of the one before, and has a layout of its own", async () => {
  await withApp({ project: "empty", settings: { approval: "auto" } }, async ({ page, folder, project }) => {
    const other = path.join(folder, "other");
    mkdirSync(other);
    writeFileSync(path.join(other, "a.txt"), "a");
    await sendPrompt(page, "run `echo first`");
    await page.getByTestId("conversation-row").waitFor();
    await open(page, other);
    await expect.poll(() => page.getByTestId("project-switcher").getAttribute("title")).toBe(other);
    expect(await page.getByTestId("conversation-row").count()).toBe(0);
    expect(await page.getByTestId("conversation").getAttribute("data-conversation")).toBe("");
    await page.keyboard.press("Control+b");
    await page.getByRole("button", { name: "Show sidebar" }).waitFor();
    await open(page, project);
    await page.getByTestId("conversation-row").waitFor();
    await open(page, other);
    await page.getByRole("button", { name: "Show sidebar" }).waitFor();
  });
});

/** Opens a project as a second start of Spindle with a folder does. */
async function open(page: Page, root: string): Promise<void> {
  await page.evaluate(async (folder) => {
    const { spindle } = globalThis as unknown as { spindle: { call(name: string, input: object): Promise<unknown> } };
    await spindle.call("project.open", { root: folder });
  }, root);
  await page.waitForTimeout(300);
}

/** Width that the bars leave to the system's buttons, px of the page. */
function room(page: Page): Promise<number> {
  return page.evaluate(() => {
    const probe = document.createElement("div");
    probe.style.cssText = "position:fixed;width:var(--buttons-right)";
    document.body.append(probe);
    const { width } = probe.getBoundingClientRect();
    probe.remove();
    return width;
  });
}

/** Buttons of the bars that lie under the system's buttons. */
async function underButtons(page: Page): Promise<string[]> {
  return page.evaluate(
    (width) =>
      [...document.querySelectorAll(".drag-region button")]
        .filter((button) => button.getBoundingClientRect().right > innerWidth - width)
        .map((button) => button.getAttribute("aria-label") ?? button.textContent),
    await room(page),
  );
}

/** Buttons of the bars that would drag the window. */
function dragged(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const buttons = [...document.querySelectorAll(".drag-region button")];
    if (buttons.length < 3) return ["no bars"];
    return buttons
      .filter((button) => getComputedStyle(button).getPropertyValue("-webkit-app-region") !== "no-drag")
      .map((button) => button.getAttribute("aria-label") ?? button.textContent);
  });
}

/** A picture of the whole screen: the system's buttons are not in those of the page. */
async function screen(app: ElectronApplication, name: string): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 500));
  const data = await app.evaluate(async ({ desktopCapturer }) => {
    const [source] = await desktopCapturer.getSources({ types: ["screen"], thumbnailSize: { width: 1680, height: 1050 } });
    return source?.thumbnail.toPNG().toString("base64");
  });
  writeFileSync(path.join("out", "pictures", `${name}.png`), Buffer.from(data ?? "", "base64"));
}
