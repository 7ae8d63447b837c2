import { expect, test } from "vitest";
import { launchSpindle } from "../../scripts/lib/launch.mjs";
import { sendPrompt, waitUnasked, withApp } from "../support/electron.ts";

test("after a kill in the middle of a turn nothing is left alive, and the next start shows the turn as ended and goes on", async () => {
  await withApp(
    { project: "empty", settings: { approval: "auto" } },
    async ({ app, page, project, folder, events }) => {
      await sendPrompt(page, "run `sleep 300`");
      await waitUnasked(page, page.locator('[data-testid="script-lane"][data-tool="exec"][data-status="running"]'));
      const gone = new Promise((resolve) => app.process().once("exit", resolve));
      app.process().kill("SIGKILL");
      await gone;

      const electron = process.env["SPINDLE_TEST_ELECTRON"] ?? "";
      const flags = (process.env["SPINDLE_TEST_ELECTRON_FLAGS"] ?? "").split(" ").filter((flag) => flag !== "");
      const again = await launchSpindle({ electron, flags, folder, project });
      try {
        await again.page.getByTestId("conversation-row").first().click();
        await again.page.locator('[data-testid="turn-end"][data-status="interrupted"]').waitFor();
        await again.page.locator('[data-testid="script-card"][data-status="cancelled"]').waitFor();
        expect(await again.page.getByTestId("composer-stop").count()).toBe(0);
        const last = events().findLast(({ type }) => type === "turn_finished");
        expect(last).toMatchObject({ status: "interrupted", reason: "killed" });

        await sendPrompt(again.page, "run `echo alive`");
        await waitUnasked(again.page, again.page.locator('[data-testid="turn-end"][data-status="completed"]'));
        expect(again.errors).toEqual([]);
      } finally {
        expect(await again.close()).toEqual([]);
      }
    },
    { killed: true },
  );
});
