import { SpindleError } from "../../protocol/error.ts";
import type { BlobStore } from "./blob-store.ts";
import type { FileChange } from "./change-files.ts";
import { readState, type FileState } from "./file-state.ts";
import { matchesImage, type JournalFile, type JournalRecord } from "./journal-record.ts";
import { stateOf } from "./recover.ts";

/**
 * The changes that put the files of a record back. A file that does not hold what the record left there is refused with
 * `patch_failed` (it names the first lines that differ) unless `force`.
 */
export async function revertChanges(
  record: JournalRecord,
  blobs: BlobStore,
  options: { force: boolean; maxBytes: number },
): Promise<FileChange[]> {
  const changes: FileChange[] = [];
  for (const file of record.files) {
    const { state, stamp } = await readState(file.path, options.maxBytes);
    if (!options.force && !matchesImage(state, file.after)) throw await changedSince(file, state, blobs);
    const before = await stateOf(file.before, blobs);
    changes.push({
      path: file.path,
      before: state,
      stamp,
      after: before?.type === "file" ? { type: "file", bytes: before.bytes, exactMode: before.mode } : before,
    });
  }
  return changes;
}

async function changedSince(file: JournalFile, state: FileState | null, blobs: BlobStore): Promise<SpindleError> {
  const lines = await differingLines(file, state, blobs);
  const where =
    state === null
      ? "was deleted"
      : lines === undefined
        ? "was changed"
        : `was changed at ${lines.first === lines.last ? `line ${lines.first}` : `lines ${lines.first} to ${lines.last}`}`;
  return new SpindleError("patch_failed", `${file.path} ${where} after the patch, so nothing was undone.`, {
    hint: "Undo anyway to lose the later change, or undo the later change first.",
    details: { path: file.path, ...(lines === undefined ? {} : { firstLine: lines.first, lastLine: lines.last }) },
  });
}

/** Lines of the present file between its common beginning and end with what the patch left. */
async function differingLines(
  file: JournalFile,
  state: FileState | null,
  blobs: BlobStore,
): Promise<{ first: number; last: number } | undefined> {
  if (state?.type !== "file" || file.after?.type !== "file") return undefined;
  let left: string[];
  try {
    left = (await blobs.get(file.after.hash)).toString("utf8").split("\n");
  } catch (error) {
    // Only small new contents are kept, and not durably.
    if (error instanceof SpindleError) return undefined;
    throw error;
  }
  const present = state.bytes.toString("utf8").split("\n");
  let first = 0;
  while (first < left.length && first < present.length && left[first] === present[first]) first++;
  let end = present.length;
  let leftEnd = left.length;
  while (end > first && leftEnd > first && present[end - 1] === left[leftEnd - 1]) {
    end--;
    leftEnd--;
  }
  return { first: first + 1, last: Math.max(first + 1, end) };
}
