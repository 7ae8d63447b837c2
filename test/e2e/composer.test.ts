import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { picture, sendPrompt, withApp } from "../support/electron.ts";

test("@ finds files and folders by a few letters; the keyboard puts them into the text and as chips", async () => {
  await withApp({ settings: { approval: "auto" } }, async ({ page, project, events }) => {
    const input = page.getByTestId("composer-input");
    await input.click();
    await page.keyboard.type("Look at @mone");
    const lines = page.getByTestId("suggestion");
    await lines.filter({ hasText: "money.ts" }).first().waitFor();
    await picture(page, "composer-paths");
    await page.keyboard.press("Enter");
    await expect.poll(() => input.inputValue()).toMatch(/^Look at \S*money\S* $/);
    await page.keyboard.type("and @src");
    await lines.filter({ hasText: "src/" }).first().waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Tab");
    await expect.poll(() => page.getByTestId("chip").count()).toBe(2);
    const chips = await page.getByTestId("chip").evaluateAll((all) => all.map((chip) => [chip.dataset["kind"], chip.dataset["path"]]));
    expect(chips.map(([kind]) => kind)).toEqual(["file", "folder"]);
    expect(chips.every(([, path]) => path?.startsWith(project))).toBe(true);

    // Escape closes the list and nothing else; the text stays.
    await page.keyboard.type("or @mone");
    await lines.first().waitFor();
    await page.keyboard.press("Escape");
    await expect.poll(() => lines.count()).toBe(0);
    expect(await input.inputValue()).toMatch(/or @mone$/);
    await page.keyboard.press("Enter");
    await page.locator('[data-testid="turn-end"]').waitFor();
    const [message] = events().filter(({ type }) => type === "user_message");
    expect(message?.["attachments"]).toHaveLength(2);
  });
});

test("/ offers the commands of the window and the modes; a mode before a prompt is set and not sent", async () => {
  await withApp({ settings: { approval: "ask" } }, async ({ page, events }) => {
    const input = page.getByTestId("composer-input");
    await input.click();
    await page.keyboard.type("/");
    await page.getByTestId("suggestion").filter({ hasText: "/plan" }).waitFor();
    await picture(page, "composer-commands");
    await page.keyboard.type("hide the sidebar");
    await page.keyboard.press("Enter");
    await page.getByTestId("sidebar").waitFor({ state: "detached" });
    expect(await input.inputValue()).toBe("");

    await sendPrompt(page, "/plan What is this project?");
    await page.locator('[data-testid="turn-end"]').waitFor();
    const all = events();
    expect(all.find(({ type }) => type === "user_message")?.["text"]).toBe("What is this project?");
    expect(all.find(({ type }) => type === "turn_started")?.["approval"]).toBe("plan");
  });
});

test("100,000 paths: the list opens and every letter is answered without one long task of the main thread", async () => {
  await withApp({ project: "empty" }, async ({ page, project }) => {
    for (let folder = 0; folder < 100; folder++) {
      const at = join(project, `pack-${folder}`, "src", "deep");
      mkdirSync(at, { recursive: true });
      for (let file = 0; file < 1_000; file++) writeFileSync(join(at, `component-${folder}-${file}.tsx`), "");
    }
    await page.getByTestId("composer-input").click();
    const tasks = await page.evaluateHandle(() => {
      const long: number[] = [];
      new PerformanceObserver((list) => long.push(...list.getEntries().map((entry) => entry.duration))).observe({ type: "longtask" });
      return long;
    });
    await page.keyboard.type("@");
    await page.getByTestId("suggestion").first().waitFor({ timeout: 60_000 });
    for (const letter of "comp42999") await page.keyboard.type(letter, { delay: 60 });
    await page.getByTestId("suggestion").filter({ hasText: "component-42-999.tsx" }).waitFor();
    // Only tasks of 50 ms or more are reported.
    expect(Math.max(0, ...(await tasks.jsonValue()))).toBeLessThan(50);
  });
});
