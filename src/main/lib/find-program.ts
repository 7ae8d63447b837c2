import { accessSync, constants, realpathSync } from "node:fs";
import path from "node:path";
import { isInside } from "./paths.ts";

/** A project's own programs: npm and npx put this folder in front of the search path. */
const ownPrograms = path.join("node_modules", ".bin");

/**
 * First executable of that name on a `PATH`, for programs that we start ourselves outside of any sandbox. Relative entries
 * (`.`) and a `node_modules/.bin` are left out, and everything that lies in the folder `outside` or is a link into it: a project must
 * not bring the program that is to keep it in.
 */
export function findProgram(name: string, searchPath: string, outside?: string): string | undefined {
  for (const folder of searchPath.split(path.delimiter)) {
    if (!path.isAbsolute(folder) || path.normalize(`${folder}/`).endsWith(`${path.sep}${ownPrograms}${path.sep}`)) continue;
    const file = path.join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      if (outside === undefined || ![file, realpathSync(file)].some((place) => isInside(outside, place))) return file;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}
