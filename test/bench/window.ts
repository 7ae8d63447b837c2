import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { launchSpindle, type Launched } from "../../scripts/lib/launch.mjs";
import { responseEvents, startResponsesServer } from "../support/model-servers/responses.ts";
import type { WireEvent } from "../support/model-servers/model-server.ts";
import { atMost, againstFloor, type Report, type Surroundings } from "./lib/figures.ts";
import { framesUntil, p95, typeAndTime, watchFrames, wheelUp } from "./window/probes.ts";
import { words, writeConversation } from "./window/story-log.ts";
import { type MainThread, mainThreadTime, traceMainThread } from "./window/trace.ts";

/** How long an answer is watched, ms; updates a second. */
const watchedMs = 5_000;
const updatesPerSecond = 200;

/** The window with a long conversation while an answer streams, in the real Electron: main thread times are processor times. */
export async function bench(report: Report, surroundings: Surroundings): Promise<void> {
  surroundings.progress("100 messages");
  const small = await withWindow(surroundings, { messages: 100 }, (window) => stream(window, "short"));
  surroundings.progress("10,000 messages");
  await withWindow(surroundings, { messages: 10_000 }, async (window) => {
    const { frames, spent, memory } = await stream(window, "short");
    report(atMost("stream 200/s, 10,000 messages: frame p95", p95(frames.gaps), 20, "ms"));
    report(atMost("frames over 33 ms", frames.gaps.filter((gap) => gap > 33.5).length, 0, "frames"));
    report(atMost("main thread per frame, mean", spent.total / frames.gaps.length, 4, "ms"));
    report(againstFloor("main thread, 10,000 / 100 messages", spent.total, small.spent.total, 1.2, "ms"));
    report(atMost("frames off the bottom by more than 2 px", frames.off.filter((px) => px > 2).length, 0, "frames"));
    report(atMost("key to paint while streaming, p95", p95(await typing(window)), 50, "ms"));
    const errors = await wheelUp(window.page, 300, 240);
    report(atMost("jumps in 300 wheel frames", errors.filter((px) => px > 2).length, 0, "frames"));
    report(atMost("renderer memory while it streams", memory, 200, "MB"));
  });
  surroundings.progress("10,000 events a second");
  await withWindow(surroundings, { messages: 100 }, async (window) => {
    const { transport, frames } = await flood(window);
    report(atMost("10,000 events/s of 1 KB: transport, of a core", transport * 100, 10, "%"));
    report(atMost("10,000 events/s of 1 KB: frame p95", p95(frames), 20, "ms"));
  });
  surroundings.progress("a message of 200 KB");
  await withWindow(surroundings, { messages: 100 }, async (window) => {
    const { frames, spent, main } = await stream(window, "long");
    report(atMost("200 KB message: script, style, layout per frame, mean", spent.commit / frames.gaps.length, 5, "ms"));
    report(atMost("200 KB message: all of a frame with a trace on, p95", p95(main.perFrame), 5, "ms"));
  });
  surroundings.progress("a patch of 200 files");
  await withWindow(surroundings, { messages: 100, files: 200 }, async ({ page }) => {
    let paint = 0;
    const main = await traceMainThread(page, async () => {
      paint = await openReview(page);
    });
    report(atMost("200-file patch: coloured paint", paint, 400, "ms"));
    report(atMost("200-file patch: longest task of the main thread", main.longestTask, 100, "ms"));
    const accepted = '[data-testid="hunk-bar"][data-accepted="true"]';
    const accept = await framesUntil(page, '[data-testid="hunk-accept"]', accepted, async () => {
      await page.getByTestId("review-step-undo").click();
      await page.locator(accepted).waitFor({ state: "detached" });
    });
    report(atMost("200-file patch: accept a hunk, until it is shown", accept, 8, "frames"));
    const comment = await framesUntil(page, '[data-testid="hunk-comment"]', '[data-testid="comment-text"]', async () => {
      await page.keyboard.press("Escape");
      await page.getByTestId("comment-text").waitFor({ state: "detached" });
    });
    report(atMost("200-file patch: begin a comment, until its field is shown", comment, 8, "frames"));
  });
}

type Window = Launched & { /** Lets the model answer, `long`: with 200 KB before what is watched. */ answer(kind: "short" | "long"): void };

async function withWindow<T>(
  ready: Surroundings,
  { messages, files = 0 }: { readonly messages: number; readonly files?: number },
  body: (window: Window) => Promise<T>,
): Promise<T> {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), "spindle-bench-")));
  let kind: "short" | "long" = "short";
  const server = await startResponsesServer([() => ({ type: "events", events: answerEvents(kind), paceMs: 1_000 / updatesPerSecond })]);
  try {
    const project = path.join(folder, "project");
    const home = path.join(folder, "home");
    mkdirSync(project);
    mkdirSync(home);
    const providers = { "openai-responses": { baseUrl: server.baseUrl, apiKey: "k", model: "m" } };
    writeFileSync(path.join(home, "settings.json"), JSON.stringify({ provider: "openai-responses", approval: "auto", providers }));
    writeFileSync(path.join(home, "projects.json"), JSON.stringify({ [project]: { trusted: true } }));
    writeConversation(home, project, messages, files);
    const env = Object.fromEntries(Object.entries(ready.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
    const flags = [...ready.electronFlags, "--disable-smooth-scrolling"];
    const launched = await launchSpindle({ electron: ready.electron, flags, folder, app: path.resolve("."), project, env });
    try {
      await launched.page.getByTestId("turn-end").last().waitFor({ timeout: 60_000 });
      await launched.page.waitForTimeout(1_500);
      return await body({ ...launched, answer: (next) => (kind = next) });
    } finally {
      await launched.close();
    }
  } finally {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Events of an answer in pieces of about 100 bytes, long enough to be watched; a long one begins with 200 KB in one piece. */
function answerEvents(kind: "short" | "long"): readonly WireEvent[] {
  const [created, progress, ...rest] = responseEvents([{ type: "text", text: "x" }]);
  if (created === undefined || progress === undefined) throw new Error("An answer has a beginning.");
  const delta = rest.find(({ event }) => event === "response.output_text.delta");
  const at = delta === undefined ? -1 : rest.indexOf(delta);
  const piece = (text: string): WireEvent => ({ event: delta?.event ?? null, data: { ...(delta?.data as object), delta: text } });
  const seconds = 30;
  const pieces = Array.from({ length: seconds * updatesPerSecond }, (_, n) => piece(`${words(n, 18)}${n % 12 === 11 ? ".\n\n" : " "}`));
  const paragraphs = Array.from({ length: 1_000 }, (_, n) => `${words(n, 40)}.`).join("\n\n");
  return [created, progress, ...rest.slice(0, at), ...(kind === "long" ? [piece(paragraphs)] : []), ...pieces, ...rest.slice(at + 1)];
}

async function stream(window: Window, kind: "short" | "long") {
  await ask(window, kind);
  let frames: Awaited<ReturnType<typeof watchFrames>> = { gaps: [], off: [] };
  // Tracing costs time of its own: frames are looked at without it first.
  const spent = await mainThreadTime(window.page, async () => {
    frames = await watchFrames(window.page, watchedMs);
  });
  // Before the trace, whose records are kept in the page's process.
  const memory = await rendererMb(window);
  const main: MainThread = await traceMainThread(window.page, () => window.page.waitForTimeout(watchedMs));
  await stopAnswer(window);
  return { frames, spent, main, memory };
}

/** Events of a conversation that is not shown, in batches as main makes them, through the page's own way of taking them. */
async function flood(window: Window): Promise<{ readonly transport: number; readonly frames: readonly number[] }> {
  const { page, app } = window;
  const idle = await mainThreadTime(page, async () => void (await watchFrames(page, watchedMs)));
  await app.evaluate(
    ({ BrowserWindow, MessageChannelMain }, { perBatch, everyMs }) => {
      const { port1, port2 } = new MessageChannelMain();
      BrowserWindow.getAllWindows()[0]?.webContents.postMessage("spindle:port", null, [port2]);
      port1.start();
      let seq = 0;
      const events = () =>
        Array.from({ length: perBatch }, () => ({
          type: "text_delta",
          conversationId: "another",
          turnId: "t1",
          seq: seq++,
          time: seq,
          text: `${seq} `.padEnd(1_000, "word "),
        }));
      (globalThis as { flood?: NodeJS.Timeout }).flood = setInterval(() => port1.postMessage([["event", events()]]), everyMs);
    },
    { perBatch: 160, everyMs: 16 },
  );
  let frames: readonly number[] = [];
  const busy = await mainThreadTime(page, async () => {
    frames = (await watchFrames(page, watchedMs)).gaps;
  });
  await app.evaluate(() => clearInterval((globalThis as { flood?: NodeJS.Timeout }).flood));
  return { transport: Math.max(0, busy.total - idle.total) / watchedMs, frames };
}

async function typing(window: Window): Promise<readonly number[]> {
  await ask(window, "short");
  const times = await typeAndTime(window.page, "words that are typed while an answer streams into the window");
  await window.page.getByTestId("composer-input").fill("");
  await stopAnswer(window);
  return times;
}

async function ask({ page, answer }: Window, kind: "short" | "long"): Promise<void> {
  answer(kind);
  await page.getByTestId("composer-input").fill("Go on");
  await page.getByTestId("composer-send").click();
  await page.locator('[data-testid="assistant-text"][aria-busy="true"]').waitFor();
  await page.waitForTimeout(700);
}

async function stopAnswer({ page }: Window): Promise<void> {
  await page.getByTestId("composer-stop").click();
  await page.getByTestId("composer-stop").waitFor({ state: "detached" });
}

async function rendererMb({ app }: Window): Promise<number> {
  const kb = await app.evaluate(({ app: electron }) =>
    Math.max(
      ...electron
        .getAppMetrics()
        .filter(({ type }) => type === "Tab")
        .map(({ memory }) => memory.workingSetSize),
    ),
  );
  return kb / 1024;
}

/** Time from the key that opens the review to the frame with coloured lines, ms. */
function openReview(page: Launched["page"]): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve, reject) => {
        const began = performance.now();
        const isColoured = (root: ParentNode): boolean =>
          [...root.querySelectorAll("*")].some((element) =>
            element.matches("[data-line] span[style], [data-line] span[class]")
              ? true
              : element.shadowRoot !== null && isColoured(element.shadowRoot),
          );
        const look = () => {
          const panel = document.querySelector('[data-testid="review-panel"]');
          if (panel !== null && isColoured(panel)) setTimeout(() => resolve(performance.now() - began));
          else if (performance.now() - began > 20_000) reject(new Error("The review showed no coloured line within 20 s."));
          else requestAnimationFrame(look);
        };
        window.dispatchEvent(new KeyboardEvent("keydown", { key: ".", code: "Period", ctrlKey: true, bubbles: true, cancelable: true }));
        requestAnimationFrame(look);
      }),
  );
}
