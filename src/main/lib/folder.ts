import type { BigIntStats } from "node:fs";
import { stat } from "node:fs/promises";
import { realpathOfExisting } from "./paths.ts";

/** A folder that something was allowed in: its real path, and which folder that is; another one may come to the same path. */
export interface Folder {
  readonly path: string;
  /** `folderId`; null while there is none. */
  readonly id: string | null;
}

/** The folder at a path as it is now. */
export async function folderAt(absolute: string): Promise<Folder> {
  const real = await realpathOfExisting(absolute);
  try {
    return { path: real, id: folderId(await stat(real, { bigint: true })) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return { path: real, id: null };
    throw error;
  }
}

/** Device, inode and time of birth: the inode number of a removed folder goes to the next one that is made. */
export function folderId({ dev, ino, birthtimeNs }: BigIntStats): string {
  return `${dev}:${ino}:${birthtimeNs}`;
}
