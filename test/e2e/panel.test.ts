import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Page } from "playwright";
import { expect, test } from "vitest";
import { expectAccessible } from "../support/axe.ts";
import { picture, sendPrompt, withApp } from "../support/electron.ts";
import { responds, type ResponseItem, startResponsesServer } from "../support/model-servers/responses.ts";

const numbered = (change: Readonly<Record<number, string>> = {}): string =>
  Array.from({ length: 200 }, (_, i) => `${change[i + 1] ?? `const line${i + 1} = ${i + 1};`}\n`).join("");
const update = (file: string, lines: readonly number[]): readonly string[] => [
  `*** Update File: ${file}`,
  ...lines.flatMap((line) => ["@@", `-const line${line} = ${line};`, `+const other${line} = ${line};`]),
];
/** So many that the end of the review is far from its beginning. */
const everyTenth = Array.from({ length: 20 }, (_, index) => 3 + index * 10);
const patch = [
  "*** Begin Patch",
  ...update("src/app/a.ts", everyTenth),
  ...update("src/app/z.ts", [3, 100]),
  "*** Add File: src/new.ts",
  "+export const b = 1;",
  "*** End Patch",
].join("\n");
const call = (name: string, input: unknown): ResponseItem => ({ type: "function", name, arguments: input });
const plan = "# The plan\n\n1. Read `src/app/a.ts`\n2. Change **three** files\n";

const tab = (page: Page, name: string) => page.getByTestId(`panel-tab-${name}`);
const done = (page: Page) => page.locator('[data-testid="turn-end"][data-status="completed"]');

/** A window on a.ts, z.ts and README.md, with a model that gives these answers. */
async function withModel(
  answers: Parameters<typeof startResponsesServer>[0],
  settings: Readonly<Record<string, unknown>>,
  play: (given: { readonly page: Page; readonly project: string }) => Promise<void>,
  model: { readonly model: string; readonly contextWindow?: number } = { model: "m", contextWindow: 1_000 },
): Promise<void> {
  const server = await startResponsesServer(answers);
  const provider = { baseUrl: server.baseUrl, apiKey: "k", ...model };
  try {
    const all = { theme: "system", provider: "openai-responses", providers: { "openai-responses": provider }, ...settings };
    await withApp({ project: "empty", settings: all }, async ({ page, project }) => {
      mkdirSync(path.join(project, "src", "app"), { recursive: true });
      for (const name of ["a.ts", "z.ts"]) writeFileSync(path.join(project, "src", "app", name), numbered());
      writeFileSync(path.join(project, "README.md"), "# Read me\n");
      await page.getByTestId("composer-input").waitFor();
      await play({ page, project });
    });
  } finally {
    await server.close();
  }
}

const changes = [
  responds(call("readFile", { path: "README.md" }), call("readFile", { path: "src/app/a.ts" })),
  responds(call("applyPatch", { patch })),
  responds({ type: "text", text: "Done." }),
];

test("tabs by arrow keys: files lead to the review or the call, the context is what was sent, the tab stays", async () => {
  await withModel(changes, { approval: "auto" }, async ({ page }) => {
    await page.keyboard.press("Control+.");
    await page.getByText("No changes yet").waitFor();
    await tab(page, "review").focus();
    const empty = [];
    for (const name of ["files", "plan", "context"]) {
      await page.keyboard.press("ArrowRight");
      await expect.poll(() => tab(page, name).getAttribute("aria-selected")).toBe("true");
      expect(await tab(page, name).evaluate((element) => element === document.activeElement)).toBe(true);
      empty.push(await page.getByRole("tabpanel").innerText());
    }
    expect(empty).toEqual([
      expect.stringMatching(/^No files yet/),
      expect.stringMatching(/^No plan in this/),
      expect.stringMatching(/^Nothing is sent yet/),
    ]);
    await expectAccessible(page, "context, empty");

    await sendPrompt(page, "Change all three");
    await done(page).waitFor();
    await tab(page, "files").click();
    const file = (name: string) => page.locator(`[data-testid="tree-file"][data-path="${name}"]`);
    await expect.poll(() => file("src/app/a.ts").innerText()).toMatch(/a\.ts\s*read once.*\+20\s*−20/s);
    expect(await page.getByTestId("tree-folder").allInnerTexts()).toEqual(["src", "app"]);
    expect(await page.getByTestId("files-total").innerText()).toContain("3 files changed, 1 file only read");
    for (const colorScheme of ["dark", "light"] as const) {
      await page.emulateMedia({ colorScheme });
      await picture(page, `panel-files-${colorScheme}`);
    }
    await expectAccessible(page, "files");
    await file("README.md").click();
    await page.locator('[data-testid="call-row"]', { hasText: "README.md" }).first().waitFor();
    // From the keyboard alone: the last file of the folder.
    await page.getByTestId("file-tree").focus();
    await page.keyboard.press("Home");
    for (const key of ["ArrowDown", "ArrowDown", "ArrowDown", "Enter"]) await page.keyboard.press(key);
    await expect.poll(() => tab(page, "review").getAttribute("aria-selected")).toBe("true");
    await page.locator('[data-testid="review-file"][data-path="src/app/z.ts"][aria-selected="true"]').waitFor();

    await tab(page, "context").click();
    await page
      .getByTestId("context-window")
      .getByText(/120 of 1,000 tokens, 12%/)
      .waitFor();
    expect(await page.getByTestId("context-original").innerText()).toBe("Change all three");
    expect(await page.getByTestId("context-request").innerText()).toMatch(/Original prompt.*Calls and scripts\s*3\s.*Results\s*3\s/s);
    for (const colorScheme of ["dark", "light"] as const) {
      await page.emulateMedia({ colorScheme });
      await picture(page, `panel-context-${colorScheme}`);
    }
    await expectAccessible(page, "context");
    // Remembered while the window is open.
    await page.keyboard.press("Control+.");
    await page.getByTestId("review-panel").waitFor({ state: "detached" });
    await page.keyboard.press("Control+.");
    await page.getByTestId("context").waitFor();
    // Back in the review it is where it was.
    await tab(page, "review").click();
    await page.locator('[data-testid="review-file"][data-path="src/app/a.ts"]').waitFor();
    await page.getByTestId("review-diff").first().waitFor();
    await page.keyboard.press("Control+Enter");
    await expect.poll(() => page.getByTestId("review-progress").innerText()).toBe("23 of 23 hunks");
    await picture(page, "panel-accepted");
    await expectAccessible(page, "review, all accepted");
    await page.setViewportSize({ width: 1024, height: 700 });
    await picture(page, "panel-1024");
  });
});

test("the plan is the last answer of plan mode, as Markdown", async () => {
  await withModel(
    [responds({ type: "text", text: plan }), responds({ type: "text", text: "Not a plan." })],
    { approval: "ask" },
    async ({ page }) => {
      await page.keyboard.press("Control+.");
      await tab(page, "plan").click();
      await page.getByTestId("plan-mode").click();
      await page.getByText("Plan mode is on").waitFor();
      await sendPrompt(page, "How would you do it?");
      const shown = page.getByTestId("plan");
      await shown.getByRole("heading", { name: "The plan" }).waitFor();
      expect(await shown.getByRole("listitem").allInnerTexts()).toEqual(["Read src/app/a.ts", "Change three files"]);
      await done(page).waitFor();
      await sendPrompt(page, "/auto Thanks");
      await expect.poll(() => shown.innerText()).toContain("1 turn since");
      for (const colorScheme of ["dark", "light"] as const) {
        await page.emulateMedia({ colorScheme });
        await picture(page, `panel-plan-${colorScheme}`);
      }
      await expectAccessible(page, "plan");
    },
  );
});

test("a comment that is being written outlives scrolling, another tab and a reload; the list of lines has it, too", async () => {
  await withModel(changes, { approval: "auto" }, async ({ page, project }) => {
    await sendPrompt(page, "Change all three");
    await done(page).waitFor();
    const bar = (file: string, hunk: number) => page.locator(`[data-testid="hunk-bar"][data-path="${file}"][data-hunk="${hunk}"]`);
    await bar("src/app/a.ts", 1).getByTestId("hunk-comment").click();
    const field = page.getByTestId("comment-text");
    await field.fill("Half a sent");
    await page.locator('[data-testid="review-file"][data-path="src/new.ts"]').click();
    await field.waitFor({ state: "hidden" });
    await page.locator('[data-testid="review-file"][data-path="src/app/a.ts"]').click();
    await expect.poll(() => field.inputValue()).toBe("Half a sent");
    await tab(page, "plan").click();
    await field.waitFor({ state: "detached" });
    await tab(page, "review").click();
    await expect.poll(() => field.inputValue()).toBe("Half a sent");
    await page.reload();
    await expect.poll(() => field.inputValue(), { timeout: 30_000 }).toBe("Half a sent");
    expect(await page.getByTestId("comments-send").count()).toBe(0);

    await page.getByRole("radio", { name: "List of changed lines" }).click();
    await expect.poll(() => field.inputValue()).toBe("Half a sent");
    await field.fill("A whole sentence.");
    await page.keyboard.press("Control+Enter");
    await page.getByTestId("review-lines").getByTestId("review-comment").getByText("A whole sentence.").waitFor();
    // The cursor is where the keys of the review work: no letter goes into the prompt.
    await page.keyboard.press("n");
    await bar("src/app/a.ts", 2).getByTestId("hunk-comment").click();
    await field.fill("Here, too.");
    await picture(page, "panel-list-comment");
    await expectAccessible(page, "list with a comment");
    await page.getByTestId("comment-keep").click();
    expect(await page.getByTestId("composer-input").inputValue()).toBe("");
    await page.getByRole("radio", { name: "Unified" }).click();
    await page.getByTestId("review-comment").getByText("Here, too.").waitFor();

    // The hunk of a comment goes: the comment is listed, and can be deleted.
    await bar("src/app/a.ts", 1).getByTestId("hunk-reject").click();
    const unseen = page.getByTestId("unseen-comments");
    await unseen.getByRole("button").first().click();
    expect(await unseen.getByTestId("review-comment").innerText()).toContain("A whole sentence.");
    expect(await page.getByTestId("comments-send").innerText()).toContain("2 comments");
    await picture(page, "panel-unseen-comment");
    // Nothing is wider than the panel.
    expect(await page.getByRole("tabpanel").evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0);
    await unseen.getByTestId("comment-delete").click();
    await unseen.waitFor({ state: "detached" });
    expect(await page.getByTestId("comments-send").innerText()).toContain("1 comment");
    expect(project).not.toBe("");
  });
});

test("the context tab knows the window of a model that the settings do not name, as the ring does", async () => {
  await withModel(
    changes,
    { approval: "auto" },
    async ({ page }) => {
      await sendPrompt(page, "Change all three");
      await done(page).waitFor();
      await tab(page, "context").click();
      await page
        .getByTestId("context-window")
        .getByText(/120 of 400,000 tokens/)
        .waitFor();
      expect(await page.getByTestId("context-ring").innerText()).toContain("120 of 400,000 tokens");
    },
    { model: "gpt-5" },
  );
});
