import { constants, isUtf8 } from "node:buffer";
import { constants as flags } from "node:fs";
import { open } from "node:fs/promises";
import { SpindleError } from "../../../protocol/error.ts";

/** Reads a file of UTF-8 text for an update. Throws `patch_failed` with `Failed to read file to update <path>: <reason>`. */
export async function readForUpdate(absolute: string): Promise<Buffer> {
  try {
    return checkedUtf8(await readRegularFile(absolute));
  } catch (error) {
    throw new SpindleError("patch_failed", `Failed to read file to update ${absolute}: ${osReason(error)}`, {
      details: { path: absolute },
      cause: error,
    });
  }
}

/** Bytes of a regular file; a folder, pipe or device is refused before anything is read. */
export async function readRegularFile(absolute: string): Promise<Buffer> {
  // Non-blocking: opening a pipe that nobody writes to must not hang.
  const handle = await open(absolute, flags.O_RDONLY | flags.O_NONBLOCK);
  try {
    const facts = await handle.stat();
    if (!facts.isFile()) throw new Error(`path \`${absolute}\` is not a file`);
    if (facts.size > constants.MAX_STRING_LENGTH) throw new Error("file too large");
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

/** Strict UTF-8; a byte order mark stays in the text. Throws as `checkedUtf8`. */
export function decodeUtf8(bytes: Buffer): string {
  return checkedUtf8(bytes).toString("utf8");
}

/** The bytes, which are strict UTF-8. The error's message is worded as Rust words it. */
export function checkedUtf8(bytes: Buffer): Buffer {
  if (isUtf8(bytes)) return bytes;
  const fault = firstFault(bytes);
  throw new Error(
    fault.length === undefined
      ? `incomplete utf-8 byte sequence from index ${fault.index}`
      : `invalid utf-8 sequence of ${fault.length} bytes from index ${fault.index}`,
  );
}

const errnoTexts: Readonly<Record<string, string>> = {
  EPERM: "Operation not permitted (os error 1)",
  ENOENT: "No such file or directory (os error 2)",
  EIO: "I/O error (os error 5)",
  EACCES: "Permission denied (os error 13)",
  ENOTDIR: "Not a directory (os error 20)",
  EISDIR: "Is a directory (os error 21)",
  EMFILE: "No file descriptors available (os error 24)",
  ENOSPC: "No space left on device (os error 28)",
  EROFS: "Read-only file system (os error 30)",
  ENAMETOOLONG: "Filename too long (os error 36)",
  ELOOP: "Symbolic link loop (os error 40)",
};

/** The operating system's reason in the words of the original (musl libc, Linux numbers). */
export function osReason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return (code === undefined ? undefined : errnoTexts[code]) ?? message ?? String(error);
}

/** First place that is not UTF-8. `length` undefined: the text ends in the middle of a character. */
function firstFault(bytes: Buffer): { index: number; length: number | undefined } {
  let index = 0;
  while (index < bytes.length) {
    const lead = bytes[index] ?? 0;
    if (lead < 0x80) {
      index++;
      continue;
    }
    const width = lead >= 0xc2 && lead <= 0xdf ? 2 : lead >= 0xe0 && lead <= 0xef ? 3 : lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
    if (width === 0) return { index, length: 1 };
    for (let n = 1; n < width; n++) {
      const byte = bytes[index + n];
      if (byte === undefined) return { index, length: undefined };
      if (!continues(lead, n, byte)) return { index, length: n };
    }
    index += width;
  }
  return { index, length: undefined };
}

/** The second byte is narrowed so that overlong forms, surrogates and values past U+10FFFF are faults. */
function continues(lead: number, n: number, byte: number): boolean {
  if (n > 1) return byte >= 0x80 && byte <= 0xbf;
  const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  return byte >= low && byte <= high;
}
