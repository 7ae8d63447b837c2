import { createSocket } from "node:dgram";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { ElectronApplication, Page } from "playwright";
import type { Target } from "./attacks.ts";

/** A server somewhere else, as far as the window is concerned: counts every connection, whatever comes over it. */
export interface Elsewhere extends Target {
  readonly udpPort: number;
  connections(): number;
  packets(): number;
  close(): Promise<void>;
}

export async function startElsewhere(): Promise<Elsewhere> {
  let connections = 0;
  let packets = 0;
  const server: Server = createServer((_request, response) => response.setHeader("access-control-allow-origin", "*").end("here"));
  server.on("connection", () => connections++);
  const udp = createSocket("udp4", () => packets++);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  await new Promise<void>((resolve) => udp.bind(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    http: `http://127.0.0.1:${port}`,
    ws: `ws://127.0.0.1:${port}`,
    udpPort: udp.address().port,
    connections: () => connections,
    packets: () => packets,
    close: async () => {
      server.closeAllConnections();
      await Promise.all([new Promise((resolve) => server.close(resolve)), new Promise<void>((resolve) => udp.close(resolve))]);
    },
  };
}

/**
 * Runs attacks in the page, one after the other, and waits until what they began has ended. Resolves with the names of those that
 * threw a `TypeError`, as markup and code that the page's own policy refuses do.
 */
export async function attack(
  page: Page,
  attacks: Readonly<Record<string, (target: Target) => unknown>>,
  target: Target,
  waitMs = 700,
): Promise<readonly string[]> {
  await page.evaluate(() => Object.assign(globalThis, { ran: {} }));
  const refused: string[] = [];
  for (const [name, run] of Object.entries(attacks)) {
    try {
      await page.evaluate(run as (target: Target) => void, { http: target.http, ws: target.ws });
    } catch (error) {
      // Anything else that is thrown is a way of being blocked; what got through is counted elsewhere.
      if (/TypeError.*requires 'Trusted/.test(String(error))) refused.push(name);
    }
  }
  await page.waitForTimeout(waitMs);
  return refused;
}

/** Notes in the main process what requests of pages come to: names of attacks by what the network said of them. */
export async function watchRequests(app: ElectronApplication): Promise<() => Promise<Readonly<Record<string, string>>>> {
  await app.evaluate(({ session }) => {
    const seen: Record<string, string> = {};
    Object.assign(globalThis, { seenRequests: seen });
    const note = (url: string, what: string): void => {
      if (/^(?:https?|wss?):/.test(url)) seen[new URL(url).pathname.slice(1)] = what;
    };
    session.defaultSession.webRequest.onErrorOccurred((details) => note(details.url, details.error));
    session.defaultSession.webRequest.onCompleted((details) => note(details.url, "completed"));
  });
  return () =>
    app.evaluate(() => {
      const all = (globalThis as unknown as { seenRequests: Record<string, string> }).seenRequests;
      const copy = { ...all };
      for (const key of Object.keys(all)) delete all[key];
      return copy;
    });
}

/** Switches the page's content security policy off or on again, by loading it anew. */
export async function setPolicy(page: Page, on: boolean): Promise<void> {
  const session = await page.context().newCDPSession(page);
  // Stays as long as the session does.
  await session.send("Page.setBypassCSP", { enabled: !on });
  await page.reload();
  await page.getByTestId("composer-input").waitFor();
}

/** What is left of a page's locks in a window of its own; see `inNewWindow`. */
export type Lock = "will-navigate" | "will-frame-navigate" | "will-redirect" | "will-attach-webview" | "window-open";

/**
 * Makes a window without any content policy, leaves it one lock (or none), and runs code in its page as after a click. Says what began:
 * addresses on the web that a frame got to, windows that opened, webviews that were attached.
 */
export async function inNewWindow(
  app: ElectronApplication,
  lock: Lock | null,
  code: string,
): Promise<{ readonly arrived: readonly string[]; readonly windows: number; readonly webviews: number }> {
  return app.evaluate(
    async ({ BrowserWindow }, { kept, script }) => {
      const before = new Set(BrowserWindow.getAllWindows());
      const window = new BrowserWindow({ show: false, webPreferences: { sandbox: true, webviewTag: true } });
      const contents = window.webContents;
      for (const name of ["will-navigate", "will-frame-navigate", "will-redirect", "will-attach-webview"] as const)
        if (name !== kept) contents.removeAllListeners(name);
      if (kept !== "window-open") contents.setWindowOpenHandler(() => ({ action: "allow", overrideBrowserWindowOptions: { show: false } }));
      await window.loadURL("data:text/html,<body>page</body>");
      const arrived: string[] = [];
      let webviews = 0;
      contents.on("did-frame-navigate", (_event, url) => {
        if (url.startsWith("http")) arrived.push(new URL(url).pathname);
      });
      contents.on("did-attach-webview", () => webviews++);
      await contents.executeJavaScript(`void (() => { ${script} })()`, true);
      await new Promise((resolve) => setTimeout(resolve, 500));
      const made = BrowserWindow.getAllWindows().filter((one) => !before.has(one));
      for (const one of made) one.destroy();
      return { arrived: [...new Set(arrived)], windows: made.length - 1, webviews };
    },
    { kept: lock, script: code },
  );
}
