import type { Page } from "playwright";
import { expect, test } from "vitest";
import { picture, sendPrompt, waitUnasked, withApp } from "../support/electron.ts";
import { responds, startResponsesServer } from "../support/model-servers/responses.ts";
import type { StepSource } from "../support/model-servers/model-server.ts";

async function withModel(steps: readonly StepSource[], body: (page: Page) => Promise<void>): Promise<void> {
  const server = await startResponsesServer(steps);
  const settings = {
    provider: "openai-responses",
    approval: "auto",
    providers: { "openai-responses": { baseUrl: server.baseUrl, apiKey: "k", model: "m", contextWindow: 1_000 } },
  };
  try {
    await withApp({ settings }, ({ page }) => body(page));
  } finally {
    await server.close();
  }
}

const ended = (page: Page) => page.locator('[data-testid="turn-end"][data-status="completed"]');

test("a message sent while a turn runs waits above the composer and then stands where the model reads it; the ring says how full it is", async () => {
  const exec = { type: "function", name: "exec", arguments: { cmd: "sleep 2; echo slept" } } as const;
  await withModel([responds(exec), responds({ type: "text", text: "I read both." })], async (page) => {
    await sendPrompt(page, "First words");
    await waitUnasked(page, page.getByTestId("context-ring"));
    await sendPrompt(page, "And this, too");
    const queued = page.getByTestId("queued-message");
    await queued.waitFor();
    expect(await queued.textContent()).toContain("Enters at the next request");
    expect(await page.getByTestId("user-message").count()).toBe(1);
    await picture(page, "conversation-queued");
    await waitUnasked(page, ended(page));
    expect(await queued.count()).toBe(0);
    const order = await page
      .locator('[data-testid="user-message"], [data-testid="call-row"], [data-testid="assistant-text"]')
      .allTextContents();
    expect(order.map((text) => text.slice(0, 8))).toEqual(["First wo", "Ransleep", "And this", "I read b"]);
    expect(await page.getByTestId("context-ring").textContent()).toMatch(/^12%120 of 1,000 tokens/);
  });
});

test("finds in the whole conversation, unfolds what it finds, and Escape gives the prompt back", async () => {
  const paragraphs = (word: string) => Array.from({ length: 40 }, (_, n) => `Paragraph ${n} about ${word}.`).join("\n\n");
  const read = { type: "function", name: "readFile", arguments: { path: "src/money.ts" } } as const;
  const steps = [
    responds(read),
    responds({ type: "text", text: `${paragraphs("apples")}\n\nThe **zeb**ra is here.` }),
    responds({ type: "text", text: paragraphs("pears") }),
    ...["plums", "figs", "dates"].map((word) => responds({ type: "text", text: paragraphs(word) })),
  ];
  await withModel(steps, async (page) => {
    await sendPrompt(page, "Tell me about the zebra");
    await ended(page).waitFor();
    await sendPrompt(page, "And pears");
    await expect.poll(() => page.getByTestId("pinned-prompt").textContent()).toContain("And pears");
    await picture(page, "conversation-pinned");

    await page.keyboard.press("Control+f");
    await page.keyboard.type("ZEBRA");
    const count = page.getByTestId("find-count");
    await expect.poll(() => count.textContent()).toBe("2 of 2");
    const marked = () =>
      page.evaluate(() => {
        const ranges = (name: string) =>
          [...(CSS.highlights.get(name) ?? [])].map((range) => (range instanceof Range ? range.toString() : ""));
        const [now] = [...(CSS.highlights.get("spindle-find-current") ?? [])] as Range[];
        const box = now?.getBoundingClientRect();
        return {
          all: ranges("spindle-find"),
          now: ranges("spindle-find-current"),
          inSight: box !== undefined && box.top > 40 && box.bottom < innerHeight,
        };
      });
    await expect.poll(marked).toMatchObject({ now: ["zebra"], inSight: true });
    await picture(page, "conversation-find");
    await page.keyboard.press("Enter");
    await expect.poll(() => count.textContent()).toBe("1 of 2");
    await page.keyboard.press("Shift+Enter");
    await expect.poll(() => count.textContent()).toBe("2 of 2");

    // A text that only the folded result of a call has.
    await page.getByTestId("find-input").fill("export function");
    await expect.poll(() => count.textContent()).toMatch(/^\d+ of \d+$/);
    await expect.poll(async () => (await marked()).now).toEqual(["export function"]);
    await page.getByTestId("find-input").fill("nowhere at all");
    await expect.poll(() => count.textContent()).toBe("Nothing found");
    await page.keyboard.press("Escape");
    await expect.poll(() => page.getByTestId("find-bar").count()).toBe(0);
    expect(await page.evaluate(() => [document.activeElement?.getAttribute("data-testid"), CSS.highlights.size])).toEqual([
      "composer-input",
      0,
    ]);

    // From prompt to prompt, also from the composer.
    const first = page.getByTestId("user-message").filter({ hasText: "zebra" });
    await page.keyboard.press("Alt+ArrowUp");
    await page.keyboard.press("Alt+ArrowUp");
    await first.waitFor();
    await expect.poll(() => page.getByTestId("pinned-prompt").count()).toBe(0);

    // What was opened stays open, though its row is taken away while it is out of sight.
    const row = page.getByTestId("call-row").first();
    await row.click();
    expect(await row.getAttribute("aria-expanded")).toBe("true");
    // Enough rows that the first ones are not kept beyond the edge.
    for (const word of ["plums", "figs", "dates"]) {
      await sendPrompt(page, `And ${word}`);
      await page
        .getByTestId("assistant-text")
        .filter({ hasText: `Paragraph 39 about ${word}` })
        .waitFor();
      await page.getByTestId("composer-stop").waitFor({ state: "detached" });
    }
    const list = page.getByRole("log");
    await list.evaluate((element) => element.scrollTo({ top: element.scrollHeight }));
    await row.waitFor({ state: "detached" });
    await list.evaluate((element) => element.scrollTo({ top: 0 }));
    await row.waitFor();
    expect(await row.getAttribute("aria-expanded")).toBe("true");
  });
});
