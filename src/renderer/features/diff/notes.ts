import type { DiffLineAnnotation } from "@pierre/diffs";
import type { ReviewComment } from "../../state/review-comments.ts";
import type { ReviewHunk } from "./hunk-marks.ts";

/** What stands between the lines of a diff: the buttons of a hunk, a remark. */
export type Note = { readonly kind: "hunk"; readonly hunk: ReviewHunk } | { readonly kind: "comment"; readonly comment: ReviewComment };

/** The notes of a file, at their lines; remarks stand above the buttons of their hunk. */
export function notesOf(hunks: readonly ReviewHunk[], comments: readonly ReviewComment[]): DiffLineAnnotation<Note>[] {
  return [
    ...comments.map((comment) => ({ side: comment.side, lineNumber: comment.to, metadata: { kind: "comment" as const, comment } })),
    ...hunks.map((hunk) => ({ side: hunk.end.side, lineNumber: hunk.end.line, metadata: { kind: "hunk" as const, hunk } })),
  ];
}

/** Changes when the notes of a file do. */
export function notesKey(hunks: readonly ReviewHunk[], comments: readonly ReviewComment[]): string {
  return `${hunks.map(({ mark }) => mark).join(" ")} ${comments.map(({ id, side, to }) => `${id}${side}${to}`).join(" ")}`;
}
