import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { chooseMore, picture, sendPrompt, waitUnasked, withApp } from "../support/electron.ts";
import type { Bridge } from "../../src/protocol/ipc.ts";

test("a prompt becomes a script with parallel calls, a patch with a visible diff and a task that finishes in the sidebar", async () => {
  await withApp({ settings: { approval: "auto" } }, async ({ page, project, events }) => {
    await expect.poll(() => page.getByTestId("demo-badge").count()).toBeGreaterThan(0);
    await sendPrompt(page, "Fix the failing test");

    const firstCard = page.getByTestId("script-card").first();
    await firstCard.getByTestId("script-lane").first().waitFor();
    await waitUnasked(page, page.locator('[data-testid="turn-end"][data-status="completed"]'));
    expect(await page.locator('[data-testid="script-card"][data-status="done"]').count()).toBe(2);

    await page.getByTestId("review-panel").waitFor();
    await expect
      .poll(async () => (await page.getByTestId("review-file").allInnerTexts()).join(" "))
      .toMatch(/discount\.ts.*money\.ts|money\.ts.*discount\.ts/s);
    await page.getByTestId("review-diff").first().waitFor();

    await page.locator('[data-testid="task-row"][data-status="succeeded"]').first().waitFor({ timeout: 30_000 });
    await expect.poll(() => events().some(({ type }) => type === "task_delivered"), { timeout: 15_000 }).toBe(true);

    const log = events();
    const calls = log.filter(
      ({ type, parentCallId, name }) => type === "tool_started" && parentCallId !== undefined && name === "readFile",
    );
    const patched = log
      .flatMap((event) => (event.type === "patch_applied" ? (event["files"] as readonly { path: string }[]) : []))
      .map(({ path }) => path);
    expect({ parallelReads: calls.length > 5, patched: patched.sort() }).toEqual({
      parallelReads: true,
      patched: ["src/discount.ts", "src/money.ts"],
    });

    const after = await promisify(execFile)("npm", ["test"], { cwd: project });
    expect(after.stdout).toMatch(/# pass 10|pass 10/);
  });
});

test("stop ends a running command and leaves the conversation usable", async () => {
  await withApp({ project: "empty", settings: { approval: "auto" } }, async ({ page }) => {
    await sendPrompt(page, "run `sleep 300`");
    await waitUnasked(page, page.locator('[data-testid="script-lane"][data-tool="exec"][data-status="running"]'));
    await page.getByTestId("composer-stop").click();
    await page.locator('[data-testid="turn-end"][data-status="interrupted"]').waitFor();
    await page.locator('[data-testid="script-card"][data-status="cancelled"]').waitFor();

    await sendPrompt(page, "run `echo still here`");
    await waitUnasked(page, page.locator('[data-testid="turn-end"][data-status="completed"]'));
  });
});

test("a command waits for the person, and a denied one does not run", async () => {
  await withApp({ project: "empty", settings: { approval: "ask" } }, async ({ page, project, events }) => {
    const made = join(project, "made.txt");
    await sendPrompt(page, "run `touch made.txt`");
    await page.getByTestId("approval-card").waitFor();
    await page.getByTestId("approval-deny").click();
    await page.locator('[data-testid="turn-end"][data-status="completed"]').waitFor();
    expect(existsSync(made)).toBe(false);

    await sendPrompt(page, "run `touch made.txt`");
    await page.getByTestId("approval-card").waitFor();
    expect(await page.getByTestId("approval-card").innerText()).toContain("touch made.txt");
    await page.getByTestId("approval-allow").click();
    await page.locator('[data-testid="turn-end"][data-status="completed"]').nth(1).waitFor();
    expect(existsSync(made)).toBe(true);

    const answers = events().flatMap((event) =>
      event.type === "approval_answered" ? [(event["answer"] as { decision: string }).decision] : [],
    );
    expect(answers).toEqual(["deny", "allow"]);
  });
});

test("the raw view starts with the original prompt", async () => {
  await withApp({ project: "empty", settings: { approval: "auto" } }, async ({ page }) => {
    await sendPrompt(page, "run `echo raw`");
    await waitUnasked(page, page.locator('[data-testid="turn-end"][data-status="completed"]'));
    await chooseMore(page, "open-raw");
    await page.getByTestId("raw-view").waitFor();
    expect(await page.getByTestId("raw-view").innerText()).toMatch(/<original-user-prompt>\s*run `echo raw`/);

    // Found by the keyboard alone; Escape empties the field first.
    await page.keyboard.press("Control+f");
    await page.keyboard.type("original-user-prompt");
    const count = page.getByTestId("raw-find-count");
    await expect.poll(() => count.innerText()).toMatch(/^1 of \d/);
    const current = page.locator('[data-testid="raw-text"] mark[data-current]');
    expect(await current.innerText()).toBe("original-user-prompt");
    await page.keyboard.press("Shift+Enter");
    await expect.poll(() => count.innerText()).toMatch(/^(\d+) of \1$/);
    await current.waitFor();
    await picture(page, "raw-view-dark");
    await page.emulateMedia({ colorScheme: "light" });
    await picture(page, "raw-view-light");
    await page.keyboard.press("Escape");
    await expect.poll(() => count.innerText()).toBe("");
    expect(await page.getByTestId("raw-view").isVisible()).toBe(true);
    await page.keyboard.press("Escape");
    await page.getByTestId("raw-view").waitFor({ state: "detached" });
  });
});

test("a long request opens with few lines in the page, and all of it is searched", async () => {
  await withApp({ project: "empty", settings: { approval: "auto" } }, async ({ page }) => {
    await page.getByTestId("composer-input").waitFor();
    await sendPrompt(page, "Hello");
    await page.getByTestId("turn-end").waitFor();
    // Nobody types so much, and pasted it would be a file.
    await page.evaluate(
      async (text) => {
        const { spindle } = globalThis as unknown as { spindle: Bridge };
        const list = await spindle.call("conversations.list", {});
        if (list.ok) await spindle.call("conversations.send", { id: list.value[0]?.id ?? "", text, attachments: [] });
      },
      `Hello${"\nword".repeat(30_000)}\nneedle`,
    );
    await page.getByTestId("turn-end").nth(1).waitFor();
    await chooseMore(page, "open-raw");
    const text = page.getByTestId("raw-text");
    await text.waitFor();
    expect(Number(await text.getAttribute("data-rows"))).toBeGreaterThan(30_000);
    expect(await text.locator("[data-index]").count()).toBeLessThan(80);
    await page.getByTestId("raw-find").fill("needle");
    await text.locator("mark[data-current]").waitFor();
    expect(await text.locator("[data-index]").count()).toBeLessThan(80);
  });
});

test("without a folder the window welcomes, and opening one leads to the composer", async () => {
  await withApp({ project: "none" }, async ({ app, page, project }) => {
    await page.getByTestId("welcome").waitFor();
    await app.evaluate(({ dialog }, folder) => {
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [folder] });
    }, project);
    await page.getByTestId("open-folder").first().click();
    await page.getByTestId("composer-input").waitFor();
    expect(await page.getByTestId("welcome").count()).toBe(0);
  });
});
