// node scripts/complete-lock.mjs [--check]: makes package-lock.json complete for every platform.
// Native packages list one optional package per platform. A registry mirror that has only some of them makes
// `npm install` write a lock without the others, and `npm ci` then refuses that lock everywhere. The missing entries
// follow from the lock itself: their versions are pinned by the package that lists them, their platform is in their name.
// Run it after every `npm install` that changed the lock; `npm run check` fails when it was forgotten.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./lib/paths.mjs";
import { SetupError, runMain } from "./lib/say.mjs";

const file = join(root, "package-lock.json");
const systems = ["aix", "android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "win32"];
const processors = {
  arm64: "arm64",
  x64: "x64",
  ia32: "ia32",
  arm: "arm",
  ppc64: "ppc64",
  riscv64: "riscv64",
  s390x: "s390x",
  loong64: "loong64",
  wasm32: "wasm32",
};

/** @typedef {{ version: string, dev?: boolean, optional?: boolean, optionalDependencies?: Record<string, string>, [key: string]: unknown }} Entry */

await runMain(async () => {
  const lock = JSON.parse(readFileSync(file, "utf8"));
  const missing = findMissing(lock.packages);
  if (process.argv.includes("--check")) {
    const names = missing.map(({ name }) => name);
    if (names.length > 0)
      throw new SetupError(
        `package-lock.json lacks ${names.length} packages of other platforms. Run: node scripts/complete-lock.mjs\n${names.join("\n")}`,
      );
    return 0;
  }
  for (const { path, entry } of missing) lock.packages[path] = entry;
  const [project, ...rest] = Object.entries(lock.packages);
  lock.packages = Object.fromEntries([project, ...rest.sort(([a], [b]) => a.localeCompare(b, "en"))]);
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
  process.stdout.write(`added ${missing.length} packages of other platforms\n`);
  return 0;
});

/** @param {Record<string, Entry>} packages */
function findMissing(packages) {
  /** @type {Map<string, { name: string, path: string, entry: Entry }>} */
  const missing = new Map();
  for (const [parentPath, parent] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
      if (isInstalledFor(packages, parentPath, name)) continue;
      const path = `node_modules/${name}`;
      if (!/^\d+\.\d+\.\d+[\w.-]*$/.test(version))
        throw new SetupError(`${parentPath} wants ${name}@${version}: not an exact version, so the entry cannot be made.`);
      missing.set(path, {
        name,
        path,
        entry: { version, ...platformOf(name), ...(parent.dev === true ? { dev: true } : {}), optional: true },
      });
    }
  }
  return [...missing.values()];
}

/**
 * Node's own resolution: the package's folder, then every folder above.
 * @param {Record<string, Entry>} packages
 * @param {string} parentPath
 * @param {string} name
 */
function isInstalledFor(packages, parentPath, name) {
  for (let folder = parentPath; folder !== ""; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/node_modules/")))) {
    if (`${folder}/node_modules/${name}` in packages) return true;
  }
  return `node_modules/${name}` in packages;
}

/**
 * `@scope/binding-linux-x64-musl` -> the fields by which npm decides whether it belongs on a machine.
 * @param {string} name
 * @returns {{ cpu: string[], libc?: string[], os?: string[] }}
 */
function platformOf(name) {
  const words = (name.split("/").at(-1) ?? "").split("-");
  const os = systems.find((system) => words.includes(system));
  const cpu = Object.entries(processors).find(([word]) => words.includes(word))?.[1];
  const libc =
    os !== "linux"
      ? undefined
      : words.some((word) => word.startsWith("musl"))
        ? "musl"
        : words.some((word) => word.startsWith("gnu"))
          ? "glibc"
          : undefined;
  if (cpu === undefined || (os === undefined && cpu !== "wasm32"))
    throw new SetupError(`Cannot tell the platform of ${name} from its name.`);
  return { cpu: [cpu], ...(libc === undefined ? {} : { libc: [libc] }), ...(os === undefined ? {} : { os: [os] }) };
}
