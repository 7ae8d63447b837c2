import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { picture, sendPrompt, withApp } from "../support/electron.ts";
import type { ModelServer } from "../support/model-servers/model-server.ts";
import { responds, startResponsesServer } from "../support/model-servers/responses.ts";

const servers: ModelServer[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

const name = (i: number): string => `const value${String(i).padStart(6, "0")}`;
const before = Array.from({ length: 10_000 }, (_, i) => `${name(i)} = "some text here";\n`).join("");
const code = `for (let i = 0; i < 200; i++) {
  const name = "const value" + String(i * 40).padStart(6, "0");
  const patch = ["*** Begin Patch", "*** Update File: large.ts", "@@", "-" + name + ' = "some text here";', "+" + name + " = " + i + ";", "*** End Patch"];
  await tools.applyPatch({ patch: patch.join("\\n") });
}`;

test("200 small patches of a large file: a small log; the review folds them, opens what is between and undoes all", async () => {
  const server = await startResponsesServer([
    responds({ type: "function", name: "script", arguments: { code } }),
    responds({ type: "text", text: "Done." }),
  ]);
  servers.push(server);
  const settings = {
    provider: "openai-responses",
    approval: "auto",
    providers: { "openai-responses": { baseUrl: server.baseUrl, model: "test-model", maxRetries: 0 } },
  };
  await withApp({ project: "empty", settings }, async ({ page, project, home }) => {
    const file = join(project, "large.ts");
    writeFileSync(file, before);
    await page.getByTestId("composer-input").waitFor();
    await sendPrompt(page, "Number the values");
    await page.locator('[data-testid="turn-end"][data-status="completed"]').waitFor({ timeout: 90_000 });
    const row = page.locator('[data-testid="review-file"][data-path="large.ts"]');
    await expect.poll(() => row.innerText(), { timeout: 20_000 }).toMatch(/200 hunks\s+200 lines added, 200 lines removed/);
    const [id = ""] = readdirSync(join(home, "conversations"));
    expect(statSync(join(home, "conversations", id, "log.jsonl")).size).toBeLessThan(5_000_000);

    // The lines behind the second hunk come from the whole texts.
    const lines = page.getByTestId("review-diff").getByText(`${name(60)} =`);
    expect(await lines.count()).toBe(0);
    await page.getByTestId("review-diff").locator("[data-expand-button]").nth(1).click();
    await lines.first().waitFor();
    await picture(page, "many-patches");

    await page.getByTestId("review-menu").click();
    await page.getByTestId("review-undo").click();
    await page.locator('[data-testid="turn-changes"][data-undone="true"]').waitFor();
    expect(readFileSync(file, "utf8")).toBe(before);
  });
});
