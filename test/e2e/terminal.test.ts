import { mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Page } from "playwright";
import { expect, test } from "vitest";
import type { Bridge } from "../../src/protocol/ipc.ts";
import { chooseMore, picture, withApp } from "../support/electron.ts";

const rows = (page: Page) => page.locator(".xterm-rows");
const type = async (page: Page, text: string): Promise<void> => {
  await page.keyboard.type(text);
  await page.keyboard.press("Enter");
};
const shown = (page: Page, text: RegExp) =>
  expect.poll(async () => (await rows(page).innerText()).replaceAll("\u00a0", " "), { timeout: 15_000 }).toMatch(text);
/** A zombie is not alive: the first process of a container may collect nobody. */
function alive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

/** Opens the drawer by its keys and waits for the shell; gives its pid. */
async function openShell(page: Page): Promise<number> {
  await page.getByTestId("composer-input").waitFor();
  await page.keyboard.press("Control+Backquote");
  await page.locator('[data-testid="terminal-tab"][data-status="running"]').waitFor();
  await type(page, "PS1='$ '; clear; echo pid=$$=");
  await shown(page, /pid=\d+=/);
  return Number(/pid=(\d+)=/.exec(await rows(page).innerText())?.[1]);
}

let asked = 0;
const size = async (page: Page): Promise<readonly [number, number]> => {
  const name = `size${++asked}`;
  await type(page, `clear; echo ${name}=$(stty size)=`);
  const said = new RegExp(`${name}=(\\d+) (\\d+)=`);
  await shown(page, said);
  const [, lines, columns] = said.exec((await rows(page).innerText()).replaceAll("\u00a0", " ")) ?? [];
  return [Number(lines), Number(columns)];
};

test("the person's terminal: keys, output, size, several of them, its end and its start again; both themes", async () => {
  await withApp({ project: "sample", settings: { theme: "dark" } }, async ({ page, project }) => {
    const pid = await openShell(page);
    await type(
      page,
      "clear; pwd; echo vars=$(env | grep -cE '^(SPINDLE_|ELECTRON_|NODE_OPTIONS)')=; printf '\\e[31mred \\e[32mgreen \\e[33myellow \\e[34mblue \\e[35mmagenta \\e[36mcyan\\e[0m\\n'; ls",
    );
    await shown(page, /vars=0=/);
    await shown(page, new RegExp(project.slice(-20)));
    await picture(page, "terminal-dark");
    await chooseMore(page, "theme-light");
    await expect.poll(() => page.evaluate("document.documentElement.dataset.theme")).toBe("light");
    await picture(page, "terminal-light");

    // The keyboard gets in, out, and back in.
    await page.keyboard.press("Control+Backquote");
    const before = await size(page);
    expect(before[0]).toBeGreaterThan(5);
    await page.keyboard.press("Shift+Escape");
    await expect.poll(() => page.evaluate("document.activeElement.dataset.testid")).toBe("composer-input");
    const handle = page.getByRole("separator", { name: "Height of the terminal" });
    const height = async () => (await page.getByTestId("terminal-drawer").boundingBox())?.height;
    const low = await height();
    await handle.focus();
    for (let n = 0; n < 3; n++) await page.keyboard.press("ArrowUp");
    expect(await height()).toBeGreaterThan(low ?? 0);
    await page.keyboard.press("Control+Backquote");
    await expect.poll(() => page.evaluate("document.activeElement.className")).toBe("xterm-helper-textarea");
    const after = await size(page);
    expect(after[0]).toBeGreaterThan(before[0]);
    expect(after[1]).toBe(before[1]);

    // What was printed is still there after hiding.
    await page.keyboard.press("Control+Backquote");
    await page.getByTestId("terminal-drawer").waitFor({ state: "detached" });
    await page.keyboard.press("Control+Backquote");
    await shown(page, /size2=/);

    await page.getByTestId("terminal-new").click();
    await expect.poll(() => page.locator('[data-testid="terminal-tab"][data-status="running"]').count()).toBe(2);
    await type(page, "exit 3");
    await page.getByTestId("terminal-ended").waitFor();
    expect(await page.getByTestId("terminal-ended").innerText()).toContain(
      "The shell ended with exit code 3. Press Enter to start it again.",
    );
    await picture(page, "terminal-ended");
    await page.keyboard.press("Enter");
    await page.getByTestId("terminal-ended").waitFor({ state: "detached" });
    await type(page, "echo again-$((40 + 2))");
    await shown(page, /again-42/);

    await page.getByTestId("terminal-close").nth(1).click();
    await page.getByTestId("terminal-close").first().click();
    await page.getByTestId("terminal-drawer").waitFor({ state: "detached" });
    await expect.poll(() => alive(pid), { timeout: 2_000 }).toBe(false);
  });
});

test("a flood does not stop the window, and closing the window ends a shell with its job", async () => {
  await withApp({ project: "empty" }, async ({ page }) => {
    await openShell(page);
    await type(page, "clear; seq 1 300000; echo end-$((40 + 2))");
    await shown(page, /end-42/);
    await type(page, "sleep 300");
    // `withApp` proves that nothing is left.
  });
});

test("the shells of a project run on while another one is open, and stand there again with it", async () => {
  await withApp({ project: "empty" }, async ({ page, project, folder }) => {
    const pid = await openShell(page);
    const other = path.join(folder, "other");
    mkdirSync(other);
    const open = (root: string) =>
      page.evaluate((wanted) => (globalThis as unknown as { spindle: Bridge }).spindle.call("project.open", { root: wanted }), root);
    await open(other);
    await page.getByTestId("terminal-drawer").waitFor({ state: "detached" });
    expect(alive(pid)).toBe(true);
    await open(project);
    await shown(page, new RegExp(`pid=${pid}=`));
    await type(page, "echo same-$$");
    await shown(page, new RegExp(`same-${pid}`));
  });
});

test("kill -9 of the application: no shell is alive 400 ms later, not even one that ignores the hang-up", async () => {
  await withApp(
    { project: "empty" },
    async ({ app, page }) => {
      const pid = await openShell(page);
      await type(page, "trap '' HUP; clear; echo deaf-$((40 + 2))");
      await shown(page, /deaf-42/);
      const gone = new Promise((resolve) => app.process().once("exit", resolve));
      app.process().kill("SIGKILL");
      await gone;
      await sleep(400);
      expect(alive(pid)).toBe(false);
    },
    { killed: true },
  );
});

test("the button in the head opens the terminal, and closes it while the cursor is in it", async () => {
  await withApp({ project: "empty" }, async ({ page }) => {
    const button = page.getByTestId("open-terminal");
    const drawer = page.getByTestId("terminal-drawer");
    const inTerminal = () => page.evaluate(() => document.activeElement?.closest('[data-testid="terminal-drawer"]') !== null);
    await button.click();
    await page.locator('[data-testid="terminal-tab"][data-status="running"]').waitFor();
    await expect.poll(inTerminal).toBe(true);
    expect(await button.getAttribute("aria-pressed")).toBe("true");
    await button.click();
    await drawer.waitFor({ state: "detached" });
    expect(await page.getByTestId("composer-input").evaluate((element) => element === document.activeElement)).toBe(true);
    // From elsewhere it only gives the cursor to the terminal that is there.
    await button.click();
    await expect.poll(inTerminal).toBe(true);
    await page.getByTestId("composer-input").click();
    await button.click();
    await expect.poll(inTerminal).toBe(true);
    expect(await drawer.count()).toBe(1);
  });
});
