import path from "node:path";
import { expect, test } from "vitest";
import { copySample } from "../../scripts/lib/sample.mjs";
import { useEngines } from "../main/engine/engine-lab.ts";
import { expectAccessible } from "../support/axe.ts";
import { openInChromium } from "../support/chromium-window.ts";

const lab = useEngines();

test("the page in the system's Chromium: a prompt of the Demo, its scripts, review, list view, palette and settings work and are accessible", async () => {
  const house = lab();
  const project = path.join(house.project, "sample");
  copySample(project);
  const engine = await house.open({ audience: "person", wake: true, settings: { theme: "system" } });
  const { page, browser, failed, close } = await openInChromium(engine, project);
  try {
    // Newer than the engine of the development stand-in (130): what the window will ship with, or newer.
    expect(Number(browser.version().split(".")[0])).toBeGreaterThan(130);
    const input = page.getByTestId("composer-input");
    await input.fill("Fix the failing test");
    await page.getByTestId("composer-send").click();
    await page.getByTestId("script-lane").first().waitFor();
    // The turn that the end of a task wakes may be over by then, too.
    await page.locator('[data-testid="turn-end"][data-status="completed"]').first().waitFor({ timeout: 60_000 });
    expect(await page.locator('[data-testid="script-card"][data-status="done"]').count()).toBe(2);
    await expect
      .poll(async () => (await page.getByTestId("review-file").allInnerTexts()).join(" "))
      .toMatch(/discount\.ts.*money\.ts|money\.ts.*discount\.ts/s);
    const coloured = () =>
      page.getByTestId("review-panel").evaluate((panel) => {
        const roots = [...panel.querySelectorAll("*")].flatMap(({ shadowRoot }) => shadowRoot ?? []);
        return roots.some((root) => root.querySelector("[data-line] span[style], [data-line] span[class]") !== null);
      });
    await expect.poll(coloured).toBe(true);
    await expectAccessible(page, "chromium: a turn with its review");
    await page.getByTestId("hunk-accept").first().click();
    await page.locator('[data-testid="hunk-bar"][data-accepted="true"]').first().waitFor();

    await page.keyboard.press("Control+k");
    await page.getByTestId("palette").waitFor();
    await expectAccessible(page, "chromium: palette");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+,");
    await page.getByTestId("settings-search").waitFor();
    await expectAccessible(page, "chromium: settings");
    await page.keyboard.press("Escape");

    // Markup in an answer stays text there, too.
    await input.fill("say <img src=x onerror=alert(1)> <script>alert(2)</script>");
    await page.getByTestId("composer-send").click();
    await expect.poll(() => page.locator('[data-testid="turn-end"]').count(), { timeout: 60_000 }).toBe(2);
    expect(await page.locator('[role="log"] img, [role="log"] script').count()).toBe(0);
    expect(failed).toEqual([]);
  } finally {
    await close();
  }
});
