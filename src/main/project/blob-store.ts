import { createHash } from "node:crypto";
import { constants as flags, createReadStream, mkdirSync, renameSync, statSync } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import path from "node:path";
import { createGunzip } from "node:zlib";
import { SpindleError } from "../../protocol/error.ts";
import { bytesOf, damaged, notKept, pump, type StoredContent } from "./content.ts";
import { syncFolder } from "./durable.ts";
import type { Image } from "./image.ts";
import { createNewFile } from "./new-file.ts";
import type { PackReader } from "./pack-file.ts";
import { removeIfThere } from "./staged-write.ts";

/** Where a content is. */
type Kept = Pick<Extract<Image, { type: "file" }>, "hash" | "size" | "pack">;

/**
 * Kept contents: small ones in the pack of their change, large ones by their SHA-256, each once. Files are complete or
 * absent, never torn.
 */
export interface BlobStore {
  /** Keeps a large content, durably. One that is there already counts only when it is undamaged. */
  put(bytes: Uint8Array, hash: string): Promise<void>;
  /** Keeps, durably, what a file holds, without holding it in memory. Throws `patch_failed` when the file no longer has that hash. */
  keepFile(source: string, hash: string, size: number): Promise<void>;
  /** Throws `not_found` when the content is not kept (any more), `io_error` when it was damaged. */
  get(kept: Kept): Promise<Uint8Array>;
  /** A content to stream; whether it is kept shows when it is read. */
  stored(kept: Kept): StoredContent;
}

/** A large content's file: itself, or what is left of it when it was compressed. */
export function blobFile(folder: string, hash: string): string {
  return path.join(folder, hash.slice(0, 2), hash);
}
export const COMPRESSED = ".gz";

/** A store in a folder that is made when first needed. */
export function createBlobStore(folder: string, packs: PackReader): BlobStore {
  /** Contents that this process wrote or checked, and that are on disk, not only in the system's cache. */
  const synced = new Set<string>();

  const stored = ({ hash, size, pack }: Kept): StoredContent => ({
    hash,
    size,
    pack,
    async *pieces() {
      if (pack === undefined) yield* blobPieces(blobFile(folder, hash), hash);
      else yield packs.read(pack, hash);
    },
  });

  /** After a power cut a file may have its size and not its content. */
  const isKept = async (hash: string, size: number): Promise<boolean> => {
    const file = [blobFile(folder, hash), blobFile(folder, hash) + COMPRESSED].find(isThere);
    if (file === undefined) return false;
    if (synced.has(hash)) return true;
    try {
      await checkHash(stored({ hash, size }));
    } catch (error) {
      if (error instanceof SpindleError) return false;
      throw error;
    }
    const handle = await open(file, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    synced.add(hash);
    return true;
  };

  /** Fills a file beside its place and moves it there. */
  const place = async (hash: string, fill: (temp: string) => Promise<void>): Promise<void> => {
    const file = blobFile(folder, hash);
    const parent = path.dirname(file);
    mkdirSync(parent, { recursive: true, mode: 0o700 });
    const temp = `${file}.${process.pid}.${Math.random().toString(36).slice(2, 10)}`;
    try {
      await fill(temp);
    } catch (error) {
      await removeIfThere(temp);
      throw error;
    }
    renameSync(temp, file);
    await removeIfThere(file + COMPRESSED);
    await syncFolder(parent);
    synced.add(hash);
  };

  return {
    async put(bytes, hash) {
      if (await isKept(hash, bytes.length)) return;
      await place(hash, async (temp) => {
        const file = await createNewFile(temp, 0o600, bytes);
        try {
          await file.fill();
          await file.sync();
        } finally {
          await file.close();
        }
      });
    },
    async keepFile(source, hash, size) {
      if (await isKept(hash, size)) return;
      const from = await open(source, flags.O_RDONLY | flags.O_NOFOLLOW | flags.O_NONBLOCK);
      try {
        await place(hash, async (temp) => {
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
    get: (kept) => bytesOf(stored(kept)),
    stored,
  };
}

async function* blobPieces(file: string, hash: string): AsyncGenerator<Uint8Array> {
  let handle: FileHandle;
  let isCompressed = false;
  try {
    handle = await open(file, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    isCompressed = true;
    handle = await openOrNotKept(file + COMPRESSED, hash);
  }
  try {
    const plain = createReadStream(file, { fd: handle, autoClose: false, highWaterMark: 256 * 1024 });
    if (!isCompressed) return yield* plain as AsyncIterable<Uint8Array>;
    const unpacked = createGunzip();
    plain.on("error", (error) => unpacked.destroy(error));
    yield* plain.pipe(unpacked) as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw String((error as NodeJS.ErrnoException).code).startsWith("Z_") ? damaged(hash, error) : error;
  } finally {
    await handle.close();
  }
}

async function openOrNotKept(file: string, hash: string): Promise<FileHandle> {
  try {
    return await open(file, "r");
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === "ENOENT" ? notKept(hash, error) : error;
  }
}

/** Reads a content to its end. Throws `io_error` when it is damaged. */
async function checkHash(content: StoredContent): Promise<void> {
  const digest = createHash("sha256");
  for await (const piece of content.pieces()) digest.update(piece);
  if (digest.digest("hex") !== content.hash) throw damaged(content.hash);
}

export function changedMeanwhile(place: string): SpindleError {
  return new SpindleError("patch_failed", `${place} was changed by something else while its content was being kept.`, {
    hint: "Nothing was changed. Try again.",
    details: { path: place },
  });
}

function isThere(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false }) !== undefined;
}
