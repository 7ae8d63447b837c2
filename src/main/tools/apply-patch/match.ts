import { trim, trimEnd } from "../../../grammar/white-space.ts";
import { fold } from "./fold.ts";
import type { FileLines } from "./lines.ts";

/**
 * Finds a block of lines at or after `from`. Four passes, each over the whole rest of the file before the next: exact,
 * right-trimmed, trimmed, folded; so an exact match further down beats a loose one nearby (Codex 0.169.0, measured).
 * `atEnd` searches from the last place the block fits, never earlier. Returns the line index, or undefined.
 */
export function findBlock(file: FileLines, block: readonly string[], from: number, atEnd: boolean): number | undefined {
  if (block.length === 0) return from;
  const last = file.count - block.length;
  const start = atEnd ? Math.max(from, last) : from;
  if (start > last) return undefined;
  return findExactly(file, block, start, last) ?? findLoosely(file, block, start, last);
}

function findExactly(file: FileLines, block: readonly string[], start: number, last: number): number | undefined {
  const [first, ...rest] = block.map((line) => Buffer.from(line, "utf8"));
  if (first === undefined) return undefined;
  for (let at = file.findLine(first, start, last); at !== undefined; at = file.findLine(first, at + 1, last)) {
    const place = at;
    if (rest.every((line, index) => file.lineEquals(place + 1 + index, line))) return at;
  }
  return undefined;
}

function findLoosely(file: FileLines, block: readonly string[], start: number, last: number): number | undefined {
  for (const normalise of [trimEnd, trim, fold]) {
    const wanted = block.map(normalise);
    for (let at = start; at <= last; at++) {
      const place = at;
      if (wanted.every((line, index) => equals(file, place + index, line, normalise))) return at;
    }
  }
  return undefined;
}

function equals(file: FileLines, index: number, wanted: string, normalise: (line: string) => string): boolean {
  // Normalising never makes a line longer, and a line has at least as many bytes as units: a shorter one cannot match.
  return file.lengthOf(index) >= wanted.length && normalise(file.lineAt(index)) === wanted;
}
