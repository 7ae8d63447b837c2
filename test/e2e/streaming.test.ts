import { expect, test } from "vitest";
import { sendPrompt, withApp } from "../support/electron.ts";
import { responseEvents, startResponsesServer } from "../support/model-servers/responses.ts";

const text = [
  "A first paragraph that comes **slowly**, with `code`, a [link](https://example.com/a) and _emphasis_ that ends late, so that someone can select words of it.",
  "# Head\n\n- one\n- two with **bold _and_ more**\n  - nested\n\n1. first\n2. second",
  "| a | b |\n|---|---|\n| `x` | 1 |\n| [y](src/a.ts) | ~~2~~ |",
  "```ts\nconst a = 1;\nconst b = a < 2;\n```",
  "> a quote\n> of two lines\n>\n> - and a list\n\nSetext\n===\n\n---\n\nlast words, <b>not bold</b> &amp; a late [reference][r]",
  "[r]: https://example.com/late",
].join("\n\n");

test("what streams stands as it would when it is drawn at once, and a selection in it is kept", async () => {
  const server = await startResponsesServer([{ type: "events", events: responseEvents([{ type: "text", text }]), paceMs: 30 }]);
  const settings = {
    provider: "openai-responses",
    providers: { "openai-responses": { baseUrl: server.baseUrl, apiKey: "k", model: "m" } },
  };
  try {
    await withApp({ settings }, async ({ page }) => {
      await sendPrompt(page, "Write");
      const answer = page.getByTestId("assistant-text");
      await answer.locator("p", { hasText: "A first paragraph" }).waitFor();
      const selected = await page.evaluate(() => {
        const words = document.querySelector('[data-testid="assistant-text"] p')?.firstChild;
        if (!(words instanceof Text)) throw new Error("The paragraph begins with text.");
        getSelection()?.setBaseAndExtent(words, 2, words, 7);
        return { length: words.data.length, busy: document.querySelector('[aria-busy="true"]') !== null };
      });
      expect(selected.busy).toBe(true);
      await page.locator('[data-testid="turn-end"][data-status="completed"]').waitFor();
      expect(await page.evaluate(() => getSelection()?.toString())).toBe("first");
      await answer.locator(".md-part pre, .md-part [role=group]").first().waitFor();
      // Links to what is defined later are made at the end.
      await answer.locator('a[href="https://example.com/late"]').waitFor();
      // Code is coloured behind the text.
      const drawn = async () => (await answer.locator(".markdown").first().innerHTML()).replaceAll(/ id="base-ui-[^"]*"/g, "");
      await page.waitForTimeout(500);
      const streamed = await drawn();
      await page.reload();
      await page.getByTestId("conversation-row").first().click();
      await answer.waitFor();
      await expect.poll(drawn).toBe(streamed);
      expect(streamed).toContain("<blockquote>");
    });
  } finally {
    await server.close();
  }
});

test("a page whose process ends is loaded anew, with the conversation and what was being written", async () => {
  await withApp(
    { settings: { approval: "auto" } },
    async ({ app, page }) => {
      await sendPrompt(page, "hello");
      await page.locator('[data-testid="turn-end"][data-status="completed"]').waitFor();
      await page.getByTestId("composer-input").fill("half a thought");
      await page.waitForTimeout(600);
      await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer());
      const seen = () =>
        app.evaluate(({ BrowserWindow }) => {
          const contents = BrowserWindow.getAllWindows()[0]?.webContents;
          if (contents === undefined || contents.isCrashed() || contents.isLoading()) return null;
          const look = `({ draft: document.querySelector('[data-testid="composer-input"]')?.value, rows: document.querySelectorAll('[data-testid="conversation-row"]').length })`;
          // A page that ends meanwhile never answers.
          const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), 1_000));
          return Promise.race([contents.executeJavaScript(look) as Promise<unknown>, late]);
        });
      await expect.poll(seen, { timeout: 15_000 }).toEqual({ draft: "half a thought", rows: 1 });
    },
    { expectErrors: true },
  );
});
