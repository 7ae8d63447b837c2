import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { attack, type Elsewhere, inNewWindow, setPolicy, startElsewhere, watchRequests } from "../support/attack-lab.ts";
import { codes, frames, moves, requests } from "../support/attacks.ts";
import { withApp } from "../support/electron.ts";

let elsewhere: Elsewhere;
beforeAll(async () => {
  elsewhere = await startElsewhere();
});
afterAll(() => elsewhere.close());

/** Every one of these with the same outcome. */
const each = (attacks: object, outcome: unknown): object =>
  Object.fromEntries(Object.keys(attacks).map((name): [string, unknown] => [name, outcome]));

test("the page has no Node, only the bridge, and runs isolated in Chromium's sandbox", async () => {
  await withApp({ project: "empty" }, async ({ app, page }) => {
    const inPage = await page.evaluate(() => ({
      node: ["require", "process", "module", "Buffer", "global"].filter((name) => name in globalThis),
      bridge: Object.keys((globalThis as unknown as { spindle: object }).spindle).sort(),
      frozen: Object.isFrozen((globalThis as unknown as { spindle: object }).spindle),
      protocol: location.protocol,
    }));
    expect(inPage).toEqual({ node: [], bridge: ["call", "connect", "pathOf"], frozen: true, protocol: "app:" });
    const preferences = await app.evaluate(({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents as unknown as { getLastWebPreferences(): Record<string, unknown> };
      return contents.getLastWebPreferences();
    });
    expect(preferences).toMatchObject({
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
    });
    const dangerous = [
      "nodeIntegrationInSubFrames",
      "nodeIntegrationInWorker",
      "navigateOnDragDrop",
      "allowRunningInsecureContent",
      "experimentalFeatures",
      "enableBlinkFeatures",
      "plugins",
    ];
    expect(dangerous.filter((name) => ![undefined, false, ""].includes(preferences[name] as string))).toEqual([]);
  });
});

test("nothing of a page reaches a server; the content policy, the rule for requests and the resolver each hold alone", async () => {
  await withApp(
    { project: "empty" },
    async ({ app, page }) => {
      const header = await page.evaluate(async () => (await fetch(location.href)).headers.get("content-security-policy") ?? "");
      expect(header).toMatch(
        /^default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;/,
      );
      expect(header).toMatch(/frame-ancestors 'none'.*trusted-types default; require-trusted-types-for 'script'$/);
      const seen = await watchRequests(app);
      await attack(page, { ...requests, ...frames }, elsewhere);
      const all = await seen();

      await setPolicy(page, false);
      await attack(page, requests, elsewhere);
      const ruleAlone = await seen();

      await app.evaluate(({ session }) => session.defaultSession.webRequest.onBeforeRequest(null));
      await setPolicy(page, false);
      await attack(page, requests, elsewhere);
      const resolverAlone = await seen();

      await setPolicy(page, true);
      await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.removeAllListeners("will-frame-navigate"));
      await attack(page, { ...requests, ...frames }, elsewhere);
      const policyAlone = await seen();
      expect({ all, ruleAlone, resolverAlone, policyAlone, connections: elsewhere.connections() }).toEqual({
        all: {},
        // Every attack gets there, so every attack is one.
        ruleAlone: each(requests, "net::ERR_BLOCKED_BY_CLIENT"),
        resolverAlone: {
          ...each(requests, "net::ERR_NAME_NOT_RESOLVED"),
          websocket: expect.stringMatching(/ERR_FAILED|ERR_NAME_NOT_RESOLVED/),
        },
        policyAlone: {},
        connections: 0,
      });
    },
    { expectErrors: true },
  );
});

test("direct connections between pages tell nobody an address", async () => {
  await withApp({ project: "empty" }, async ({ app, page }) => {
    const connect = async (): Promise<number> => {
      const before = elsewhere.packets();
      await page.evaluate(async (port) => {
        const connection = new RTCPeerConnection({ iceServers: [{ urls: `stun:127.0.0.1:${port}` }] });
        connection.createDataChannel("x");
        await connection.setLocalDescription(await connection.createOffer());
        await new Promise((resolve) => setTimeout(resolve, 800));
        connection.close();
      }, elsewhere.udpPort);
      return elsewhere.packets() - before;
    };
    const locked = await connect();
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.setWebRTCIPHandlingPolicy("default"));
    expect({ locked, isAttack: (await connect()) > 0 }).toEqual({ locked: 0, isAttack: true });
  });
});

test("no text becomes code, and markup that could is refused where it is assigned", async () => {
  await withApp(
    { project: "empty" },
    async ({ page }) => {
      const ran = () => page.evaluate(() => Object.keys((globalThis as unknown as { ran: object }).ran).toSorted());
      const refused = await attack(page, codes, elsewhere);
      expect({ ran: await ran(), refused: refused.toSorted() }).toEqual({
        ran: [],
        refused: [
          "adjacent markup",
          "blob script",
          "blob worker",
          "data module",
          "data script",
          "data worker",
          "document write",
          "fragment",
          "frame text",
          "handler",
          "inline script",
          "markup",
          "outer markup",
          "parser",
          "script text",
          "timer text",
        ],
      });
      const drawn = await page.evaluate(() => {
        const box = document.createElement("div");
        box.innerHTML = "<p>harmless <b>markup</b></p>";
        return box.textContent;
      });
      expect(drawn).toBe("harmless markup");

      await setPolicy(page, false);
      await attack(page, codes, elsewhere);
      // Every one is an attack; a frame of the last kind is held by other locks.
      const attacks = Object.keys(codes).filter((name) => name !== "frame data");
      expect(await ran()).toEqual(attacks.toSorted());
    },
    { expectErrors: true },
  );
});

test("a page stays where it is, opens no window and downloads nothing", async () => {
  await withApp(
    { project: "empty" },
    async ({ app, page }) => {
      const url = page.url();
      await page.evaluate(() => Object.assign(globalThis, { stays: true }));
      await app.evaluate(({ BrowserWindow, session }) => {
        const begun: string[] = [];
        Object.assign(globalThis, { begun });
        BrowserWindow.getAllWindows()[0]?.webContents.on("did-frame-navigate", (_event, url) => void begun.push(url));
        session.defaultSession.on("will-download", (event) => void begun.push(event.defaultPrevented ? "download denied" : "download"));
      });
      for (const [name, run] of Object.entries(moves)) await attack(page, { [name]: run }, elsewhere, 250);
      const outcome = await app.evaluate(({ BrowserWindow }) => ({
        windows: BrowserWindow.getAllWindows().length,
        begun: (globalThis as unknown as { begun: string[] }).begun,
      }));
      expect({ url: page.url(), stays: await page.evaluate(() => "stays" in globalThis), ...outcome }).toEqual({
        url,
        stays: true,
        windows: 1,
        // The one attack that gets so far.
        begun: ["download denied"],
      });
    },
    { expectErrors: true },
  );
});

test("each lock of a page holds alone: navigation, frames, redirects, windows, webviews", async () => {
  await withApp({ project: "empty" }, async ({ app }) => {
    await app.evaluate(({ session, protocol }) => {
      session.defaultSession.webRequest.onBeforeRequest(null);
      // Stands in for a web server: names do not resolve.
      protocol.handle("http", (request) =>
        request.url.endsWith("/redirect") ? Response.redirect("http://example.test/after", 302) : new Response("here"),
      );
    });
    const go = `location.href = "http://example.test/gone"`;
    const inFrame = `const frame = document.createElement("iframe"); frame.onload = () => { frame.onload = null; frame.contentWindow.location.href = "http://example.test/frame"; }; frame.srcdoc = "x"; document.body.append(frame);`;
    const open = `window.open("http://example.test/open")`;
    const webview = `const view = document.createElement("webview"); view.src = "http://example.test/view"; document.body.append(view);`;
    const outcomes = {
      navigation: [await inNewWindow(app, "will-navigate", go), await inNewWindow(app, null, go)],
      frame: [await inNewWindow(app, "will-frame-navigate", inFrame), await inNewWindow(app, null, inFrame)],
      open: [await inNewWindow(app, "window-open", open), await inNewWindow(app, null, open)],
      webview: [await inNewWindow(app, "will-attach-webview", webview), await inNewWindow(app, null, webview)],
    };
    const nothing = { arrived: [], windows: 0, webviews: 0 };
    expect(outcomes).toEqual({
      navigation: [nothing, { ...nothing, arrived: ["/gone"] }],
      frame: [nothing, { ...nothing, arrived: ["/frame"] }],
      open: [nothing, { ...nothing, windows: 1 }],
      webview: [nothing, { ...nothing, webviews: 1 }],
    });

    const redirected = (keep: boolean) =>
      app.evaluate(async ({ BrowserWindow }, kept) => {
        const window = new BrowserWindow({ show: false });
        if (!kept) window.webContents.removeAllListeners("will-redirect");
        // A load that is stopped on its way rejects.
        await window.loadURL("http://example.test/redirect").catch(() => undefined);
        const url = window.webContents.getURL();
        window.destroy();
        return url;
      }, keep);
    expect([await redirected(true), await redirected(false)]).toEqual([expect.not.stringContaining("after"), "http://example.test/after"]);
  });
});

test("a page gets no permission; the handler for requests holds alone", async () => {
  await withApp(
    { project: "empty" },
    async ({ app, page }) => {
      const ask = () =>
        page.evaluate(async () => {
          const outcome = (promise: Promise<unknown>): Promise<string> =>
            promise.then(
              (value) => (typeof value === "string" ? value : "given"),
              (error: { name: string }) => error.name,
            );
          const { requestMIDIAccess } = navigator as unknown as { requestMIDIAccess(options: object): Promise<unknown> };
          const { queryLocalFonts } = globalThis as unknown as { queryLocalFonts(): Promise<readonly unknown[]> };
          const place = new Promise((given, refused) =>
            navigator.geolocation.getCurrentPosition(given, (error) => refused(Object.assign(new Error(), { name: `code ${error.code}` }))),
          );
          return {
            notifications: await outcome(Notification.requestPermission()),
            geolocation: await outcome(place),
            clipboard: await outcome(navigator.clipboard.readText().then(() => "given")),
            midi: await outcome(requestMIDIAccess.call(navigator, { sysex: true })),
            screen: await outcome(navigator.mediaDevices.getDisplayMedia()),
            fonts: await outcome(queryLocalFonts().then((all) => (all.length === 0 ? "none" : "some"))),
          };
        });
      const denied = {
        notifications: "denied",
        geolocation: "code 1",
        clipboard: "NotAllowedError",
        midi: "NotAllowedError",
        screen: "NotAllowedError",
      };
      const locked = await ask();
      await app.evaluate(({ session }) => session.defaultSession.setPermissionCheckHandler(null));
      const requestAlone = await ask();
      await app.evaluate(({ session }) => {
        session.defaultSession.setPermissionCheckHandler(() => true);
        session.defaultSession.setPermissionRequestHandler((_contents, _permission, answer) => answer(true));
      });
      const open = await ask();
      expect({ locked, requestAlone }).toEqual({ locked: { ...denied, fonts: "none" }, requestAlone: { ...denied, fonts: "some" } });
      // Without the handlers nobody says no, even where this machine has no place, keyboard or screen to give.
      expect(open).toMatchObject({ notifications: "granted", clipboard: "given", fonts: "some" });
      expect([open.geolocation, open.midi, open.screen].filter((name) => name === "code 1" || name === "NotAllowedError")).toEqual([]);
    },
    { expectErrors: true },
  );
});

test("only the window's own page on our own address is served, and only what fits the contract", async () => {
  await withApp(
    { project: "empty" },
    async ({ app, page }) => {
      const replies = await page.evaluate(async () => {
        const { spindle } = globalThis as unknown as {
          spindle: { call(name: unknown, input: unknown): Promise<{ ok: boolean; error?: { code: string } }> };
        };
        const inputs: readonly (readonly [unknown, unknown])[] = [
          ["conversations.send", { id: 42, text: [], attachments: "none" }],
          ["conversations.events", { id: "../../etc/passwd" }],
          ["project.open", { path: 7 }],
          ["project.diff", { root: "/etc" }],
          ["no.such.call", {}],
          ["__proto__", {}],
          ["constructor", {}],
          [{ toString: "app.state" }, {}],
          ["app.state", { extra: true }],
          ["app.state", null],
          ["links.open", { url: "x".repeat(5_000) }],
        ];
        const found: string[] = [];
        for (const [name, input] of inputs)
          found.push(
            await spindle.call(name, input).then(
              (reply) => (reply.ok ? "accepted" : (reply.error?.code ?? "no code")),
              () => "thrown",
            ),
          );
        return found;
      });
      expect(replies).toEqual(replies.map(() => "bad_request"));

      /** Asks from a page with our own preload script: a window of its own, or the main window taken somewhere else. */
      const askFrom = (url: string, own: boolean) =>
        app.evaluate(
          async ({ BrowserWindow }, { address, isOwn, preload }) => {
            const main = BrowserWindow.getAllWindows()[0];
            const window =
              isOwn && main !== undefined ? main : new BrowserWindow({ show: false, webPreferences: { sandbox: true, preload } });
            await window.loadURL(address);
            const code = `window.spindle.call("app.state", {}).then((reply) => reply.ok ? "served" : reply.error.code)`;
            const said = (await window.webContents.executeJavaScript(code)) as string;
            if (!isOwn) window.destroy();
            return said;
          },
          { address: url, isOwn: own, preload: path.resolve("out/preload/index.cjs") },
        );
      expect({
        otherPage: await askFrom("data:text/html,other", false),
        otherWindow: await askFrom("app://ui/", false),
        mainWindowElsewhere: await askFrom("data:text/html,other", true),
        mainWindow: await askFrom("app://ui/", true),
      }).toEqual({ otherPage: "bad_request", otherWindow: "bad_request", mainWindowElsewhere: "bad_request", mainWindow: "served" });

      // A frame of the page itself has no bridge at all.
      await setPolicy(page, false);
      const inFrame = await page.evaluate(
        () =>
          new Promise((resolve) => {
            const frame = document.createElement("iframe");
            frame.addEventListener("load", () => resolve("spindle" in (frame.contentWindow ?? {})));
            frame.srcdoc = "x";
            document.body.append(frame);
          }),
      );
      expect(inFrame).toBe(false);
    },
    { expectErrors: true },
  );
});

test("our own address gives files of the window and nothing else", async () => {
  await withApp(
    { project: "empty" },
    async ({ app, page }) => {
      const paths = [
        "app://ui/../package.json",
        "app://ui/%2e%2e/%2e%2e/package.json",
        "app://ui/..%2f..%2fpackage.json",
        "app://ui/..%2F..%2F..%2F..%2F..%2F..%2Fetc%2Fpasswd",
        "app://ui/%2fetc/passwd",
        "app://ui//etc/passwd",
        "app://ui/assets/..%5c..%5c..%5cpackage.json",
        "app://ui/%252e%252e%252f%252e%252e%252fpackage.json",
        "app://ui/assets/../../main/index.cjs",
        "app://ui/assets%2f..%2f..%2fmain%2findex.cjs",
        "app://ui/index.html%00.png",
        "app://ui/%E0%A4%A",
        "app://ui/%",
        "app://ui/assets",
        "app://other/index.html",
        "app://ui.other/index.html",
        "app://x@ui/..%2f..%2fpackage.json",
      ];
      const inMain = await app.evaluate(async ({ net }, all) => {
        const found: string[] = [];
        for (const url of all)
          found.push(
            await net.fetch(url).then(
              async (reply) => `${reply.status} ${(await reply.text()).length}`,
              () => "failed",
            ),
          );
        return found;
      }, paths);
      const inPage = await page.evaluate(async (all) => {
        const found: string[] = [];
        for (const url of [...all, "file:///etc/passwd", "file:///etc/hostname"])
          found.push(
            await fetch(url).then(
              async (reply) => `${reply.status} ${(await reply.text()).length}`,
              () => "failed",
            ),
          );
        return found;
      }, paths);
      const isRefused = expect.stringMatching(/^(?:40[34] \d{1,2}|failed)$/) as unknown;
      expect(inMain).toEqual(inMain.map(() => isRefused));
      expect(inPage).toEqual(inPage.map(() => isRefused));
      expect(await app.evaluate(async ({ net }) => (await net.fetch("app://ui/index.html")).status)).toBe(200);
    },
    { expectErrors: true },
  );
});
