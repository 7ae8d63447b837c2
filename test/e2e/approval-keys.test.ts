import type { Page } from "playwright";
import { expect, test } from "vitest";
import { sendPrompt, withApp } from "../support/electron.ts";
import { responds, startResponsesServer } from "../support/model-servers/responses.ts";

const patch = "*** Begin Patch\n*** Add File: b.ts\n+export const b = 1;\n*** End Patch";
const progress = (page: Page) => page.getByTestId("review-progress").innerText();

test("Ctrl+Enter in the fields of an approval accepts nothing in the review beside it", async () => {
  const server = await startResponsesServer([
    responds({ type: "function", name: "applyPatch", arguments: { patch } }),
    responds({ type: "function", name: "exec", arguments: { cmd: "touch made" } }),
    responds({ type: "text", text: "Done." }),
  ]);
  const settings = {
    provider: "openai-responses",
    approval: "ask",
    providers: { "openai-responses": { baseUrl: server.baseUrl, apiKey: "k", model: "m" } },
  };
  try {
    await withApp({ project: "empty", settings }, async ({ page }) => {
      await sendPrompt(page, "Go");
      await page.getByTestId("approval-allow").click();
      await page.getByTestId("approval-edit").waitFor();
      await page.getByTestId("review-panel").waitFor();
      await expect.poll(() => progress(page)).toBe("0 of 1 hunk");

      await page.getByTestId("approval-edit").click();
      await page.getByTestId("approval-command").fill("");
      await page.keyboard.press("Control+Enter");
      expect(await page.getByTestId("approval").count()).toBe(1);
      expect(await progress(page)).toBe("0 of 1 hunk");

      await page.getByRole("button", { name: "Deny with a note" }).click();
      await page.getByRole("textbox", { name: "Why not; the agent reads it" }).fill("Not now");
      await page.keyboard.press("Control+Enter");
      await page.locator('[data-testid="turn-end"][data-status="completed"]').waitFor();
      expect(JSON.stringify(server.requests.at(-1)?.body)).toContain("Not now");
      expect(await progress(page)).toBe("0 of 1 hunk");
    });
  } finally {
    await server.close();
  }
});
