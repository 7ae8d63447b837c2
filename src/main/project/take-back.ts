import { diffLines } from "../lib/diff-lines.ts";
import type { HunkPlace } from "../../protocol/review.ts";

/** The text with the hunks taken back, or the lines of the present text (1-based) that stand in the way. */
export type TakeBack = { readonly bytes: Buffer } | { readonly lines: readonly (readonly [from: number, to: number])[] };

/**
 * Takes hunks of a change back in a text that may have changed since: each hunk's lines become those of `before` again, with
 * their own terminators, and everything else stays. Hunks come from a comparison of `before` and `after`; they do not overlap.
 * A hunk whose lines were changed since is not taken back, and then none is.
 */
export function takeBackHunks(before: Buffer, after: Buffer, present: Buffer, hunks: readonly HunkPlace[]): TakeBack {
  const old = linesOf(before);
  const now = linesOf(present);
  const placed = placesNow(linesOf(after), now, hunks);
  if ("lines" in placed) return placed;
  const parts: Buffer[] = [];
  let at = 0;
  for (const { hunk, from, to } of placed.places.toSorted((a, b) => a.from - b.from)) {
    parts.push(...now.slice(at, from));
    const start = hunk.oldLines === 0 ? hunk.oldStart : hunk.oldStart - 1;
    parts.push(...old.slice(start, start + hunk.oldLines));
    at = to;
  }
  parts.push(...now.slice(at));
  return { bytes: Buffer.concat(closed(parts)) };
}

interface Place {
  readonly hunk: HunkPlace;
  /** 0-based lines of the present text. */
  readonly from: number;
  readonly to: number;
}

/** Where the lines of the hunks stand in the present text. */
function placesNow(
  after: readonly Buffer[],
  now: readonly Buffer[],
  hunks: readonly HunkPlace[],
): { readonly places: readonly Place[] } | { readonly lines: readonly (readonly [number, number])[] } {
  const text = (line: Buffer): string => line.toString("latin1");
  const runs = diffLines(after.map(text), now.map(text));
  const places: Place[] = [];
  const inTheWay: (readonly [number, number])[] = [];
  for (const hunk of hunks) {
    const start = hunk.newLines === 0 ? hunk.newStart : hunk.newStart - 1;
    const end = start + hunk.newLines;
    let shift = 0;
    let isFree = true;
    for (const run of runs) {
      const runEnd = run.at + run.removed;
      if (runEnd <= start && !(run.removed === 0 && run.at === start && hunk.newLines === 0)) {
        shift += run.added - run.removed;
      } else if (run.at < end || (run.at === end && hunk.newLines === 0)) {
        isFree = false;
        inTheWay.push([run.newAt + 1, Math.max(run.newAt + 1, run.newAt + run.added)]);
      }
    }
    if (isFree) places.push({ hunk, from: start + shift, to: end + shift });
  }
  return inTheWay.length > 0 ? { lines: inTheWay } : { places };
}

/** A line in the middle that has no terminator (it was the last one of its text) gets one. */
function closed(lines: readonly Buffer[]): Buffer[] {
  const crlf = lines.some((line) => line.at(-1) === 0x0a && line.at(-2) === 0x0d);
  return lines.map((line, index) =>
    index < lines.length - 1 && line.at(-1) !== 0x0a ? Buffer.concat([line, Buffer.from(crlf ? "\r\n" : "\n")]) : line,
  );
}

/** Lines with their terminators. */
function linesOf(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const newline = bytes.indexOf(0x0a, at);
    const end = newline === -1 ? bytes.length : newline + 1;
    lines.push(bytes.subarray(at, end));
    at = end;
  }
  return lines;
}
