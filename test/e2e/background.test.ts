import { writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { picture, sendPrompt, withApp } from "../support/electron.ts";
import { responds, startResponsesServer } from "../support/model-servers/responses.ts";

const waits = (name: string): string => `echo first; while [ ! -e ${name} ]; do sleep 0.05; done; echo second`;

test("a long command, direct and of a script, is moved to the background from its row and delivers its end like any task", async () => {
  const server = await startResponsesServer([
    responds({ type: "function", name: "exec", arguments: { cmd: waits("go1") } }),
    responds({
      type: "function",
      name: "script",
      arguments: { code: `const moved = await tools.exec({ cmd: "${waits("go2")}" });\nreturn typeof moved.backgroundTask;` },
    }),
    ...Array.from({ length: 4 }, () => responds({ type: "text", text: "I go on without it." })),
  ]);
  const settings = {
    provider: "openai-responses",
    approval: "auto",
    sandbox: "full",
    theme: "dark",
    providers: { "openai-responses": { baseUrl: server.baseUrl, apiKey: "k", model: "m" } },
  };
  try {
    await withApp({ project: "empty", settings }, async ({ page, project, events }) => {
      await sendPrompt(page, "Run long things");
      const move = page.getByTestId("move-to-background");
      const task = page.locator('[data-testid="task-row"][data-status="running"]');
      await move.waitFor();
      await picture(page, "background-direct");
      await move.click();
      await expect.poll(() => task.count(), { timeout: 10_000 }).toBe(1);

      const lane = page.locator('[data-testid="script-lane"][data-tool="exec"][data-status="running"]');
      await lane.waitFor();
      await move.waitFor({ state: "attached" });
      await lane.hover();
      await page.waitForTimeout(150);
      await picture(page, "background-lane");
      await move.click();
      await expect.poll(() => task.count(), { timeout: 10_000 }).toBe(2);
      await page.locator('[data-testid="script-lane"][data-tool="exec"][data-status="detached"]').waitFor();
      await page.locator('[data-testid="turn-end"][data-status="completed"]').first().waitFor();
      await picture(page, "background-moved");

      for (const name of ["go1", "go2"]) writeFileSync(path.join(project, name), "");
      await expect.poll(() => page.locator('[data-testid="task-row"][data-status="succeeded"]').count(), { timeout: 10_000 }).toBe(2);
      await expect.poll(() => events().filter(({ type }) => type === "task_delivered").length, { timeout: 10_000 }).toBe(2);
      const script = events().find(({ type, name }) => type === "tool_finished" && name === "script");
      expect(JSON.stringify(script?.["result"])).toContain('"value":"string"');
    });
  } finally {
    await server.close();
  }
});
