import type { FileHandle } from "node:fs/promises";
import { SpindleError } from "../../../protocol/error.ts";
import { countNewlines } from "./count-newlines.ts";

/** Some lines of a file, without terminators. */
export interface FileSlice {
  readonly lines: readonly string[];
  /** 1-based number of the first line. */
  readonly startLine: number;
  readonly totalLines: number;
  /** True when `maxBytes` ended the slice or shortened its last line. */
  readonly cut: boolean;
}

export interface SliceOptions {
  readonly shownPath: string;
  /** First line, 1-based. */
  readonly offset: number;
  readonly limit: number;
  /** Bytes of text to keep at most. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/**
 * Reads lines of an open text file. The file is streamed: memory is the slice, not the file. Lines end at `\n`, one `\r`
 * before it is dropped; what is not UTF-8 becomes U+FFFD. Throws `binary_file` (a NUL in the first 8 KB), `not_a_file`, or
 * the error of the system.
 */
export async function readSlice(handle: FileHandle, options: SliceOptions): Promise<FileSlice> {
  const facts = await handle.stat();
  if (!facts.isFile()) {
    throw new SpindleError("not_a_file", `${options.shownPath} is ${facts.isDirectory() ? "a folder" : "not a regular file"}.`, {
      ...(facts.isDirectory() ? { hint: "List it with listDir." } : {}),
      details: { path: options.shownPath },
    });
  }
  return scan(handle, facts.size, options);
}

const BINARY_PROBE = 8 * 1024;
const CHUNK = 256 * 1024;
const LF = 0x0a;
const CR = 0x0d;

async function scan(handle: FileHandle, size: number, options: SliceOptions): Promise<FileSlice> {
  const lastLine = options.offset + options.limit - 1;
  const kept: Buffer[] = [];
  let keptBytes = 0;
  let cut = false;
  let line = 1;
  let lineHasBytes = false;
  // One read is enough for most files: a byte more than the size finds the end at once.
  const buffer = Buffer.allocUnsafe(Math.max(1, Math.min(CHUNK, size + 1)));
  for (let position = 0; ;) {
    options.signal.throwIfAborted();
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
    if (bytesRead === 0) break;
    const chunk = buffer.subarray(0, bytesRead);
    if (position === 0 && chunk.subarray(0, BINARY_PROBE).includes(0)) throw binary(options.shownPath, size);
    position += bytesRead;
    // Most of a large file is only counted: before the range, and behind it.
    const ends = countNewlines(chunk);
    if (line + ends < options.offset || line > lastLine) {
      line += ends;
      lineHasBytes = chunk[bytesRead - 1] !== LF;
      continue;
    }
    let from = -1;
    let to = 0;
    for (let at = 0; at < bytesRead;) {
      const newline = chunk.indexOf(LF, at);
      const end = newline === -1 ? bytesRead : newline + 1;
      if (line >= options.offset && line <= lastLine) {
        if (from === -1) from = at;
        to = end;
      }
      lineHasBytes = newline === -1;
      if (newline !== -1) line++;
      at = end;
    }
    if (from !== -1 && keptBytes < options.maxBytes) {
      const part = chunk.subarray(from, Math.min(to, from + options.maxBytes - keptBytes));
      cut ||= part.length < to - from;
      kept.push(Buffer.from(part));
      keptBytes += part.length;
    } else if (from !== -1) {
      cut = true;
    }
  }
  const totalLines = lineHasBytes ? line : line - 1;
  return { lines: linesOf(Buffer.concat(kept), cut), startLine: options.offset, totalLines, cut };
}

function linesOf(bytes: Buffer, cut: boolean): string[] {
  if (bytes.length === 0) return [];
  let end = bytes.length;
  // A slice that was cut must not end in half a character.
  while (cut && end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  if (bytes[end - 1] === LF) end--;
  const hasCr = bytes.includes(CR);
  const lines = bytes.toString("utf8", 0, end).split("\n");
  return hasCr
    ? lines.map((line, i) => (line.endsWith("\r") && (i < lines.length - 1 || end < bytes.length) ? line.slice(0, -1) : line))
    : lines;
}

function binary(shownPath: string, size: number): SpindleError {
  return new SpindleError("binary_file", `${shownPath} is a binary file of ${size} bytes.`, {
    hint: "Look at it with a command, for example file or xxd.",
    details: { path: shownPath, bytes: size },
  });
}
