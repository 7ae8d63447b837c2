import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright";
import { expect, test } from "vitest";
import { expectAccessible } from "../support/axe.ts";
import { picture, withApp } from "../support/electron.ts";

const openSettings = async (page: Page): Promise<void> => {
  await page.keyboard.press("Control+,");
  await page.getByTestId("settings").waitFor();
};

const choose = async (page: Page, name: RegExp): Promise<void> => {
  await page.getByTestId("settings-provider").click();
  await page.getByRole("option", { name }).click();
};

test("what is typed is kept per provider; Escape and a click beside ask, and nothing is lost unasked", async () => {
  await withApp({ project: "empty" }, async ({ page, home }) => {
    const stored = () =>
      JSON.parse(readFileSync(join(home, "settings.json"), "utf8")) as { providers?: Record<string, { model?: string }> };
    const settings = page.getByTestId("settings");
    const asked = page.getByTestId("settings-unsaved");
    await page.getByTestId("composer-input").waitFor();

    // Nothing was changed: nobody is asked, also not after a search, whose Enter saves nothing.
    await openSettings(page);
    await page.getByTestId("settings-search").fill("theme");
    await page.keyboard.press("Enter");
    expect(await settings.isVisible()).toBe(true);
    await page.keyboard.press("Escape");
    // The first Escape may only empty the search.
    if (await settings.isVisible()) await page.keyboard.press("Escape");
    await settings.waitFor({ state: "detached" });

    await openSettings(page);
    await choose(page, /Anthropic/);
    await page.getByTestId("settings-model").fill("claude-one");
    await choose(page, /Responses/);
    await page.getByTestId("settings-model").fill("gpt-two");
    await choose(page, /Anthropic/);
    expect(await page.getByTestId("settings-model").inputValue()).toBe("claude-one");

    await page.keyboard.press("Escape");
    await asked.waitFor();
    await expectAccessible(page, "changes of the settings that are not saved");
    await picture(page, "settings-unsaved");
    await page.keyboard.press("Escape");
    await asked.waitFor({ state: "detached" });
    expect(await page.getByTestId("settings-model").inputValue()).toBe("claude-one");
    await page.mouse.click(5, 5);
    await asked.waitFor();
    await page.getByTestId("settings-discard").click();
    await settings.waitFor({ state: "detached" });
    expect(stored()).toEqual({});

    await openSettings(page);
    await choose(page, /Responses/);
    await page.getByTestId("settings-model").fill("gpt-two");
    await choose(page, /Demo/);
    await page.getByTestId("settings-textSize").fill("18");
    await page.getByTestId("settings-codeSize").fill("14");
    await page.keyboard.press("Escape");
    await page.getByTestId("settings-unsaved-save").click();
    await settings.waitFor({ state: "detached" });
    expect(stored().providers?.["openai-responses"]?.model).toBe("gpt-two");
    const size = await page.getByTestId("composer-input").evaluate((element) => getComputedStyle(element).fontSize);
    expect(size).toBe("18px");
  });
});

test("says where settings.json is, and shows it in its folder", async () => {
  await withApp({ project: "empty" }, async ({ app, page, home }) => {
    await app.evaluate(({ shell }) => {
      const told = globalThis as unknown as { shown: string[] };
      told.shown = [];
      shell.showItemInFolder = (file) => void told.shown.push(file);
    });
    await page.getByTestId("composer-input").waitFor();
    await openSettings(page);
    await page.getByTestId("settings-search").fill("settings.json file");
    const file = join(home, "settings.json");
    expect(await page.getByTestId("settings-file").innerText()).toBe(file);
    await page.getByTestId("settings-show-file").click();
    await expect.poll(() => app.evaluate(() => (globalThis as unknown as { shown: string[] }).shown)).toEqual([file]);
    await expectAccessible(page, "the settings' file");
    await picture(page, "settings-file");
    await page.emulateMedia({ colorScheme: "light" });
    await picture(page, "settings-file-light");
  });
});
