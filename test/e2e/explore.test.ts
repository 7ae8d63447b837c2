import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { picture, withApp } from "../support/electron.ts";

test("explore", async () => {
  await withApp({ project: "sample", settings: { theme: "dark" } }, async ({ page, app }) => {
    await page.getByTestId("composer-input").waitFor();
    const env = () =>
      page.evaluate(() => {
        const probe = document.createElement("div");
        probe.style.cssText =
          "position:fixed;width:env(titlebar-area-width, -1px);left:env(titlebar-area-x,-1px);height:env(titlebar-area-height,-1px);border-right:var(--buttons-right) solid";
        document.body.append(probe);
        const s = getComputedStyle(probe);
        const out = [
          s.width,
          s.left,
          s.height,
          s.borderRightWidth,
          innerWidth,
          innerHeight,
          getComputedStyle(document.querySelector("h1")!.parentElement!).paddingRight,
        ];
        probe.remove();
        return JSON.stringify(out);
      });
    console.log(await env());
    const shot = async (name: string) => {
      const data = await app.evaluate(async ({ desktopCapturer }) =>
        (await desktopCapturer.getSources({ types: ["screen"], thumbnailSize: { width: 1680, height: 1050 } }))[0]?.thumbnail
          .toPNG()
          .toString("base64"),
      );
      if (data !== undefined) writeFileSync(`out/pictures/${name}.png`, Buffer.from(data, "base64"));
    };
    console.log(
      await app.evaluate(({ BrowserWindow, screen }) => {
        const w = BrowserWindow.getAllWindows()[0]!;
        w.setMenuBarVisibility(true);
        return JSON.stringify([w.isMenuBarVisible(), w.getBounds(), w.getContentBounds(), screen.getPrimaryDisplay().workArea]);
      }),
    );
    await shot("screen-dark");
    console.log(await env());
    await app.evaluate(({ BrowserWindow }) => {
      const w = BrowserWindow.getAllWindows()[0]!;
      w.webContents.setZoomFactor(2);
      w.setTitleBarOverlay({ height: 87, color: "rgba(0,0,0,0)", symbolColor: "#ff0000" });
    });
    await page.waitForTimeout(500);
    console.log(await env());
    await shot("screen-zoom");
    await app.evaluate(({ BrowserWindow }) => {
      const w = BrowserWindow.getAllWindows()[0]!;
      w.setContentSize(1024, 700);
    });
    await page.waitForTimeout(500);
    console.log(await env());
    await picture(page, "zoom2-1024");
    expect(1).toBe(1);
  });
});
