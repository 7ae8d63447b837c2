import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { againstFloor, type Report, type Surroundings } from "./lib/figures.ts";
import { collectSamples, pause } from "./lib/samples.ts";

const runs = 7;
const timeoutMs = 30_000;

/** From the start of the process to a window that is ready to show, against the least Electron application there is. */
export async function bench(report: Report, surroundings: Surroundings): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), "spindle-bench-"));
  try {
    const blank = writeBlankApp(folder);
    const samples = collectSamples();
    // Alternating, so that a slow moment of the machine hits both; the first pair warms the disk and does not count.
    for (let run = 0; run <= runs; run++) {
      surroundings.progress(run === 0 ? "first start of both" : `start ${run} of ${runs}`);
      const first = await start(surroundings, blank, [], folder, run);
      const second = await start(surroundings, path.resolve("."), [path.resolve("resources/sample-project")], folder, run);
      if (run === 0) continue;
      samples.add("blank", first);
      samples.add("spindle", second);
    }
    report(againstFloor("window ready / blank window", samples.median("spindle"), samples.median("blank"), 1.3, "ms"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Milliseconds from spawn to `ready-to-show`; the application is then told to end and waited for. */
async function start(ready: Surroundings, app: string, words: readonly string[], folder: string, run: number): Promise<number> {
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
      await pause(5);
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
