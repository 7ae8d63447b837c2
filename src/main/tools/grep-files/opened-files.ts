import { closeSync, fstatSync } from "node:fs";
import { openQuietly, type ReadScope } from "../../lib/read-scope.ts";

/** Files that were open when it was checked where they are, for a program that is to read just these. */
export interface OpenedFiles {
  /** How the program names them; on Linux by descriptors that it gets from `descriptors`. */
  readonly names: readonly string[];
  /** For the program's descriptors from 3 on; empty where it opens the files by their paths. */
  readonly descriptors: readonly number[];
  /** The path behind a name. */
  pathOf(name: string): string;
  close(): void;
}

/** Descriptors that one process gets at most: 1,024 is the usual limit of a process. */
export const maxOpened = 256;

/**
 * Opens files of a search, at most `maxOpened`: what is gone, is no file any more or leads out of the scope is left out. Outside
 * Linux the paths are only checked.
 */
export function openFiles(scope: ReadScope, paths: readonly string[]): OpenedFiles {
  const byName = new Map<string, string>();
  const descriptors: number[] = [];
  const passed = process.platform === "linux";
  for (const path of paths) {
    const descriptor = openQuietly(scope, path, "file");
    if (descriptor === null) continue;
    // A pipe in its place would be waited for.
    const isFile = fstatSync(descriptor).isFile();
    if (isFile) byName.set(passed ? `/proc/self/fd/${3 + descriptors.length}` : path, path);
    if (isFile && passed) descriptors.push(descriptor);
    else closeSync(descriptor);
  }
  return {
    names: [...byName.keys()],
    descriptors,
    pathOf: (name) => byName.get(name) ?? name,
    close: () => descriptors.forEach((descriptor) => closeSync(descriptor)),
  };
}
