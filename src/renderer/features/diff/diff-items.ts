import type { CodeViewItem, DiffLineAnnotation, FileDiffMetadata } from "@pierre/diffs";
import type { Note } from "./notes.ts";
import type { ReviewFile } from "./merge-patches.ts";
import type { ParsedFile } from "./parse-file.ts";

/** Files as the diff view takes them. */
export interface DiffItems {
  /** Items of the prepared files; a file that did not change keeps its very object. */
  of(
    files: readonly ReviewFile[],
    parsed: ReadonlyMap<string, ParsedFile>,
    collapsed: ReadonlySet<string>,
    notes: ReadonlyMap<string, FileNotes>,
  ): readonly CodeViewItem<Note>[];
}

/** What stands between the lines of a file; `key` changes when it does. */
export interface FileNotes {
  readonly key: string;
  readonly list: readonly DiffLineAnnotation<Note>[];
}

/**
 * Remembers the items of one view. The view takes an item again only when its version rose, and appends instead of
 * rebuilding when the items before are the same objects.
 */
export function createDiffItems(): DiffItems {
  const known = new Map<string, { readonly mark: string; readonly version: number; readonly item: CodeViewItem<Note> }>();
  return {
    of: (files, parsed, collapsed, notes) =>
      files.flatMap((file): CodeViewItem<Note>[] => {
        const ready = parsed.get(file.key);
        if (ready === undefined) return [];
        const folded = collapsed.has(file.path) || ready.hunkCount === 0;
        const own = notes.get(file.path);
        const mark = `${file.key} ${folded} ${own?.key ?? ""}`;
        const before = known.get(file.path);
        if (before?.mark === mark) return [before.item];
        const version = (before?.version ?? 0) + 1;
        const item: CodeViewItem<Note> = {
          id: file.path,
          type: "diff",
          fileDiff: ready.diff ?? emptyDiff(file),
          annotations: [...(own?.list ?? [])],
          version,
          collapsed: folded,
        };
        known.set(file.path, { mark, version, item });
        return [item];
      }),
  };
}

/** A file whose text is not kept has a head and nothing below. */
function emptyDiff(file: ReviewFile): FileDiffMetadata {
  return {
    name: file.path,
    type: "change",
    hunks: [],
    splitLineCount: 0,
    unifiedLineCount: 0,
    isPartial: true,
    deletionLines: [],
    additionLines: [],
    deletionCharacterCount: 0,
    additionCharacterCount: 0,
    cacheKey: file.key,
  };
}
