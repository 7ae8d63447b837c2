import { trim, trimEnd } from "../../../grammar/white-space.ts";
import { fold } from "./fold.ts";
import { findIds, indexLines, type LineIndex } from "./line-index.ts";
import { exactSpans, folded, type LineSpans, withoutEnds, withoutStarts } from "./line-spans.ts";
import type { FileLines } from "./lines.ts";

/** Finds blocks of lines in one file. */
export interface Matcher {
  /**
   * Finds a block of lines at or after `from`. Four passes, each over the whole rest of the file before the next: exact,
   * right-trimmed, trimmed, folded; so an exact match further down beats a loose one nearby (Codex 0.169.0, measured).
   * `atEnd` searches from the last place the block fits, never earlier. Returns the line index, or undefined.
   */
  findBlock(block: readonly string[], from: number, atEnd: boolean): number | undefined;
}

interface Pass {
  readonly normalise: (line: string) => string;
  /** The lines of the file as this pass sees them, from those of the pass before. */
  readonly narrow: (spans: LineSpans) => LineSpans;
}

const loosePasses: readonly Pass[] = [
  { normalise: trimEnd, narrow: withoutEnds },
  { normalise: trim, narrow: withoutStarts },
  { normalise: fold, narrow: folded },
];

/** What comparing one line costs in the measure of bytes that are searched. */
const LINE_COST = 64;

/**
 * Lines are compared as they stand while that is cheap; then each is normalised and numbered once per pass, however many
 * blocks are looked for.
 */
export function createMatcher(file: FileLines): Matcher {
  const indexes = createIndexes(file);
  /** Bytes that may still be searched before an index is made. */
  let budget = 2 * file.bytes.length;

  const findExactly = (block: readonly string[], start: number, last: number): number | undefined => {
    const wanted = block.map((line) => Buffer.from(line, "utf8"));
    const [first, ...rest] = wanted;
    if (first === undefined) return undefined;
    for (let from = start; budget > 0;) {
      const at = file.findLine(first, from, last);
      budget -= file.startOf(at ?? last) - file.startOf(from) + LINE_COST;
      if (at === undefined) return undefined;
      const differs = rest.findIndex((line, index) => !file.lineEquals(at + 1 + index, line));
      if (differs === -1) return at;
      budget -= differs * LINE_COST;
      from = at + 1;
      if (from > last) return undefined;
    }
    return findIn(indexes(0), wanted, start, last);
  };

  const findLoosely = (block: readonly string[], start: number, last: number): number | undefined => {
    for (const [index, { normalise }] of loosePasses.entries()) {
      const wanted = block.map(normalise);
      // One place is no reason to read the whole file.
      const at =
        start === last ? (standsAt(file, wanted, start, normalise) ? start : undefined) : findText(indexes(index + 1), wanted, start, last);
      if (at !== undefined) return at;
    }
    return undefined;
  };

  return {
    findBlock(block, from, atEnd) {
      if (block.length === 0) return from;
      const last = file.count - block.length;
      const start = atEnd ? Math.max(from, last) : from;
      if (start > last) return undefined;
      return findExactly(block, start, last) ?? findLoosely(block, start, last);
    },
  };
}

/** The index of a pass (0: exact), made when asked for. Passes that see the same lines share one. */
function createIndexes(file: FileLines): (pass: number) => LineIndex {
  const spans: LineSpans[] = [];
  const made = new Map<LineSpans, LineIndex>();
  return (pass) => {
    let seen = spans[0] ?? exactSpans(file);
    spans[0] = seen;
    for (let next = 1; next <= pass; next++) {
      seen = spans[next] ?? loosePasses[next - 1]?.narrow(seen) ?? seen;
      spans[next] = seen;
    }
    const index = made.get(seen) ?? indexLines(seen);
    made.set(seen, index);
    return index;
  };
}

function findText(index: LineIndex, wanted: readonly string[], start: number, last: number): number | undefined {
  const bytes = wanted.map((line) => Buffer.from(line, "utf8"));
  // Half a surrogate pair has no UTF-8: as bytes it would be equal to U+FFFD, as text it is equal to nothing in a file.
  if (bytes.some((line, at) => line.toString("utf8") !== wanted[at])) return undefined;
  return findIn(index, bytes, start, last);
}

function findIn(index: LineIndex, wanted: readonly Buffer[], start: number, last: number): number | undefined {
  const ids = new Int32Array(wanted.length);
  for (const [at, line] of wanted.entries()) {
    const id = index.idOf(line);
    if (id === undefined) return undefined;
    ids[at] = id;
  }
  return findIds(index.ids, ids, start, last);
}

function standsAt(file: FileLines, wanted: readonly string[], at: number, normalise: (line: string) => string): boolean {
  return wanted.every((line, index) => normalise(file.lineAt(at + index)) === line);
}
