// Starts the application under Playwright in surroundings of its own, and proves that it leaves nothing behind. Used
// by the demo and by the end-to-end tests. Types for the tests: launch.d.mts.
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { root } from "./paths.mjs";
import { chromiumNoise } from "./say.mjs";

/** Keys of the person must never be used by a test, nor decide which provider it runs with. */
const removedVariables = /^(OPENAI|ANTHROPIC|SPINDLE|OLLAMA|LMSTUDIO)_/;

/**
 * @param {import("./launch.d.mts").LaunchOptions} options
 * @returns {Promise<import("./launch.d.mts").Launched>}
 */
export async function launchSpindle(options) {
  const { _electron } = await import("playwright");
  const home = join(options.folder, "home");
  const temp = join(options.folder, "tmp");
  mkdirSync(home, { recursive: true });
  mkdirSync(temp, { recursive: true });
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([name, value]) => value !== undefined && !removedVariables.test(name)),
  );
  const launching = _electron.launch({
    executablePath: options.electron,
    args: [
      ...options.flags,
      `--user-data-dir=${join(options.folder, "profile")}`,
      // Software drawing halves the start on machines without a GPU.
      "--disable-gpu",
      options.app ?? root,
      ...(options.project === undefined ? [] : [options.project]),
    ],
    env: { .../** @type {Record<string, string>} */ (inherited), ...options.env, SPINDLE_HOME: home, TMPDIR: temp },
    // Otherwise Playwright switches it off on Linux, whoever runs it.
    ...(options.chromiumSandbox === true ? { chromiumSandbox: true } : {}),
    timeout: 30_000,
  });
  const app = await launching.catch(async (error) => {
    await processesLeft(options.folder);
    throw error;
  });
  let stderr = "";
  const lines = createInterface({ input: /** @type {import("node:stream").Readable} */ (app.process().stderr) });
  lines.on("line", (line) => {
    if (!chromiumNoise.test(line)) stderr += `${line}\n`;
  });
  /** @type {string[]} */
  const errors = [];
  let closing = false;
  const close = async () => {
    closing = true;
    await Promise.race([app.close().catch(() => undefined), sleep(10_000)]);
    return processesLeft(options.folder);
  };
  try {
    const page = await app.firstWindow({ timeout: 30_000 });
    page.on("pageerror", (error) => errors.push(error.stack ?? error.message));
    page.on("console", (message) => {
      if (message.type() === "error" && !closing) errors.push(message.text());
    });
    await page.waitForLoadState();
    return { app, page, home, temp, errors, stderr: () => stderr, close };
  } catch (error) {
    await close();
    throw new Error(`No window came up. The main process said:\n${stderr.trim() || "(nothing)"}`, { cause: error });
  }
}

/**
 * Waits a moment for processes that belong to a launch (its folder is in their command line, environment or working
 * directory) and kills those that stay.
 * @param {string} folder
 */
async function processesLeft(folder) {
  const deadline = Date.now() + 3_000;
  let left = findProcesses(folder);
  while (left.length > 0 && Date.now() < deadline) {
    await sleep(50);
    left = findProcesses(folder);
  }
  for (const { pid } of left) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // Ended meanwhile.
    }
  }
  return left.map(({ pid, command }) => `${pid} ${command}`);
}

/**
 * @param {string} folder
 * @returns {{ pid: number, command: string }[]} Empty where there is no /proc.
 */
function findProcesses(folder) {
  if (!existsSync("/proc/self/cmdline")) return [];
  return readdirSync("/proc").flatMap((name) => {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) return [];
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
      const traces = [command, readFileSync(`/proc/${pid}/environ`, "utf8"), readlinkSync(`/proc/${pid}/cwd`)];
      // A zombie has no command line; its parent will reap it.
      return command !== "" && traces.some((trace) => trace.includes(folder)) ? [{ pid, command: command.slice(0, 200) }] : [];
    } catch {
      return [];
    }
  });
}

/**
 * @param {string} home
 * @returns {{ type: string, [key: string]: unknown }[]}
 */
export function readEvents(home) {
  const folder = join(home, "conversations");
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith(".jsonl"));
  return files.sort().flatMap((name) => {
    const lines = readFileSync(join(folder, name), "utf8").split("\n");
    // The last piece is empty, or a line that is being written right now.
    return lines.slice(0, -1).map((line) => JSON.parse(line));
  });
}
