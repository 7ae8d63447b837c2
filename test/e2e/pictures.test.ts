import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Page } from "playwright";
import { PNG } from "pngjs";
import { expect, test } from "vitest";
import { sendPrompt, withApp } from "../support/electron.ts";
import { responds, type ResponseItem, startResponsesServer } from "../support/model-servers/responses.ts";
import type { ServerStep } from "../support/model-servers/model-server.ts";
import { compare, comparePicture, looksSame } from "../support/same-picture.ts";

/** The window as people meet it, in both themes, against pictures that were looked at (test/golden/pictures). */
const problems: string[] = [];

async function look(app: Parameters<Parameters<typeof withApp>[1]>[0], name: string): Promise<void> {
  const { page } = app;
  for (const colorScheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    // Colours fade for 100 ms; the cursor and the pointer belong to nobody here.
    await page.mouse.move(2, 2);
    await page.addStyleTag({ content: "* { caret-color: transparent !important }" }).catch(() => undefined);
    await page.waitForTimeout(400);
    const problem = comparePicture(`${name}-${colorScheme}`, await page.screenshot({ animations: "disabled" }));
    if (problem !== null) problems.push(problem);
  }
}

async function sized({ app }: Parameters<Parameters<typeof withApp>[1]>[0]): Promise<void> {
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setContentSize(1280, 800));
}

const lines = (change: Readonly<Record<number, string>> = {}): string =>
  Array.from({ length: 40 }, (_, i) => `${change[i + 1] ?? `export const value${i + 1} = ${i + 1};`}\n`).join("");
const patch = [
  "*** Begin Patch",
  "*** Update File: src/values.ts",
  "@@",
  "-export const value4 = 4;",
  "+export const four = 4;",
  "@@",
  "-export const value30 = 30;",
  "+export const thirty = 30;",
  "*** Add File: src/names.ts",
  '+export const names = ["four", "thirty"];',
  "*** End Patch",
].join("\n");
const applies: ResponseItem = { type: "function", name: "applyPatch", arguments: { patch } };
const script: ResponseItem = {
  type: "function",
  name: "script",
  arguments: {
    code: `// Read both and count\nconst [a, b] = await Promise.all(["src/values.ts", "README.md"].map((path) => tools.readFile({ path })));\nreturn { lines: a.totalLines + b.totalLines };`,
  },
};
const says = (text: string): ResponseItem => ({ type: "text", text });

async function played(
  approval: "auto" | "ask",
  steps: readonly ResponseItem[],
  play: (app: Parameters<Parameters<typeof withApp>[1]>[0]) => Promise<void>,
) {
  const refuses: ServerStep = { type: "status", status: 401, body: { error: { message: "Wrong key." } } };
  const server = await startResponsesServer(steps.length === 0 ? [refuses] : steps.map((step) => responds(step)));
  const settings = {
    provider: "openai-responses",
    approval,
    providers: { "openai-responses": { baseUrl: server.baseUrl, apiKey: "k", model: "m" } },
  };
  try {
    await withApp({ project: "empty", settings }, async (app) => {
      mkdirSync(path.join(app.project, "src"));
      writeFileSync(path.join(app.project, "src", "values.ts"), lines());
      writeFileSync(path.join(app.project, "README.md"), "# Values\n\nNumbers and their names.\n");
      await sized(app);
      await play(app);
    });
  } finally {
    await server.close();
  }
}

const ended = (page: Page) => page.locator('[data-testid="turn-end"][data-status="completed"]').waitFor();

test("the welcome page", async () => {
  await withApp({ project: "none" }, async (app) => {
    await sized(app);
    await app.page.getByRole("button", { name: /Open/ }).first().waitFor();
    await look(app, "welcome");
  });
  expect(problems.splice(0)).toEqual([]);
});

test("a conversation: empty, with a script and a patch under review, settings, palette", async () => {
  await played("auto", [script, applies, says("Both values have names now, and a file lists them.")], async (app) => {
    const { page } = app;
    await page.getByTestId("composer-input").waitFor();
    await look(app, "empty");
    await sendPrompt(page, "Give the values names");
    await ended(page);
    await page.getByTestId("hunk-bar").first().waitFor();
    await look(app, "conversation");
    await page.getByTestId("settings-button").click();
    await page.getByRole("dialog").waitFor();
    await look(app, "settings");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+k");
    await page.getByRole("dialog").waitFor();
    await look(app, "palette");
  });
  expect(problems.splice(0)).toEqual([]);
});

test("a patch that waits for an answer", async () => {
  await played("ask", [applies, says("Done.")], async (app) => {
    await sendPrompt(app.page, "Give the values names");
    await app.page.getByTestId("asked-patch").waitFor();
    await look(app, "approval");
  });
  expect(problems.splice(0)).toEqual([]);
});

test("a turn that failed", async () => {
  await played("auto", [], async (app) => {
    await sendPrompt(app.page, "Give the values names");
    await app.page.locator('[data-testid="turn-end"][data-status="failed"]').waitFor();
    await look(app, "failed");
  });
  expect(problems.splice(0)).toEqual([]);
});

test("the comparison sees what a person would see: another theme, a part that moved, one that is missing", () => {
  const picture = (name: string) => PNG.sync.read(readFileSync(path.join(import.meta.dirname, "../golden/pictures", `${name}.png`)));
  const changed = (change: (png: PNG) => void): PNG => {
    const png = picture("conversation-dark");
    change(png);
    return png;
  };
  const compared = [
    picture("conversation-dark"),
    picture("conversation-light"),
    picture("empty-dark"),
    changed((png) => png.data.copyWithin(0, png.width * 4 * 40)),
    changed(({ data, width }) => {
      for (let y = 190; y < 540; y++) data.fill(17, (y * width + 840) * 4, (y * width + 1270) * 4);
    }),
  ].map((png) => looksSame(compare(picture("conversation-dark"), png)));
  expect(compared).toEqual([true, false, false, false, false]);
});
