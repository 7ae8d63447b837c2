import { stat } from "node:fs/promises";
import { realpathOfExisting } from "./paths.ts";

/** A folder that something was allowed in: its real path, and which folder that is; another one may come to the same path. */
export interface Folder {
  readonly path: string;
  /** Device and inode; null while there is none. */
  readonly id: string | null;
}

/** The folder at a path as it is now. */
export async function folderAt(absolute: string): Promise<Folder> {
  const real = await realpathOfExisting(absolute);
  try {
    const { dev, ino } = await stat(real, { bigint: true });
    return { path: real, id: `${dev}:${ino}` };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return { path: real, id: null };
    throw error;
  }
}
