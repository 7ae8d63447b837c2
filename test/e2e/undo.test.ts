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
    expect([await undo.innerText(), await undo.getAttribute("title")]).toEqual(["Undo turn", "Undo the changes of this turn"]);
    // One patch: its card and its script leave the undo to the turn; the review names its own.
    expect([await page.getByTestId("patch-undo").count(), await page.getByTestId("script-undo").count()]).toEqual([0, 0]);
    await page.getByTestId("review-menu").click();
    expect(await page.getByTestId("review-undo").innerText()).toContain("Undo all");
    await page.keyboard.press("Escape");
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
    await page.getByTestId("review-menu").click();
    await page.getByTestId("review-undo").click();
    await page.locator('[data-testid="turn-changes"][data-undone="false"]').waitFor();
    expect(read()).toEqual(after);
    expect(events().flatMap((event) => (event.type === "patch_reverted" ? [event["kind"]] : []))).toEqual(["undo", "redo", "undo", "redo"]);
  });
});

test("what a command changed is named under its call and in the review, and a hunk leads to its call", async () => {
  await withApp({ settings: { approval: "auto" } }, async ({ page }) => {
    await fixTest(page);
    await page.getByTestId("hunk-origin").first().click();
    await page.getByTestId("call-undo").first().waitFor();
    await picture(page, "undo-origin-dark");

    await sendPrompt(page, "run `echo made > made.txt`");
    await waitUnasked(page, page.locator('[data-testid="turn-end"][data-status="completed"]').nth(2));
    await page.locator('[data-testid="script-lane"][data-tool="exec"]').last().click();
    const changed = page.getByTestId("changed-by-command").last();
    await changed.waitFor();
    // The stocktake may still run in the background: then nobody can tell which of the two it was.
    expect(await changed.innerText()).toMatch(/Changed (by this command|while these commands ran)\s*made\.txt\s*new \+1 −0/);
    await changed.getByRole("button").click();
    await page.locator('[data-testid="review-file"][data-path="made.txt"]').waitFor();
    expect(await page.locator('[data-testid="review-file"][data-path="made.txt"]').innerText()).toContain("changed by a command");
    for (const colorScheme of ["dark", "light"] as const) {
      await page.emulateMedia({ colorScheme });
      await picture(page, `undo-command-${colorScheme}`);
    }
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
    expect(await page.getByTestId("undo-conflict-file").allInnerTexts()).toEqual([
      expect.stringMatching(/^src\/money\.ts\s+line 1\s+1\s*\/\/ mine$/),
    ]);
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

test("a refused undo stays with its conversation: another one that is shown by then is not asked about it", async () => {
  await withApp({ settings: { approval: "auto" } }, async ({ page, project, events }) => {
    const file = join(project, "src/money.ts");
    await sendPrompt(page, "say hello");
    await waitUnasked(page, page.locator('[data-testid="turn-end"][data-status="completed"]'));
    await page.getByTestId("new-conversation").click();
    await page.locator('[data-testid="turn-end"]').first().waitFor({ state: "detached" });
    await fixTest(page);
    writeFileSync(file, `// mine\n${readFileSync(file, "utf8")}`);

    // One click after the other, before the answer is there.
    await page.evaluate(() => {
      document.querySelector<HTMLElement>('[data-testid="turn-undo"]')?.click();
      [...document.querySelectorAll<HTMLElement>('[data-testid="conversation-row"]')].at(-1)?.click();
    });
    await page.getByText("money.ts was changed").first().waitFor();
    expect(await page.getByTestId("undo-conflict").count()).toBe(0);
    expect(await page.getByTestId("turn-undo").count()).toBe(0);
    expect(events().filter((event) => event.type === "patch_reverted")).toEqual([]);
  });
});
