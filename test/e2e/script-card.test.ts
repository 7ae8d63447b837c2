import type { ElectronApplication, Locator, Page } from "playwright";
import { afterEach, expect, test } from "vitest";
import { expectAccessible } from "../support/axe.ts";
import { picture, sendPrompt, withApp } from "../support/electron.ts";
import type { ModelServer } from "../support/model-servers/model-server.ts";
import { responds, startResponsesServer } from "../support/model-servers/responses.ts";
import { longestTask } from "../support/page-tasks.ts";

const servers: ModelServer[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

const scripted = async (code: string, model = "test-model") => {
  const server = await startResponsesServer([
    responds({ type: "function", name: "script", arguments: { code } }),
    responds({ type: "text", text: "Done." }),
  ]);
  servers.push(server);
  return {
    provider: "openai-responses",
    approval: "auto",
    providers: { "openai-responses": { baseUrl: server.baseUrl, model, maxRetries: 0 } },
  };
};

/** 1,000 calls, four seconds in which only the clock goes on, a log and a result that are long. */
const thousand = `const reads = [];
for (let i = 0; i < 1000; i++) {
  reads.push(tools.listDir({ path: "." }));
  if (i % 50 === 49) await Promise.all(reads.splice(0));
}
for (let i = 0; i < 1500; i++) console.log("line " + i);
await new Promise((resolve) => setTimeout(resolve, 4000));
await tools.readFile({ path: "notes.txt" }).catch(() => null);
return Array.from({ length: 20000 }, (_, i) => ({ index: i, text: "some words of the result" }));`;

const copied = (app: ElectronApplication): Promise<string> => app.evaluate(({ clipboard }) => clipboard.readText());
const lanes = (page: Page): Locator => page.getByTestId("script-lane");

test("a script of 1,000 calls: few rows are in the page, finished ones stand still, and hovering is cheap", async () => {
  await withApp({ project: "empty", settings: await scripted(thousand) }, async ({ page, app }) => {
    await page.getByTestId("composer-input").waitFor();
    await sendPrompt(page, "Look a thousand times");
    const card = page.getByTestId("script-card");
    await page.getByText("1,000 calls").waitFor({ timeout: 60_000 });
    expect(await lanes(page).count()).toBe(3);
    await lanes(page).nth(2).click();
    expect(await lanes(page).nth(2).getAttribute("aria-expanded")).toBe("true");
    const more = page.getByTestId("script-more-rows");
    expect(await more.innerText()).toMatch(/^Show 98\d more rows$/);
    await more.click();
    const box = page.getByTestId("script-lanes-box");
    await box.waitFor();
    const drawn = await lanes(page).count();
    expect(drawn).toBeLessThan(60);

    // While only the clock goes on no finished row changes in any way.
    const changes = await box.evaluate(async (element) => {
      let seen = 0;
      const observer = new MutationObserver((records) => {
        for (const { target } of records)
          if (target instanceof Element && target.closest('[data-testid="script-lane"][data-status="done"]') !== null) seen++;
      });
      observer.observe(element, { subtree: true, attributes: true, childList: true, characterData: true });
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      observer.disconnect();
      return seen;
    });
    expect(await card.getAttribute("data-status")).toBe("running");
    expect(changes).toBe(0);
    await picture(page, "script-card-running");
    await page.locator('[data-testid="script-card"][data-status="done"]').waitFor({ timeout: 30_000 });
    await page.locator('[data-testid="turn-end"][data-status="completed"]').waitFor();

    const area = await box.boundingBox();
    if (area === null) throw new Error("The rows are not in sight.");
    const hovering = await longestTask(page, async () => {
      for (let step = 0; step < 40; step++) await page.mouse.move(area.x + 120, area.y + 6 + step * 10);
    });
    const scrolling = await longestTask(page, async () => {
      for (let step = 0; step < 10; step++) await page.mouse.wheel(0, 400);
    });
    expect(hovering).toBeLessThan(50);
    // A jump of a whole box draws thirty rows anew.
    expect(scrolling).toBeLessThan(100);
    expect(await lanes(page).count()).toBeLessThan(60);

    expect(await page.getByTestId("context-ring").textContent()).toMatch(/^120 tokens/);

    await expectAccessible(page, "script card with a thousand rows");
    // The last row is at the end of the box, and the way back is there.
    await box.evaluate((element) => element.scrollTo(0, element.scrollHeight));
    await page.locator('[data-testid="script-lane"][data-tool="readFile"]').waitFor();
    await more.click();
    expect(await more.innerText()).toMatch(/^Show 98\d more rows$/);
    await lanes(page).nth(2).click();
    expect(await lanes(page).count()).toBe(4);
    await more.waitFor({ state: "detached" });

    // The log and the result are whole in the copies, and drawn in part.
    await page.getByTestId("script-foot").click();
    const output = page.getByTestId("script-output");
    expect(Number(await output.getAttribute("data-rows"))).toBeGreaterThan(3_000);
    expect(await output.locator("[data-index]").count()).toBeLessThan(60);
    const openedHovering = await longestTask(page, async () => {
      for (let step = 0; step < 3; step++) await lanes(page).nth(step).hover();
    });
    expect(openedHovering).toBeLessThan(50);
    await page.getByRole("button", { name: "Copy log" }).click();
    expect(await page.getByRole("button", { name: /^(Copied|Could not copy)$/ }).getAttribute("aria-label")).toBe("Copied");
    expect(await copied(app)).toMatch(/line 1499$/);
    await output.evaluate((element) => element.scrollTo(0, 1_500 * 20));
    await page.getByRole("button", { name: "Copy result" }).click();
    await expect.poll(async () => (await copied(app)).length).toBeGreaterThan(20_000);
    await expectAccessible(page, "script card with its log and result");
    await picture(page, "script-card-output");
    await page.emulateMedia({ colorScheme: "light" });
    await picture(page, "script-card-output-light");
  });
});

test("stop in the card's head ends the script with its turn, and says so", async () => {
  const settings = await scripted("await new Promise((resolve) => setTimeout(resolve, 60000));", "gpt-5");
  await withApp({ project: "empty", settings }, async ({ page }) => {
    await page.getByTestId("composer-input").waitFor();
    await sendPrompt(page, "Wait a minute");
    const stop = page.getByTestId("script-stop");
    // The window of this model is known; that of the other test's is not.
    expect(await page.getByTestId("context-ring").textContent()).toMatch(/^<1%120 of 400,000 tokens/);
    await stop.focus();
    expect(await stop.getAttribute("aria-label")).toBe("Stop: ends the script with its turn");
    await page.keyboard.press("Enter");
    await page.locator('[data-testid="script-card"][data-status="cancelled"]').waitFor();
    await page.locator('[data-testid="turn-end"][data-status="interrupted"]').waitFor();
    await stop.waitFor({ state: "detached" });
  });
});
