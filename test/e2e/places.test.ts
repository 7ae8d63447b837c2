import type { Page } from "playwright";
import { expect, test } from "vitest";
import { chooseMore, picture, sendPrompt, withApp } from "../support/electron.ts";
import { responds, startResponsesServer } from "../support/model-servers/responses.ts";

const input = (page: Page) => page.getByTestId("composer-input");
const shown = (page: Page) => page.getByTestId("conversation").getAttribute("data-conversation");
const title = (page: Page) => page.locator('[data-testid="conversation"] h1').innerText();

/** Two conversations with long answers; the second one is shown. */
async function withTwo(body: (page: Page, clipboard: () => Promise<string>) => Promise<void>): Promise<void> {
  const answer = (word: string) => Array.from({ length: 40 }, (_, n) => `Paragraph ${n} about **${word}**.`).join("\n\n");
  const server = await startResponsesServer([
    responds({ type: "text", text: `${answer("apples")}\n\nThe last of them.` }),
    responds({ type: "text", text: answer("pears") }),
  ]);
  const settings = {
    provider: "openai-responses",
    approval: "auto",
    providers: { "openai-responses": { baseUrl: server.baseUrl, apiKey: "k", model: "m-large" } },
  };
  try {
    await withApp({ settings }, async ({ app, page }) => {
      const ended = page.locator('[data-testid="turn-end"][data-status="completed"]');
      await sendPrompt(page, "Tell me about apples");
      await ended.waitFor();
      await page.keyboard.press("Control+n");
      await page.getByText("What shall be done in project?").waitFor();
      await sendPrompt(page, "And about pears");
      await ended.waitFor();
      await body(page, () => app.evaluate(({ clipboard }) => clipboard.readText()));
    });
  } finally {
    await server.close();
  }
}

test("back and forward, search from the sidebar, and a find bar that stays with its conversation", async () => {
  await withTwo(async (page) => {
    const pears = await shown(page);
    const back = page.getByTestId("go-back");
    const forward = page.getByTestId("go-forward");
    expect(await forward.isDisabled()).toBe(true);
    await page.keyboard.press("Alt+ArrowLeft");
    await expect.poll(() => title(page)).toContain("apples");
    expect([await back.isDisabled(), await forward.isDisabled()]).toEqual([true, false]);
    await forward.click();
    await expect.poll(() => shown(page)).toBe(pears);
    await back.click();
    await expect.poll(() => title(page)).toContain("apples");
    await page.keyboard.press("Alt+ArrowRight");
    await expect.poll(() => shown(page)).toBe(pears);

    await page.getByTestId("open-search").click();
    await page.getByTestId("palette").waitFor();
    await page.keyboard.type("about apples");
    await expect.poll(() => page.getByTestId("palette-entry").first().innerText()).toContain("Tell me about apples");
    await picture(page, "palette-conversations");
    await page.keyboard.press("Enter");
    await expect.poll(() => title(page)).toContain("apples");

    // Without the sidebar the buttons stand in the head of the conversation.
    await page.keyboard.press("Control+b");
    await expect.poll(() => back.count()).toBe(1);
    await back.click();
    await expect.poll(() => shown(page)).toBe(pears);
    await page.keyboard.press("Control+b");

    await page.keyboard.press("Control+f");
    await page.keyboard.type("paragraph 3 about");
    await expect.poll(() => page.getByTestId("find-count").textContent()).toBe("1 of 1");
    await input(page).focus();
    await back.click();
    await expect.poll(() => title(page)).toContain("apples");
    await page.getByTestId("assistant-text").waitFor();
    await page.waitForTimeout(200);
    expect(await page.getByTestId("find-bar").count()).toBe(0);
    expect(await page.evaluate(() => CSS.highlights.size)).toBe(0);
  });
});

test("answers, prompts and the conversation are copied as Markdown; the head is quiet; the way to the end covers no text", async () => {
  await withTwo(async (page, clipboard) => {
    const answer = page.getByTestId("assistant-text").first();
    const copyAnswer = answer.getByRole("button", { name: "Copy answer as Markdown" });
    // At the end of the answer, where one is when it was read.
    const last = answer.getByText("Paragraph 39");
    expect(await copyAnswer.evaluate((element) => getComputedStyle(element).opacity)).toBe("0");
    await last.hover();
    await expect.poll(() => copyAnswer.evaluate((element) => getComputedStyle(element).opacity)).toBe("1");
    for (const theme of ["light", "dark"] as const) {
      await chooseMore(page, `theme-${theme}`);
      await last.hover();
      await picture(page, `copy-answer-${theme}`);
    }
    await copyAnswer.click();
    await page.getByTestId("said").getByText("Copied as Markdown").waitFor();
    await expect.poll(clipboard).toContain("Paragraph 0 about **pears**.");
    await page.keyboard.press("Alt+ArrowUp");
    const copyPrompt = page.getByTestId("user-message").getByRole("button", { name: "Copy prompt as Markdown" });
    // The cursor is only shown to who came by the keyboard.
    await page.keyboard.press("Tab");
    await copyPrompt.focus();
    await expect.poll(() => copyPrompt.evaluate((element) => getComputedStyle(element).opacity)).toBe("1");
    await page.keyboard.press("Enter");
    await expect.poll(clipboard).toBe("And about pears");
    await expect.poll(() => page.getByTestId("said").innerText(), { timeout: 5_000 }).toBe("");
    await page.getByTestId("conversation-more").click();
    await picture(page, "conversation-more");
    await page.getByTestId("copy-conversation").click();
    await page.getByTestId("said").getByText("Conversation copied as Markdown").waitFor();
    await expect.poll(clipboard).toMatch(/And about pears[^]*Paragraph 39 about \*\*pears\*\*/);

    for (const width of [1280, 900]) {
      // The sandbox is always in sight, if only by its sign.
      await page.setViewportSize({ width, height: 800 });
      const covers = await page.getByTestId("to-end").evaluate((button) => {
        const box = button.getBoundingClientRect();
        const column = document.querySelector('[data-testid="assistant-text"]')?.getBoundingClientRect();
        return column === undefined || box.left < column.right || box.right > innerWidth - 10;
      });
      expect(covers).toBe(false);
      expect(await page.getByTestId("sandbox-menu").isVisible()).toBe(true);
    }
  });
});

test("find marks the place it counts, below the pinned prompt, and nothing over the edge of a paragraph", async () => {
  await withTwo(async (page) => {
    const now = () =>
      page.evaluate(() => {
        const marks = (name: string) => [...(CSS.highlights.get(name) ?? [])] as Range[];
        const [range] = marks("spindle-find-current");
        const pinned = document.querySelector('[data-testid="pinned-prompt"]')?.getBoundingClientRect().bottom ?? 0;
        return {
          paragraph: range?.startContainer.parentElement?.closest("p")?.textContent ?? null,
          isCovered: range !== undefined && range.getBoundingClientRect().top < pinned,
          others: marks("spindle-find").length,
        };
      });
    const count = () => page.getByTestId("find-count").textContent();
    await page.keyboard.press("Control+f");
    await page.keyboard.type("paragraph 3");
    await expect.poll(count).toBe("11 of 11");
    await expect.poll(now).toMatchObject({ paragraph: "Paragraph 39 about pears.", isCovered: false });
    await page.keyboard.press("Enter");
    await expect.poll(count).toBe("1 of 11");
    await expect.poll(now).toEqual({ paragraph: "Paragraph 3 about pears.", isCovered: false, others: 10 });
    await page.getByTestId("find-input").fill("pears.paragraph");
    await expect.poll(count).toBe("Nothing found");
    await expect.poll(now).toEqual({ paragraph: null, isCovered: false, others: 0 });
  });
});

test("the model and its effort are chosen beside the prompt", async () => {
  await withTwo(async (page) => {
    const menu = page.getByTestId("model-menu");
    expect(await menu.innerText()).toContain("m-large");
    await menu.click();
    await picture(page, "model-menu");
    expect(await page.getByTestId("model-anthropic").count()).toBe(0);
    await page.getByTestId("effort-high").click();
    await expect.poll(() => menu.innerText()).toMatch(/m-large\s*high/);
    await menu.focus();
    await page.keyboard.press("Enter");
    await page.getByTestId("model-demo").waitFor();
    await page.keyboard.press("Home");
    await page.keyboard.press("Enter");
    await page.getByTestId("demo-badge").waitFor();
    await menu.click();
    expect(await page.getByTestId("effort-high").count()).toBe(0);
    await page.getByTestId("model-openai-responses").click();
    await expect.poll(() => menu.innerText()).toMatch(/m-large\s*high/);
    await menu.click();
    await page.getByTestId("effort-usual").click();
    await expect.poll(() => menu.innerText()).not.toMatch(/high/);
    await menu.click();
    await page.getByTestId("model-settings").click();
    await page.getByTestId("settings").waitFor();
  });
});

test("a conversation is renamed and deleted by the keyboard; the focus stays in the list", async () => {
  await withTwo(async (page) => {
    const rows = page.getByTestId("conversation-row");
    await rows.first().focus();
    await page.keyboard.press("F2");
    const field = page.getByRole("textbox", { name: "Title of the conversation" });
    await expect.poll(() => field.evaluate((element) => element === document.activeElement)).toBe(true);
    await page.keyboard.type("Fruit");
    await page.keyboard.press("Enter");
    await expect.poll(() => title(page)).toBe("Fruit");
    await rows.first().focus();
    await page.keyboard.press("Delete");
    await page.getByTestId("delete-confirm").focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => rows.count()).toBe(1);
    await expect.poll(() => title(page)).toContain("apples");
    await expect.poll(() => rows.first().evaluate((element) => element === document.activeElement)).toBe(true);
    expect(await page.getByTestId("go-back").isDisabled()).toBe(true);
  });
});

test("a turn that failed at once has no line of the thread above its mark", async () => {
  const settings = {
    provider: "openai-responses",
    providers: { "openai-responses": { baseUrl: "http://127.0.0.1:9/v1", apiKey: "k", maxRetries: 0 } },
  };
  await withApp({ settings }, async ({ page }) => {
    await sendPrompt(page, "Hello");
    const end = page.locator('[data-testid="turn-end"][data-status="failed"]');
    await end.waitFor();
    await picture(page, "failed-at-once");
    const line = page.locator('[data-index]:has([data-testid="turn-end"]) .thread-line');
    expect(await line.evaluate((element) => element.getBoundingClientRect().height)).toBe(0);

    // The failure belongs to this conversation: another one does not show it.
    await page.keyboard.press("Control+n");
    await expect.poll(() => input(page).evaluate((element) => element === document.activeElement)).toBe(true);
    expect(await page.getByRole("alert").count()).toBe(0);
  });
});
