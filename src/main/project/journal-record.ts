import { z } from "zod";
import { hashOf, type BlobStore } from "./blob-store.ts";
import type { FileChange, StagedChange } from "./change-files.ts";
import type { FileState } from "./file-state.ts";

const image = z.discriminatedUnion("type", [
  z.object({ type: z.literal("file"), hash: z.string(), size: z.number(), mode: z.number() }),
  z.object({ type: z.literal("link"), target: z.string() }),
]);

/** One change of files as the journal keeps it: what stood there, what stands there now. Contents are in the blob store. */
const journalRecord = z.object({
  version: z.literal(1),
  id: z.string(),
  /** `undo` and `redo` revert the record before them of the same call. */
  kind: z.enum(["patch", "undo", "redo"]),
  conversationId: z.string(),
  turnId: z.string(),
  callId: z.string(),
  projectRoot: z.string(),
  time: z.number(),
  owner: z.object({ pid: z.number(), startTime: z.string().nullable() }),
  files: z.array(
    z.object({ path: z.string(), temp: z.string().nullable(), inPlace: z.boolean(), before: image.nullable(), after: image.nullable() }),
  ),
  createdFolders: z.array(z.string()),
});

/** Written before the first temp file and folder, so that a crash leaves none behind. */
export const stagingNote = z.object({
  id: z.string(),
  owner: z.object({ pid: z.number(), startTime: z.string().nullable() }),
  temps: z.array(z.string()),
  folders: z.array(z.string()),
});

export type JournalRecord = z.infer<typeof journalRecord>;
export type JournalFile = JournalRecord["files"][number];
export type Image = z.infer<typeof image>;

/** The names of a change's contents. The mode of `after` is known only when it is staged. */
export interface KeptImages {
  readonly before: Image | null;
  readonly after: Image | null;
}

/** Puts the old contents on disk, durably, and the new ones as well (not durably: they only explain later differences). */
export async function keepImages(blobs: BlobStore, changes: readonly FileChange[]): Promise<ReadonlyMap<FileChange, KeptImages>> {
  const kept = new Map<FileChange, KeptImages>();
  await Promise.all(
    changes.map(async (change) => {
      const { before, after } = change;
      const beforeImage: Image | null =
        before?.type === "file" ? { type: "file", hash: hashOf(before.bytes), size: before.bytes.length, mode: before.mode } : before;
      const afterImage: Image | null =
        after?.type === "file" ? { type: "file", hash: hashOf(after.bytes), size: after.bytes.length, mode: 0 } : after;
      if (before?.type === "file" && beforeImage?.type === "file") await blobs.put(before.bytes, beforeImage.hash, true);
      if (after?.type === "file" && afterImage?.type === "file" && after.bytes.length <= MAX_KEPT_AFTER)
        await blobs.put(after.bytes, afterImage.hash, false);
      kept.set(change, { before: beforeImage, after: afterImage });
    }),
  );
  return kept;
}

/** True when a place holds what the image says; modes are not compared. */
export function matchesImage(state: FileState | null, wanted: Image | null): boolean {
  if (state === null || wanted === null) return state === wanted;
  if (state.type === "link" || wanted.type === "link")
    return state.type === "link" && wanted.type === "link" && state.target === wanted.target;
  return state.bytes.length === wanted.size && hashOf(state.bytes) === wanted.hash;
}

/** A staged change as a record keeps it. */
export function journalFile(staged: StagedChange, images: ReadonlyMap<FileChange, KeptImages>): JournalFile {
  const { before = null, after = null } = images.get(staged.change) ?? {};
  return {
    path: staged.change.path,
    temp: staged.temp,
    inPlace: staged.inPlace,
    before,
    after: after?.type === "file" ? { ...after, mode: staged.mode ?? after.mode } : after,
  };
}

/** Undefined when the text is no whole record of a known version. */
export function parseRecord(text: string): JournalRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const parsed = journalRecord.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}

const MAX_KEPT_AFTER = 1024 * 1024;
