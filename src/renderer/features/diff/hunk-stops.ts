import type { FileDiffMetadata } from "@pierre/diffs";

/** A place the keyboard goes to: the first changed line of a hunk, or a file that has nothing to show. */
export interface HunkStop {
  readonly path: string;
  /** Place of the file in the review and of the hunk in the file, from 1. */
  readonly hunk: number;
  readonly hunks: number;
  readonly added: number;
  readonly removed: number;
  /** Null for a file without hunks. */
  readonly line: { readonly side: "additions" | "deletions"; readonly from: number; readonly to: number } | null;
}

/** All stops of the review in reading order. */
export function hunkStops(files: readonly { readonly path: string; readonly diff: FileDiffMetadata | null }[]): readonly HunkStop[] {
  return files.flatMap(({ path, diff }): HunkStop[] => {
    if (diff === null || diff.hunks.length === 0) return [{ path, hunk: 0, hunks: 0, added: 0, removed: 0, line: null }];
    return diff.hunks.map((hunk, index) => ({
      path,
      hunk: index + 1,
      hunks: diff.hunks.length,
      added: hunk.additionLines,
      removed: hunk.deletionLines,
      line: changedLines(hunk),
    }));
  });
}

/**
 * The stop to go to. `from` is where the keyboard was; `path` is the file at the top of the view: when the person has
 * scrolled to another file since, the way starts there. `unit` file goes to the first hunk of the next file.
 */
export function nextStop(
  stops: readonly HunkStop[],
  from: HunkStop | null,
  path: string | null,
  step: 1 | -1,
  unit: "hunk" | "file",
): HunkStop | null {
  const at = from === null ? -1 : stops.findIndex((stop) => stop.path === from.path && stop.hunk === from.hunk);
  const firstHere = stops.findIndex((stop) => stop.path === path);
  const lastHere = stops.findLastIndex((stop) => stop.path === path);
  if (unit === "hunk") {
    if (at >= 0 && (path === null || from?.path === path)) return stops[at + step] ?? null;
    if (firstHere < 0) return (step === 1 ? stops[0] : stops.at(-1)) ?? null;
    return stops[step === 1 ? firstHere : firstHere - 1] ?? null;
  }
  if (firstHere < 0) return (step === 1 ? stops[0] : stops.at(-1)) ?? null;
  if (step === 1) return stops[lastHere + 1] ?? null;
  const previous = stops[firstHere - 1];
  return previous === undefined ? null : (stops.find((stop) => stop.path === previous.path) ?? null);
}

/** What the live region says of a stop. */
export function describeStop(stop: HunkStop): string {
  if (stop.line === null) return `${stop.path}, no changed lines to show`;
  const lines = stop.line.from === stop.line.to ? `line ${stop.line.from}` : `lines ${stop.line.from} to ${stop.line.to}`;
  return `Hunk ${stop.hunk} of ${stop.hunks}, ${stop.path}, ${lines}, ${stop.added} added, ${stop.removed} removed`;
}

function changedLines(hunk: FileDiffMetadata["hunks"][number]): HunkStop["line"] {
  const changes = hunk.hunkContent.filter((content) => content.type === "change");
  const first = changes[0];
  const last = changes.at(-1);
  if (first === undefined || last === undefined) return null;
  const onNew = first.additions > 0;
  const from = onNew
    ? hunk.additionStart + first.additionLineIndex - hunk.additionLineIndex
    : hunk.deletionStart + first.deletionLineIndex - hunk.deletionLineIndex;
  // The end is named on the side of the start, so a range never mixes numbers of two texts.
  const sameSide = changes.findLast((content) => (onNew ? content.additions : content.deletions) > 0) ?? first;
  const to = onNew
    ? hunk.additionStart + sameSide.additionLineIndex - hunk.additionLineIndex + sameSide.additions - 1
    : hunk.deletionStart + sameSide.deletionLineIndex - hunk.deletionLineIndex + sameSide.deletions - 1;
  return { side: onNew ? "additions" : "deletions", from, to };
}
