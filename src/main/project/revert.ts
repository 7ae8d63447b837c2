import { dirname } from "node:path";
import { inParallel } from "../lib/in-parallel.ts";
import { SpindleError } from "../../protocol/error.ts";
import { type BlobStore, changedMeanwhile } from "./blob-store.ts";
import type { FileChange } from "./change-files.ts";
import { hashOf } from "./content.ts";
import { readState } from "./file-state.ts";
import { folderTrouble, type Image, sameImage, seeImage, type SeenImage, stateOf } from "./image.ts";
import { MAX_PACKED, type PackWriter } from "./pack-file.ts";
import { type Conflict, conflictError } from "./revert-conflict.ts";

/** One file of one change that is put back (or forth): `expected` should stand there, `wanted` shall. */
export interface RevertStep {
  readonly path: string;
  readonly expected: Image | null;
  readonly wanted: Image | null;
}

export interface RevertPlan {
  /** One per place, whatever the number of steps; places that are as wanted already are left out. */
  readonly changes: readonly FileChange[];
  /** Places that held something else than expected, when that was allowed. */
  readonly forced: readonly string[];
}

/**
 * Folds steps, in the order they are to be taken, into one change per place. What stands there now is kept, durably, so that
 * the change can be undone. A place that does not hold what a step expects is refused with `undo_conflict` (it names file and
 * lines) unless `force`. Contents are streamed: memory does not grow with the number or size of the files.
 */
export async function planRevert(
  steps: readonly RevertStep[],
  blobs: BlobStore,
  pack: PackWriter,
  options: { readonly force: boolean; readonly maxBytes: number; readonly projectRoot: string; readonly kind: "undo" | "redo" },
): Promise<RevertPlan> {
  const places = new Map<string, Place>();
  const paths = [...new Set(steps.map((step) => step.path))];
  const folders = [...new Set(paths.map((path) => dirname(path)))];
  const troubles = new Map((await inParallel(folders, 8, folderTrouble)).map((trouble, i) => [folders[i], trouble]));
  const seen = await inParallel(paths, 8, async (path): Promise<SeenImage> => {
    const trouble = troubles.get(dirname(path));
    return trouble === null || trouble === undefined ? seeImage(path, options.maxBytes) : { image: trouble, stamp: "" };
  });
  for (const [index, path] of paths.entries()) {
    const found = seen[index];
    if (found !== undefined) places.set(path, { ...found, now: found.image, firstExpected: undefined });
  }
  const conflicts: Conflict[] = [];
  for (const { path, expected, wanted } of steps) {
    const place = places.get(path);
    if (place === undefined) continue;
    if (!sameImage(place.now, expected)) conflicts.push({ path, expected, found: place.now, onDisk: place.image });
    place.firstExpected ??= { image: expected };
    place.now = wanted;
  }
  const blocked = conflicts.some(({ onDisk }) => onDisk?.type === "other");
  if (conflicts.length > 0 && (!options.force || blocked)) throw await conflictError(conflicts, blobs, options);
  const changed = [...places].filter(([, place]) => !sameImage(place.image, place.now) || modeOf(place.image) !== wantedMode(place));
  await inParallel(changed, 8, async ([path, place]) => {
    if (place.image?.type === "file") place.image = await keepPresent(path, place.image, place.firstExpected?.image ?? null, blobs, pack);
  });
  return { changes: changed.map(([path, place]) => changeOf(path, place, blobs)), forced: [...new Set(conflicts.map(({ path }) => path))] };
}

type FileImage = Extract<Image, { type: "file" }>;

/** Keeps what a place holds; what a step expects there is kept already, unless it is damaged. */
async function keepPresent(path: string, image: FileImage, expected: Image | null, blobs: BlobStore, pack: PackWriter): Promise<FileImage> {
  if (expected?.type === "file" && expected.hash === image.hash && expected.pack !== undefined && (await isReadable(expected, blobs)))
    return { ...image, pack: expected.pack };
  if (image.size > MAX_PACKED) {
    await blobs.keepFile(path, image.hash, image.size);
    return image;
  }
  const { state } = await readState(path);
  if (state?.type !== "file" || hashOf(state.bytes) !== image.hash) throw changedMeanwhile(path);
  pack.add(state.bytes, image.hash);
  return { ...image, pack: pack.id };
}

async function isReadable(image: FileImage, blobs: BlobStore): Promise<boolean> {
  try {
    await blobs.get(image);
    return true;
  } catch (error) {
    if (error instanceof SpindleError) return false;
    throw error;
  }
}

interface Place extends Omit<SeenImage, "image"> {
  image: SeenImage["image"];
  /** What the steps so far make of it. */
  now: SeenImage["image"];
  /** What the first step expected. */
  firstExpected: { readonly image: Image | null } | undefined;
}

function changeOf(path: string, place: Place, blobs: BlobStore): FileChange {
  const mode = wantedMode(place);
  const after = place.now === null || place.now.type === "other" ? null : stateOf(place.now, blobs);
  return {
    path,
    before: place.image === null || place.image.type === "other" ? null : stateOf(place.image, blobs),
    stamp: place.stamp,
    after: after?.type === "file" ? { type: "file", bytes: after.bytes, ...(mode === null ? {} : { exactMode: mode }) } : after,
  };
}

/** The mode the change had found, or the present one when somebody changed the mode since: that is not ours to take back. */
function wantedMode({ image, now, firstExpected }: Place): number | null {
  const expected = modeOf(firstExpected?.image ?? null);
  const present = modeOf(image);
  if (now?.type !== "file") return null;
  return present !== null && expected !== null && present !== expected ? present : now.mode;
}

function modeOf(image: SeenImage["image"]): number | null {
  return image?.type === "file" ? image.mode : null;
}
