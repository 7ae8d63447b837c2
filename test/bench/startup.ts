import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Figure } from "./harness.ts";

/** What `npm run bench` hands to benches of the window. */
interface Ready {
  readonly electron: string;
  readonly electronFlags: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

const runs = 7;
const timeoutMs = 30_000;

/** From the start of the process to a window that is ready to show, against the least Electron application there is. */
export async function bench(report: (figure: Figure) => void, ready: Ready): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), "spindle-bench-"));
  try {
    const blank = writeBlankApp(folder);
    const times = { blank: [] as number[], spindle: [] as number[] };
    // Alternating, so that a slow moment of the machine hits both; the first pair warms the disk and does not count.
    for (let run = 0; run <= runs; run++) {
      const first = await start(ready, blank, [], folder, run);
      const second = await start(ready, path.resolve("."), [path.resolve("resources/sample-project")], folder, run);
      if (run === 0) continue;
      times.blank.push(first);
      times.spindle.push(second);
    }
    const floor = median(times.blank);
    const value = median(times.spindle);
    report({
      metric: "window ready / blank window",
      value,
      unit: "ms",
      floor,
      ratio: value / floor,
      target: "<= 1.3 x floor",
      ok: value / floor <= 1.3,
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Milliseconds from spawn to `ready-to-show`; the application is then told to end and waited for. */
async function start(ready: Ready, app: string, words: readonly string[], folder: string, run: number): Promise<number> {
  const readyFile = path.join(folder, `ready-${path.basename(app)}-${run}`);
  const profile = path.join(folder, `profile-${path.basename(app)}`);
  const startedAt = Date.now();
  const child = spawn(ready.electron, [...ready.electronFlags, `--user-data-dir=${profile}`, "--disable-gpu", app, ...words], {
    env: { ...process.env, ...ready.env, SPINDLE_HOME: path.join(folder, "home"), SPINDLE_READY_FILE: readyFile },
    stdio: "ignore",
  });
  const ended = once(child, "exit");
  try {
    while (!existsSync(readyFile) || readFileSync(readyFile, "utf8") === "") {
      if (Date.now() - startedAt > timeoutMs || child.exitCode !== null) throw new Error(`${app} showed no window within ${timeoutMs} ms.`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return Number(readFileSync(readyFile, "utf8")) - startedAt;
  } finally {
    child.kill("SIGTERM");
    await ended;
  }
}

/** An application with one hardened window and an empty page from a file. */
function writeBlankApp(folder: string): string {
  const app = path.join(folder, "blank");
  mkdirSync(app);
  writeFileSync(path.join(app, "package.json"), JSON.stringify({ name: "blank", version: "1.0.0", main: "main.js" }));
  writeFileSync(path.join(app, "blank.html"), "<!doctype html><title>blank</title>");
  writeFileSync(
    path.join(app, "main.js"),
    `const { app, BrowserWindow } = require("electron");
const { writeFileSync } = require("node:fs");
app.whenReady().then(() => {
  const window = new BrowserWindow({ show: false, width: 1680, height: 1050 });
  window.once("ready-to-show", () => { window.show(); writeFileSync(process.env.SPINDLE_READY_FILE, String(Date.now())); });
  window.loadFile(require("node:path").join(__dirname, "blank.html"));
});
process.on("SIGTERM", () => app.quit());
`,
  );
  return app;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
