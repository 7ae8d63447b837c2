// node_modules as package-lock.json says.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./paths.mjs";
import { npm, run } from "./run.mjs";
import { SetupError, say, step } from "./say.mjs";

const lockFile = join(root, "package-lock.json");
const stampFile = join(root, "node_modules", ".spindle-lock");

/** Installs with `npm ci` when node_modules is missing or does not match the lock; otherwise costs a hash of one file. */
export async function ensureDependencies() {
  const stamp = lockHash();
  if (readText(stampFile) === stamp) return;
  if (matchesLock()) {
    // Somebody ran `npm ci` or `npm install` by hand: nothing to do.
    writeFileSync(stampFile, stamp);
    return;
  }
  const reason = existsSync(join(root, "node_modules")) ? "node_modules does not match package-lock.json" : "node_modules is missing";
  say(`${reason}: installing with npm ci`);
  await step("npm ci", async (progress) => {
    progress("downloading packages");
    const { command, args } = npm();
    const result = await run(
      command,
      [...args, "ci", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error", "--include=dev"],
      {
        output: "stderr",
        // A production setting of the person's shell must not drop what the build needs.
        env: { NODE_ENV: "development" },
      },
    );
    if (result.code !== 0)
      throw new SetupError(`npm ci failed (exit ${result.code}). The lines above say why; the registry must be reachable.`);
  });
  writeFileSync(stampFile, stamp);
}

function lockHash() {
  return createHash("sha256").update(readFileSync(lockFile)).digest("hex");
}

/** True when npm's own record of what it installed has every package of the lock in its version. */
function matchesLock() {
  const installed = readText(join(root, "node_modules", ".package-lock.json"));
  if (installed === undefined) return false;
  const wanted = JSON.parse(readFileSync(lockFile, "utf8")).packages;
  const found = JSON.parse(installed).packages;
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === "") continue;
    // Optional packages of other platforms are in the lock and never on this disk.
    if (found[path] === undefined ? !entry.optional : found[path].version !== entry.version) return false;
    if (found[path] !== undefined && !existsSync(join(root, path))) return false;
  }
  return true;
}

/** @param {string} file */
function readText(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
