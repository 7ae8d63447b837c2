import { expect, test } from "vitest";
import { launchSpindle } from "../../scripts/lib/launch.mjs";
import { picture, sendPrompt } from "../support/electron.ts";
import { responseEvents } from "../support/model-servers/responses.ts";
import { spawns, withTaskWindow } from "../support/task-window.ts";

/** The ten minutes of an expert, scaled down: the answer comes in pieces so far apart. */
const paceMs = 900;
const answer = "Use a unique key, not a lock.";

test("a long question outlives the work beside it, a restart of the window and one of the application; its answer goes on with the conversation", async () => {
  const asked: string[] = [];
  await withTaskWindow(
    {
      begin: [spawns({ kind: "ask", title: "Ask the expert", question: "Lock or key?", notify: "wake" })],
      answer(text) {
        if (!text.includes("You answer one question")) return null;
        asked.push(text);
        return {
          type: "events",
          events: responseEvents([{ type: "text", text: answer }]),
          paceMs: asked.length === 1 ? paceMs * 3 : paceMs,
        };
      },
    },
    async ({ page, project, folder, row, close, events }) => {
      await row("Ask the expert").waitFor();
      await sendPrompt(page, "Meanwhile, look around");
      await expect.poll(() => page.locator('[data-testid="turn-end"][data-status="completed"]').count()).toBe(2);
      expect(await row("Ask the expert").getAttribute("data-status")).toBe("running");

      await page.reload();
      await page.locator('[data-testid="task-row"][data-status="running"]').waitFor();
      await expect.poll(() => page.locator('[data-testid="turn-end"][data-status="completed"]').count()).toBe(2);
      expect(asked.length).toBe(1);

      expect(await close()).toEqual([]);
      const electron = process.env["SPINDLE_TEST_ELECTRON"] ?? "";
      const flags = (process.env["SPINDLE_TEST_ELECTRON_FLAGS"] ?? "").split(" ").filter((flag) => flag !== "");
      const again = await launchSpindle({ electron, flags, folder, project });
      try {
        // Nobody has to do anything: the question is asked again.
        await again.page.locator('[data-testid="task-row"][data-status="running"]').waitFor();
        await picture(again.page, "task-asked-again");
        await sendPrompt(again.page, "And go on meanwhile");
        await again.page.locator('[data-testid="task-row"][data-status="succeeded"]').waitFor({ timeout: 45_000 });
        const delivered = () => events().filter(({ type, text }) => type === "task_delivered" && String(text).includes(answer));
        await expect.poll(() => delivered().length).toBe(1);
        // There was no news of the interruption: the answer is what the conversation hears, once, by waking it.
        const taskId = delivered()[0]?.["taskId"];
        const heard = () =>
          events().filter(({ type, taskIds }) => type === "request_started" && JSON.stringify(taskIds).includes(String(taskId)));
        await expect.poll(() => heard().length).toBe(1);
        expect(delivered()[0]).toMatchObject({ run: 2, status: "succeeded" });
        await expect.poll(() => again.page.getByTestId("composer-stop").count()).toBe(0);
        await picture(again.page, "task-restarted");
        expect(again.errors).toEqual([]);
      } finally {
        expect(await again.close()).toEqual([]);
      }
    },
  );
});
