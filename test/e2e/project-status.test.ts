import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import type { Bridge } from "../../src/protocol/ipc.ts";
import { picture, sendPrompt, waitUnasked, withApp } from "../support/electron.ts";

test("the sidebar says what git says of a trusted project: at focus, after commands, without trust only the branch", async () => {
  await withApp({ project: "empty", settings: { approval: "auto" } }, async ({ app, page, project }) => {
    const git = (...args: readonly string[]) =>
      execFileSync("git", ["-c", "user.name=x", "-c", "user.email=x@example.com", ...args], { cwd: project, stdio: "ignore" });
    git("init", "-q", "-b", "topic");
    writeFileSync(path.join(project, "a.txt"), "one\n");
    git("add", "-A");
    git("commit", "-qm", "Begin");
    for (const name of ["a.txt", "b.txt", "c.txt"]) writeFileSync(path.join(project, name), "two\n");
    await app.evaluate(({ BrowserWindow }) => void BrowserWindow.getAllWindows()[0]?.emit("focus"));
    const switcher = page.getByTestId("project-switcher");
    await switcher.getByText("3 changes").waitFor();
    await page.getByRole("button", { name: /^Project project\s*, branch topic\s*, 3 changes$/ }).waitFor();
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await picture(page, `project-changes-${colorScheme}`);
    }

    await sendPrompt(page, "run `echo x > d.txt; rm a.txt`");
    await waitUnasked(page, page.locator('[data-testid="turn-end"][data-status="completed"]'));
    await switcher.getByText("4 changes").waitFor();
    const diff = await page.evaluate(async () => {
      const { spindle } = globalThis as unknown as { spindle: Bridge };
      const reply = await spindle.call("project.diff", {});
      return reply.ok ? reply.value : reply.error.code;
    });
    expect(diff).toMatchObject({ truncated: false, diff: expect.stringContaining("b/d.txt\n@@ -0,0 +1 @@\n+x\n") });

    // The review shows the same.
    const panel = page.getByTestId("review-panel");
    if ((await panel.count()) === 0) await page.keyboard.press("Control+.");
    await panel.waitFor();
    await panel.getByTestId("review-scope").click();
    await page.getByRole("option", { name: "Working tree" }).click();
    await panel.locator('[data-testid="review-file"][data-path="d.txt"]').waitFor();
    expect(await panel.getByTestId("review-file").count()).toBe(4);
    expect(await panel.getByTestId("hunk-bar").count()).toBe(0);
    await picture(page, "review-tree");
    writeFileSync(path.join(project, "e.txt"), "later\n");
    await page.evaluate(() => window.dispatchEvent(new Event("focus")));
    await panel.locator('[data-testid="review-file"][data-path="e.txt"]').waitFor();
    rmSync(path.join(project, "e.txt"));

    const trust = (trusted: boolean) =>
      page.evaluate(async (value) => {
        const { spindle } = globalThis as unknown as { spindle: Bridge };
        await spindle.call("project.trust", { trusted: value });
      }, trusted);
    await trust(false);
    await page.getByTestId("project-changes").waitFor({ state: "detached" });
    expect(await switcher.innerText()).toContain("topic");
    await trust(true);
    await switcher.getByText("4 changes").waitFor();
  });
});
