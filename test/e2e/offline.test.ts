import { expect, test } from "vitest";
import { picture, withApp } from "../support/electron.ts";

test("offline is said above the composer when the model needs a network, and sending stays possible", async () => {
  const settings = {
    provider: "anthropic",
    providers: { anthropic: { baseUrl: "http://model.invalid", apiKey: "k", model: "m", maxRetries: 0 } },
  };
  await withApp({ project: "empty", settings }, async ({ page }) => {
    await page.getByTestId("composer-input").waitFor();
    const offline = (is: boolean) => page.context().setOffline(is);
    await offline(false);
    const line = page.getByTestId("offline");
    await offline(true);
    await expect.poll(() => line.innerText()).toBe("This computer is offline: Anthropic will hardly answer. You can send all the same.");
    await picture(page, "offline");
    await page.getByTestId("composer-input").fill("hello");
    expect(await page.getByTestId("composer-send").isEnabled()).toBe(true);
    await offline(false);
    await expect.poll(() => line.innerText()).toBe("");
  });
});

test("with a model on this computer nothing is said", async () => {
  await withApp({ project: "empty" }, async ({ page }) => {
    await page.getByTestId("composer-input").waitFor();
    await page.context().setOffline(true);
    await page.waitForFunction(() => !navigator.onLine);
    expect(await page.getByTestId("offline").innerText()).toBe("");
  });
});
