import { isAscii } from "node:buffer";
import { trim, trimEnd } from "../../../grammar/white-space.ts";
import { fold } from "./fold.ts";
import type { FileLines } from "./lines.ts";

/** The lines of a file as a pass of the matcher sees them: line `i` is `bytes` from `starts[i]` to `ends[i]`. */
export interface LineSpans {
  readonly bytes: Buffer;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

/** The lines as they stand there. */
export function exactSpans(file: FileLines): LineSpans {
  const starts = new Int32Array(file.count);
  const ends = new Int32Array(file.count);
  for (let i = 0; i < file.count; i++) {
    const start = file.startOf(i);
    starts[i] = start;
    ends[i] = start + file.lengthOf(i);
  }
  return { bytes: file.bytes, starts, ends };
}

/** Without white space at the ends of lines. The very same object when there is none, here and below. */
export function withoutEnds(spans: LineSpans): LineSpans {
  const { bytes, starts } = spans;
  let ends = spans.ends;
  for (let i = 0; i < starts.length; i++) {
    const start = starts[i] ?? 0;
    const end = spans.ends[i] ?? 0;
    const trimmed = endOf(bytes, start, end);
    if (trimmed === end) continue;
    if (ends === spans.ends) ends = spans.ends.slice();
    ends[i] = trimmed;
  }
  return ends === spans.ends ? spans : { bytes, starts, ends };
}

/** Without white space at the starts, from lines that have none at their ends. */
export function withoutStarts(spans: LineSpans): LineSpans {
  const { bytes, ends } = spans;
  let starts = spans.starts;
  for (let i = 0; i < ends.length; i++) {
    const start = spans.starts[i] ?? 0;
    const end = ends[i] ?? 0;
    const trimmed = startOf(bytes, start, end);
    if (trimmed === start) continue;
    if (starts === spans.starts) starts = spans.starts.slice();
    starts[i] = trimmed;
  }
  return starts === spans.starts ? spans : { bytes, starts, ends };
}

/** Folded, from trimmed lines. Lines that change get bytes of their own, behind those of the file. */
export function folded(spans: LineSpans): LineSpans {
  const { bytes } = spans;
  if (isAscii(bytes)) return spans;
  const more: Buffer[] = [];
  const starts = spans.starts.slice();
  const ends = spans.ends.slice();
  let length = bytes.length;
  for (let i = 0; i < starts.length; i++) {
    const start = starts[i] ?? 0;
    const end = ends[i] ?? 0;
    if (!hasNonAscii(bytes, start, end)) continue;
    const text = bytes.toString("utf8", start, end);
    const plain = fold(text);
    if (plain === text) continue;
    const own = Buffer.from(plain, "utf8");
    more.push(own);
    starts[i] = length;
    length += own.length;
    ends[i] = length;
  }
  return more.length === 0 ? spans : { bytes: Buffer.concat([bytes, ...more], length), starts, ends };
}

function endOf(bytes: Buffer, start: number, end: number): number {
  for (let at = end; at > start; at--) {
    const byte = bytes[at - 1] ?? 0;
    if (byte >= 0x80) return start + Buffer.byteLength(trimEnd(bytes.toString("utf8", start, at)));
    if (!isPlainSpace(byte)) return at;
  }
  return start;
}

function startOf(bytes: Buffer, start: number, end: number): number {
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte >= 0x80) return end - Buffer.byteLength(trim(bytes.toString("utf8", at, end)));
    if (!isPlainSpace(byte)) return at;
  }
  return end;
}

/** The ASCII part of White_Space. */
function isPlainSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

function hasNonAscii(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if ((bytes[at] ?? 0) >= 0x80) return true;
  return false;
}
