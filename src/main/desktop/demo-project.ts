import { cp, mkdir, mkdtemp, readdir, realpath } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileError } from "../lib/paths.ts";

const folderName = "spindle-demo";
const mostCopies = 99;

/**
 * Copies the sample project into a new folder of `parent` (null: a temporary one) and resolves with its real path. A folder that is
 * there already is left alone: the copy gets a number. What its tests need is copied along where the application has it; without
 * it `npm install` brings it. Rejects with `permission_denied`, `not_found` or `io_error`.
 */
export async function copyDemoProject(appFolder: string, parent: string | null): Promise<string> {
  const place = parent ?? (await mkdtemp(path.join(tmpdir(), `${folderName}-`)));
  const target = await newFolder(place);
  try {
    const isOwn = (source: string): boolean => path.basename(source) !== "node_modules";
    await cp(path.join(appFolder, "resources", "sample-project"), target, { recursive: true, filter: isOwn });
    await copyModules(path.join(appFolder, "node_modules"), path.join(target, "node_modules"));
    return await realpath(target);
  } catch (error) {
    throw fileError(error, target);
  }
}

/** Made in one step, so that it is nobody else's. */
async function newFolder(place: string): Promise<string> {
  for (let copy = 1; ; copy++) {
    const target = path.join(place, copy === 1 ? folderName : `${folderName}-${copy}`);
    try {
      await mkdir(target);
      return target;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST" || copy === mostCopies) throw fileError(error, target);
    }
  }
}

/** Copied and not linked: a link out of the project could not be read by commands. */
async function copyModules(from: string, to: string): Promise<void> {
  const bindings = await readdir(path.join(from, "@oxc-transform")).catch(() => []);
  for (const name of ["oxc-transform", ...bindings.map((binding) => path.join("@oxc-transform", binding))])
    await cp(path.join(from, name), path.join(to, name), { recursive: true, filter: (source) => !source.endsWith(".wasm") }).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code !== "ENOENT") throw error;
      },
    );
}
