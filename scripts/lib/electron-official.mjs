// Electron's own binary, as the `electron` package downloads it.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheDir, root } from "./paths.mjs";
import { run } from "./run.mjs";
import { megabytes, say, step } from "./say.mjs";

const packageDir = join(root, "node_modules", "electron");
const failureFile = join(cacheDir, "electron-download-failed.json");
const stallMs = 20_000;
const dayMs = 86_400_000;

/** The version package.json pins. */
export function officialVersion() {
  return JSON.parse(readFileSync(join(packageDir, "package.json"), "utf8")).version;
}

/** @returns {string | undefined} The executable when it was downloaded completely. */
export function findOfficial() {
  try {
    const dist = join(packageDir, "dist");
    const path = join(dist, readFileSync(join(packageDir, "path.txt"), "utf8"));
    return readFileSync(join(dist, "version"), "utf8").replace(/^v/, "").trim() === officialVersion() && existsSync(path)
      ? path
      : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Tries the download once. Many networks do not reach its host, and some let connections hang: without a byte for 20 s
 * it is given up, and not tried again for a day (a changed mirror setting tries at once).
 * @returns {Promise<string | undefined>} The executable, or undefined when it cannot be had.
 */
export async function downloadOfficial() {
  const version = officialVersion();
  const mirror = process.env["ELECTRON_MIRROR"] ?? process.env["npm_config_electron_mirror"] ?? "";
  if (failedRecently(version, mirror)) return undefined;
  // A temporary folder of its own lets us see how much has arrived.
  const temp = await mkdtemp(join(tmpdir(), "spindle-electron-"));
  const abort = new AbortController();
  let stalled = false;
  try {
    const download = async (/** @type {(text: string) => void} */ progress) => {
      let seen = -1;
      let since = Date.now();
      const timer = setInterval(() => {
        const now = treeSize(temp) + treeSize(join(packageDir, "dist"));
        if (now !== seen) [seen, since] = [now, Date.now()];
        progress(megabytes(now));
        if (Date.now() - since <= stallMs) return;
        stalled = true;
        abort.abort();
      }, 500);
      try {
        return await run(process.execPath, [join(packageDir, "install.js")], {
          env: { TMPDIR: temp, TMP: temp, TEMP: temp },
          signal: abort.signal,
        });
      } finally {
        clearInterval(timer);
      }
    };
    const result = await step(`downloading Electron ${version}`, download, ({ code }) => (code === 0 ? "done" : "failed"));
    const path = findOfficial();
    if (path !== undefined) return path;
    const reason = stalled ? `nothing arrived for ${stallMs / 1000} s` : firstReason(result.stderr);
    say(`Electron's download host cannot be used (${reason}); it is not tried again for a day`);
    await mkdir(cacheDir, { recursive: true });
    await writeFile(failureFile, JSON.stringify({ version, mirror, reason, at: Date.now() }));
    return undefined;
  } finally {
    await rm(temp, { recursive: true, force: true });
  }
}

/**
 * @param {string} version
 * @param {string} mirror
 */
function failedRecently(version, mirror) {
  try {
    const last = JSON.parse(readFileSync(failureFile, "utf8"));
    return last.version === version && last.mirror === mirror && Date.now() - last.at < dayMs;
  } catch {
    return false;
  }
}

/** @param {string} stderr */
function firstReason(stderr) {
  const known =
    /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|UND_ERR_\w+|CERT_\w+|SELF_SIGNED\w*|UNABLE_TO\w+)\b[^\n]*/.exec(
      stderr,
    );
  if (known === null && stderr.includes("fetch failed")) return "no connection";
  return (known?.[0] ?? stderr.trim().split("\n")[0] ?? "").slice(0, 160) || "unknown reason";
}

/**
 * @param {string} path
 * @returns {number}
 */
function treeSize(path) {
  let sum = 0;
  try {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      const child = join(path, entry.name);
      sum += entry.isDirectory() ? treeSize(child) : statSync(child).size;
    }
  } catch {
    // Not there yet, or moved away while we look: the next look counts it.
  }
  return sum;
}
