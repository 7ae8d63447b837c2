import { type FileDiffMetadata, processFile } from "@pierre/diffs";
import type { PatchFile, PatchHunk } from "../../../protocol/patch.ts";
import { diffLines, linesOf } from "./line-diff.ts";
import type { ReviewFile } from "./merge-patches.ts";

/** A file ready to be drawn. Plain data: made in a worker, cloned to the page. */
export interface ParsedFile {
  readonly key: string;
  readonly added: number;
  readonly removed: number;
  readonly hunkCount: number;
  /** Hunks of white space that were left out. */
  readonly hiddenHunks: number;
  /** Null when only the counts are known: a binary or very large file. */
  readonly diff: FileDiffMetadata | null;
  /** Why it could not be prepared; then it has no diff. */
  readonly problem?: string;
}

/** What `parseFile` needs: a ReviewFile without its bookkeeping, so that little is cloned to the worker. */
export interface ParseInput extends Pick<ReviewFile, "key" | "path" | "fromPath" | "kind" | "added" | "removed" | "hunks" | "hidesSpace"> {
  /** Null: not to be had. */
  readonly before: string | null;
  readonly after: string | null;
}

const types = { add: "new", update: "change", delete: "deleted", move: "rename-changed" } as const satisfies Record<
  PatchFile["kind"],
  FileDiffMetadata["type"]
>;

/** Prepares the diff of one file. Hunks of a single patch are taken as they were applied; folded patches are compared. */
export function parseFile(file: ParseInput): ParsedFile {
  const { key, path, before, after } = file;
  const computed = file.hunks === null && before !== null && after !== null ? diffLines(before, after) : null;
  const all = computed?.hunks ?? file.hunks ?? [];
  const hunks = file.hidesSpace === true ? all.filter((hunk) => !isSpaceOnly(hunk)) : all;
  const counts = {
    key,
    added: computed?.added ?? file.added ?? 0,
    removed: computed?.removed ?? file.removed ?? 0,
    hunkCount: hunks.length,
    hiddenHunks: all.length - hunks.length,
  };
  if ((before === null || after === null) && hunks.length === 0) return { ...counts, diff: null };
  const contents =
    before === null || after === null ? {} : { oldFile: { name: path, contents: before }, newFile: { name: path, contents: after } };
  const diff = processFile(patchText(hunks, before, after), { cacheKey: key, isGitDiff: false, throwOnError: true, ...contents });
  if (diff === undefined) throw new Error(`The diff of ${path} could not be read.`);
  diff.name = path;
  diff.type = file.kind === "move" && hunks.length === 0 ? "rename-pure" : types[file.kind];
  if (file.fromPath !== null) diff.prevName = file.fromPath;
  return { ...counts, diff };
}

/** Prepares files; one that cannot be prepared says why and keeps no other from it. */
export function parseFiles(files: readonly ParseInput[]): readonly ParsedFile[] {
  return files.map((file) => {
    try {
      return parseFile(file);
    } catch (error) {
      return failedFile(file, error instanceof Error ? error.message : String(error));
    }
  });
}

/** A file without a diff, with why there is none and the counts that were known before. */
export function failedFile({ key, added, removed }: Pick<ParseInput, "key" | "added" | "removed">, problem: string): ParsedFile {
  return { key, added: added ?? 0, removed: removed ?? 0, hunkCount: 0, hiddenHunks: 0, diff: null, problem };
}

/** Without white space the removed lines are the added ones; blank lines do not count. */
function isSpaceOnly({ lines }: PatchHunk): boolean {
  const text = (sign: string): string =>
    lines
      .filter((line) => line.startsWith(sign))
      .map((line) => line.slice(1).replaceAll(/\s+/g, ""))
      .join("");
  return text("-") === text("+");
}

/** The hunks as unified-diff text. The names are placeholders: real ones may hold what the format cannot. */
function patchText(hunks: readonly PatchHunk[], before: string | null, after: string | null): string {
  const oldEnd = openEnd(before);
  const newEnd = openEnd(after);
  const parts = ["--- file\n+++ file\n"];
  for (const hunk of hunks) {
    parts.push(`@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@\n`);
    let oldLine = hunk.oldStart + (hunk.oldLines === 0 ? 1 : 0);
    let newLine = hunk.newStart + (hunk.newLines === 0 ? 1 : 0);
    for (const line of hunk.lines) {
      const onOld = !line.startsWith("+");
      const onNew = !line.startsWith("-");
      parts.push(line, "\n");
      const lastOfOld = onOld && oldLine === oldEnd;
      const lastOfNew = onNew && newLine === newEnd;
      // A context line is marked when both sides end open; the view cannot mark only one.
      if (onOld && onNew ? lastOfOld && lastOfNew : lastOfOld || lastOfNew) parts.push("\\ No newline at end of file\n");
      if (onOld) oldLine++;
      if (onNew) newLine++;
    }
  }
  return parts.join("");
}

/** Number of the last line when it has no terminator, else -1. */
function openEnd(text: string | null): number {
  return text === null || text === "" || text.endsWith("\n") ? -1 : linesOf(text).length;
}
