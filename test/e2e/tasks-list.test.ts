import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Page } from "playwright";
import { expect, test } from "vitest";
import type { Bridge } from "../../src/protocol/ipc.ts";
import { picture } from "../support/electron.ts";
import { spawns, withTaskWindow } from "../support/task-window.ts";

const until = (file: string): string => `while [ ! -e ${file} ]; do sleep 0.05; done`;

const begin = [
  spawns({ kind: "exec", title: "Benchmark the locks", cmd: "echo begun; exit 3" }),
  spawns({ kind: "exec", title: "Summarise", cmd: "echo '3 findings'" }),
  spawns({ kind: "exec", title: "Sweep the callers", cmd: `echo "41 of 128 files"; ${until("go-sweep")}; echo done` }),
  spawns({ kind: "exec", title: "Migrate the fixtures", cmd: `echo Reading; ${until("go-migrate")}` }),
  spawns({ kind: "exec", title: "Load test", cmd: "sleep 300" }),
];
const settings = { maxRunningTasks: 2 };
const atFirst = [
  "running=3",
  "Migrate the fixtures",
  "Sweep the callers",
  "Load test",
  "finished=1",
  "Summarise",
  "failed=1",
  "Benchmark the locks",
];

/** What is in the list, top to bottom: heads with their count, titles of rows. */
function linesOf(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const lines = [...document.querySelectorAll<HTMLElement>("[data-testid=task-lines] [data-line]")];
    const top = (element: HTMLElement) => element.getBoundingClientRect().top;
    return lines
      .toSorted((a, b) => top(a) - top(b))
      .map((line) =>
        line.dataset["testid"] === "task-group"
          ? `${line.dataset["group"]}=${line.querySelector(".tabular")?.textContent}`
          : (line.querySelector("[title]")?.getAttribute("title") ?? line.textContent),
      );
  });
}

test("tasks stand in groups with their state, rows hold still under the pointer, and all projects can be listed", async () => {
  await withTaskWindow({ begin, settings }, async ({ page, project, folder, row }) => {
    await expect.poll(() => linesOf(page), { timeout: 20_000 }).toEqual(atFirst);
    await row("Sweep the callers").getByText("41 of 128 files").waitFor();
    await row("Load test").getByText("queued").waitFor();
    for (const colorScheme of ["dark", "light"] as const) {
      await page.emulateMedia({ colorScheme });
      await picture(page, `tasks-list-${colorScheme}`);
    }

    // Under the pointer the order is kept, while the row itself tells that it is done.
    await row("Sweep the callers").hover();
    writeFileSync(path.join(project, "go-sweep"), "");
    await page.locator('[data-testid="task-row"][data-status="succeeded"]').filter({ hasText: "Sweep" }).waitFor();
    await page.mouse.move(140, 0);
    await row("Migrate the fixtures").hover();
    await picture(page, "tasks-hover");
    await page.mouse.move(800, 400);
    await expect
      .poll(() => linesOf(page))
      .toEqual([
        "running=2",
        "Load test",
        "Migrate the fixtures",
        "finished=2",
        "Sweep the callers",
        "Summarise",
        "failed=1",
        "Benchmark the locks",
      ]);
    await row("Load test").hover();
    const before = await linesOf(page);
    writeFileSync(path.join(project, "go-migrate"), "");
    await page.locator('[data-testid="task-row"][data-status="succeeded"]').filter({ hasText: "Migrate" }).waitFor();
    expect((await linesOf(page)).filter((line) => !line.includes("="))).toEqual(before.filter((line) => !line.includes("=")));

    await page.getByTestId("task-stop").first().click();
    await page.locator('[data-testid="task-row"][data-status="cancelled"]').waitFor();
    await page.mouse.move(800, 400);
    await row("Benchmark the locks").hover();
    await row("Benchmark the locks").getByTestId("task-retry").click();
    await expect.poll(() => row("Benchmark the locks").getAttribute("data-status"), { timeout: 10_000 }).toBe("failed");

    const other = path.join(folder, "other");
    mkdirSync(other);
    await page.evaluate((root) => (globalThis as unknown as { spindle: Bridge }).spindle.call("project.open", { root }), other);
    await page.getByText("None in this project.").waitFor();
    await page.getByRole("radio", { name: "Tasks of all projects" }).click();
    await row("project · ").first().waitFor();
    await picture(page, "tasks-all-projects");
    expect((await linesOf(page)).filter((line) => line.includes("="))).toEqual(["finished=4", "failed=1"]);
  });
});

test("the list is walked, opened, stopped and folded with the keyboard alone", async () => {
  await withTaskWindow({ begin, settings }, async ({ page, row }) => {
    await expect.poll(() => linesOf(page), { timeout: 20_000 }).toEqual(atFirst);
    const focused = () =>
      page.evaluate(() => {
        const line = document.activeElement?.closest<HTMLElement>("[data-line]");
        return line?.dataset["group"] ?? line?.querySelector("[title]")?.getAttribute("title") ?? null;
      });
    for (let tabs = 0; tabs < 40 && (await focused()) === null; tabs++) await page.keyboard.press("Shift+Tab");
    expect(await focused()).not.toBeNull();
    await page.keyboard.press("Home");
    const walk: (string | null)[] = [];
    for (let step = 0; step < 4; step++) {
      walk.push(await focused());
      await page.keyboard.press("ArrowDown");
    }
    expect(walk).toEqual(["running", "Migrate the fixtures", "Sweep the callers", "Load test"]);

    await page.keyboard.press("End");
    expect(await focused()).toBe("Benchmark the locks");
    await picture(page, "tasks-keyboard");
    await page.keyboard.press("Enter");
    await page.getByTestId("task-page").getByText("Command", { exact: true }).first().waitFor();
    await page.keyboard.press("Escape");
    await page.getByTestId("task-page").waitFor({ state: "detached" });
    await expect.poll(focused).toBe("Benchmark the locks");

    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Delete");
    await expect.poll(() => page.getByTestId("task-said").textContent()).toBe("Stopped: Migrate the fixtures");
    await expect.poll(() => row("Migrate the fixtures").getAttribute("data-status")).toBe("cancelled");
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowLeft");
    await expect
      .poll(() => linesOf(page), { timeout: 10_000 })
      .toEqual(["running=2", "finished=2", "Migrate the fixtures", "Summarise", "failed=1", "Benchmark the locks"]);
    const head = page.locator('[data-testid="task-group"][data-group="running"]');
    expect(await head.getAttribute("aria-expanded")).toBe("false");
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => head.getAttribute("aria-expanded")).toBe("true");
  });
});

test("a task without a sign of life is marked, and goes on", async () => {
  const quiet = [spawns({ kind: "exec", title: "Quiet", cmd: `echo begun; ${until("go-quiet")}; echo alive; sleep 300` })];
  await withTaskWindow({ begin: quiet, settings: { tasks: { stallMs: 1_500 } } }, async ({ page, project, row }) => {
    await row("Quiet").getByText("No sign of life for a while; last: begun").waitFor({ timeout: 15_000 });
    expect(await page.getByTestId("task-stalled").count()).toBe(1);
    await picture(page, "tasks-stalled");
    writeFileSync(path.join(project, "go-quiet"), "");
    await row("Quiet").getByText("alive").waitFor();
    await page.getByTestId("task-stalled").waitFor({ state: "detached" });
  });
});
