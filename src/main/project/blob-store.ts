import { constants as flags } from "node:fs";
import { type FileHandle, mkdir, open, readFile, rename, stat, unlink } from "node:fs/promises";
import path from "node:path";
import { SpindleError } from "../../protocol/error.ts";
import { hashOf, pump, type StoredContent } from "./content.ts";

/** Contents kept by their SHA-256, each once. Files are complete or absent, never torn. */
export interface BlobStore {
  /** Keeps a content. `durable` waits until it is on disk, also when it was kept earlier without waiting. */
  put(bytes: Uint8Array, hash: string, durable: boolean): Promise<void>;
  /** Keeps, durably, what a file holds, without holding it in memory. Throws `patch_failed` when the file no longer has that hash. */
  keepFile(place: string, hash: string, size: number): Promise<void>;
  /** Throws `not_found` when the content is not kept (any more), `io_error` when it was damaged. */
  get(hash: string): Promise<Buffer>;
  /** A content to stream; whether it is kept shows when it is read. */
  stored(hash: string, size: number): StoredContent;
}

/** A store in a folder that is made when first needed. */
export function createBlobStore(folder: string): BlobStore {
  const fileOf = (hash: string): string => path.join(folder, hash.slice(0, 2), hash);
  /** Contents known to be on disk, not only in the system's cache. */
  const synced = new Set<string>();

  /** True when the content is there, and on disk when that is asked for. */
  const isKept = async (hash: string, size: number, durable: boolean): Promise<boolean> => {
    const file = fileOf(hash);
    if (!(await holds(file, size))) return false;
    if (!durable || synced.has(hash)) return true;
    const handle = await open(file, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    synced.add(hash);
    return true;
  };

  const write = async (hash: string, durable: boolean, fill: (handle: FileHandle) => Promise<void>): Promise<void> => {
    const file = fileOf(hash);
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    const temp = `${file}.${process.pid}.${Math.random().toString(36).slice(2, 10)}`;
    const handle = await open(temp, "wx", 0o600);
    try {
      await fill(handle);
      if (durable) await handle.sync();
    } catch (error) {
      await unlink(temp);
      throw error;
    } finally {
      await handle.close();
    }
    await rename(temp, file);
    if (durable) synced.add(hash);
  };

  return {
    async put(bytes, hash, durable) {
      if (await isKept(hash, bytes.length, durable)) return;
      await write(hash, durable, (handle) => handle.writeFile(bytes));
    },
    async keepFile(place, hash, size) {
      if (await isKept(hash, size, true)) return;
      const source = await open(place, flags.O_RDONLY | flags.O_NOFOLLOW | flags.O_NONBLOCK);
      try {
        await write(hash, true, async (handle) => {
          if ((await pump(source, size, handle)).hash !== hash) throw changedMeanwhile(place);
        });
      } finally {
        await source.close();
      }
    },
    async get(hash) {
      let bytes: Buffer;
      try {
        bytes = await readFile(fileOf(hash));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
        throw new SpindleError("not_found", "The earlier content of a file is not kept any more.", { details: { hash }, cause: error });
      }
      if (hashOf(bytes) !== hash)
        throw new SpindleError("io_error", "The kept earlier content of a file is damaged.", { details: { hash } });
      return bytes;
    },
    stored: (hash, size) => ({ file: fileOf(hash), hash, size }),
  };
}

function changedMeanwhile(place: string): SpindleError {
  return new SpindleError("patch_failed", `${place} was changed by something else while its content was being kept.`, {
    hint: "Nothing was changed. Try again.",
    details: { path: place },
  });
}

async function holds(file: string, size: number): Promise<boolean> {
  try {
    return (await stat(file)).size === size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}
