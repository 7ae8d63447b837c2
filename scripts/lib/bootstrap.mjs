// Everything that must be there before Spindle runs, in one call. Each part is quick when there is nothing to do.
import { join } from "node:path";
import { ensureBuild } from "./build.mjs";
import { ensureDependencies } from "./dependencies.mjs";
import { lacksDisplay, startDisplay } from "./display.mjs";
import { ensureElectron } from "./electron.mjs";
import { ensureLibraries } from "./libraries.mjs";
import { withLock } from "./lock.mjs";
import { stateDir } from "./paths.mjs";
import { endChildrenWithThis } from "./run.mjs";
import { SetupError, say } from "./say.mjs";

/**
 * @typedef {object} Ready
 * @property {string} electron The executable; empty when `electron: false`.
 * @property {"override" | "official" | "standin" | "none"} kind
 * @property {readonly string[]} electronFlags `--no-sandbox` as root (Chromium refuses to start otherwise), nothing for anybody else.
 * @property {NodeJS.ProcessEnv} env For Electron: DISPLAY when a virtual display was started, a UTF-8 locale when there is none.
 * @property {boolean} virtualDisplay
 * @property {() => void} stop Ends the virtual display.
 */

/**
 * @param {{ electron?: boolean, build?: boolean }} [wanted] Both default to true. Dependencies are always set up.
 * @returns {Promise<Ready>}
 */
export async function bootstrap(wanted = {}) {
  endChildrenWithThis();
  checkNode();
  const electron = await withLock(join(stateDir, "lock"), async () => {
    await ensureDependencies();
    const found = wanted.electron === false ? undefined : await ensureElectron();
    if (found !== undefined) await ensureLibraries(found.path, { needsXvfb: lacksDisplay() });
    if (wanted.build !== false) await ensureBuild();
    return found;
  });
  const electronFlags = process.platform === "linux" && process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const ready = { electron: electron?.path ?? "", kind: electron?.kind ?? /** @type {const} */ ("none"), electronFlags };
  if (electron === undefined || !lacksDisplay()) return { ...ready, env: utf8Locale(), virtualDisplay: false, stop: () => {} };
  const { display, stop } = await startDisplay();
  say(`no display found: started Xvfb on ${display}`);
  return { ...ready, env: { ...utf8Locale(), DISPLAY: display }, virtualDisplay: true, stop };
}

/**
 * Bare containers have no locale. Chromium then takes file names for ASCII, and a dropped file with an umlaut in its
 * name arrives with a path that does not exist.
 * @returns {NodeJS.ProcessEnv}
 */
function utf8Locale() {
  if (process.platform !== "linux") return {};
  const { LC_ALL, LC_CTYPE, LANG } = process.env;
  const name = LC_ALL ? "LC_ALL" : "LC_CTYPE";
  return /utf-?8/i.test(LC_ALL || LC_CTYPE || LANG || "") ? {} : { [name]: "C.UTF-8" };
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19))
    throw new SetupError(`Spindle needs Node 20.19 or later to be built; this is ${process.version}.`);
}
