// Child processes of the scripts: one way to start them, one way to end them.
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { root } from "./paths.mjs";

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd] Default: the repository.
 * @property {NodeJS.ProcessEnv} [env] Added to this process's environment.
 * @property {"capture" | "inherit" | "stderr"} [output] capture (default): kept. inherit: shown as it is. stderr: both streams shown on stderr.
 * @property {number} [timeoutMs] Killed (with its group) after this long.
 * @property {(text: string) => void} [onOutput] With capture: pieces of stdout as they arrive, for progress.
 * @property {AbortSignal} [signal] Kills the child and its group.
 *
 * @typedef {object} RunResult
 * @property {number} code Exit code; 127 when it could not be started, 124 after a timeout, 1 after a signal.
 * @property {string} stdout
 * @property {string} stderr
 * @property {number} durationMs
 */

/** @type {Set<import("node:child_process").ChildProcess>} */
const running = new Set();

/** Ends every child still running. */
function killChildren() {
  for (const child of running) killGroup(child, "SIGKILL");
}

/** @type {(signal: NodeJS.Signals) => void} */
let stopOnSignal = (signal) => process.exit(128 + constants.signals[signal]);

/**
 * What SIGINT, SIGTERM and SIGHUP do. Default: exit at once, which ends every child.
 * @param {(signal: NodeJS.Signals) => void} stop
 */
export function onStopSignal(stop) {
  stopOnSignal = stop;
}

let watching = false;

/** Children run in groups of their own, so a Ctrl-C in the terminal does not reach them by itself. */
export function endChildrenWithThis() {
  if (watching) return;
  watching = true;
  process.once("exit", killChildren);
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) process.on(signal, () => stopOnSignal(signal));
}

/**
 * Runs a program to its end; never throws for a failing program.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<RunResult>}
 */
export function run(command, args, options = {}) {
  const started = performance.now();
  const output = options.output ?? "capture";
  return new Promise((resolve) => {
    const child = spawn(command, [...args], {
      cwd: options.cwd ?? root,
      env: { ...process.env, ...options.env },
      stdio: output === "capture" ? ["ignore", "pipe", "pipe"] : ["ignore", output === "stderr" ? 2 : "inherit", "inherit"],
      // A group of its own, so that a timeout also reaches grandchildren (npm starts sh starts node).
      detached: process.platform !== "win32",
      shell: process.platform === "win32" && /^(npm|npx)$/.test(command),
    });
    running.add(child);
    let stdout = "";
    let stderr = "";
    let timedOut = false;
    child.stdout?.setEncoding("utf8").on("data", (/** @type {string} */ text) => {
      stdout += text;
      options.onOutput?.(text);
    });
    child.stderr?.setEncoding("utf8").on("data", (text) => (stderr += text));
    const timer =
      options.timeoutMs === undefined ? undefined : setTimeout(() => ((timedOut = true), killGroup(child, "SIGKILL")), options.timeoutMs);
    const onAbort = () => killGroup(child, "SIGKILL");
    options.signal?.addEventListener("abort", onAbort);
    const finish = (/** @type {number} */ code) => {
      clearTimeout(timer);
      options.signal?.removeEventListener("abort", onAbort);
      running.delete(child);
      resolve({ code: timedOut ? 124 : code, stdout, stderr, durationMs: performance.now() - started });
    };
    child.on("error", (error) => {
      stderr += error.message;
      finish(127);
    });
    child.on("close", (code) => finish(code ?? 1));
  });
}

/**
 * Signals a child and everything it started.
 * @param {import("node:child_process").ChildProcess} child
 * @param {NodeJS.Signals} signal
 */
export function killGroup(child, signal) {
  if (child.pid === undefined) return;
  try {
    if (process.platform === "win32") child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    child.kill(signal);
  }
}

/** npm, as the person runs it: the npm that started this script when there is one. @returns {{ command: string, args: string[] }} */
export function npm() {
  const cli = process.env["npm_execpath"];
  return cli !== undefined && cli.endsWith(".js") && !cli.includes("yarn") && !cli.includes("pnpm")
    ? { command: process.execPath, args: [cli] }
    : { command: "npm", args: [] };
}
