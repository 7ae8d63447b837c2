import path from "node:path";
import { openAnchor } from "./anchor.ts";
import type { BlobStore } from "./blob-store.ts";
import { removeIfEmpty, restoreState } from "./change-files.ts";
import { inParallel } from "../lib/in-parallel.ts";
import { sameImage, seeImage, type SeenImage, stateOf } from "./image.ts";
import type { JournalFile, JournalRecord } from "./journal-record.ts";
import { removeIfThere, statOrUndefined } from "./staged-write.ts";

/** How an interrupted change ended. */
export interface RecordOutcome {
  /** finished: every file has its new content. rolled_back: every file has its old one (but for `conflicts`). */
  readonly outcome: "finished" | "rolled_back";
  /** Files that hold neither: somebody changed them since. They are left alone. */
  readonly conflicts: readonly string[];
}

/**
 * Brings the files of a half-done change to one side: all new if all are, else all old, since the call never returned.
 * May itself be interrupted and run again.
 */
export async function recoverRecord(record: JournalRecord, blobs: BlobStore): Promise<RecordOutcome> {
  const places = await inParallel(record.files, 8, (file) => look(file));
  if (places.every((place) => place.isAfter)) {
    await removeTemps(record.files.flatMap((file) => file.temp ?? []));
    for (const folder of record.emptied ?? []) await removeIfEmpty(folder);
    return { outcome: "finished", conflicts: [] };
  }
  const conflicts: string[] = [];
  for (const place of places.toReversed()) {
    if (place.isBefore) continue;
    if (!place.isAfter && !place.isTornByUs) conflicts.push(place.file.path);
    else await putBack(place.file, blobs);
  }
  await removeTemps(record.files.flatMap((file) => file.temp ?? []));
  for (const folder of record.createdFolders.toReversed()) await removeIfEmpty(folder);
  return { outcome: "rolled_back", conflicts };
}

/** Removes temp files that exist. */
export async function removeTemps(temps: readonly string[]): Promise<void> {
  for (const temp of temps) {
    try {
      await removeIfThere(temp);
    } catch (error) {
      // Its folder became a file or went away with it.
      if ((error as NodeJS.ErrnoException).code !== "ENOTDIR") throw error;
    }
  }
}

interface Place {
  readonly file: JournalFile;
  readonly isBefore: boolean;
  readonly isAfter: boolean;
  readonly isTornByUs: boolean;
}

async function look(file: JournalFile): Promise<Place> {
  let image: SeenImage["image"];
  try {
    ({ image } = await seeImage(file.path));
  } catch {
    image = { type: "other", what: "cannot be read now" };
  }
  // The temp file of an in-place write goes only when the write is complete.
  const isTornByUs = file.inPlace && file.temp !== null && (await statOrUndefined(file.temp)) !== undefined;
  return {
    file,
    isBefore: sameImage(image, file.before),
    isAfter: sameImage(image, file.after) && !isTornByUs,
    isTornByUs,
  };
}

async function putBack(file: JournalFile, blobs: BlobStore): Promise<void> {
  const state = stateOf(file.before, blobs);
  const anchor = await openAnchor(path.dirname(file.path), state === null ? undefined : () => {});
  try {
    await restoreState(anchor, path.basename(file.path), state);
    await anchor.sync();
  } finally {
    await anchor.close();
  }
}
