import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright";
import { expect, test } from "vitest";
import { picture, sendPrompt, waitUnasked, withApp } from "../support/electron.ts";

/** Plays the main job: a script patches two files of the sample project. */
async function fixTest(page: Page): Promise<void> {
  await sendPrompt(page, "Fix the failing test");
  await waitUnasked(page, page.locator('[data-testid="turn-end"][data-status="completed"]'));
  await page.getByTestId("review-diff").first().waitFor();
}

test("a turn is undone and redone from its end: files, cards, review and counts follow", async () => {
  await withApp({ settings: { approval: "auto" } }, async ({ page, project, events }) => {
    const files = ["src/discount.ts", "src/money.ts"].map((name) => join(project, name));
    const read = () => files.map((file) => readFileSync(file, "utf8"));
    const before = read();
    await fixTest(page);
    const after = read();
    expect(after.some((text, index) => text !== before[index])).toBe(true);

    const changes = page.getByTestId("turn-changes").first();
    await changes.scrollIntoViewIfNeeded();
    expect(await changes.innerText()).toMatch(/2 files changed/);
    for (const colorScheme of ["dark", "light"] as const) {
      await page.emulateMedia({ colorScheme });
      await picture(page, `undo-turn-${colorScheme}`);
    }

    const undo = page.getByTestId("turn-undo").first();
    expect(await undo.getAttribute("aria-label")).toBe("Undo the changes of this turn");
    await undo.focus();
    await page.keyboard.press("Enter");
    await page.locator('[data-testid="turn-changes"][data-undone="true"]').waitFor();
    expect(read()).toEqual(before);
    await page.locator('[data-testid="patch-card"][data-undone="true"]').first().waitFor();
    await expect.poll(() => page.getByTestId("review-panel").innerText()).toMatch(/Undone/);
    expect(await page.getByTestId("review-file").count()).toBe(0);
    for (const colorScheme of ["dark", "light"] as const) {
      await page.emulateMedia({ colorScheme });
      await picture(page, `undo-undone-${colorScheme}`);
    }

    await page.getByTestId("turn-undo").first().click();
    await page.locator('[data-testid="turn-changes"][data-undone="false"]').waitFor();
    expect(read()).toEqual(after);
    await expect.poll(() => page.getByTestId("review-file").count()).toBe(2);

    // From the keyboard alone, and from the review.
    await page.keyboard.press("Control+Alt+z");
    await page.locator('[data-testid="turn-changes"][data-undone="true"]').waitFor();
    await page.getByTestId("review-undo").click();
    await page.locator('[data-testid="turn-changes"][data-undone="false"]').waitFor();
    expect(read()).toEqual(after);
    expect(events().flatMap((event) => (event.type === "patch_reverted" ? [event["kind"]] : []))).toEqual(["undo", "redo", "undo", "redo"]);
  });
});

test("a conflict names the lines; nothing changes until the person insists, and even that is undone", async () => {
  await withApp({ settings: { approval: "auto" } }, async ({ page, project }) => {
    const file = join(project, "src/money.ts");
    const before = readFileSync(file, "utf8");
    await fixTest(page);
    const mine = `// mine\n${readFileSync(file, "utf8")}`;
    writeFileSync(file, mine);

    await page.getByTestId("turn-undo").first().click();
    const dialog = page.getByTestId("undo-conflict");
    await dialog.waitFor();
    expect(await page.getByTestId("undo-conflict-file").allInnerTexts()).toEqual([expect.stringMatching(/^src\/money\.ts\s+line 1$/)]);
    for (const colorScheme of ["dark", "light"] as const) {
      await page.emulateMedia({ colorScheme });
      await picture(page, `undo-conflict-${colorScheme}`);
    }
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    expect(readFileSync(file, "utf8")).toBe(mine);

    await page.getByTestId("turn-undo").first().click();
    await page.getByTestId("undo-force").click();
    await page.locator('[data-testid="turn-changes"][data-undone="true"]').waitFor();
    expect(readFileSync(file, "utf8")).toBe(before);
    await page.getByTestId("turn-undo").first().click();
    await page.locator('[data-testid="turn-changes"][data-undone="false"]').waitFor();
    expect(readFileSync(file, "utf8")).toBe(mine);
  });
});
