import { constants as flags, mkdirSync, renameSync, statSync } from "node:fs";
import { open, readFile } from "node:fs/promises";
import path from "node:path";
import { SpindleError } from "../../protocol/error.ts";
import { hashOf, pump, type StoredContent } from "./content.ts";
import { createNewFile } from "./new-file.ts";
import { removeIfThere } from "./staged-write.ts";

/** Contents kept by their SHA-256, each once. Files are complete or absent, never torn. */
export interface BlobStore {
  /** Keeps a content. `durable` waits until it is on disk, also when it was kept earlier without waiting. */
  put(bytes: Uint8Array, hash: string, durable: boolean): Promise<void>;
  /** Keeps, durably, what a file holds, without holding it in memory. Throws `patch_failed` when the file no longer has that hash. */
  keepFile(source: string, hash: string, size: number): Promise<void>;
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
  /** Folders that were made or found. */
  const folders = new Set<string>();

  /** True when the content is there, and on disk when that is asked for. */
  const isKept = async (hash: string, size: number, durable: boolean): Promise<boolean> => {
    const file = fileOf(hash);
    if (!holds(file, size)) return false;
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

  /** Fills a file beside its place and moves it there: complete or absent, never torn. */
  const place = async (hash: string, durable: boolean, fill: (temp: string) => Promise<void>): Promise<void> => {
    const file = fileOf(hash);
    const parent = path.dirname(file);
    if (!folders.has(parent)) mkdirSync(parent, { recursive: true, mode: 0o700 });
    folders.add(parent);
    const temp = `${file}.${process.pid}.${Math.random().toString(36).slice(2, 10)}`;
    try {
      await fill(temp);
    } catch (error) {
      await removeIfThere(temp);
      throw error;
    }
    renameSync(temp, file);
    if (durable) synced.add(hash);
  };

  return {
    async put(bytes, hash, durable) {
      if (await isKept(hash, bytes.length, durable)) return;
      await place(hash, durable, async (temp) => {
        const file = await createNewFile(temp, 0o600, bytes);
        try {
          await file.fill();
          if (durable) await file.sync();
        } finally {
          await file.close();
        }
      });
    },
    async keepFile(source, hash, size) {
      if (await isKept(hash, size, true)) return;
      const from = await open(source, flags.O_RDONLY | flags.O_NOFOLLOW | flags.O_NONBLOCK);
      try {
        await place(hash, true, async (temp) => {
          const to = await open(temp, "wx", 0o600);
          try {
            if ((await pump(from, size, to)).hash !== hash) throw changedMeanwhile(source);
            await to.sync();
          } finally {
            await to.close();
          }
        });
      } finally {
        await from.close();
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

function holds(file: string, size: number): boolean {
  return statSync(file, { throwIfNoEntry: false })?.size === size;
}
