import { useMemo } from "react";
import type { ConversationId } from "../../../protocol/ids.ts";
import { commentsOf, readyComments, type ReviewComment, sendComments, useReviewComments } from "../../state/review-comments.ts";
import type { FileNotes } from "./diff-items.ts";
import type { ReviewHunk } from "./hunk-marks.ts";
import type { ReviewFile } from "./merge-patches.ts";
import { notesKey, notesOf } from "./notes.ts";
import type { ParsedFile } from "./parse-file.ts";
import { placeComments } from "./place-comments.ts";

export interface Comments {
  /** By path, where their lines are now. */
  readonly byPath: ReadonlyMap<string, readonly ReviewComment[]>;
  /** Comments and buttons of hunks, by path, as the diffs take them. */
  readonly notes: ReadonlyMap<string, FileNotes>;
  readonly unseen: readonly ReviewComment[];
  /** How many can be sent. */
  readonly ready: number;
  /** Never rejects: what fails is said. */
  send(): Promise<void>;
}

/** The comments of a conversation on the files of a review, and what stands between their lines. */
export function useComments(
  id: ConversationId | null,
  files: readonly ReviewFile[],
  parsed: ReadonlyMap<string, ParsedFile>,
  hunks: ReadonlyMap<string, readonly ReviewHunk[]>,
): Comments {
  const all = useReviewComments((state) => state.comments);
  const ready = useReviewComments((state) => readyComments(commentsOf(state.comments, id), state.drafts).length);
  const placed = useMemo(() => placeComments(commentsOf(all, id), files, parsed), [all, id, files, parsed]);
  const notes = useMemo(
    () =>
      new Map(
        files.map(({ path }) => {
          const own = hunks.get(path) ?? [];
          const written = placed.byPath.get(path) ?? [];
          return [path, { key: notesKey(own, written), list: notesOf(own, written) }];
        }),
      ),
    [files, hunks, placed],
  );
  return {
    byPath: placed.byPath,
    notes,
    unseen: placed.unseen,
    ready,
    send: async () => {
      if (id !== null) await sendComments(id, placed.places);
    },
  };
}
