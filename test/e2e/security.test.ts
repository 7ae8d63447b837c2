import { expect, test } from "vitest";
import { withApp } from "../support/electron.ts";

test("the page has no Node, only the bridge, and runs isolated in Chromium's sandbox", async () => {
  await withApp({ project: "empty" }, async ({ app, page }) => {
    const inPage = await page.evaluate(() => ({
      node: ["require", "process", "module", "Buffer", "global"].filter((name) => name in globalThis),
      bridge: Object.keys((globalThis as unknown as { spindle: object }).spindle).sort(),
      frozen: Object.isFrozen((globalThis as unknown as { spindle: object }).spindle),
      protocol: location.protocol,
    }));
    expect(inPage).toEqual({ node: [], bridge: ["call", "on", "pathOf"], frozen: true, protocol: "app:" });

    const preferences = await app.evaluate(({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents as unknown as { getLastWebPreferences(): Record<string, unknown> };
      const { contextIsolation, sandbox, nodeIntegration, webSecurity, webviewTag, nodeIntegrationInSubFrames, nodeIntegrationInWorker } =
        contents.getLastWebPreferences();
      const off = [nodeIntegration, webviewTag, nodeIntegrationInSubFrames, nodeIntegrationInWorker].every((value) => value !== true);
      return { contextIsolation, sandbox, webSecurity: webSecurity !== false, off };
    });
    expect(preferences).toEqual({ contextIsolation: true, sandbox: true, webSecurity: true, off: true });
  });
});

test("the content security policy blocks inline scripts, eval, remote connections and frames", async () => {
  await withApp(
    { project: "empty" },
    async ({ page }) => {
      const policy = await page.evaluate(async () => (await fetch(location.href)).headers.get("content-security-policy") ?? "");
      expect(policy).toMatch(/default-src 'none'/);
      expect(policy).not.toMatch(/script-src[^;]*'unsafe-(inline|eval)'/);

      const blocked = await page.evaluate(async () => {
        const violations: string[] = [];
        document.addEventListener("securitypolicyviolation", (event) => violations.push(event.effectiveDirective));
        const attempt = (act: () => unknown) => {
          try {
            act();
          } catch {
            // Blocked with an exception, which is as good.
          }
        };
        attempt(() => {
          const script = document.createElement("script");
          script.textContent = "window.inlineRan = true";
          document.body.append(script);
        });
        attempt(() => {
          const frame = document.createElement("iframe");
          frame.src = "https://example.com/";
          document.body.append(frame);
        });
        // Evaluations of the test driver bypass the rule on eval; code run by a timer does not.
        const evalRan = await new Promise<boolean>((resolve) => {
          setTimeout(() => {
            try {
              new Function("return 1")();
              resolve(true);
            } catch {
              resolve(false);
            }
          });
        });
        const fetched = await fetch("https://example.com/").then(
          () => true,
          () => false,
        );
        await new Promise((resolve) => setTimeout(resolve, 100));
        return {
          inlineRan: "inlineRan" in window,
          evalRan,
          fetched,
          framesLoaded: [...document.querySelectorAll("iframe")].some((frame) => frame.contentDocument?.URL.startsWith("https")),
          violations,
        };
      });
      expect(blocked).toMatchObject({ inlineRan: false, evalRan: false, fetched: false, framesLoaded: false });
      expect(blocked.violations).toEqual(expect.arrayContaining(["connect-src"]));
    },
    { expectErrors: true },
  );
});

test("new windows and navigation are denied", async () => {
  await withApp(
    { project: "empty" },
    async ({ app, page }) => {
      const url = page.url();
      const opened = await page.evaluate(() => window.open("https://example.com/") === null);
      await page.evaluate(() => {
        const link = document.createElement("a");
        link.href = "https://example.com/";
        document.body.append(link);
        link.click();
      });
      await page.evaluate(() => void (location.href = "data:text/html,gone"));
      await page.waitForTimeout(300);
      const windows = await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length);
      expect({ opened, windows, url: page.url() }).toEqual({ opened: true, windows: 1, url });
    },
    { expectErrors: true },
  );
});

test("bad input of the page is refused as data, and the bridge does not serve foreign frames", async () => {
  await withApp({ project: "empty" }, async ({ app, page }) => {
    const replies = await page.evaluate(async () => {
      const bridge = (
        globalThis as unknown as { spindle: { call(name: string, input: unknown): Promise<{ ok: boolean; error?: { code: string } }> } }
      ).spindle;
      const inputs: readonly (readonly [string, unknown])[] = [
        ["conversations.send", { id: 42, text: [], attachments: "none" }],
        ["conversations.events", { id: "../../etc/passwd" }],
        ["project.open", { path: 7 }],
        ["no.such.call", {}],
        ["__proto__", {}],
        ["app.state", { extra: true }],
      ];
      const codes: string[] = [];
      for (const [name, input] of inputs)
        codes.push(
          await bridge.call(name, input).then(
            (reply) => (reply.ok ? "accepted" : (reply.error?.code ?? "no code")),
            () => "thrown",
          ),
        );
      return codes;
    });
    expect(replies).toEqual(Array.from({ length: 6 }, () => "bad_request"));

    const foreign = await app.evaluate(async ({ BrowserWindow }) => {
      const trusted = BrowserWindow.getAllWindows()[0]?.webContents as unknown as { getLastWebPreferences(): { preload?: string } };
      const { preload } = trusted.getLastWebPreferences();
      const window = new BrowserWindow({
        show: false,
        webPreferences: { sandbox: true, contextIsolation: true, ...(preload === undefined ? {} : { preload }) },
      });
      try {
        await window.loadURL("data:text/html,<title>foreign</title>");
        return (await window.webContents.executeJavaScript(
          `"spindle" in window ? window.spindle.call("app.state", {}).then((reply) => reply.ok ? "served" : "refused", () => "refused") : "no bridge"`,
        )) as string;
      } finally {
        window.destroy();
      }
    });
    expect(foreign).not.toBe("served");
  });
});
