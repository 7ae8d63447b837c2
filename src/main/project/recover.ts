import path from "node:path";
import { openAnchor } from "./anchor.ts";
import type { BlobStore } from "./blob-store.ts";
import { makeIfMissing, removeIfEmpty } from "./change-files.ts";
import { restoreState } from "./change-step.ts";
import { identityIn, statOrUndefined } from "./file-state.ts";
import { inParallel } from "../lib/in-parallel.ts";
import { sameImage, seeImage, type SeenImage, stateOf } from "./image.ts";
import type { JournalFile, JournalRecord } from "./journal-record.ts";
import { removeIfThere } from "./staged-write.ts";
import { giveBack } from "./swap-entry.ts";

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
  const strangers: string[] = [];
  for (const file of record.files) if (!(await giveBackCaught(file))) strangers.push(file.temp ?? file.path);
  const temps = record.files.flatMap((file) => file.temp ?? []).filter((temp) => !strangers.includes(temp));
  const places = await inParallel(record.files, 8, (file) => look(file));
  if (places.every((place) => place.isAfter)) {
    await removeTemps(temps);
    for (const folder of record.emptied ?? []) await removeIfEmpty(folder);
    for (const folder of record.refilled ?? []) await makeIfMissing(folder);
    return { outcome: "finished", conflicts: strangers };
  }
  const conflicts: string[] = [];
  for (const place of places.toReversed()) {
    if (place.isBefore) continue;
    const isOurs = place.isAfter || place.isTornByUs;
    if (!isOurs || !(await putBack(place, blobs))) conflicts.push(place.file.path);
  }
  await removeTemps(temps);
  for (const folder of record.createdFolders.toReversed()) await removeIfEmpty(folder);
  return { outcome: "rolled_back", conflicts: [...conflicts, ...strangers] };
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
  readonly identity: string;
  readonly isBefore: boolean;
  readonly isAfter: boolean;
  readonly isTornByUs: boolean;
}

async function look(file: JournalFile): Promise<Place> {
  let seen: SeenImage;
  try {
    seen = await seeImage(file.path);
  } catch {
    seen = { image: { type: "other", what: "cannot be read now" }, stamp: "" };
  }
  // The temp file of an in-place write goes only when the write is complete.
  const isTornByUs = file.inPlace && file.temp !== null && (await statOrUndefined(file.temp)) !== undefined;
  return {
    file,
    identity: identityIn(seen.stamp),
    isBefore: sameImage(seen.image, file.before),
    isAfter: sameImage(seen.image, file.after) && !isTornByUs,
    isTornByUs,
  };
}

/**
 * What is removed goes aside first, to see that it is what was to be removed. When the process died at that very moment and
 * it was something else, it goes back. False when the place is taken again: then it stays under its other name.
 */
async function giveBackCaught(file: JournalFile): Promise<boolean> {
  if (file.temp === null || file.after?.type === "file") return true;
  const caught = await seeImage(file.temp);
  return caught.image === null || sameImage(caught.image, file.before) || giveBack(file.temp, file.path);
}

/** False when somebody changed the place since it was looked at. */
async function putBack({ file, identity }: Place, blobs: BlobStore): Promise<boolean> {
  const state = stateOf(file.before, blobs);
  const anchor = await openAnchor(path.dirname(file.path), state === null ? undefined : () => {});
  try {
    const isBack = await restoreState(anchor, path.basename(file.path), state, identity);
    await anchor.sync();
    return isBack;
  } finally {
    await anchor.close();
  }
}
