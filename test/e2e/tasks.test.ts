import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { picture, sendPrompt, withApp } from "../support/electron.ts";
import { responds, responseEvents, startResponsesServer } from "../support/model-servers/responses.ts";

test("a failed command is retried from its page, and a late answer is used in the conversation", async () => {
  const server = await startResponsesServer([
    ({ body }) => {
      const text = JSON.stringify(body);
      if (text.includes("You answer one question"))
        return { type: "events", events: responseEvents([{ type: "text", text: "Rename it first." }]), paceMs: 700 };
      if (text.includes("function_call_output")) return responds({ type: "text", text: "I see." });
      return responds(
        { type: "function", name: "spawn", arguments: { kind: "exec", title: "Publish", cmd: "test -e ready.txt", notify: "next_turn" } },
        {
          type: "function",
          name: "spawn",
          arguments: {
            kind: "ask",
            title: "Ask the expert",
            question: "Which first?",
            files: ["plan.md"],
            timeoutMs: 400,
            notify: "next_turn",
          },
        },
      );
    },
  ]);
  const settings = {
    provider: "openai-responses",
    approval: "auto",
    sandbox: "full",
    providers: { "openai-responses": { baseUrl: server.baseUrl, apiKey: "k", model: "m" } },
  };
  try {
    await withApp({ project: "empty", settings }, async ({ page, project, events }) => {
      writeFileSync(path.join(project, "plan.md"), "# Plan\n\n1. Move\n2. Rename\n");
      await sendPrompt(page, "Begin");
      const publish = page.getByTestId("task-row").filter({ hasText: "Publish" });
      const expert = page.getByTestId("task-row").filter({ hasText: "Ask the expert" });
      await page.locator('[data-testid="task-row"][data-status="failed"]').waitFor();
      await page.locator('[data-testid="task-row"][data-status="timed_out"]').waitFor();
      writeFileSync(path.join(project, "plan.md"), "# Plan\n\n1. Rename\n2. Move\n");

      await publish
        .getByRole("button", { name: /^Publish|Publish/ })
        .first()
        .click();
      const dialog = page.getByTestId("task-page");
      await dialog.waitFor();
      await picture(page, "task-retry");
      writeFileSync(path.join(project, "ready.txt"), "");
      await dialog.getByTestId("task-retry").click();
      await page.locator('[data-testid="task-row"][data-status="succeeded"]').filter({ hasText: "Publish" }).waitFor();
      await page.keyboard.press("Escape");

      await expert.getByText("The answer came late").waitFor({ timeout: 25_000 });
      await expert.getByRole("button").first().click();
      await dialog.getByTestId("late-answer").getByText("plan.md").waitFor();
      await page.emulateMedia({ colorScheme: "dark" });
      await picture(page, "task-late-dark");
      await page.emulateMedia({ colorScheme: "light" });
      await picture(page, "task-late-light");
      await dialog.getByTestId("late-inject").click();
      await dialog.getByTestId("late-answer").waitFor({ state: "detached" });
      await expect
        .poll(() =>
          events()
            .filter((event) => event.type === "task_delivered")
            .map((event) => [event["run"] ?? 1, event["late"] ?? false]),
        )
        .toEqual([
          [1, false],
          [1, false],
          [2, false],
          [1, true],
        ]);
    });
  } finally {
    await server.close();
  }
});

test("an agent that asks shows in the list; its page leads to its conversation, where it is answered", async () => {
  const server = await startResponsesServer([
    ({ body }) => {
      const text = JSON.stringify(body);
      const isAgent = text.includes("Write the file");
      if (text.includes("function_call_output")) return responds({ type: "text", text: isAgent ? "Written." : "It works." });
      if (text.includes("<original-user-prompt>\\nWrite the file"))
        return responds({ type: "function", name: "exec", arguments: { cmd: "touch made.txt" } });
      return responds({
        type: "function",
        name: "spawn",
        arguments: { kind: "agent", title: "Writer", prompt: "Write the file", notify: "silent" },
      });
    },
  ]);
  const settings = {
    provider: "openai-responses",
    approval: "ask",
    sandbox: "full",
    providers: { "openai-responses": { baseUrl: server.baseUrl, apiKey: "k", model: "m" } },
  };
  try {
    await withApp({ project: "empty", settings }, async ({ page, project }) => {
      await sendPrompt(page, "Begin");
      await page.getByTestId("approval-allow").first().click();
      const row = page.locator('[data-testid="task-row"][data-status="needs_you"]');
      await row.getByRole("button").first().click({ timeout: 20_000 });
      await picture(page, "task-needs-you");
      await page.getByTestId("task-conversation").click();
      await page.getByTestId("approval-card").getByText("touch made.txt").waitFor();
      await page.getByTestId("approval-allow").first().click();
      await page.locator('[data-testid="task-row"][data-status="succeeded"]').waitFor();
      expect(existsSync(path.join(project, "made.txt"))).toBe(true);
    });
  } finally {
    await server.close();
  }
});
