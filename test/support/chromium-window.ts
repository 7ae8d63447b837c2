import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { type Browser, chromium, type Page } from "playwright";
import { createHandlers } from "../../src/main/desktop/handlers.ts";
import { pageHeaders } from "../../src/main/desktop/page-files.ts";
import { createPushPort } from "../../src/main/desktop/push-port.ts";
import { serveCall } from "../../src/main/desktop/serve-calls.ts";
import type { Engine } from "../../src/main/engine.ts";
import { portChannel } from "../../src/protocol/channels.ts";
import type { ProjectInfo, PushBatch } from "../../src/protocol/ipc.ts";

const built = path.resolve(import.meta.dirname, "../../out/renderer");

/**
 * The built page in the system's Chromium over a real engine in this process: its calls and pushes take the way of the window's
 * own, with a function of the page in place of Electron's channels. `failed` collects errors of the page.
 */
export async function openInChromium(
  engine: Engine,
  root: string,
): Promise<{ readonly page: Page; readonly browser: Browser; readonly failed: readonly string[]; close(): Promise<void> }> {
  const executablePath = process.env["SPINDLE_TEST_CHROMIUM"];
  if (executablePath === undefined) throw new Error("These tests need set-up: run `npm test -- e2e`.");
  const server = createServer((request, response) => {
    const file = path.join(built, new URL(request.url ?? "/", "http://page").pathname.replace(/^\/$/, "/index.html"));
    readFile(file).then(
      (body) => response.writeHead(200, { ...pageHeaders(file) }).end(body),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const flags = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
  ];
  const browser = await chromium.launch({ executablePath, args: [...flags, "--disable-sync"] });
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  const failed: string[] = [];
  page.on("pageerror", (error) => void failed.push(error.message));
  page.on("console", (message) => void (message.type() === "error" && failed.push(message.text())));

  const pushes = createPushPort();
  let project: ProjectInfo = await engine.openProject(root);
  const setProject = (next: ProjectInfo): void => {
    project = next;
    pushes.push("project", next);
  };
  const nothing = (): never => {
    throw new Error("Not in this test.");
  };
  const handlers = createHandlers(engine, {
    version: "0",
    project: () => project,
    setProject,
    changeProject: setProject,
    diff: () => Promise.resolve(null),
    setShown: () => undefined,
    isUnread: () => false,
    pushRows: () => pushes.push("conversations", { projectRoot: project.root, rows: engine.rows(project.root) }),
    pushSettings: () => pushes.push("settings", engine.settings.forWindow()),
    pickFolder: () => Promise.resolve(null),
    makeDemo: () => Promise.resolve(null),
    pickFiles: () => Promise.resolve([]),
    terminals: {
      "terminal.open": nothing,
      "terminal.write": nothing,
      "terminal.resize": nothing,
      "terminal.shown": nothing,
      "terminal.close": nothing,
    },
    openLink: () => Promise.resolve(false),
    showFile: () => undefined,
    showMenu: nothing,
    openFile: nothing,
  });
  const stops = [
    engine.onEvent((event) => {
      pushes.push("event", event);
      pushes.push("conversations", { projectRoot: project.root, rows: engine.rows(project.root) });
    }),
    engine.onTask((task) => pushes.push("tasks", { changed: [task], progress: [] })),
  ];

  let taken = (): void => undefined;
  await page.exposeFunction("mainCall", async (name: string, input: unknown) => {
    const reply = await serveCall(handlers, name, input, engine.logger);
    pushes.flush();
    return reply;
  });
  await page.exposeFunction("mainTaken", () => taken());
  await page.exposeFunction("mainConnect", () =>
    pushes.connect({
      postMessage: (batch: PushBatch) =>
        void page.evaluate((data) => (globalThis as unknown as InPage).fromMain(data), batch).catch(() => undefined),
      on: (_, listener) => void (taken = listener),
      start: () => undefined,
      close: () => undefined,
    }),
  );
  await page.addInitScript((channel) => {
    const inPage = globalThis as unknown as InPage;
    inPage.spindle = {
      call: (name, input) => inPage.mainCall(name, input),
      connect() {
        const { port1, port2 } = new MessageChannel();
        port1.addEventListener("message", () => void inPage.mainTaken());
        port1.start();
        inPage.fromMain = (batch) => port1.postMessage(batch);
        void inPage.mainConnect().then(() => window.postMessage(channel, window.location.origin, [port2]));
      },
      pathOf: () => "",
    };
  }, portChannel);
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  return {
    page,
    browser,
    failed,
    async close() {
      for (const stop of stops) stop();
      pushes.close();
      await browser.close();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What the page has besides itself. */
interface InPage {
  mainCall(name: string, input: unknown): Promise<unknown>;
  mainConnect(): Promise<void>;
  mainTaken(): Promise<void>;
  fromMain(batch: unknown): void;
  spindle: { call(name: string, input: unknown): Promise<unknown>; connect(): void; pathOf(): string };
}
