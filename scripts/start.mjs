// npm start [-- folder]: all set-up, then the application on that folder (default: where the command was typed).
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, rmSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { bootstrap } from "./lib/bootstrap.mjs";
import { root } from "./lib/paths.mjs";
import { killGroup, onStopSignal } from "./lib/run.mjs";
import { SetupError, chromiumNoise, runMain, say } from "./lib/say.mjs";

await runMain(async () => {
  const args = process.argv.slice(2);
  const folder = resolve(process.env["INIT_CWD"] ?? process.cwd(), args.find((argument) => !argument.startsWith("-")) ?? ".");
  if (!existsSync(folder) || !statSync(folder).isDirectory()) throw new SetupError(`Not a folder: ${folder}`);
  const ready = await bootstrap();
  const screenshot = ready.virtualDisplay ? (process.env["SPINDLE_SCREENSHOT"] ?? join(root, "out", "screenshot.png")) : undefined;
  if (screenshot !== undefined) {
    mkdirSync(join(root, "out"), { recursive: true });
    rmSync(screenshot, { force: true });
  }
  const flags = [...ready.electronFlags, ...args.filter((argument) => argument.startsWith("-"))];
  const child = spawn(ready.electron, [...flags, root, folder], {
    cwd: root,
    env: { ...process.env, ...ready.env, ...(screenshot === undefined ? {} : { SPINDLE_SCREENSHOT: screenshot }) },
    stdio: ["ignore", "inherit", "pipe"],
    detached: process.platform !== "win32",
  });
  // Only the main process is asked: it ends its own children. A second signal does not wait.
  let asked = false;
  onStopSignal(() => {
    if (asked) killGroup(child, "SIGKILL");
    else child.kill("SIGTERM");
    asked = true;
    setTimeout(() => killGroup(child, "SIGKILL"), 5_000).unref();
  });
  process.once("exit", () => killGroup(child, "SIGKILL"));
  showErrors(child);
  say(`Spindle is starting on ${folder}`);
  const stopWatching = screenshot === undefined ? () => {} : announceScreenshot(screenshot);
  try {
    return await new Promise((done, fail) => {
      child.on("error", (error) => fail(new SetupError(`Electron could not be started: ${error.message}`)));
      child.on("exit", (code, signal) => done(code ?? (asked && signal !== null ? 0 : 1)));
    });
  } finally {
    stopWatching();
    ready.stop();
  }
});

/** @param {import("node:child_process").ChildProcess} child */
function showErrors(child) {
  if (child.stderr === null) return;
  createInterface({ input: child.stderr }).on("line", (line) => {
    if (/SUID sandbox helper|No usable sandbox/.test(line)) {
      say(
        "Chromium's sandbox needs unprivileged user namespaces, which this system denies. On Ubuntu 24.04 and later: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
      );
    }
    if (!chromiumNoise.test(line)) process.stderr.write(`${line}\n`);
  });
}

/**
 * Prints the path once the application has written the picture of its window.
 * @param {string} file
 */
function announceScreenshot(file) {
  const timer = setInterval(() => {
    if (!existsSync(file)) return;
    clearInterval(timer);
    process.stdout.write(`screenshot: ${file}\n`);
    say("the window is on a virtual display and keeps running; stop with Ctrl-C");
  }, 200);
  return () => clearInterval(timer);
}
