import type { PatchHunk } from "../../../protocol/patch.ts";
import { diffLines } from "../../lib/diff-lines.ts";
import type { LineEdit } from "./build.ts";
import { type FileLines, splitLines } from "./lines.ts";

/** What a change of one file looks like to a reader: counts of lines and hunks with context. */
export interface FileDiff {
  readonly added: number;
  readonly removed: number;
  readonly hunks: readonly PatchHunk[];
}

/**
 * Counts and hunks of edits. Lines that an edit removes and adds again unchanged are no change. Terminators do not count:
 * a file that only gains its final newline has no hunks. `contextLines` around each hunk (3); hunks that touch are joined.
 */
export function diffOfEdits(file: FileLines, edits: readonly LineEdit[], contextLines = 3): FileDiff {
  const runs = edits.flatMap((edit) => refine(file, edit));
  const hunks: PatchHunk[] = [];
  let shift = 0;
  for (let first = 0; first < runs.length;) {
    let last = first;
    while (last + 1 < runs.length && startOf(runs, last + 1) - endOf(runs, last) <= 2 * contextLines) last++;
    const hunk = makeHunk(file, runs.slice(first, last + 1), contextLines, shift);
    hunks.push(hunk);
    shift += hunk.newLines - hunk.oldLines;
    first = last + 1;
  }
  const count = (pick: (edit: LineEdit) => number): number => runs.reduce((sum, run) => sum + pick(run), 0);
  return { added: count((run) => run.added.length), removed: count((run) => run.removed), hunks };
}

/** Counts and hunks between two texts. */
export function diffOfTexts(before: string, after: string): FileDiff {
  const file = splitLines(before);
  const fresh = splitLines(after);
  const added = Array.from({ length: fresh.count }, (_, i) => fresh.lineAt(i));
  return diffOfEdits(file, [{ at: 0, removed: file.count, added }]);
}

function startOf(runs: readonly LineEdit[], index: number): number {
  return runs[index]?.at ?? 0;
}

function endOf(runs: readonly LineEdit[], index: number): number {
  const run = runs[index];
  return run === undefined ? 0 : run.at + run.removed;
}

function refine(file: FileLines, edit: LineEdit): LineEdit[] {
  const old = Array.from({ length: edit.removed }, (_, i) => file.lineAt(edit.at + i));
  return diffLines(old, edit.added).map((run) => ({
    at: edit.at + run.at,
    removed: run.removed,
    added: edit.added.slice(run.newAt, run.newAt + run.added),
  }));
}

/** `shift` is how many lines longer the new text is before this hunk. */
function makeHunk(file: FileLines, runs: readonly LineEdit[], contextLines: number, shift: number): PatchHunk {
  const from = Math.max(0, startOf(runs, 0) - contextLines);
  const to = Math.min(file.count, endOf(runs, runs.length - 1) + contextLines);
  const lines: string[] = [];
  let position = from;
  const keepUpTo = (end: number): void => {
    for (; position < end; position++) lines.push(` ${file.lineAt(position)}`);
  };
  for (const run of runs) {
    keepUpTo(run.at);
    for (let i = 0; i < run.removed; i++) lines.push(`-${file.lineAt(position++)}`);
    for (const line of run.added) lines.push(`+${line}`);
  }
  keepUpTo(to);
  const oldLines = to - from;
  const newLines = lines.filter((line) => !line.startsWith("-")).length;
  // As in unified diffs, an empty side names the line before it.
  return {
    oldStart: oldLines === 0 ? from : from + 1,
    oldLines,
    newStart: newLines === 0 ? from + shift : from + shift + 1,
    newLines,
    lines,
  };
}
