import type { PatchHunk } from "../../../protocol/patch.ts";

/** Lines `at … at + removed` of the old text (0-based) become lines `newAt … newAt + added` of the new one. */
interface Change {
  readonly at: number;
  readonly removed: number;
  readonly newAt: number;
  readonly added: number;
}

export interface LineDiff {
  readonly added: number;
  readonly removed: number;
  readonly hunks: readonly PatchHunk[];
}

const contextLines = 3;
/** A stretch without unique lines is compared cell by cell up to this many cells, above it is shown as replaced. */
const maxCells = 400_000;

/**
 * The difference of two texts in hunks with up to three lines of context. Lines that occur once on both sides anchor
 * the comparison (patience diff), so its cost follows the number of lines and a rewritten file of 100,000 lines does
 * not hang: it comes out coarser, never wrong. As in the patches of main, terminators do not count: texts that differ
 * only in line ends or the last newline have no hunks.
 */
export function diffLines(before: string, after: string): LineDiff {
  const a = linesOf(before);
  const b = linesOf(after);
  const changes: Change[] = [];
  compare(a, 0, a.length, b, 0, b.length, changes);
  const joined = join(changes);
  return {
    added: joined.reduce((sum, change) => sum + change.added, 0),
    removed: joined.reduce((sum, change) => sum + change.removed, 0),
    hunks: toHunks(joined, a, b),
  };
}

/** The lines of a text without their terminators; a last newline ends a line and starts none. */
export function linesOf(text: string): string[] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

function compare(a: readonly string[], aFrom: number, aTo: number, b: readonly string[], bFrom: number, bTo: number, out: Change[]): void {
  while (aFrom < aTo && bFrom < bTo && a[aFrom] === b[bFrom]) {
    aFrom++;
    bFrom++;
  }
  while (aFrom < aTo && bFrom < bTo && a[aTo - 1] === b[bTo - 1]) {
    aTo--;
    bTo--;
  }
  if (aFrom === aTo && bFrom === bTo) return;
  if (aFrom === aTo || bFrom === bTo) {
    out.push({ at: aFrom, removed: aTo - aFrom, newAt: bFrom, added: bTo - bFrom });
    return;
  }
  const anchors = anchorsOf(a, aFrom, aTo, b, bFrom, bTo);
  if (anchors.length === 0) {
    if ((aTo - aFrom) * (bTo - bFrom) <= maxCells) compareCells(a, aFrom, aTo, b, bFrom, bTo, out);
    else out.push({ at: aFrom, removed: aTo - aFrom, newAt: bFrom, added: bTo - bFrom });
    return;
  }
  for (const [aAt, bAt] of anchors) {
    compare(a, aFrom, aAt, b, bFrom, bAt, out);
    aFrom = aAt + 1;
    bFrom = bAt + 1;
  }
  compare(a, aFrom, aTo, b, bFrom, bTo, out);
}

/** Pairs of lines unique on both sides, in an order both sides agree on (longest increasing run). */
function anchorsOf(
  a: readonly string[],
  aFrom: number,
  aTo: number,
  b: readonly string[],
  bFrom: number,
  bTo: number,
): readonly (readonly [number, number])[] {
  const inA = uniqueLines(a, aFrom, aTo);
  const inB = uniqueLines(b, bFrom, bTo);
  const pairs: { readonly aAt: number; readonly bAt: number; previous: number }[] = [];
  for (const [line, aAt] of inA) {
    const bAt = inB.get(line);
    if (aAt >= 0 && bAt !== undefined && bAt >= 0) pairs.push({ aAt, bAt, previous: -1 });
  }
  pairs.sort((left, right) => left.aAt - right.aAt);
  const tails: number[] = [];
  pairs.forEach((pair, index) => {
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((pairs[tails[middle] ?? 0]?.bAt ?? 0) < pair.bAt) low = middle + 1;
      else high = middle;
    }
    pair.previous = low > 0 ? (tails[low - 1] ?? -1) : -1;
    tails[low] = index;
  });
  const chosen: (readonly [number, number])[] = [];
  for (let index = tails.at(-1) ?? -1; index >= 0;) {
    const pair = pairs[index];
    if (pair === undefined) break;
    chosen.push([pair.aAt, pair.bAt]);
    index = pair.previous;
  }
  return chosen.reverse();
}

/** Line -> its place, or -1 when it occurs more than once. */
function uniqueLines(lines: readonly string[], from: number, to: number): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  for (let at = from; at < to; at++) {
    const line = lines[at] ?? "";
    places.set(line, places.has(line) ? -1 : at);
  }
  return places;
}

/** Longest common subsequence by table, for the small stretches between anchors. */
function compareCells(
  a: readonly string[],
  aFrom: number,
  aTo: number,
  b: readonly string[],
  bFrom: number,
  bTo: number,
  out: Change[],
): void {
  const rows = aTo - aFrom;
  const columns = bTo - bFrom;
  const width = columns + 1;
  const table = new Uint32Array((rows + 1) * width);
  for (let i = rows - 1; i >= 0; i--) {
    for (let j = columns - 1; j >= 0; j--) {
      table[i * width + j] =
        a[aFrom + i] === b[bFrom + j]
          ? (table[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(table[(i + 1) * width + j] ?? 0, table[i * width + j + 1] ?? 0);
    }
  }
  let i = 0;
  let j = 0;
  while (i < rows || j < columns) {
    if (i < rows && j < columns && a[aFrom + i] === b[bFrom + j]) {
      i++;
      j++;
    } else if (j >= columns || (i < rows && (table[(i + 1) * width + j] ?? 0) >= (table[i * width + j + 1] ?? 0))) {
      out.push({ at: aFrom + i, removed: 1, newAt: bFrom + j, added: 0 });
      i++;
    } else {
      out.push({ at: aFrom + i, removed: 0, newAt: bFrom + j, added: 1 });
      j++;
    }
  }
}

function join(changes: readonly Change[]): readonly Change[] {
  const joined: Change[] = [];
  for (const change of changes) {
    const last = joined.at(-1);
    if (last !== undefined && last.at + last.removed === change.at && last.newAt + last.added === change.newAt) {
      joined[joined.length - 1] = { ...last, removed: last.removed + change.removed, added: last.added + change.added };
    } else joined.push(change);
  }
  return joined;
}

function toHunks(changes: readonly Change[], a: readonly string[], b: readonly string[]): readonly PatchHunk[] {
  const groups: Change[][] = [];
  for (const change of changes) {
    const group = groups.at(-1);
    const last = group?.at(-1);
    if (group !== undefined && last !== undefined && change.at - (last.at + last.removed) <= 2 * contextLines) group.push(change);
    else groups.push([change]);
  }
  return groups.map((group) => {
    const first = group[0] ?? { at: 0, removed: 0, newAt: 0, added: 0 };
    const last = group.at(-1) ?? first;
    const from = Math.max(0, first.at - contextLines);
    const newFrom = first.newAt - (first.at - from);
    const to = Math.min(a.length, last.at + last.removed + contextLines);
    const lines: string[] = [];
    let at = from;
    for (const change of group) {
      for (; at < change.at; at++) lines.push(` ${a[at] ?? ""}`);
      for (; at < change.at + change.removed; at++) lines.push(`-${a[at] ?? ""}`);
      for (let newAt = change.newAt; newAt < change.newAt + change.added; newAt++) lines.push(`+${b[newAt] ?? ""}`);
    }
    for (; at < to; at++) lines.push(` ${a[at] ?? ""}`);
    const oldLines = to - from;
    const newLines = lines.filter((line) => !line.startsWith("-")).length;
    // Unified diffs name the line before an empty side.
    return { oldStart: oldLines === 0 ? from : from + 1, oldLines, newStart: newLines === 0 ? newFrom : newFrom + 1, newLines, lines };
  });
}
