// Chromium of the system, for the tests of the page in a newer engine than Electron's.
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { installPackages } from "./libraries.mjs";
import { SetupError } from "./say.mjs";

const names = ["chromium", "chromium-browser", "google-chrome"];

/** @returns {Promise<string>} The executable. As root on Debian it is installed when it is missing. */
export async function ensureChromium() {
  const found = findChromium();
  if (found !== undefined) return found;
  await installPackages(["chromium"]);
  const installed = findChromium();
  if (installed !== undefined) return installed;
  throw new SetupError(
    "Chromium is not installed; the tests of the page in a newer engine need it. On Debian: sudo apt-get install -y chromium",
  );
}

function findChromium() {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find((file) => existsSync(file));
}
