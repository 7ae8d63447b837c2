import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Locator, Page } from "playwright";
import { expect } from "vitest";
import type { Bridge } from "../../src/protocol/ipc.ts";
import { launchSpindle, readEvents, type Launched } from "../../scripts/lib/launch.mjs";
import { copySample } from "../../scripts/lib/sample.mjs";

export interface AppOptions {
  /** sample (default): a fresh copy of the sample project. empty: an empty folder. none: no folder, the welcome screen. */
  readonly project?: "sample" | "empty" | "none";
  /** Written to settings.json before the start. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** False: the folder is opened for the first time, nobody has said that it is trusted. */
  readonly trusted?: boolean;
  /** Another application than Spindle: a folder with a package.json. */
  readonly app?: string;
}

export interface RunningApp extends Launched {
  /** The folder that is open (or would be): real path. */
  readonly project: string;
  /** A temporary folder of this run, for files outside the project. */
  readonly folder: string;
  events(): ReturnType<typeof readEvents>;
}

/**
 * Runs `body` with the real application in surroundings of its own: data folder, profile and project are new and removed
 * afterwards. Fails when the window reported errors (unless the test attacks it: `expectErrors`) or when any process or temporary
 * file of the application outlives it.
 */
export async function withApp(
  options: AppOptions,
  body: (app: RunningApp) => Promise<void>,
  { expectErrors = false, killed = false } = {},
): Promise<void> {
  const electron = process.env["SPINDLE_TEST_ELECTRON"];
  if (electron === undefined) throw new Error("End-to-end tests need set-up: run `npm test -- e2e`.");
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "spindle-e2e-")));
  try {
    const project = join(folder, "project");
    if (options.project === "empty" || options.project === "none") mkdirSync(project);
    else copySample(project);
    mkdirSync(join(folder, "home"));
    writeFileSync(join(folder, "home", "settings.json"), JSON.stringify(options.settings ?? {}));
    if (options.trusted !== false) writeFileSync(join(folder, "home", "projects.json"), JSON.stringify({ [project]: { trusted: true } }));
    const launched = await launchSpindle({
      electron,
      flags: (process.env["SPINDLE_TEST_ELECTRON_FLAGS"] ?? "").split(" ").filter((flag) => flag !== ""),
      folder,
      ...(options.app === undefined ? {} : { app: options.app }),
      ...(options.project === "none" ? {} : { project }),
    });
    let left: readonly string[] = [];
    try {
      await body({ ...launched, project, folder, events: () => readEvents(launched.home) });
    } catch (error) {
      await showFailure(launched.page);
      throw withContext(error, launched);
    } finally {
      left = await launched.close();
    }
    // Chromium's own folders have names that begin with a dot; a sound makes PulseAudio's library, where it is installed, leave one.
    // A killed Electron leaves a folder of its own behind.
    const files = killed ? [] : readdirSync(launched.temp).filter((name) => !name.startsWith(".") && !/^pulse-\w+$/.test(name));
    expect({ left, files, errors: expectErrors ? [] : launched.errors }).toEqual({ left: [], files: [], errors: [] });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What the window showed when a step failed, for people to look at. The window may be gone: then there is nothing to see. */
async function showFailure(page: Page): Promise<void> {
  const name = (expect.getState().currentTestName ?? "test").replace(/\W+/g, "-").slice(0, 60);
  await page.screenshot({ path: join("out", "pictures", `failed-${name}.png`), timeout: 5_000 }).catch(() => undefined);
}

/** A failed step alone does not say why; what the window and the main process said often does. */
function withContext(error: unknown, launched: Launched): unknown {
  if (!(error instanceof Error)) return error;
  const said = [...launched.errors, launched.stderr().trim()].filter((text) => text !== "").join("\n");
  if (said !== "") error.message += `\n\nThe application said:\n${said.slice(-4_000)}`;
  return error;
}

/**
 * Drops real files or folders on an element, as a person would: trusted drag events with true paths, through the
 * browser's input layer. A DataTransfer made by the page has neither.
 */
export async function dropFile(page: Page, target: string | Locator, paths: readonly string[]): Promise<void> {
  await drag(page, target, paths, ["dragEnter", "dragOver", "drop"]);
}

/** As `dropFile`, but the person still holds the files over the element. */
export async function holdFile(page: Page, target: Locator, paths: readonly string[]): Promise<void> {
  await drag(page, target, paths, ["dragEnter", "dragOver"]);
}

async function drag(
  page: Page,
  target: string | Locator,
  paths: readonly string[],
  types: readonly ("dragEnter" | "dragOver" | "drop")[],
): Promise<void> {
  const box = await (typeof target === "string" ? page.getByTestId(target) : target).boundingBox();
  if (box === null) throw new Error(`Nothing to drop on: ${String(target)} is not visible.`);
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [...paths], dragOperationsMask: 1 };
  const x = box.x + box.width / 2;
  const y = box.y + box.height / 2;
  for (const type of types) await session.send("Input.dispatchDragEvent", { type, x, y, data });
  await session.detach();
}

/** Chooses a line of the menu in the head of the conversation. */
export async function chooseMore(page: Page, testId: string): Promise<void> {
  await page.getByTestId("conversation-more").click();
  await page.getByTestId(testId).click();
}

/** Types a prompt and sends it. */
export async function sendPrompt(page: Page, text: string): Promise<void> {
  await page.getByTestId("composer-input").fill(text);
  await page.getByTestId("composer-send").click();
}

/**
 * Waits until `target` is visible. Where no sandbox can keep commands in completely (a container without user
 * namespaces), every command asks even in the mode `auto`; there, and only there, it is allowed on the way.
 */
export async function waitUnasked(page: Page, target: Locator, timeout = 45_000): Promise<void> {
  const button = page.getByTestId("approval-allow").first();
  const deadline = Date.now() + timeout;
  for (;;) {
    await target
      .first()
      .or(button)
      .first()
      .waitFor({ timeout: Math.max(1, deadline - Date.now()) });
    if (await target.first().isVisible()) return;
    if (await hasFullSandbox(page))
      throw new Error(`Asked in a mode that must not ask: ${await page.getByTestId("approval-card").first().innerText()}`);
    // The card may go away between looking and clicking.
    await button.click({ timeout: 2_000 }).catch(() => undefined);
  }
}

async function hasFullSandbox(page: Page): Promise<boolean> {
  return page.evaluate(async () => {
    const { spindle } = globalThis as unknown as { spindle: Bridge };
    const reply = await spindle.call("app.state", {});
    return reply.ok && reply.value.sandbox.enforcer === "bubblewrap";
  });
}

/** Writes a picture of the window to out/pictures, for people to look at. */
export async function picture(page: Page, name: string): Promise<void> {
  // Colours fade for 100 ms after a change of theme.
  await page.waitForTimeout(300);
  await page.screenshot({ path: join("out", "pictures", `${name}.png`) });
}
