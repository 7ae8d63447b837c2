import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Page } from "playwright";
import { expect, test } from "vitest";
import { dropFile, picture } from "../support/electron.ts";
import { responds } from "../support/model-servers/responses.ts";
import { spawns, withTaskWindow } from "../support/task-window.ts";

const both = async (page: Page, name: string): Promise<void> => {
  for (const colorScheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme });
    await picture(page, `${name}-${colorScheme}`);
  }
};

test("a log of 300,000 lines stays small in the window, follows its end and opens whole; a stop names what was stopped", async () => {
  const cmd =
    "for n in $(seq 0 74); do seq $((n * 4000 + 1)) $((n * 4000 + 4000)); sleep 0.04; done; printf '\\033[32mready\\033[0m\\n'; while [ ! -e go ]; do sleep 0.05; done; echo more; sleep 300";
  const begin = [spawns({ kind: "exec", title: "Big log", cmd, budget: { wallMs: 600_000 } })];
  await withTaskWindow({ begin }, async ({ page, project, row }) => {
    await row("Big log").getByText("ready").waitFor({ timeout: 30_000 });
    await row("Big log").getByRole("button").first().click();
    const log = page.getByTestId("task-output");
    await log.getByText("ready", { exact: true }).waitFor();
    const nodes = () => log.locator("pre").count();
    expect(await nodes()).toBeLessThan(60);
    await page.getByText("of 10 m 00 s").waitFor();

    writeFileSync(path.join(project, "go"), "");
    await log.getByText("more", { exact: true }).waitFor();
    await both(page, "task-log");

    await page.getByTestId("task-log-whole").click();
    await page.getByText("300,002 lines").waitFor({ timeout: 20_000 });
    await log.evaluate((element) => (element.scrollTop = 0));
    await log.getByText("1", { exact: true }).waitFor();
    expect(await nodes()).toBeLessThan(60);

    await page.getByTestId("task-page-stop").click();
    await page.getByTestId("task-stopped").getByText("exec: Big log").waitFor();
    await page.getByTestId("task-history").getByText("The person stopped the task.").waitFor();
    await picture(page, "task-stopped");
  });
});

test("an agent at work is told something, gets files by drops, and its page leads to its conversation, its diff and its script line", async () => {
  const code = [
    "// start the writer",
    "const notes = 1;",
    'await tools.spawn({ kind: "agent", title: "Writer", prompt: "Write it", notify: "silent" });',
  ].join("\n");
  const bodies: string[] = [];
  const patch = "*** Begin Patch\n*** Add File: made.txt\n+made\n*** End Patch";
  await withTaskWindow(
    {
      begin: [{ type: "function", name: "script", arguments: { code } }],
      answer(text) {
        if (!text.includes("<original-user-prompt>\\nWrite it")) return null;
        bodies.push(text);
        const wait = {
          type: "function" as const,
          name: "exec",
          arguments: { cmd: `until [ -e go${bodies.length} ]; do sleep 0.05; done` },
        };
        if (bodies.length === 1) return responds(wait);
        if (bodies.length === 2)
          return responds({ type: "function", name: "readFile", arguments: { path: /\/[^"\\ ]*first\.txt/.exec(text)?.[0] ?? "" } });
        if (bodies.length === 3) return responds({ type: "function", name: "applyPatch", arguments: { patch } });
        if (bodies.length === 4) return responds({ ...wait, arguments: { cmd: "until [ -e go2 ]; do sleep 0.05; done" } });
        return responds({ type: "text", text: "Written, **as told**." });
      },
    },
    async ({ page, project, folder, row }) => {
      await row("Writer").waitFor({ timeout: 20_000 });
      await expect.poll(() => bodies.length, { timeout: 10_000 }).toBe(1);
      const [first, second] = ["first.txt", "second.txt"].map((name) => path.join(folder, name));
      if (first === undefined || second === undefined) throw new Error("No files.");
      writeFileSync(first, "outside the project\n");
      writeFileSync(second, "too\n");
      await dropFile(page, "task-row", [first]);
      await row("Writer").getByText("Handed over: first.txt").waitFor();
      expect(await page.getByTestId("chip").count()).toBe(0);
      expect(await page.getByTestId("composer-drop").count()).toBe(0);

      await row("Writer").getByRole("button").first().click();
      await dropFile(page, "task-page-body", [second]);
      await page.getByTestId("task-message").getByText("second.txt").waitFor();
      await page.getByTestId("task-message-text").fill("Keep it short");
      await both(page, "task-agent");
      // What is not sent yet outlives the page.
      await page.keyboard.press("Escape");
      await row("Writer").getByRole("button").first().click();
      expect(await page.getByTestId("task-message-text").inputValue()).toBe("Keep it short");
      await page.getByTestId("task-message").getByText("second.txt").waitFor();
      await page.getByTestId("task-message-text").focus();
      await page.keyboard.press("Enter");
      await page.getByTestId("task-message").getByText("Sent").waitFor();
      writeFileSync(path.join(project, "go1"), "");
      await expect.poll(() => bodies.length, { timeout: 10_000 }).toBe(4);
      // A file outside the project that the person handed over may be read.
      expect([bodies[1]?.includes("Keep it short"), bodies[1]?.includes(second), bodies[2]?.includes("outside the project")]).toEqual([
        true,
        true,
        true,
      ]);
      expect(existsSync(path.join(project, "made.txt"))).toBe(true);

      await page.getByTestId("task-diff").click();
      await page.getByTestId("review-panel").getByText("made.txt").first().waitFor();
      await page.getByRole("heading", { name: "Writer", level: 1 }).waitFor();
      await both(page, "task-agent-diff");
      await page.getByTestId("back-to-starter").click();
      await page.getByTestId("script-card").waitFor();

      await row("Writer").getByRole("button").first().click();
      await page.getByTestId("task-start").click();
      await page.locator('[data-testid="script-card"] [data-line="3"].bg-accent-soft').waitFor();
      await picture(page, "task-start-line");
      writeFileSync(path.join(project, "go2"), "");
      await page.locator('[data-testid="task-row"][data-status="succeeded"]').waitFor();
      await row("Writer").getByRole("button").first().click();
      await page.getByTestId("task-page").getByText("as told", { exact: true }).waitFor();
      await page.getByTestId("task-history").getByText("Got a message").first().waitFor();
    },
  );
});

test("a silent task brought to the foreground wakes the conversation with its result", async () => {
  const cmd = "while [ ! -e go ]; do sleep 0.05; done; echo built";
  const begin = [spawns({ kind: "exec", title: "Build", cmd, notify: "silent" })];
  await withTaskWindow({ begin }, async ({ page, project, row, events }) => {
    await row("Build").getByRole("button").first().click();
    await page.getByText("Stays here; the conversation is not told").waitFor();
    await page.getByTestId("task-promote").click();
    await page.getByText("Wakes the conversation when done").waitFor();
    await expect.poll(() => page.getByTestId("task-promote").count()).toBe(0);
    await page.getByTestId("task-history").getByText("Brought to the foreground").waitFor();
    // The lab runs commands without a sandbox, and the badge says what is enforced.
    expect(await page.getByTestId("sandbox-badge").innerText()).toBe("Not sandboxed: full access");
    await picture(page, "task-promoted");
    writeFileSync(path.join(project, "go"), "");
    await expect.poll(() => events().filter(({ type }) => type === "turn_started").length, { timeout: 20_000 }).toBe(2);
  });
});
