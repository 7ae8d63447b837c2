import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Page } from "playwright";
import { expect, test } from "vitest";
import { picture, sendPrompt, withApp } from "../support/electron.ts";
import { responds, startResponsesServer } from "../support/model-servers/responses.ts";

const numbered = (change: Readonly<Record<number, string>> = {}): string =>
  Array.from({ length: 60 }, (_, i) => `${change[i + 1] ?? `const line${i + 1} = ${i + 1};`}\n`).join("");
const before = numbered();
const changed = { 3: "const three = 3;", 30: "const thirty = 30;", 57: "const last = 57;" };
const after = numbered(changed);
const patch = [
  "*** Begin Patch",
  "*** Update File: a.ts",
  ...[3, 30, 57].flatMap((line) => ["@@", `-const line${line} = ${line};`, `+${changed[line as 3 | 30 | 57]}`]),
  "*** Add File: b.ts",
  "+export const b = 1;",
  "*** End Patch",
].join("\n");

/** A conversation whose patch changes a.ts in three hunks and adds b.ts; the review is open. */
async function withPatch(
  play: (given: { page: Page; a: string; requests: () => string }) => Promise<void>,
  approval: "auto" | "ask" = "auto",
): Promise<void> {
  const server = await startResponsesServer([
    responds({ type: "function", name: "applyPatch", arguments: { patch } }),
    responds({ type: "text", text: "Done." }),
    responds({ type: "text", text: "I see." }),
  ]);
  const settings = {
    provider: "openai-responses",
    approval,
    providers: { "openai-responses": { baseUrl: server.baseUrl, apiKey: "k", model: "m" } },
  };
  try {
    await withApp({ project: "empty", settings }, async ({ page, project }) => {
      const a = path.join(project, "a.ts");
      writeFileSync(a, before);
      await sendPrompt(page, "Go");
      if (approval === "auto") {
        await page.locator('[data-testid="turn-end"][data-status="completed"]').waitFor();
        await bar(page, "a.ts", 1).waitFor();
      }
      await play({ page, a, requests: () => JSON.stringify(server.requests.at(-1)?.body) });
    });
  } finally {
    await server.close();
  }
}

const bar = (page: Page, file: string, hunk: number) => page.locator(`[data-testid="hunk-bar"][data-path="${file}"][data-hunk="${hunk}"]`);
const progress = (page: Page) => page.getByTestId("review-progress").innerText();
const read = (file: string): string => readFileSync(file, "utf8");

test("hunks are accepted and rejected with the mouse; each step can be undone; a restart remembers", async () => {
  await withPatch(async ({ page, a }) => {
    expect(await progress(page)).toBe("0 of 4 hunks");
    await bar(page, "a.ts", 1).getByTestId("hunk-accept").click();
    await page.locator('[data-testid="hunk-bar"][data-hunk="1"][data-accepted="true"]').first().waitFor();
    await expect.poll(() => progress(page)).toBe("1 of 4 hunks");
    expect(await bar(page, "a.ts", 1).innerText()).toMatch(/^Hunk accepted\s*Undo$/);
    expect(await page.locator('[data-path="a.ts"] [data-testid="file-progress"]').innerText()).toBe("1 of 3 hunks");
    for (const colorScheme of ["dark", "light"] as const) {
      await page.emulateMedia({ colorScheme });
      await picture(page, `review-hunks-${colorScheme}`);
    }

    await bar(page, "a.ts", 2).getByTestId("hunk-reject").click();
    await expect.poll(() => read(a)).toBe(numbered({ 3: changed[3], 57: changed[57] }));
    await expect.poll(() => progress(page)).toBe("1 of 3 hunks");
    await page.getByTestId("taken-back-row").waitFor();
    await picture(page, "review-rejected");
    await page.getByTestId("review-step-undo").click();
    await expect.poll(() => read(a)).toBe(after);
    await expect.poll(() => progress(page)).toBe("1 of 4 hunks");
    await page.getByTestId("review-step-undo").click();
    await expect.poll(() => progress(page)).toBe("0 of 4 hunks");

    await page.locator('[data-testid="review-file-header"][data-path="a.ts"] [data-testid="file-accept"]').click();
    await expect.poll(() => progress(page)).toBe("3 of 4 hunks");
    await page.reload();
    await expect.poll(() => progress(page), { timeout: 30_000 }).toBe("3 of 4 hunks");

    // What is left is b.ts; what was accepted stays.
    expect(await page.getByTestId("reject-all").innerText()).toBe("Reject rest");
    await page.getByTestId("reject-all").click();
    await page.getByTestId("reject-all-sure").click();
    await expect.poll(() => progress(page)).toBe("3 of 3 hunks");
    expect([read(a), existsSync(path.join(path.dirname(a), "b.ts"))]).toEqual([after, false]);
    await page.locator('[data-testid="review-file-header"][data-path="a.ts"] [data-testid="file-accept"]').click();
    await expect.poll(() => progress(page)).toBe("0 of 3 hunks");
    await page.getByTestId("reject-all").click();
    await page.getByTestId("reject-all-sure").click();
    await expect.poll(() => read(a)).toBe(before);
    await page.getByText("Nothing left to review").waitFor();
  });
});

test("after a step with all hunks the letters are still those of the review, but not in the bar of the panel", async () => {
  await withPatch(async ({ page, a }) => {
    const prompt = () => page.getByTestId("composer-input").inputValue();
    const inReview = () =>
      page.evaluate(() => document.activeElement?.matches('[role="tabpanel"], [data-testid="review-diff"], [data-testid="review-lines"]'));
    await page.getByTestId("accept-all").click();
    await expect.poll(() => progress(page)).toBe("4 of 4 hunks");
    await expect.poll(inReview).toBe(true);
    await page.keyboard.press("u");
    await expect.poll(() => progress(page)).toBe("0 of 4 hunks");

    await page.getByTestId("reject-all").focus();
    await page.keyboard.press("Enter");
    await page.getByTestId("reject-all-sure").focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => read(a)).toBe(before);
    await page.getByText("Nothing left to review").waitFor();
    await expect.poll(inReview).toBe(true);
    await page.keyboard.press("u");
    await expect.poll(() => read(a)).toBe(after);
    await bar(page, "a.ts", 1).waitFor();

    await page.locator('[data-testid="review-file-header"][data-path="a.ts"] [data-testid="file-reject"]').click();
    await expect.poll(() => read(a)).toBe(before);
    await expect.poll(inReview).toBe(true);
    await page.keyboard.press("u");
    await expect.poll(() => read(a)).toBe(after);
    await bar(page, "a.ts", 1).waitFor();

    await page.getByTestId("panel-tab-review").click();
    await page.keyboard.type("rua");
    expect(await progress(page)).toBe("0 of 4 hunks");
    expect([read(a), await prompt()]).toEqual([after, ""]);
  });
});

test("a hunk whose lines were changed since is refused with its line, and nothing is lost", async () => {
  await withPatch(async ({ page, a }) => {
    writeFileSync(a, after.replace("const thirty = 30;", "const mine = 30;"));
    await bar(page, "a.ts", 2).getByTestId("hunk-reject").click();
    await page.getByText("a.ts was changed at line 30 after the patch, so nothing was taken back.").waitFor();
    expect(read(a)).toContain("const mine = 30;");
    // Its neighbours are free.
    await bar(page, "a.ts", 1).getByTestId("hunk-reject").click();
    await expect.poll(() => read(a)).toBe(numbered({ 30: "const mine = 30;", 57: changed[57] }));
  });
});

test("with the keyboard alone: hunk by hunk, comments sent as one message, the list of changed lines, signs", async () => {
  await withPatch(async ({ page, a, requests }) => {
    const status = page.locator('[data-testid="review-panel"] p[role="status"]');
    await page.keyboard.press("F7");
    await expect.poll(() => status.innerText()).toContain("Hunk 1 of 3, a.ts");
    await page.keyboard.press("F8");
    // On to the next that is not accepted.
    await expect.poll(() => status.innerText()).toMatch(/Accepted: 1 hunk\. Hunk 2 of 3, a\.ts, line 30/);
    await page.keyboard.press("Shift+F8");
    await expect.poll(() => read(a)).toBe(numbered({ 3: changed[3], 57: changed[57] }));
    await expect.poll(() => status.innerText()).toContain("Rejected: 1 hunk");
    await page.getByTestId("review-diff").first().focus();
    await page.keyboard.press("u");
    await expect.poll(() => read(a)).toBe(after);

    // The hunk is drawn again a moment after it is on disk.
    await expect.poll(() => progress(page)).toBe("1 of 4 hunks");
    await bar(page, "a.ts", 3).waitFor();
    await page.keyboard.press("P");
    await expect.poll(() => status.innerText()).toContain("a.ts");
    await page.keyboard.press("c");
    await page.getByTestId("comment-text").fill("Call it what it is.");
    await picture(page, "review-comment");
    await page.keyboard.press("Control+Enter");
    await page.getByTestId("review-comment").getByText("Call it what it is.").waitFor();
    await page.getByTestId("comments-send").click();
    await expect.poll(requests).toContain("Call it what it is.");
    expect(requests()).toMatch(/A comment on the changes:\\n\\na\.ts, line \d+:\\n> \+ const/);
    await page.getByTestId("review-comment").waitFor({ state: "detached" });

    await page.getByRole("radio", { name: "List of changed lines" }).click();
    const lines = page.getByTestId("review-lines");
    await lines.waitFor();
    expect(await lines.getByRole("listitem").nth(1).innerText()).toMatch(/Removed line\s*3\s*-\s*const line3 = 3;/);
    await picture(page, "review-list");
    await page.keyboard.press("F7");
    await expect.poll(() => status.innerText()).toMatch(/Hunk \d of \d/);
    await page.getByRole("radio", { name: "Unified" }).click();
    await page.getByTestId("review-menu").click();
    await page.getByRole("menuitemcheckbox", { name: "Signs before changed lines" }).click();
    await picture(page, "review-menu");
    await page.keyboard.press("Escape");
    await picture(page, "review-signs");
  });
});

test("in mode ask a patch is reviewed before it is written: what is left out is not applied, and the model hears of it", async () => {
  await withPatch(async ({ page, a, requests }) => {
    const card = page.getByTestId("approval");
    await card.getByTestId("asked-patch").waitFor();
    // The patch says what its summary would say; its lines are coloured, and stopping is a word.
    expect(await card.getByLabel("What will happen").count()).toBe(0);
    expect(await card.getByTestId("asked-patch").innerText()).toMatch(/a\.ts[^]*b\.ts/);
    await card.locator('[data-testid="asked-patch"] [style*="--syntax-keyword"]').first().waitFor();
    expect(await page.getByTestId("approval-stop").innerText()).toBe("Stop");
    for (const colorScheme of ["dark", "light"] as const) {
      await page.emulateMedia({ colorScheme });
      await picture(page, `approval-patch-${colorScheme}`);
    }
    expect(read(a)).toBe(before);
    await card.locator('[data-part="0.1"]').click();
    await card.getByRole("checkbox", { name: "Apply all of b.ts" }).click();
    expect(await card.getByTestId("approval-allow").innerText()).toMatch(/Apply 2 of 4/);
    expect(await card.getByTestId("approval-allow-conversation").isDisabled()).toBe(true);
    // The key does what the button says.
    await page.keyboard.press("Alt+KeyA");
    expect(read(a)).toBe(before);
    await page.keyboard.press("Alt+KeyY");
    await page.locator('[data-testid="turn-end"][data-status="completed"]').waitFor();
    expect([read(a), existsSync(path.join(path.dirname(a), "b.ts"))]).toEqual([numbered({ 3: changed[3], 57: changed[57] }), false]);
    expect(requests().replaceAll(/\\+n/g, "|")).toContain(
      "The person left parts of the patch out; these were not applied:|- a.ts: -const line30 = 30;|- b.ts: all of it|",
    );
  }, "ask");
});
