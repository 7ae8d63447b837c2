import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import type { Settings } from "../../src/protocol/settings.ts";
import { picture, withApp } from "../support/electron.ts";

test("every command is found by its letters and done by Enter; keys can be changed, with a check for conflicts; all without the mouse", async () => {
  await withApp({ project: "sample" }, async ({ app, page, home }) => {
    const settings = () => JSON.parse(readFileSync(path.join(home, "settings.json"), "utf8")) as Partial<Settings>;
    const palette = page.getByTestId("palette");
    await page.getByTestId("composer-input").waitFor();
    await page.keyboard.press("Control+k");
    await palette.waitFor();
    expect(await page.getByTestId("palette-entry").count()).toBeGreaterThan(20);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await picture(page, `palette-${colorScheme}`);
    }
    await page.keyboard.type("dark th");
    expect(await page.getByTestId("palette-entry").first().textContent()).toContain("Use the dark theme");
    await page.keyboard.press("Enter");
    await palette.waitFor({ state: "detached" });
    await expect.poll(() => page.evaluate(() => document.documentElement.dataset["theme"])).toBe("dark");
    await page.keyboard.press("Control+k");
    await page.keyboard.type("zzzz");
    expect(await palette.textContent()).toContain("Nothing has these letters");
    await page.keyboard.press("Escape");
    await palette.waitFor({ state: "detached" });

    const width = () => page.evaluate(() => window.innerWidth);
    const before = await width();
    await page.keyboard.press("Control+=");
    await expect.poll(width).toBeLessThan(before);
    await page.keyboard.press("Control+0");
    await expect.poll(width).toBe(before);

    await page.keyboard.press("Control+,");
    const search = page.getByTestId("settings-search");
    await search.fill("sidebar");
    const row = page.getByTestId("keys-view.sidebar");
    await row.waitFor();
    expect(await page.locator("[data-setting]:visible").count()).toBe(1);
    await row.getByRole("button", { name: /^Keys for/ }).click();
    await page.keyboard.press("Control+k");
    expect(await row.getByRole("alert").textContent()).toBe("Ctrl K is taken by “Show all commands”.");
    await picture(page, "settings-keys");
    await page.keyboard.press("Control+Shift+s");
    expect(await row.getByRole("button", { name: /^Keys for/ }).textContent()).toBe("Ctrl Shift S");
    await search.fill("colours of ch");
    await page.getByTestId("settings-diff-colors").click();
    await page.getByRole("option", { name: /Blue and orange/ }).click();
    await page.getByTestId("settings-save").click();
    await page.getByTestId("settings").waitFor({ state: "detached" });
    expect(settings()).toMatchObject({ keys: { "view.sidebar": "Mod+Shift+S" }, appearance: { diffColors: "blue-orange" } });
    expect(await page.evaluate(() => document.documentElement.dataset["diff"])).toBe("blue-orange");

    const sidebar = page.getByTestId("project-switcher");
    await page.keyboard.press("Control+b");
    await page.waitForTimeout(200);
    expect(await sidebar.isVisible()).toBe(true);
    await page.keyboard.press("Control+Shift+s");
    await sidebar.waitFor({ state: "hidden" });

    // The application's menu does the same.
    await app.evaluate(({ Menu }) => {
      const items = Menu.getApplicationMenu()?.items.flatMap((menu) => menu.submenu?.items ?? []) ?? [];
      items.find(({ label }) => label === "Sidebar")?.click();
    });
    await sidebar.waitFor();
  });
});
