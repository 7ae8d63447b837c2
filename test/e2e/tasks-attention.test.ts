import type { ElectronApplication, Page } from "playwright";
import { expect, test } from "vitest";
import { picture } from "../support/electron.ts";
import { responds } from "../support/model-servers/responses.ts";
import { spawns, withTaskWindow } from "../support/task-window.ts";

interface Shown {
  readonly title: string;
  readonly body: string;
  emit(event: "click"): void;
}

/** Keeps every notification the application shows from here on. They are shown all the same. */
async function keepNotifications(app: ElectronApplication): Promise<void> {
  await app.evaluate(({ Notification }) => {
    const kept: Electron.Notification[] = [];
    Object.assign(globalThis, { kept });
    const show = Notification.prototype.show;
    Notification.prototype.show = function showAndKeep() {
      kept.push(this);
      show.call(this);
    };
  });
}

const notifications = (app: ElectronApplication) =>
  app.evaluate(() => (globalThis as unknown as { kept: readonly Shown[] }).kept.map(({ title, body }) => `${title} | ${body}`));

const click = (app: ElectronApplication, title: string) =>
  app.evaluate((_electron, wanted) => {
    const found = (globalThis as unknown as { kept: readonly Shown[] }).kept.findLast((each) => each.title === wanted);
    found?.emit("click");
    return found !== undefined;
  }, title);

const title = (app: ElectronApplication) => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getTitle());

/** Counts the notes the window plays from here on. */
async function countNotes(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    const { start } = OscillatorNode.prototype;
    Object.assign(globalThis, { notes: 0 });
    OscillatorNode.prototype.start = function startAndCount(...args) {
      (globalThis as unknown as { notes: number }).notes++;
      start.apply(this, args);
    };
  });
  return () => page.evaluate(() => (globalThis as unknown as { notes: number }).notes);
}

test("questions, ends and failures are told on the desktop; a click shows them, and one key goes from need to need", async () => {
  const isAgent = (text: string, name: string): boolean => text.includes(`<original-user-prompt>\\nWrite ${name}`);
  await withTaskWindow(
    {
      begin: ["first", "second"].map((name) => spawns({ kind: "agent", title: `Agent ${name}`, prompt: `Write ${name}` })),
      settings: { approval: "ask", notifications: { whenFocused: true, done: { sound: true } } },
      answer(text) {
        const name = ["first", "second"].find((each) => isAgent(text, each));
        if (name === undefined || text.includes("function_call_output")) return null;
        return responds({ type: "function", name: "exec", arguments: { cmd: `touch ${name}.txt` } });
      },
    },
    async ({ app, page, row }) => {
      await keepNotifications(app);
      const notes = await countNotes(page);
      for (const _ of ["first", "second"]) await page.getByTestId("approval-allow").first().click();
      await expect.poll(() => page.locator('[data-testid="task-row"][data-status="needs_you"]').count(), { timeout: 20_000 }).toBe(2);
      await row("Agent first").getByText("touch first.txt").waitFor();
      await expect
        .poll(async () => (await notifications(app)).filter((each) => each.startsWith("Needs you: Agent")).toSorted())
        .toEqual([expect.stringContaining("Agent first | "), expect.stringContaining("Agent second | ")]);
      expect((await notifications(app)).find((each) => each.includes("Agent first"))).toContain("touch first.txt");
      await expect.poll(notes).toBeGreaterThan(1);
      if (process.platform === "linux") await expect.poll(() => title(app)).toMatch(/^\([23]\) Spindle$/);
      for (const colorScheme of ["dark", "light"] as const) {
        await page.emulateMedia({ colorScheme });
        await picture(page, `tasks-need-you-${colorScheme}`);
      }

      expect(await click(app, "Needs you: Agent second")).toBe(true);
      await page.getByRole("heading", { name: "Agent second", level: 1 }).waitFor();
      await page.getByTestId("approval-card").getByText("touch second.txt").waitFor();

      const seen: (string | null)[] = [];
      for (let step = 0; step < 3; step++) {
        await page.keyboard.press("Control+Shift+J");
        await page.waitForTimeout(400);
        seen.push(await page.getByRole("heading", { level: 1 }).textContent());
      }
      expect(new Set(seen)).toEqual(new Set(["Agent first", "Agent second"]));
      expect(seen[0]).toBe(seen[2]);

      for (let left = 2; left > 0; left--) {
        await page.keyboard.press("Control+Shift+J");
        await page.getByTestId("approval-allow").first().click();
        await expect.poll(() => page.locator('[data-testid="task-row"][data-status="needs_you"]').count()).toBe(left - 1);
      }
      await expect.poll(() => page.locator('[data-testid="task-row"][data-status="succeeded"]').count(), { timeout: 20_000 }).toBe(2);
      await expect.poll(async () => (await notifications(app)).includes("Done: Agent second | I see.")).toBe(true);
      expect(await click(app, "Done: Agent second")).toBe(true);
      await page.getByTestId("task-page").getByText("Its last words").waitFor();
    },
  );
});

test("what is told is set for each kind of news", async () => {
  await withTaskWindow({ begin: [spawns({ kind: "exec", title: "Broken", cmd: "exit 3" })] }, async ({ app, page }) => {
    await page.locator('[data-testid="task-row"][data-status="failed"]').waitFor();
    await page.getByTestId("settings-button").click();
    const box = page.getByTestId("settings-failed-desktop");
    expect(await box.isChecked()).toBe(true);
    await box.uncheck();
    await page.getByTestId("settings-whenFocused").check();
    await box.scrollIntoViewIfNeeded();
    for (const colorScheme of ["dark", "light"] as const) {
      await page.emulateMedia({ colorScheme });
      await picture(page, `settings-notifications-${colorScheme}`);
    }
    await page.getByTestId("settings-save").click();
    await page.getByTestId("settings").waitFor({ state: "detached" });
    await keepNotifications(app);
    await page.locator('[data-testid="task-row"]').hover();
    await page.getByTestId("task-retry").click();
    await expect.poll(() => page.locator('[data-testid="task-row"]').getAttribute("data-status")).toBe("failed");
    await page.waitForTimeout(600);
    expect((await notifications(app)).filter((each) => each.startsWith("Failed"))).toEqual([]);
  });
});
