import type { Page } from "playwright";
import { expect, test } from "vitest";
import { chooseMore, withApp } from "../support/electron.ts";

test("the window follows the system's light and dark, and a chosen theme overrules it", async () => {
  await withApp({ project: "empty", settings: { theme: "system" } }, async ({ page }) => {
    await page.getByTestId("composer-input").waitFor();
    await page.emulateMedia({ colorScheme: "dark" });
    await expect.poll(() => brightness(page)).toBeLessThan(0.25);
    await page.emulateMedia({ colorScheme: "light" });
    await expect.poll(() => brightness(page)).toBeGreaterThan(0.75);

    await chooseMore(page, "theme-dark");
    await expect.poll(() => brightness(page)).toBeLessThan(0.25);
    await chooseMore(page, "theme-system");
    await expect.poll(() => brightness(page)).toBeGreaterThan(0.75);
  });
});

/** Of the page's background, 0 to 1. */
function brightness(page: Page): Promise<number> {
  return page.evaluate(() => {
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    if (canvas === null) throw new Error("no canvas");
    canvas.fillStyle = getComputedStyle(document.body).backgroundColor;
    canvas.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0] = canvas.getImageData(0, 0, 1, 1).data;
    return (red + green + blue) / 765;
  });
}
