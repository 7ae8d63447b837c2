import { createHash } from "node:crypto";
import { mkdir, open, readFile, rename, stat, unlink } from "node:fs/promises";
import path from "node:path";
import { SpindleError } from "../../protocol/error.ts";

/** Contents kept by their SHA-256, each once. Files are complete or absent, never torn. */
export interface BlobStore {
  /** Keeps a content. `durable` waits until it is on disk. */
  put(bytes: Uint8Array, hash: string, durable: boolean): Promise<void>;
  /** Throws `not_found` when the content is not kept (any more), `io_error` when it was damaged. */
  get(hash: string): Promise<Buffer>;
}

/** The name of a content. */
export function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** A store in a folder that is made when first needed. */
export function createBlobStore(folder: string): BlobStore {
  const fileOf = (hash: string): string => path.join(folder, hash.slice(0, 2), hash);
  return {
    async put(bytes, hash, durable) {
      const file = fileOf(hash);
      if (await holds(file, bytes.length)) return;
      await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
      const temp = `${file}.${process.pid}.${Math.random().toString(36).slice(2, 10)}`;
      const handle = await open(temp, "wx", 0o600);
      try {
        await handle.writeFile(bytes);
        if (durable) await handle.sync();
      } catch (error) {
        await unlink(temp);
        throw error;
      } finally {
        await handle.close();
      }
      await rename(temp, file);
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
  };
}

async function holds(file: string, size: number): Promise<boolean> {
  try {
    return (await stat(file)).size === size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}
