import type { PatchHunk } from "../../../protocol/patch.ts";

/** First and last line, 1-based, of a new text. */
export type LineRange = readonly [from: number, to: number];

/** The changed lines of each hunk; where lines were only removed, the line behind them. */
export function changedRanges(hunks: readonly PatchHunk[]): LineRange[] {
  return hunks.flatMap((hunk): LineRange[] => {
    let line = hunk.newLines === 0 ? hunk.newStart + 1 : hunk.newStart;
    let from = Number.POSITIVE_INFINITY;
    let to = 0;
    for (const text of hunk.lines) {
      if (!text.startsWith(" ")) {
        from = Math.min(from, line);
        to = Math.max(to, line);
      }
      if (!text.startsWith("-")) line++;
    }
    return to === 0 ? [] : [[Math.max(1, from), Math.max(1, to)]];
  });
}

/** Where lines stand after a later patch; lines it changed are taken for the whole of that change. */
export function mapRange([from, to]: LineRange, hunks: readonly PatchHunk[]): LineRange {
  return [mapLine(from, hunks, false), mapLine(to, hunks, true)];
}

function mapLine(line: number, hunks: readonly PatchHunk[], end: boolean): number {
  let shift = 0;
  for (const hunk of hunks) {
    if (line < hunk.oldStart) break;
    if (line < hunk.oldStart + hunk.oldLines) return end ? hunk.newStart + Math.max(0, hunk.newLines - 1) : hunk.newStart;
    shift = hunk.newStart + hunk.newLines - (hunk.oldStart + hunk.oldLines);
  }
  return Math.max(1, line + shift);
}
