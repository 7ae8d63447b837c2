import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { SpindleError } from "../../protocol/error.ts";

/** A kept content. It is read whenever it is needed, and a large one is never held as a whole. */
export interface StoredContent {
  readonly hash: string;
  readonly size: number;
  /** The pack it is in; absent for one that has a file of its own. */
  readonly pack?: string | undefined;
  /** Its bytes. Throws `not_found` when it is not kept any more, `io_error` when it cannot be read. Whoever needs all checks the hash. */
  pieces(): AsyncIterable<Uint8Array>;
}

/** The bytes of a file: in memory, or in the blob store. */
export type Content = Uint8Array | StoredContent;

export function isStored(content: Content): content is StoredContent {
  return !(content instanceof Uint8Array);
}

export function sizeOf(content: Content): number {
  return isStored(content) ? content.size : content.length;
}

/** The name of a content: its SHA-256. */
export function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/**
 * Writes a content from the beginning of an open file on; what stood behind it stays. Throws `not_found` when a stored
 * content is gone and `io_error` when it is damaged: the file is then written in part.
 */
export async function writeContent(handle: FileHandle, content: Content): Promise<void> {
  if (!isStored(content)) return writeAt(handle, content, 0);
  const digest = createHash("sha256");
  let at = 0;
  for await (const piece of content.pieces()) {
    digest.update(piece);
    await writeAt(handle, piece, at);
    at += piece.length;
  }
  if (digest.digest("hex") !== content.hash) throw damaged(content.hash);
}

async function writeAt(handle: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.length;) done += (await handle.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
}

/** The whole content in memory: for small ones. Throws as `writeContent`. */
export async function bytesOf(content: Content): Promise<Uint8Array> {
  if (!isStored(content)) return content;
  const pieces: Uint8Array[] = [];
  for await (const piece of content.pieces()) pieces.push(piece);
  const bytes = pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
  if (hashOf(bytes) !== content.hash) throw damaged(content.hash);
  return bytes;
}

/**
 * Reads an open file from its beginning to its end, at most 256 KiB at a time; copies it to `target` when one is given.
 * `size` is what it probably holds, bytes.
 */
export async function pump(
  source: FileHandle,
  size: number,
  target?: FileHandle,
): Promise<{ readonly hash: string; readonly size: number }> {
  const digest = createHash("sha256");
  const buffer = Buffer.allocUnsafeSlow(Math.min(256 * 1024, Math.max(1, size)));
  let at = 0;
  for (;;) {
    const { bytesRead } = await source.read(buffer, 0, buffer.length, at);
    if (bytesRead === 0) return { hash: digest.digest("hex"), size: at };
    const part = buffer.subarray(0, bytesRead);
    digest.update(part);
    if (target !== undefined) await writeAt(target, part, at);
    at += bytesRead;
  }
}

/** The old content is gone: swept, or its folder was cleared. */
export function notKept(hash: string, cause?: unknown): SpindleError {
  return new SpindleError("not_found", "The earlier content of a file is not kept any more.", {
    hint: "The file stays as it is. Change it by hand or with a patch.",
    details: { hash },
    cause,
  });
}

export function damaged(hash: string, cause?: unknown): SpindleError {
  return new SpindleError("io_error", "The kept earlier content of a file is damaged.", {
    hint: "The file stays as it is. Look after the disk that holds the data folder.",
    details: { hash },
    cause,
  });
}
