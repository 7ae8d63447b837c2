import type { Page } from "playwright";
import { expect, test } from "vitest";
import { withApp } from "../support/electron.ts";

test("the window follows the system's light and dark, and the toggle overrules it", async () => {
  await withApp({ project: "empty", settings: { theme: "system" } }, async ({ page }) => {
    await page.getByTestId("composer-input").waitFor();
    await page.emulateMedia({ colorScheme: "dark" });
    await expect.poll(() => brightness(page)).toBeLessThan(0.25);
    await page.emulateMedia({ colorScheme: "light" });
    await expect.poll(() => brightness(page)).toBeGreaterThan(0.75);

    // The toggle may go through more than two positions; within three clicks it must have shown dark on a light system.
    const seen: number[] = [];
    for (let click = 0; click < 3 && !seen.some((value) => value < 0.25); click++) {
      await page.getByTestId("theme-toggle").first().click();
      await page.waitForTimeout(300);
      seen.push(await brightness(page));
    }
    expect(Math.min(...seen)).toBeLessThan(0.25);
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
