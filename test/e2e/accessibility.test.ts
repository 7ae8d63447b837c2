import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { expectAccessible } from "../support/axe.ts";
import { chooseMore, sendPrompt, withApp } from "../support/electron.ts";
import { responds, type ResponseItem, startResponsesServer } from "../support/model-servers/responses.ts";

const system = { theme: "system" } as const;
const call = (name: string, input: unknown): ResponseItem => ({ type: "function", name, arguments: input });
const patch =
  "*** Begin Patch\n*** Update File: src/a.ts\n@@\n-export const a = 1;\n+export const a = 2;\n*** Add File: src/b.ts\n+export const b = 1;\n*** End Patch";
const script = 'const text = await tools.readFile({ path: "src/a.ts" });\nconsole.log("read");\nreturn text.totalLines;';

test("axe finds nothing: the welcome page", async () => {
  await withApp({ project: "none", settings: system }, async ({ page }) => {
    await page.getByText("Open a folder").first().waitFor();
    await expectAccessible(page, "welcome");
  });
});

test("axe finds nothing: an empty conversation, lists of the composer, chips, palette, settings, terminal, a new folder", async () => {
  await withApp({ settings: system, trusted: false }, async ({ page, project }) => {
    const input = page.getByTestId("composer-input");
    await page.getByTestId("trust-bar").waitFor();
    await expectAccessible(page, "empty, not trusted");
    await page.getByTestId("settings-button").hover();
    await page.getByTestId("tooltip").waitFor();
    await expectAccessible(page, "a tooltip");
    expect(await page.getByTestId("tooltip").count()).toBe(1);
    await input.click();
    await page.keyboard.type("@mon");
    await page.getByTestId("suggestion").first().waitFor();
    await expectAccessible(page, "files");
    await page.keyboard.press("Enter");
    await page.getByTestId("chip").waitFor();
    await expectAccessible(page, "chips");
    await input.fill("/");
    await page.getByTestId("suggestion").first().waitFor();
    await expectAccessible(page, "commands");
    await input.fill("");
    await page.keyboard.press("Control+k");
    await page.getByTestId("palette").waitFor();
    await expectAccessible(page, "palette");
    await page.keyboard.press("Escape");
    await page.getByTestId("settings-button").click();
    await page.getByTestId("settings-provider").waitFor();
    await expectAccessible(page, "settings");
    await page.keyboard.press("Escape");
    await page.getByTestId("settings-provider").waitFor({ state: "detached" });
    await page.keyboard.press("Control+Backquote");
    await page.locator('[data-testid="terminal-tab"][data-status="running"]').waitFor();
    await expectAccessible(page, "terminal");
    expect(project).not.toBe("");
  });
});

test("axe finds nothing: approval, conversation with calls, script and patch, review, find, raw view, task page, a failed turn", async () => {
  const server = await startResponsesServer([
    responds(call("readFile", { path: "src/a.ts" }), call("listDir", { path: "." }), call("grepFiles", { pattern: "export" })),
    responds({ type: "custom", name: "script", input: script }),
    responds({ type: "custom", name: "applyPatch", input: patch }),
    responds({
      type: "text",
      text: "# Done\n\n- one `code`\n- two [link](https://example.org)\n\n```ts\nconst x = 1;\n```\n\n| a | b |\n| - | - |\n| 1 | 2 |\n",
    }),
    responds(call("spawn", { kind: "exec", title: "Build", cmd: "echo built" })),
    responds({ type: "text", text: "Started." }),
    { type: "status", status: 401, body: { error: { message: "bad key" } } },
  ]);
  const settings = {
    ...system,
    provider: "openai-responses",
    approval: "ask",
    providers: { "openai-responses": { baseUrl: server.baseUrl, apiKey: "k", model: "m", contextWindow: 1_000, maxRetries: 0 } },
  };
  try {
    await withApp({ project: "sample", settings }, async ({ page, project }) => {
      writeFileSync(join(project, "src", "a.ts"), "export const a = 1;\n");
      const ends = page.getByTestId("turn-end");
      const allow = page.getByTestId("approval-allow").first();
      await sendPrompt(page, "Change it");
      await allow.waitFor();
      await expectAccessible(page, "approval");
      await allow.click();
      await ends.first().waitFor();
      await page.getByTestId("review-file").first().waitFor();
      await expectAccessible(page, "conversation and review");
      await page.keyboard.press("Control+f");
      await page.keyboard.type("export");
      await expect.poll(() => page.getByTestId("find-count").textContent()).toMatch(/ of /);
      await expectAccessible(page, "find");
      await page.keyboard.press("Escape");
      await chooseMore(page, "open-raw");
      await page.getByTestId("raw-view").waitFor();
      await expectAccessible(page, "raw view");
      await page.keyboard.press("Escape");
      await page.getByTestId("raw-view").waitFor({ state: "detached" });
      await sendPrompt(page, "Start the build");
      await allow.waitFor();
      await expectAccessible(page, "approval of a task");
      await allow.click();
      await ends.nth(1).waitFor();
      const row = page.getByTestId("task-row").first();
      await row.waitFor();
      await row.getByRole("button").first().click();
      await page.getByTestId("task-page").waitFor();
      await expectAccessible(page, "task page");
      await page.keyboard.press("Escape");
      await sendPrompt(page, "Fail");
      await page.locator('[data-testid="turn-end"][data-status="failed"]').first().waitFor();
      await expectAccessible(page, "failed turn");
    });
  } finally {
    await server.close();
  }
});
