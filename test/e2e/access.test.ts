import { existsSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import type { Rule } from "../../src/protocol/rule.ts";
import { picture, sendPrompt, waitUnasked, withApp } from "../support/electron.ts";
import { responds, type ResponseItem, startResponsesServer } from "../support/model-servers/responses.ts";

const exec = (cmd: string): ResponseItem => ({ type: "function", name: "exec", arguments: { cmd } });
const text = (words: string): ResponseItem => ({ type: "text", text: words });

test("a folder opened for the first time asks for trust; until then nothing runs; a lasting yes is a rule that can be taken back", async () => {
  const server = await startResponsesServer([
    responds(exec("touch early")),
    responds(text("Not trusted.")),
    responds(exec("touch a && mkdir -p b/c")),
    responds(text("Made.")),
    responds(exec("touch d && mkdir e")),
    responds(text("Made without a question.")),
    responds(exec("touch f")),
    responds(text("Asked again.")),
  ]);
  const settings = {
    provider: "openai-responses",
    approval: "ask",
    providers: { "openai-responses": { baseUrl: server.baseUrl, apiKey: "k", model: "m" } },
  };
  try {
    await withApp({ project: "empty", settings, trusted: false }, async ({ page, project, home }) => {
      const made = () => ["early", "a", "b", "d", "e", "f"].filter((name) => existsSync(path.join(project, name)));
      const rules = () => JSON.parse(readFileSync(path.join(home, "rules.json"), "utf8")) as Rule[];
      const turnEnds = page.locator('[data-testid="turn-end"][data-status="completed"]');
      await page.getByTestId("trust-bar").waitFor();
      await picture(page, "trust-dark");
      await sendPrompt(page, "One");
      await turnEnds.nth(0).waitFor();
      expect(made()).toEqual([]);
      await page.getByTestId("trust-folder").click();
      await page.getByTestId("trust-bar").waitFor({ state: "detached" });

      await sendPrompt(page, "Two");
      await page.getByTestId("approval-remember").click();
      const words = page.getByTestId("rule-words");
      expect(await words.evaluateAll((fields) => fields.map((field) => (field as HTMLInputElement).value))).toEqual(["touch", "mkdir"]);
      await words.nth(1).fill("mkdir");
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        await picture(page, `approval-remember-${colorScheme}`);
      }
      await page.getByTestId("rule-allow").click();
      await turnEnds.nth(1).waitFor();
      expect(rules().map(({ words: own, decision, scope }) => [own.join(" "), decision, scope])).toEqual([
        ["touch", "allow", { kind: "project", root: project }],
        ["mkdir", "allow", { kind: "project", root: project }],
      ]);

      await sendPrompt(page, "Three");
      await waitUnasked(page, turnEnds.nth(2));
      expect(made()).toEqual(["a", "b", "d", "e"]);

      await page.getByTestId("settings-button").click();
      await page.getByTestId("rule").first().waitFor();
      await page.getByTestId("rule").first().scrollIntoViewIfNeeded();
      await picture(page, "settings-rules");
      await page.getByTestId("rule").filter({ hasText: "touch" }).getByTestId("rule-remove").click();
      await page.getByTestId("rule").filter({ hasText: "touch" }).waitFor({ state: "detached" });
      await page.getByTestId("new-rule-words").fill("git push");
      await page.getByTestId("new-rule-add").click();
      await page.getByTestId("rule").filter({ hasText: "git push" }).waitFor();
      await page.keyboard.press("Escape");
      expect(rules().map(({ words: own, decision }) => [own.join(" "), decision])).toEqual([
        ["mkdir", "allow"],
        ["git push", "deny"],
      ]);

      await sendPrompt(page, "Four");
      await page.getByTestId("approval").waitFor();
      await page.getByTestId("approval-edit").click();
      await page.getByTestId("approval-command").fill("touch f && echo changed");
      await picture(page, "approval-edit");
      await page.keyboard.press("Control+Enter");
      await turnEnds.nth(3).waitFor();
      expect(made()).toEqual(["a", "b", "d", "e", "f"]);
      expect(JSON.stringify(server.requests.at(-1)?.body)).toContain("The person changed the command to: touch f && echo changed");
    });
  } finally {
    await server.close();
  }
});

test("the card's stop ends the turn and runs nothing; the network is granted from the composer and taken back", async () => {
  const server = await startResponsesServer([responds(exec("touch a")), responds(text("Done."))]);
  const settings = {
    provider: "openai-responses",
    approval: "ask",
    providers: { "openai-responses": { baseUrl: server.baseUrl, apiKey: "k", model: "m" } },
  };
  try {
    await withApp({ project: "empty", settings }, async ({ page, project, home }) => {
      await sendPrompt(page, "Go");
      await page.getByTestId("approval-stop").click();
      await page.locator('[data-testid="turn-end"][data-status="interrupted"]').waitFor();
      expect(existsSync(path.join(project, "a"))).toBe(false);
      const kept = () => JSON.parse(readFileSync(path.join(home, "projects.json"), "utf8")) as Record<string, { reach: string }>;
      for (const reach of ["network", "nothing"]) {
        await page.getByTestId("sandbox-menu").click();
        if (reach === "network") await picture(page, "sandbox-menu");
        await page.getByTestId(`sandbox-${reach}`).click();
        await expect.poll(() => kept()[project]?.reach).toBe(reach);
      }
    });
  } finally {
    await server.close();
  }
});

test("a long command says how much of it is below, and what stays around it when it is changed", async () => {
  const lines = Array.from({ length: 40 }, (_, i) => `echo step ${i + 1}`);
  const call = { cmd: `${lines.join("\n")}\ntouch last`, workdir: "sub", env: { STAGE: "it's" } };
  const server = await startResponsesServer([responds({ type: "function", name: "exec", arguments: call }), responds(text("Done."))]);
  const settings = {
    provider: "openai-responses",
    approval: "ask",
    providers: { "openai-responses": { baseUrl: server.baseUrl, apiKey: "k", model: "m" } },
  };
  try {
    await withApp({ project: "empty", settings }, async ({ page, project }) => {
      mkdirSync(path.join(project, "sub"));
      await sendPrompt(page, "Go");
      const below = page.getByTestId("approval-below");
      await below.waitFor();
      const shortest = Number.parseInt(await below.innerText(), 10);
      for (const colorScheme of ["dark", "light"] as const) {
        await page.emulateMedia({ colorScheme });
        await picture(page, `approval-long-${colorScheme}`);
      }
      await page.getByTestId("approval-whole").click();
      await expect.poll(async () => Number.parseInt(await below.innerText(), 10)).toBeLessThan(shortest);
      await page.getByLabel("What will happen").evaluate((element) => element.scrollTo(0, element.scrollHeight));
      await below.waitFor({ state: "detached" });
      await page.getByTestId("approval-edit").click();
      expect(await page.getByTestId("approval-around").innerText()).toBe("Runs in sub with STAGE='it'\\''s'");
      await picture(page, "approval-edit-around");
      await page.getByTestId("approval-command").fill('echo "$STAGE" > changed');
      await page.keyboard.press("Control+Enter");
      await page.locator('[data-testid="turn-end"][data-status="completed"]').waitFor();
      expect(readFileSync(path.join(project, "sub", "changed"), "utf8")).toBe("it's\n");
    });
  } finally {
    await server.close();
  }
});
