import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import type { Bridge } from "../../src/protocol/ipc.ts";
import { picture, sendPrompt, withApp } from "../support/electron.ts";
import { responds, startResponsesServer } from "../support/model-servers/responses.ts";

const patch = "*** Begin Patch\n*** Add File: a b.ts\n+export const a = 1;\n*** End Patch";

test("a file of the review, of a call and of the palette opens in the editor of the settings", async () => {
  const server = await startResponsesServer([
    responds({ type: "function", name: "applyPatch", arguments: { patch } }),
    responds({ type: "custom", name: "script", input: "return 6 * 7;" }),
    responds({ type: "function", name: "readFile", arguments: { path: "a b.ts", offset: 1 } }),
    responds({ type: "text", text: "Done." }),
  ]);
  const settings = {
    provider: "openai-responses",
    approval: "auto",
    providers: { "openai-responses": { baseUrl: server.baseUrl, apiKey: "k", model: "m" } },
  };
  try {
    await withApp({ project: "empty", settings }, async ({ page, project, folder }) => {
      const editor = path.join(folder, "my editor");
      const got = path.join(folder, "got");
      writeFileSync(editor, `#!/bin/sh\nprintf '%s ' "$@" >> '${got}'\n`);
      chmodSync(editor, 0o755);
      const opened = () => (existsSync(got) ? readFileSync(got, "utf8") : "");
      const file = path.join(project, "a b.ts");

      await page.getByTestId("settings-button").click();
      await page.getByTestId("settings-editor").fill(`"${editor}" {line} {file}`);
      await page.getByTestId("settings-save").click();
      await page.getByTestId("settings").waitFor({ state: "detached" });

      await sendPrompt(page, "Go");
      await page.locator('[data-testid="turn-end"][data-status="completed"]').waitFor();
      const review = page.getByTestId("review-panel");
      await review.getByRole("button", { name: "Open a b.ts in the editor" }).click();
      await expect.poll(opened).toBe(`1 ${file} `);
      await picture(page, "open-in-editor");

      const row = page.locator('[data-testid="call-row"][data-tool="readFile"]');
      await row.click();
      await page.getByTestId("conversation").getByRole("button", { name: "Open a b.ts in the editor" }).click();
      await expect.poll(opened).toBe(`1 ${file} 1 ${file} `);

      writeFileSync(got, "");
      await page.getByTestId("script-card").getByRole("button", { name: "Open the script in the editor" }).click();
      await expect.poll(opened).toMatch(/output\/c\d+\.ts $/);
      expect(readFileSync(opened().trim().replace(/^1 /, ""), "utf8")).toBe("return 6 * 7;");
      writeFileSync(got, `1 ${file} 1 ${file} `);

      await page.keyboard.press("Control+k");
      await page.keyboard.type("reviewed file in the editor");
      await page.keyboard.press("Enter");
      await expect.poll(opened).toBe(`1 ${file} 1 ${file} 1 ${file} `);

      // What is not of the project is refused with words.
      const refused = await page.evaluate(() =>
        (globalThis as unknown as { spindle: Bridge }).spindle.call("files.open", { path: "../got" }),
      );
      expect(refused).toMatchObject({ ok: false, error: { code: "outside_project" } });
    });
  } finally {
    await server.close();
  }
});
