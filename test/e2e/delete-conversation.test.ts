import { expect, test } from "vitest";
import { sendPrompt, withApp } from "../support/electron.ts";

test("after a conversation is deleted by the keyboard the focus is on the row in its place, after the last one in the composer", async () => {
  await withApp({ project: "empty" }, async ({ page }) => {
    await page.getByTestId("composer-input").waitFor();
    const rows = page.getByTestId("conversation-row");
    for (const [index, text] of ["First", "Second", "Third"].entries()) {
      if (index > 0) await page.keyboard.press("Control+n");
      await sendPrompt(page, text);
      await page.getByTestId("turn-end").waitFor();
      await expect.poll(() => rows.count()).toBe(index + 1);
    }
    const titles = await rows.allInnerTexts();
    const focused = () => page.evaluate(() => (document.activeElement as HTMLElement | null)?.innerText ?? "");
    const remove = async () => {
      await page.keyboard.press("Delete");
      await page.getByTestId("delete-confirm").focus();
      await page.keyboard.press("Enter");
    };

    await rows.nth(1).focus();
    await remove();
    await expect.poll(() => rows.count()).toBe(2);
    await expect.poll(focused).toBe(titles[2]);
    await remove();
    await expect.poll(() => rows.count()).toBe(1);
    await expect.poll(focused).toBe(titles[0]);
    await remove();
    await expect.poll(() => rows.count()).toBe(0);
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute("data-testid"))).toBe("composer-input");
  });
});
