import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { sendPrompt, waitUnasked, withApp } from "../support/electron.ts";
import { responds, type ResponseItem, startResponsesServer } from "../support/model-servers/responses.ts";

const exec = (cmd: string): ResponseItem => ({ type: "function", name: "exec", arguments: { cmd } });
const patch = "apply_patch <<'EOF'\n*** Begin Patch\n*** Add File: made.txt\n+made\n*** End Patch\nEOF";

test("commands that only look have quiet rows, their command is one click away; a patch in a command asks and shows as a patch", async () => {
  const server = await startResponsesServer([
    responds(
      exec("cat docs/plan.md | head -5"),
      exec("ls -la src"),
      exec("grep -rn TODO src"),
      exec("echo built > built.txt"),
      exec(patch),
    ),
    responds({ type: "text", text: "That is all." }),
  ]);
  const settings = {
    provider: "openai-responses",
    approval: "ask",
    providers: { "openai-responses": { baseUrl: server.baseUrl, apiKey: "k", model: "m" } },
  };
  try {
    await withApp({ project: "empty", settings }, async ({ page, project }) => {
      mkdirSync(path.join(project, "src"));
      mkdirSync(path.join(project, "docs"));
      writeFileSync(path.join(project, "src/a.ts"), "// TODO: all of it\n");
      writeFileSync(path.join(project, "docs/plan.md"), "# Plan\n");
      await sendPrompt(page, "Look around");
      const card = page.getByTestId("approval-card");
      const asked: string[] = [];
      for (let n = 0; n < 5; n++) {
        await card.first().waitFor();
        const first = page.getByTestId("approval").first();
        const heading = await card.first().getByRole("heading").textContent();
        // A patch shows its files and lines instead of a summary.
        const what = heading === "Write this patch?" ? first.getByText("made.txt").first() : first.locator("pre");
        asked.push(`${heading} ${await what.textContent()}`);
        const id = await first.getAttribute("data-approval-id");
        await first.getByTestId("approval-allow").click();
        await page.locator(`[data-approval-id="${id}"]`).waitFor({ state: "detached" });
      }
      expect(asked.toSorted()).toEqual([
        "Run this command? cat docs/plan.md | head -5",
        "Run this command? echo built > built.txt",
        "Run this command? grep -rn TODO src",
        "Run this command? ls -la src",
        "Write this patch? made.txt",
      ]);
      await waitUnasked(page, page.locator('[data-testid="turn-end"][data-status="completed"]'));
      const rows = page.getByTestId("call-row");
      expect((await rows.allTextContents()).map((text) => text.replace(/exit.*$/, ""))).toEqual([
        "Readplan.md",
        "Listedsrc",
        "Searched“TODO” in src",
        "Ranecho built > built.txt",
      ]);
      await rows.first().click();
      expect(await page.getByTestId("raw-command").allTextContents()).toEqual(["cat docs/plan.md | head -5"]);
    });
  } finally {
    await server.close();
  }
});
