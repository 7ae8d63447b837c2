import { accessSync, constants, realpathSync } from "node:fs";
import path from "node:path";
import { isInside } from "./paths.ts";
import { readQuietly } from "./read-quietly.ts";

/** A project's own programs: npm and npx put this folder in front of the search path. */
const ownPrograms = path.join("node_modules", ".bin");

/**
 * First executable of that name on a `PATH`, for programs that we start ourselves outside of any sandbox. Relative entries
 * (`.`) and a `node_modules/.bin` are left out, and everything that lies in one of the folders `outside` or is a link into them: a
 * project must not bring the program that is to keep it in.
 */
export function findProgram(name: string, searchPath: string, outside: readonly string[] = []): string | undefined {
  for (const folder of searchPath.split(path.delimiter)) {
    if (!path.isAbsolute(folder) || path.normalize(`${folder}/`).endsWith(`${path.sep}${ownPrograms}${path.sep}`)) continue;
    const file = path.join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      if (holderOf(file, outside) === null) return file;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

/** The folder that a program lies in or is a link into; null for none of them, and for a program that is gone. */
export function holderOf(file: string, folders: readonly string[]): string | null {
  const places = [file, ...readQuietly(() => [realpathSync(file)])];
  return folders.find((folder) => places.some((place) => isInside(folder, place))) ?? null;
}
