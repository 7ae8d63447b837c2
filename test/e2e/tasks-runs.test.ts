import { mkdirSync } from "node:fs";
import path from "node:path";
import type { Page } from "playwright";
import { expect, test } from "vitest";
import type { Bridge } from "../../src/protocol/ipc.ts";
import { picture } from "../support/electron.ts";
import { responds, responseEvents } from "../support/model-servers/responses.ts";
import { spawns, withTaskWindow } from "../support/task-window.ts";

const both = async (page: Page, name: string): Promise<void> => {
  for (const colorScheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme });
    await picture(page, `${name}-${colorScheme}`);
  }
};

/** Puts the keyboard on a row of the list. */
async function focusRow(page: Page, title: string): Promise<void> {
  await page.getByTestId("composer-input").focus();
  for (let tabs = 0; tabs < 40; tabs++) {
    await page.keyboard.press("Shift+Tab");
    if ((await page.locator("[data-line]:focus").count()) > 0) break;
  }
  await page.keyboard.press("Home");
  for (let steps = 0; steps < 20; steps++) {
    if ((await page.locator("[data-line]:focus").filter({ hasText: title }).count()) > 0) return;
    await page.keyboard.press("ArrowDown");
  }
  throw new Error(`No row ${title} in reach of the keyboard.`);
}

test("the log of a command that prints all the time grows on its page; a row with the focus says its state; a stop says what it stopped", async () => {
  const code =
    'const inner = await tools.spawn({ kind: "exec", cmd: "sleep 300", title: "Inner build", notify: "silent" }); await inner.wait();';
  const begin = [
    spawns({ kind: "exec", title: "Busy", cmd: "while :; do date +%s%N; sleep 0.05; done" }),
    spawns({ kind: "script", title: "Sweep", code }),
  ];
  await withTaskWindow({ begin }, async ({ page, row }) => {
    await row("Busy").waitFor({ timeout: 20_000 });
    await row("Busy").getByRole("button").first().click();
    const count = page.locator('section[aria-label="Log"] .tabular');
    const lines = async (): Promise<number> => Number.parseInt((await count.textContent()) ?? "", 10) || 0;
    await expect.poll(lines, { timeout: 10_000 }).toBeGreaterThan(0);
    for (let reads = 0; reads < 3; reads++) {
      const before = await lines();
      await expect.poll(lines, { timeout: 2_000, interval: 50 }).toBeGreaterThan(before);
    }
    await page.keyboard.press("Escape");

    await row("Inner build").waitFor({ timeout: 20_000 });
    await focusRow(page, "Sweep");
    await page.getByRole("button", { name: /^Sweep ?, Running, \d+:\d+/ }).waitFor({ timeout: 2_000 });
    await both(page, "tasks-row-focus");
    await page.keyboard.press("Delete");
    const said = page.getByTestId("task-said").getByText("Stopped: Sweep, with 1 it had started: Inner build");
    await said.waitFor();
    expect((await said.boundingBox())?.width).toBeGreaterThan(100);
    await both(page, "tasks-said");
    await said.waitFor({ state: "detached", timeout: 12_000 });
    await page.keyboard.press("Control+B");
    await page.keyboard.press("Control+Shift+J");
    const nothing = page.getByTestId("task-said").getByText("Nothing needs you.");
    await nothing.waitFor();
    expect((await nothing.boundingBox())?.width).toBeGreaterThan(60);
    await picture(page, "tasks-nothing-needs-you");
  });
});

test("a question that timed out can be stopped from row and page, and one key goes from late answer to late answer", async () => {
  const ask = (title: string) => spawns({ kind: "ask", title, question: `About ${title}?`, timeoutMs: 500 });
  const titles = ["First", "Second", "Endless", "Eternal"];
  await withTaskWindow(
    {
      begin: titles.map(ask),
      answer(text) {
        const title = titles.find((each) => text.includes(`<question>\\nAbout ${each}?`));
        if (title === undefined) return null;
        if (title.startsWith("E")) return { type: "hang" };
        return { type: "events", events: responseEvents([{ type: "text", text: `Late words about ${title}` }]), paceMs: 150 };
      },
    },
    async ({ page, folder, row }) => {
      for (const title of ["First", "Second"]) await row(title).getByText("The answer came late").waitFor({ timeout: 20_000 });
      await page.getByTestId("open-task").filter({ hasText: "Open the task" }).first().click();
      await page.getByTestId("late-answer").waitFor();
      await page.keyboard.press("Escape");
      await row("Endless").getByText("Timed out; the answer may still come").waitFor();
      await focusRow(page, "Endless");
      await both(page, "tasks-late-stop");
      await page.keyboard.press("Delete");
      await row("Endless").getByText("Timed out; no answer will come").waitFor();
      await page.getByTestId("task-said").getByText("Stopped: Endless").waitFor();
      await row("Eternal").getByRole("button").first().click();
      await page.getByText("goes on using tokens").waitFor();
      await both(page, "task-late-expected");
      await page.getByTestId("task-page-stop").click();
      await page.getByTestId("task-stopped").getByText("ask: Eternal").waitFor();
      await page.getByTestId("task-retry").waitFor();

      await page.keyboard.press("Escape");
      await page.getByRole("radio", { name: "Tasks of this project" }).press("ArrowRight");
      await page.getByRole("radio", { name: "Tasks of all projects", checked: true }).and(page.locator(":focus")).waitFor();
      await page.keyboard.press("ArrowLeft");
      const seen: string[] = [];
      for (let jumps = 0; jumps < 3; jumps++) {
        await page.keyboard.press("Control+Shift+J");
        await page.getByTestId("late-answer").waitFor();
        await page.waitForTimeout(300);
        seen.push(await page.getByTestId("task-page").getByRole("heading", { level: 2 }).innerText());
      }
      expect(new Set(seen)).toEqual(new Set(["First", "Second"]));
      expect(seen[0]).toBe(seen[2]);
      // From another project, too, and the list stays as it is.
      const other = path.join(folder, "other");
      mkdirSync(other);
      await page.evaluate((root) => (globalThis as unknown as { spindle: Bridge }).spindle.call("project.open", { root }), other);
      await page.getByText("None in this project.").waitFor();
      await page.keyboard.press("Control+Shift+J");
      await page.getByTestId("late-answer").waitFor();
      expect(await page.locator('[role="radio"][aria-label="Tasks of this project"]').getAttribute("aria-checked")).toBe("true");
      // Of the other commands none passes a dialog.
      await page.keyboard.press("Control+B");
      expect(await page.getByTestId("task-list").count()).toBe(1);
    },
  );
});

test("the answer of a question that was asked again is that of this run; the log says where each run begins", async () => {
  let asked = 0;
  const long = `## Whole\n\n${"A long second answer. ".repeat(600)}The very end.`;
  await withTaskWindow(
    {
      begin: [spawns({ kind: "ask", title: "Expert", question: "How?" })],
      answer(text) {
        if (!text.includes("<question>\\nHow?")) return null;
        asked++;
        if (asked > 1) return responds({ type: "text", text: long });
        const events = responseEvents([{ type: "text", text: "Half of the first answer" }]).slice(0, -4);
        return { type: "events", events, ending: "cut" };
      },
    },
    async ({ page, row }) => {
      await page.locator('[data-testid="task-row"][data-status="failed"]').waitFor({ timeout: 20_000 });
      await row("Expert").getByRole("button").first().click();
      await page.getByTestId("task-output").getByText("Half of the first").waitFor();
      await page.getByTestId("task-retry").click();
      const answer = page.getByTestId("task-page").getByRole("region", { name: "Answer" });
      await answer.getByText("The very end.").waitFor({ timeout: 20_000 });
      await page.getByTestId("task-page").getByText("Done", { exact: true }).first().waitFor();
      await answer.getByText("The very end.").waitFor();
      expect(await answer.innerText()).not.toContain("Half of");
      await page
        .getByTestId("task-output")
        .getByText(/── Run 2, retried .* UTC ──/)
        .waitFor();
      await both(page, "task-second-run");
    },
  );
});

test("a script's page leads to its diff and opens a long result whole", async () => {
  const patch = "*** Begin Patch\n*** Add File: swept.txt\n+swept\n*** End Patch";
  const code = [
    `await tools.applyPatch({ patch: ${JSON.stringify(patch)} });`,
    'return { list: Array.from({ length: 3000 }, (_, index) => "entry " + index), last: "the very end" };',
  ].join("\n");
  await withTaskWindow({ begin: [spawns({ kind: "script", title: "Sweep", code })] }, async ({ page, row }) => {
    await page.locator('[data-testid="task-row"][data-status="succeeded"]').waitFor({ timeout: 30_000 });
    await row("Sweep").getByRole("button").first().click();
    await page.getByTestId("task-result-whole").click();
    const result = page.getByTestId("task-result");
    await result.getByText('"entry 0"').waitFor();
    await both(page, "task-result-whole");
    await result.evaluate((element) => (element.scrollTop = element.scrollHeight));
    await result.getByText("the very end").waitFor();
    await page.getByTestId("task-diff").click();
    await page.getByTestId("review-panel").getByText("swept.txt").first().waitFor();
  });
});
