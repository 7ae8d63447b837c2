import { constants as flags } from "node:fs";
import { lstat, mkdir, open, readlink, realpath } from "node:fs/promises";
import path from "node:path";
import { SpindleError } from "../../protocol/error.ts";

/**
 * An open folder whose entries are named through its descriptor, so that a link swapped in for one of its parents cannot
 * send a write elsewhere. On Linux the kernel keeps that promise (`/proc/self/fd`); elsewhere the folder's path is checked
 * when it is opened, which leaves a window.
 */
export interface Anchor {
  /** Real path of the folder. */
  readonly folder: string;
  /** Path of an entry, good until `close`. Its last component may still be a link: open it with O_NOFOLLOW. */
  at(name: string): string;
  /** Makes created, renamed and removed entries durable. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a folder by its real path; missing folders are created when `create` is given, each reported to it after it was made.
 * Throws the error of the system, or `io_error` when the folder is not where its path says.
 */
export async function openAnchor(folder: string, create?: (made: string) => void): Promise<Anchor> {
  const existing = create === undefined ? folder : await deepestExisting(folder);
  let anchor = await openFolder(existing, existing);
  const missing = path
    .relative(existing, folder)
    .split(path.sep)
    .filter((part) => part !== "");
  for (const part of missing) {
    const parent = anchor;
    try {
      const next = path.join(parent.folder, part);
      if (await makeFolder(parent.at(part))) create?.(next);
      anchor = await openFolder(parent.at(part), next);
    } finally {
      await parent.close();
    }
  }
  return anchor;
}

/** The folders that `openAnchor` would have to make for a folder, outermost first. */
export async function missingFolders(folder: string): Promise<string[]> {
  const existing = await deepestExisting(folder);
  const parts = path
    .relative(existing, folder)
    .split(path.sep)
    .filter((part) => part !== "");
  return parts.map((_, i) => path.join(existing, ...parts.slice(0, i + 1)));
}

async function openFolder(openPath: string, folder: string): Promise<Anchor> {
  const handle = await open(openPath, flags.O_RDONLY | flags.O_DIRECTORY | flags.O_NOFOLLOW);
  const byDescriptor = process.platform === "linux";
  try {
    const actual = byDescriptor ? await readlink(`/proc/self/fd/${handle.fd}`) : await realpath(openPath);
    if (actual !== folder) {
      throw new SpindleError("io_error", `${folder} was moved or replaced by a link while files were being written.`, {
        hint: "Nothing was written there. Look at what changed the folder, then try again.",
        details: { path: folder },
      });
    }
  } catch (error) {
    await handle.close();
    throw error;
  }
  const base = byDescriptor ? `/proc/self/fd/${handle.fd}` : folder;
  return { folder, at: (name) => `${base}/${name}`, sync: () => handle.sync(), close: () => handle.close() };
}

async function deepestExisting(folder: string): Promise<string> {
  let current = folder;
  for (;;) {
    try {
      await lstat(current);
      return current;
    } catch (error) {
      const parent = path.dirname(current);
      const { code } = error as NodeJS.ErrnoException;
      if ((code !== "ENOENT" && code !== "ENOTDIR") || parent === current) throw error;
      current = parent;
    }
  }
}

/** False when it was there already. */
async function makeFolder(at: string): Promise<boolean> {
  try {
    await mkdir(at);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}
