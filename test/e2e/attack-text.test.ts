import { writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Elsewhere, startElsewhere, watchRequests } from "../support/attack-lab.ts";
import { sendPrompt, waitUnasked, withApp } from "../support/electron.ts";
import { responds, startResponsesServer } from "../support/model-servers/responses.ts";

let elsewhere: Elsewhere;
beforeAll(async () => {
  elsewhere = await startElsewhere();
});
afterAll(() => elsewhere.close());

/** What a model, a file or a command may say to get something into the page. */
const attackText = (http: string): string =>
  [
    `<script>ran = 1</script> <img src=x onerror="ran=1"> <img src="${http}/img"> <iframe src="${http}/frame"></iframe>`,
    `<iframe srcdoc="<script>parent.ran=1</script>"></iframe><object data="${http}/object"></object><embed src="${http}/embed">`,
    `<style>@import "${http}/style"; * { background: url(${http}/css) }</style><link rel=stylesheet href="${http}/link"><base href="${http}/">`,
    `<meta http-equiv="refresh" content="0;url=${http}/refresh"><form action="${http}/form"><input name=a autofocus onfocus="ran=1"><button>Go</button></form>`,
    `<svg onload="ran=1"><script>ran=1</script><use href="${http}/use#x"></use><foreignObject><body onload="ran=1"></foreignObject></svg>`,
    `<video src="${http}/video" onerror="ran=1"></video><audio src="${http}/audio"></audio><math><a xlink:href="javascript:ran=1">x</a></math>`,
    `<details open ontoggle="ran=1">x</details><a href="javascript:ran=1" id=raw>raw</a><div style="background:url(${http}/inline)">x</div>`,
    `![remote](${http}/markdown-image) ![data](data:image/svg+xml,<svg/onload=ran=1>) ![x](javascript:ran=1) ![ref][image]`,
    "[script](javascript:ran=1) [Script](JaVaScRiPt:ran=1) [tab](java\tscript:ran=1) [entity](&#106;avascript:ran=1) [vb](vbscript:ran=1) [file](file:///etc/passwd) [data](data:text/html,<script>ran=1</script>) [blob](blob:app://ui/x) [app](app://ui/index.html)",
    `<javascript:ran=1> <file:///etc/passwd> <data:text/html,x> [title](${http}/title "x\\" onmouseover=\\"ran=1") [web](${http}/web)`,
    `\`\`\`html\n<img src=x onerror="ran=1">\n\`\`\`\n\n\`\`\`"><img src=x onerror=ran=1>\nx\n\`\`\``,
    `| a | b |\n|--|--|\n| <img src="${http}/cell"> | [x](javascript:ran=1) |`,
    `[image]: ${http}/reference "x"`,
  ].join("\n\n");

/** Elements and attributes of the whole page, shadow roots included, that could run or load something that is not ours. */
function living(): readonly string[] {
  const found: string[] = [];
  const look = (root: Document | ShadowRoot): void => {
    for (const element of root.querySelectorAll("*")) {
      const name = element.localName;
      if (["iframe", "object", "embed", "base", "form", "math", "video", "audio", "foreignobject", "animate"].includes(name))
        found.push(name);
      if (name === "script" && !(element as HTMLScriptElement).src.startsWith("app://ui/assets/")) found.push("script");
      if (name === "meta" && (element as HTMLMetaElement).httpEquiv !== "") found.push("meta");
      if (name === "link" && !/^(?:app:\/\/ui\/assets\/|data:,$)/.test((element as HTMLLinkElement).href)) found.push("link");
      if (name === "img" && !(element as HTMLImageElement).src.startsWith("app://ui/")) found.push("img");
      if (name === "style" && element.textContent.includes("@import")) found.push("style");
      for (const { name: attribute, value } of element.attributes) {
        if (attribute.startsWith("on")) found.push(`${name} ${attribute}`);
        if (attribute === "srcdoc") found.push(`${name} srcdoc`);
        if (/^(?:href|xlink:href|src|action)$/.test(attribute) && /^\s*(?:javascript|vbscript|file|data:(?!,$)|blob)/i.test(value))
          found.push(`${name} ${value}`);
        if (attribute === "style" && value.includes("url(")) found.push(`${name} ${value}`);
      }
      if (element.shadowRoot !== null) look(element.shadowRoot);
    }
  };
  look(document);
  return found;
}

test("attacks in a prompt, an answer, a title, a command's output and a patch are text: nothing lives, nothing is asked for; a link asks", async () => {
  const evil = attackText(elsewhere.http);
  const server = await startResponsesServer([
    responds(
      { type: "text", text: evil },
      { type: "function", name: "exec", arguments: { cmd: "cat evil.md" } },
      {
        type: "function",
        name: "applyPatch",
        arguments: {
          patch: `*** Begin Patch\n*** Add File: <img src=x onerror=ran=1>.html\n${evil.replaceAll(/^/gm, "+")}\n*** End Patch`,
        },
      },
    ),
    responds({ type: "text", text: evil }),
  ]);
  const settings = {
    provider: "openai-responses",
    approval: "auto",
    providers: { "openai-responses": { baseUrl: server.baseUrl, apiKey: "k", model: "m" } },
  };
  try {
    await withApp(
      { project: "empty", settings },
      async ({ app, page, project }) => {
        writeFileSync(path.join(project, "evil.md"), evil);
        const seen = await watchRequests(app);
        const url = page.url();
        await sendPrompt(page, evil);
        await waitUnasked(page, page.locator('[data-testid="turn-end"][data-status="completed"]'));
        await page.getByTestId("review-diff").first().waitFor();
        for (const row of await page.getByTestId("call-row").all()) await row.click();
        await page.waitForTimeout(700);
        const answers = page.locator(".markdown");
        expect(await answers.count()).toBeGreaterThan(1);
        expect(await answers.first().innerText()).toContain("<script>ran = 1</script>");

        // The living-test can see: an attack that a script of the page itself makes is found.
        const planted = await page.evaluate((look) => {
          const box = document.createElement("iframe");
          document.body.append(box);
          const found = (new Function(`return (${look})()`) as () => readonly string[])();
          box.remove();
          return found;
        }, living.toString());
        expect(planted).toEqual(["iframe"]);
        expect({
          living: await page.evaluate(living),
          ran: await page.evaluate(() => "ran" in globalThis),
          asked: await seen(),
          connections: elsewhere.connections(),
        }).toEqual({ living: [], ran: false, asked: {}, connections: 0 });

        await app.evaluate(({ dialog, shell }) => {
          const told: string[] = [];
          Object.assign(globalThis, { told, answer: 1 });
          dialog.showMessageBox = ((...given: readonly unknown[]) => {
            told.push(`asked ${(given.at(-1) as { detail: string }).detail}`);
            return Promise.resolve({ response: (globalThis as unknown as { answer: number }).answer, checkboxChecked: false });
          }) as typeof dialog.showMessageBox;
          shell.openExternal = (target) => Promise.resolve(void told.push(`opened ${target}`));
        });
        const told = () => app.evaluate(() => (globalThis as unknown as { told: string[] }).told);
        const hrefs = await answers
          .first()
          .locator("a[href]")
          .evaluateAll((links) => links.map((link) => link.getAttribute("href")));
        expect(hrefs.filter((href) => !/^(?:https?|mailto):/.test(href ?? ""))).toEqual([]);
        for (const link of await answers.first().locator("a").all()) await link.click({ timeout: 2_000 });
        await page.waitForTimeout(300);
        // Only what is on the web asks, with its address; a no opens nothing.
        expect((await told()).toSorted()).toEqual(hrefs.map((href) => `asked ${href}`).toSorted());

        await app.evaluate(() => Object.assign(globalThis, { answer: 0 }));
        await answers.first().getByRole("link", { name: "web", exact: true }).click();
        await expect.poll(async () => (await told()).at(-1)).toBe(`opened ${elsewhere.http}/web`);
        const windows = await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length);
        expect({ url: page.url(), windows, opened: (await told()).filter((what) => what.startsWith("opened")).length }).toEqual({
          url,
          windows: 1,
          opened: 1,
        });

        // Main itself refuses, whatever the page asks.
        const opened = await page.evaluate(async () => {
          const { spindle } = globalThis as unknown as {
            spindle: { call(name: string, input: unknown): Promise<{ ok: true; value: { opened: boolean } }> };
          };
          const all = [
            "file:///etc/passwd",
            "javascript:x",
            "smb://x/y",
            "data:text/html,x",
            "ms-msdt:/x",
            "app://ui/",
            "//example.com",
            "x",
          ];
          return Promise.all(all.map(async (url) => (await spindle.call("links.open", { url })).value.opened));
        });
        expect([...new Set(opened)]).toEqual([false]);
      },
      { expectErrors: true },
    );
  } finally {
    await server.close();
  }
});
