import type { FileDiffMetadata } from "@pierre/diffs";
import type { HunkPlace } from "../../../protocol/review.ts";
import type { ReviewFile } from "./merge-patches.ts";
import type { ParsedFile } from "./parse-file.ts";

type DiffHunk = FileDiffMetadata["hunks"][number];

/** A hunk of the review that can be accepted or taken back. */
export interface ReviewHunk {
  readonly path: string;
  /** Place in the file, from 1, as in `HunkStop`. */
  readonly hunk: number;
  /** Names it by what it changes: accepted hunks are remembered by their marks. */
  readonly mark: string;
  readonly place: HunkPlace;
  /** The line behind which its buttons stand. */
  readonly end: { readonly side: "additions" | "deletions"; readonly line: number };
}

/** The hunks of a prepared file. */
export function reviewHunks(file: ReviewFile, { diff }: ParsedFile): readonly ReviewHunk[] {
  const seen = new Map<string, number>();
  return (diff?.hunks ?? []).flatMap((hunk, index) => {
    const end = endOf(hunk);
    if (diff === null || end === null) return [];
    const text = changeText(diff, hunk);
    // The same change twice in a file is two hunks.
    const occurrence = (seen.get(text) ?? 0) + 1;
    seen.set(text, occurrence);
    return [
      {
        path: file.path,
        hunk: index + 1,
        mark: hashOf(`${file.path}\n${occurrence}\n${text}`),
        place: { oldStart: hunk.deletionStart, oldLines: hunk.deletionCount, newStart: hunk.additionStart, newLines: hunk.additionCount },
        end,
      },
    ];
  });
}

/** What a hunk changes, without the lines around it: they may change without it. */
function changeText(diff: FileDiffMetadata, hunk: DiffHunk): string {
  const parts: string[] = [];
  for (const content of hunk.hunkContent) {
    if (content.type !== "change") continue;
    const { deletionLineIndex, deletions, additionLineIndex, additions } = content;
    for (const line of diff.deletionLines.slice(deletionLineIndex, deletionLineIndex + deletions)) parts.push(`-${line}`);
    for (const line of diff.additionLines.slice(additionLineIndex, additionLineIndex + additions)) parts.push(`+${line}`);
  }
  return parts.join("\n");
}

function endOf(hunk: DiffHunk): ReviewHunk["end"] | null {
  const last = hunk.hunkContent.findLast((content) => content.type === "change");
  if (last === undefined) return null;
  return last.additions > 0
    ? { side: "additions", line: hunk.additionStart + last.additionLineIndex - hunk.additionLineIndex + last.additions - 1 }
    : { side: "deletions", line: hunk.deletionStart + last.deletionLineIndex - hunk.deletionLineIndex + last.deletions - 1 };
}

/** Two 32-bit FNV-1a hashes over the same text: short, fast, and far from meeting by accident within one conversation. */
function hashOf(text: string): string {
  let a = 0x811c9dc5;
  let b = 0x01000193;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ (code + at), 0x85ebca6b);
  }
  return `${(a >>> 0).toString(36)}${(b >>> 0).toString(36)}`;
}
