import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright";
import { afterEach, expect, test } from "vitest";
import { sendPrompt, withApp } from "../support/electron.ts";
import type { ModelServer, ServerStep, WireEvent } from "../support/model-servers/model-server.ts";
import { responds, startResponsesServer, type ResponseItem } from "../support/model-servers/responses.ts";

const servers: ModelServer[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

const before = "import { gateway } from './gateway'\n\nexport function charge(order) {\n  return gateway.charge(order)\n}\n";
const patch = [
  "*** Begin Patch",
  "*** Update File: src/charges.ts",
  "@@ export function charge(order) {",
  "-  return gateway.charge(order)",
  "+  const key = `charge:${order.id}`",
  '+  return gateway.charge(order, { key, note: "exactly once – déjà vu 😀" })',
  " }",
  "*** Add File: test/retry.test.ts",
  ...Array.from({ length: 40 }, (_, i) => `+test("attempt ${i + 1} keeps its key", () => expect(keyOf(order)).toBe("charge:7"))`),
  "*** Delete File: old.txt",
  "*** End Patch",
].join("\n");

/** The answer, one event every few milliseconds; only the first `share` of it when it is cut. */
function slowly(item: ResponseItem, paceMs: number, share = 1): ServerStep {
  const whole = responds({ type: "text", text: "I give each charge a key made from its order." }, item);
  if (whole.type !== "events") throw new Error("responds() makes events.");
  const events = share === 1 ? whole.events : whole.events.slice(0, Math.floor(whole.events.length * share));
  return { ...whole, events, paceMs, ...(share === 1 ? {} : { ending: "cut" }) };
}

async function open(steps: readonly ServerStep[], body: (page: Page, project: string) => Promise<void>): Promise<void> {
  const server = await startResponsesServer(steps);
  servers.push(server);
  const settings = {
    provider: "openai-responses",
    approval: "auto",
    providers: { "openai-responses": { baseUrl: server.baseUrl, model: "test-model", maxRetries: 0 } },
  };
  await withApp({ project: "empty", settings }, async ({ page, project }) => {
    mkdirSync(join(project, "src"));
    writeFileSync(join(project, "src/charges.ts"), before);
    writeFileSync(join(project, "old.txt"), "old\n");
    await page.getByTestId("composer-input").waitFor();
    await body(page, project);
  });
}

test("a patch is drawn while it arrives, file by file and line by line, and written only when it is complete", async () => {
  const item = { type: "function", name: "applyPatch", arguments: { workdir: ".", patch } } as const;
  await open([slowly(item, 4), responds({ type: "text", text: "Done." })], async (page, project) => {
    await page.evaluate(watchFrames);
    await sendPrompt(page, "Make charge retries idempotent");
    await page.locator('[data-testid="patch-preview"][data-status="writing"]').waitFor();
    let written = false;
    while ((await page.locator('[data-testid="patch-preview"][data-status="writing"]').count()) > 0) {
      if (readFileSync(join(project, "src/charges.ts"), "utf8") === before) continue;
      // The window is drawn a frame or two after the patch is complete.
      await page.waitForTimeout(250);
      written ||= (await page.locator('[data-testid="patch-preview"][data-status="writing"]').count()) > 0;
    }
    await page.getByTestId("patch-card").waitFor();
    await page.waitForTimeout(300);
    const frames = await page.evaluate(() => (globalThis as unknown as { frames: readonly Frame[] }).frames);
    const writing = frames.filter((frame) => frame.status === "writing");
    // Heads of files come one after the other, lines one by one, the box grows to its limit and no further.
    expect([...new Set(writing.map((frame) => frame.files))]).toEqual(expect.arrayContaining(["charges.ts", "charges.ts,retry.test.ts"]));
    expect(new Set(writing.map((frame) => frame.count)).size).toBeGreaterThan(15);
    expect(Math.max(...frames.map((frame) => frame.height))).toBeLessThanOrEqual(330);
    expect(writing.every((frame, index) => frame.height >= (writing[index - 1]?.height ?? 0))).toBe(true);
    // What stands above never moves down again, also not when the card of the applied patch takes the place.
    expect(frames.filter((frame, index) => frame.textTop > (frames[index - 1]?.textTop ?? Infinity) + 2)).toEqual([]);
    expect(written).toBe(false);

    await page.locator('[data-testid="turn-end"][data-status="completed"]').waitFor();
    expect(await page.getByTestId("patch-card").innerText()).toMatch(/Patch applied to 3 files/);
    expect(readFileSync(join(project, "src/charges.ts"), "utf8")).toContain("déjà vu 😀");
  });
});

test.each([
  ["JSON arguments", { type: "function", name: "applyPatch", arguments: { patch } }],
  ["freeform text", { type: "custom", name: "applyPatch", input: patch }],
] as const)("an answer that breaks off in the middle of a patch changes nothing, and the row says so: %s", async (_, item) => {
  await open([slowly(item, 1, 0.6)], async (page, project) => {
    await sendPrompt(page, "Make charge retries idempotent");
    const preview = page.locator('[data-testid="patch-preview"][data-status="cut"]');
    await preview.waitFor();
    await page.locator('[data-testid="turn-end"][data-status="failed"]').waitFor();
    expect(await preview.innerText()).toMatch(/Patch to 2 files not applied.*broke off.*no file was changed/s);
    expect(await preview.getByTestId("patch-draft-file").count()).toBe(2);
    expect([readFileSync(join(project, "src/charges.ts"), "utf8"), readFileSync(join(project, "old.txt"), "utf8")]).toEqual([
      before,
      "old\n",
    ]);
  });
});

const faulty = patch.replace('+test("attempt 3 ', 'test("attempt 3 ');

test("a fault is shown with its line while the patch still arrives, and what was read before it stays", async () => {
  const step = slowly({ type: "function", name: "applyPatch", arguments: { patch: faulty } }, 1, 0.6);
  await open([{ ...step, ending: "hang" } as ServerStep], async (page, project) => {
    await sendPrompt(page, "Make charge retries idempotent");
    const preview = page.locator('[data-testid="patch-preview"][data-status="writing"]');
    await preview.getByTestId("patch-trouble").waitFor();
    expect(await preview.innerText()).toMatch(/charges\.ts.*retry\.test\.ts.*attempt 2 .*Line 11: 'test\("attempt 3/s);
    await page.getByTestId("composer-stop").click();
    await page.locator('[data-testid="patch-preview"][data-status="cut"]').waitFor();
    expect(readFileSync(join(project, "src/charges.ts"), "utf8")).toBe(before);
  });
});

test("a complete patch with a fault is refused with its line, and nothing is changed", async () => {
  const item = { type: "custom", name: "applyPatch", input: faulty } as const;
  await open([slowly(item, 1), responds({ type: "text", text: "I stop here." })], async (page, project) => {
    await sendPrompt(page, "Make charge retries idempotent");
    const preview = page.locator('[data-testid="patch-preview"][data-status="failed"]');
    await preview.waitFor();
    expect(await preview.getByTestId("patch-trouble").innerText()).toContain("Line 11 of the patch");
    // It came to nothing: the head has no counts.
    expect(await preview.locator("header").innerText()).not.toMatch(/[+−]\d/);
    expect(await preview.getByTestId("patch-draft-file").count()).toBe(2);
    expect(readFileSync(join(project, "src/charges.ts"), "utf8")).toBe(before);
  });
});

test("of a patch of 10,000 lines only what is in sight is drawn", async () => {
  const lines = Array.from({ length: 10_000 }, (_, i) => `+export const value${i} = compute(${i}, "value ${i}");`);
  const large = ["*** Begin Patch", "*** Add File: large.ts", ...lines, "*** End Patch"].join("\n");
  const step = inLargerPieces(responds({ type: "function", name: "applyPatch", arguments: { patch: large } }));
  await open([step, responds({ type: "text", text: "Done." })], async (page, project) => {
    await page.evaluate(watchFrames);
    await sendPrompt(page, "Make a large file");
    await page.getByTestId("patch-card").waitFor({ timeout: 50_000 });
    await page.locator('[data-testid="turn-end"][data-status="completed"]').waitFor({ timeout: 50_000 });
    const frames = await page.evaluate(() => (globalThis as unknown as { frames: readonly Frame[] }).frames);
    const writing = frames.filter((frame) => frame.status === "writing");
    // Frames go on coming while 10,000 pieces arrive; how fast is a figure of the machine.
    expect([writing.length > 20, Math.max(...frames.map((frame) => frame.nodes)) < 1_500]).toEqual([true, true]);
    expect(readFileSync(join(project, "large.ts"), "utf8").split("\n").length).toBe(10_001);
  });
});

/** The same answer with eight pieces of a call's arguments in one: a server writes that many events in seconds, not minutes. */
function inLargerPieces(step: ServerStep): ServerStep {
  if (step.type !== "events") return step;
  const events: WireEvent[] = [];
  let joined = 0;
  for (const event of step.events) {
    const last = events.at(-1);
    const isDelta = event.event === "response.function_call_arguments.delta";
    if (isDelta && last?.event === event.event && joined++ % 8 !== 0) {
      const earlier = last.data as { readonly delta: string };
      events[events.length - 1] = {
        ...last,
        data: { ...earlier, delta: earlier.delta + (event.data as { readonly delta: string }).delta },
      };
    } else events.push(event);
  }
  return { ...step, events };
}

/** What one animation frame showed. */
interface Frame {
  readonly status: string;
  readonly files: string;
  readonly count: string;
  readonly height: number;
  /** px from the top of the window to the text above the patch; 0 without one. */
  readonly textTop: number;
  /** Elements inside the patch. */
  readonly nodes: number;
}

/** In the page: notes every frame from now on that shows a patch. */
function watchFrames(): void {
  const frames: Frame[] = [];
  Object.assign(globalThis, { frames });
  const look = () => {
    requestAnimationFrame(look);
    const shown = document.querySelector('[data-testid="patch-preview"], [data-testid="patch-card"]');
    const text = document.querySelector('[data-testid="assistant-text"]');
    if (!(shown instanceof HTMLElement)) return;
    const names = [...shown.querySelectorAll('[data-testid="patch-draft-file"]')].map(
      (section) => (section.getAttribute("aria-label") ?? "").split("/").at(-1) ?? "",
    );
    frames.push({
      status: shown.dataset["status"] ?? "applied",
      files: names.join(","),
      count: shown.querySelector("header .sr-only")?.textContent ?? "",
      height: shown.querySelector('[data-testid="patch-draft"]')?.getBoundingClientRect().height ?? 0,
      textTop: text?.getBoundingClientRect().top ?? 0,
      nodes: shown.querySelectorAll("*").length,
    });
  };
  look();
}
