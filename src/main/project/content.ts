import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { SpindleError } from "../../protocol/error.ts";

/** A content in the blob store. It is streamed from there whenever it is needed and never held as a whole. */
export interface StoredContent {
  /** Where it lies; nobody changes that file. */
  readonly file: string;
  readonly hash: string;
  readonly size: number;
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
  if (!isStored(content)) {
    let written = 0;
    while (written < content.length) written += (await handle.write(content, written, content.length - written, written)).bytesWritten;
    return;
  }
  const source = await openStored(content);
  try {
    const { hash } = await pump(source, content.size, handle);
    if (hash !== content.hash) throw damaged(content);
  } finally {
    await source.close();
  }
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
    for (let done = 0; target !== undefined && done < bytesRead;)
      done += (await target.write(part, done, bytesRead - done, at + done)).bytesWritten;
    at += bytesRead;
  }
}

async function openStored(content: StoredContent): Promise<FileHandle> {
  try {
    return await open(content.file, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new SpindleError("not_found", "The earlier content of a file is not kept any more.", {
      hint: "The file stays as it is. Change it by hand or with a patch.",
      details: { hash: content.hash },
      cause: error,
    });
  }
}

function damaged(content: StoredContent): SpindleError {
  return new SpindleError("io_error", "The kept earlier content of a file is damaged.", {
    hint: "The file stays as it is. Look after the disk that holds the data folder.",
    details: { hash: content.hash },
  });
}
