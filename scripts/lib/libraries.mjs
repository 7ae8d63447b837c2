// The system libraries Electron needs on Linux, and the programs the application uses there.
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { run } from "./run.mjs";
import { SetupError, say, step } from "./say.mjs";

/** Each with the name newer Debian and Ubuntu releases gave it (64-bit time). The first that apt knows is taken. */
const libraryPackages = [["libgtk-3-0", "libgtk-3-0t64"], ["libnss3"], ["libasound2", "libasound2t64"], ["libgbm1"]];

/** Programs: without Xvfb nothing can be shown; the others only make less possible. */
const programs = [
  { name: "Xvfb", package: "xvfb", needed: "a display to draw on" },
  { name: "bwrap", package: "bubblewrap", needed: undefined },
  { name: "git", package: "git", needed: undefined },
];

/**
 * Makes sure that the executable finds its shared libraries and that Xvfb is there when no display is. As root on
 * Debian it installs what is missing; otherwise it says what to install and stops.
 * @param {string} electronPath
 * @param {{ needsXvfb: boolean }} options
 */
export async function ensureLibraries(electronPath, { needsXvfb }) {
  if (process.platform !== "linux") return;
  const missingLibraries = await findMissingLibraries(electronPath);
  const missingPrograms = programs.filter(({ name }) => (name !== "Xvfb" || needsXvfb) && !isOnPath(name));
  const mustHave = missingLibraries.length > 0 || missingPrograms.some(({ needed }) => needed !== undefined);
  if (!mustHave && missingPrograms.length === 0) return;

  const isRoot = process.getuid?.() === 0;
  const canInstall = isRoot && isOnPath("apt-get");
  if (canInstall) await install(missingLibraries.length > 0 ? libraryPackages : [], missingPrograms);
  const stillMissing = canInstall ? await findMissingLibraries(electronPath) : missingLibraries;
  const stillPrograms = missingPrograms.filter(({ name }) => !isOnPath(name));
  const names = [
    ...(stillMissing.length > 0 ? libraryPackages.map(([first]) => first) : []),
    ...stillPrograms.map((program) => program.package),
  ];
  const line = `sudo apt-get update && sudo apt-get install -y --no-install-recommends ${names.join(" ")}`;
  if (stillMissing.length > 0 || stillPrograms.some(({ needed }) => needed !== undefined)) {
    const what = [
      ...(stillMissing.length > 0 ? [`Electron needs shared libraries that are not installed: ${stillMissing.join(", ")}.`] : []),
      ...stillPrograms.filter(({ needed }) => needed !== undefined).map(({ name, needed }) => `${name} is not installed (${needed}).`),
    ];
    throw new SetupError(`${what.join("\n")}\nOn Debian or Ubuntu install them with:\n\n  ${line}\n`);
  }
  if (stillPrograms.length > 0) {
    say(
      `not installed: ${stillPrograms.map(({ name }) => name).join(", ")}. Spindle runs, but can do less (no command sandbox without bwrap). To install: ${line}`,
    );
  }
}

/**
 * @param {string} electronPath
 * @returns {Promise<string[]>} Names such as `libnss3.so`.
 */
async function findMissingLibraries(electronPath) {
  const result = await run("ldd", [electronPath]);
  // Not fatal by itself: musl systems and stripped images have no usable ldd, and Electron says itself what it lacks.
  if (result.code !== 0) return [];
  return [...result.stdout.matchAll(/^\s*(\S+) => not found/gm)].map((match) => match[1] ?? "");
}

/**
 * Installs packages of Debian where that is possible: as root, with apt.
 * @param {readonly string[]} names
 */
export async function installPackages(names) {
  if (process.platform !== "linux" || process.getuid?.() !== 0 || !isOnPath("apt-get")) return;
  await install(
    [],
    names.map((name) => ({ package: name })),
  );
}

/**
 * @param {readonly (readonly string[])[]} libraries Alternatives per library.
 * @param {readonly { package: string }[]} missingPrograms
 */
async function install(libraries, missingPrograms) {
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  await step("apt-get update", (progress) => apt(["update", "-q"], env, progress));
  const names = [];
  for (const alternatives of libraries) names.push(await firstKnown(alternatives));
  names.push(...missingPrograms.map((program) => program.package));
  await step(`apt-get install ${names.join(" ")}`, (progress) =>
    apt(["install", "-y", "-q", "--no-install-recommends", ...names], env, progress),
  );
}

/**
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @param {(text: string) => void} progress
 */
async function apt(args, env, progress) {
  const onOutput = (/** @type {string} */ text) => progress((text.trim().split("\n").at(-1) ?? "").slice(0, 60));
  const result = await run("apt-get", args, { env, onOutput });
  if (result.code !== 0)
    say(`apt-get ${args[0]} failed (exit ${result.code}):\n${(result.stderr || result.stdout).trim().split("\n").slice(-8).join("\n")}`);
}

/** @param {readonly string[]} alternatives */
async function firstKnown(alternatives) {
  for (const name of alternatives) {
    const { stdout } = await run("apt-cache", ["policy", name], { env: { LC_ALL: "C" } });
    if (/Candidate: (?!\(none\))/.test(stdout)) return name;
  }
  return alternatives[0] ?? "";
}

/** @param {string} program */
export function isOnPath(program) {
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => folder !== "" && existsSync(join(folder, program)));
}
