import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { dropFile, holdFile, picture, sendPrompt, withApp } from "../support/electron.ts";

test("dropped files and folders become chips with their true paths, and the prompt carries them", async () => {
  await withApp({ settings: { approval: "auto" } }, async ({ page, folder, project, events }) => {
    const outside = join(folder, "Notes für später.txt");
    writeFileSync(outside, "remember the milk\n");
    const plans = join(folder, "plans");
    mkdirSync(plans);
    const inside = join(project, "src", "money.ts");

    await dropFile(page, "composer-input", [outside, plans, inside]);
    await expect.poll(() => page.getByTestId("chip").count()).toBe(3);
    const paths = await page.getByTestId("chip").evaluateAll((chips) => chips.map((chip) => chip.getAttribute("data-path")));
    expect(paths).toEqual([outside, plans, inside]);

    await sendPrompt(page, "Summarize what I attached");
    await page.locator('[data-testid="turn-end"][data-status="completed"]').waitFor();
    const messages = events().filter(({ type }) => type === "user_message");
    const attachments = messages
      .flatMap((message) => message["attachments"] as readonly { kind: string; path: string }[])
      .map(({ kind, path }) => ({ kind, path }));
    expect(attachments).toEqual([
      { kind: "file", path: outside },
      { kind: "folder", path: plans },
      { kind: "file", path: inside },
    ]);
  });
});

test("fifty drops of fifty arrive, on the composer and anywhere in the window, while an answer is written", async () => {
  await withApp({ settings: { approval: "auto" } }, async ({ page, folder }) => {
    await sendPrompt(page, "Fix the failing test");
    const paths = Array.from({ length: 50 }, (_, n) => join(folder, `note ${n}.txt`));
    for (const [n, path] of paths.entries()) {
      writeFileSync(path, `${n}\n`);
      await dropFile(page, n % 2 === 0 ? "composer-input" : "conversation", [path]);
    }
    const chips = () => page.getByTestId("chip").evaluateAll((all) => all.map((chip) => chip.getAttribute("data-path")));
    await expect.poll(chips).toEqual(paths);
    await page.locator('[data-testid="turn-end"]').first().waitFor({ timeout: 60_000 });
    expect(await chips()).toEqual(paths);
  });
});

test("a dropped path that does not exist is said and not attached", async () => {
  await withApp({ project: "empty" }, async ({ page, folder }) => {
    await dropFile(page, "composer-input", [join(folder, "gone.txt")]);
    await page.getByTestId("composer-problem").waitFor();
    expect(await page.getByTestId("chip").count()).toBe(0);
  });
});

test("files dropped on a conversation's row go into its draft, not into the one that is shown", async () => {
  await withApp({ settings: { approval: "auto" } }, async ({ page, folder, project }) => {
    const outside = join(folder, "Notes.txt");
    writeFileSync(outside, "remember the milk\n");
    const inside = join(project, "src", "money.ts");
    await sendPrompt(page, "What is this project?");
    await page.locator('[data-testid="turn-end"]').waitFor();
    const row = page.getByTestId("conversation-row").first();
    await page.keyboard.press("Control+n");
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await holdFile(page, row, [outside]);
      await expect.poll(() => row.getAttribute("data-dropping")).toBe("true");
      await picture(page, `row-drop-${colorScheme}`);
    }
    await dropFile(page, row, [outside, inside]);
    await expect.poll(() => row.innerText()).toContain("2 items added");
    expect(await page.getByTestId("chip").count()).toBe(0);
    expect(await page.getByTestId("composer-drop").count()).toBe(0);
    await row.click();
    const paths = () => page.getByTestId("chip").evaluateAll((chips) => chips.map((chip) => chip.getAttribute("data-path")));
    await expect.poll(paths).toEqual([outside, inside]);

    // What the composer could not take is told where it happened.
    const problem = page.getByTestId("composer-problem");
    await dropFile(page, "composer-input", [join(folder, "gone.txt")]);
    await problem.waitFor();
    await page.keyboard.press("Control+n");
    await expect.poll(() => problem.count()).toBe(0);
    await row.click();
    await problem.waitFor();
  });
});
