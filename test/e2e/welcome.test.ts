import { readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { picture, sendPrompt, waitUnasked, withApp } from "../support/electron.ts";

test("the Demo is one click away: a copy of the sample project, trusted, whose tests run", async () => {
  await withApp({ project: "none", settings: { theme: "dark", approval: "auto" } }, async ({ page, temp }) => {
    await page.getByTestId("try-demo").waitFor();
    await page.getByTestId("app-menu").waitFor();
    await picture(page, "welcome-dark");
    await page.emulateMedia({ colorScheme: "light" });
    await page.getByTestId("demo-temporary").click();
    await page.getByTestId("composer-input").waitFor();
    const made = readdirSync(temp).filter((name) => name.startsWith("spindle-demo-"));
    expect(made).toHaveLength(1);
    expect(await page.getByTestId("project-switcher").getAttribute("title")).toBe(path.join(temp, made[0] ?? "", "spindle-demo"));
    expect(await page.getByTestId("trust-bar").count()).toBe(0);
    await sendPrompt(page, "run `npm test`");
    await waitUnasked(page, page.locator('[data-testid="turn-end"]'));
    await picture(page, "demo-open");
    rmSync(path.join(temp, made[0] ?? "-"), { recursive: true });
  });
});

test("a place that is not chosen opens nothing; a chosen one gets the folder", async () => {
  await withApp({ project: "none", settings: { theme: "light" } }, async ({ page, app, folder }) => {
    const choose = (paths: readonly string[]) =>
      app.evaluate(({ dialog }, filePaths) => {
        dialog.showOpenDialog = () => Promise.resolve({ canceled: filePaths.length === 0, filePaths: [...filePaths] });
      }, paths);
    await choose([]);
    await page.getByTestId("demo-pick").click();
    await page.getByTestId("demo-pick").waitFor();
    await picture(page, "welcome-light");
    await choose([path.join(folder, "project")]);
    await page.getByTestId("demo-pick").click();
    await page.getByTestId("composer-input").waitFor();
    expect(readdirSync(path.join(folder, "project"))).toEqual(["spindle-demo"]);
    await picture(page, "sidebar-light");
  });
});
