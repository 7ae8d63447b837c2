import type { FileDiffMetadata } from "@pierre/diffs";
import type { CommentPlace, ReviewComment } from "../../state/review-comments.ts";
import type { ReviewFile } from "./merge-patches.ts";
import type { ParsedFile } from "./parse-file.ts";

export interface PlacedComments {
  /** By the path of the shown file, with the lines where they are now. */
  readonly byPath: ReadonlyMap<string, readonly ReviewComment[]>;
  /** Where the lines of each are now, by its id. */
  readonly places: ReadonlyMap<string, CommentPlace>;
  /** Their lines are gone, or not on what is shown: without a list of their own nobody would see them. */
  readonly unseen: readonly ReviewComment[];
}

/**
 * Finds the lines of comments in the files of a review: where they stood, else the nearest place with the same text. Comments on
 * files that are not prepared yet are left out, they come with their file.
 */
export function placeComments(
  comments: readonly ReviewComment[],
  files: readonly ReviewFile[],
  parsed: ReadonlyMap<string, ParsedFile>,
): PlacedComments {
  const byPath = new Map<string, ReviewComment[]>();
  const places = new Map<string, CommentPlace>();
  const unseen: ReviewComment[] = [];
  for (const comment of comments) {
    const file = files.find(({ path }) => path === comment.path) ?? files.find(({ fromPath }) => fromPath === comment.path);
    const ready = file === undefined ? undefined : parsed.get(file.key);
    if (file !== undefined && ready === undefined) continue;
    const diff = ready?.diff ?? null;
    const lines = diff === null ? null : findLines(diff, comment);
    if (file === undefined || diff === null || lines === null) {
      unseen.push(comment);
      continue;
    }
    const place: CommentPlace = { path: file.path, side: comment.side, ...lines };
    const placed = { ...comment, ...place };
    places.set(comment.id, place);
    byPath.set(file.path, [...(byPath.get(file.path) ?? []), placed]);
    if (hunkOf(diff, placed) < 0) unseen.push(placed);
  }
  return { byPath, places, unseen };
}

interface Lines {
  readonly from: number;
  readonly to: number;
}

/** Where the quoted lines of a comment are; null when they are nowhere. */
function findLines(diff: FileDiffMetadata, { side, from, to, lines }: ReviewComment): Lines | null {
  const texts = sideOf(diff, side);
  if (lines.length === 0) return texts.has(to) ? { from, to } : null;
  const isAt = (line: number): boolean => lines.every((text, index) => texts.get(line + index) === text);
  if (isAt(from)) return { from, to };
  let best: number | null = null;
  for (const line of texts.keys()) if (isAt(line) && (best === null || Math.abs(line - from) < Math.abs(best - from))) best = line;
  return best === null ? null : { from: best, to: best + to - from };
}

/** Text of each line of a side that the diff has: all of them, or those of its hunks. */
function sideOf(diff: FileDiffMetadata, side: CommentPlace["side"]): ReadonlyMap<number, string> {
  const all = side === "additions" ? diff.additionLines : diff.deletionLines;
  const texts = new Map<number, string>();
  const add = (line: number, index: number): void => {
    const text = all[index];
    if (text !== undefined) texts.set(line, text.replace(/\r?\n$/, ""));
  };
  if (!diff.isPartial) for (let index = 0; index < all.length; index++) add(index + 1, index);
  else
    for (const hunk of diff.hunks) {
      const [start, count, first] =
        side === "additions"
          ? [hunk.additionStart, hunk.additionCount, hunk.additionLineIndex]
          : [hunk.deletionStart, hunk.deletionCount, hunk.deletionLineIndex];
      for (let at = 0; at < count; at++) add(start + at, first + at);
    }
  return texts;
}

/** Lines of a side, as far as the diff has them. */
export function linesAt(diff: FileDiffMetadata, { side, from, to }: Omit<CommentPlace, "path">): readonly string[] {
  const texts = sideOf(diff, side);
  const found: string[] = [];
  for (let line = from; line <= to; line++) {
    const text = texts.get(line);
    if (text !== undefined) found.push(text);
  }
  return found;
}

/** The hunk that shows a comment, from 0; -1: only lines that are folded away do. */
export function hunkOf(diff: FileDiffMetadata, { side, to }: Pick<CommentPlace, "side" | "to">): number {
  return diff.hunks.findIndex((hunk) => {
    const [start, count] = side === "additions" ? [hunk.additionStart, hunk.additionCount] : [hunk.deletionStart, hunk.deletionCount];
    return to >= start && to < start + count;
  });
}
