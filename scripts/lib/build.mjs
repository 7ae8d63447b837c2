// The built application in out/, made again only when something it is made of has changed.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { officialVersion } from "./electron-official.mjs";
import { root, stateDir } from "./paths.mjs";
import { run } from "./run.mjs";
import { SetupError, step } from "./say.mjs";

const sources = ["src", "resources/prompts", "electron.vite.config.ts", "package.json", "package-lock.json"];
const results = [
  "main/index.cjs",
  "main/cli.cjs",
  "main/worker.cjs",
  "main/broker.cjs",
  "main/shell-worker.cjs",
  "preload/index.cjs",
  "renderer/index.html",
];
const stampFile = join(stateDir, "build");

/** Builds when needed. Compares contents, not times: a switched branch and back costs nothing. */
export async function ensureBuild() {
  const stamp = sourceHash();
  if (isBuilt(stamp)) return;
  // An interrupted build must not look finished.
  rmSync(stampFile, { force: true });
  await step("building", async () => {
    const cli = join(root, "node_modules", "electron-vite", "bin", "electron-vite.js");
    const result = await run(process.execPath, [cli, "build", "--logLevel", "warn"], {
      env: { ELECTRON_MAJOR_VER: officialVersion().split(".")[0], NO_COLOR: "1" },
    });
    if (result.code !== 0) throw new SetupError(`The build failed (exit ${result.code}):\n${result.stdout}${result.stderr}`);
  });
  mkdirSync(stateDir, { recursive: true });
  writeFileSync(stampFile, stamp);
}

/** @param {string} stamp */
function isBuilt(stamp) {
  try {
    return readFileSync(stampFile, "utf8") === stamp && results.every((path) => existsSync(join(root, "out", path)));
  } catch {
    return false;
  }
}

function sourceHash() {
  const hash = createHash("sha256");
  for (const source of sources) {
    for (const file of filesOf(join(root, source)))
      hash
        .update(`${relative(root, file)}\0`)
        .update(readFileSync(file))
        .update("\0");
  }
  return hash.digest("hex");
}

/**
 * @param {string} path
 * @returns {string[]} Sorted, so that the hash does not depend on the file system.
 */
function filesOf(path) {
  if (!existsSync(path)) return [];
  try {
    return readdirSync(path)
      .sort()
      .flatMap((name) => filesOf(join(path, name)));
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === "ENOTDIR") return [path];
    throw error;
  }
}
