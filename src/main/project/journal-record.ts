import { z } from "zod";
import { undoScopeSchema } from "../../protocol/undo.ts";
import { inParallel } from "../lib/in-parallel.ts";
import type { BlobStore } from "./blob-store.ts";
import type { FileChange, StagedChange } from "./change-files.ts";
import { hashOf, isStored } from "./content.ts";
import { type Image, imageSchema } from "./image.ts";

/** One change of files as the journal keeps it: what stood there, what stands there now. Contents are in the blob store. */
const journalRecord = z.object({
  version: z.literal(1),
  id: z.string(),
  kind: z.enum(["patch", "undo", "redo"]),
  conversationId: z.string(),
  turnId: z.string(),
  callId: z.string(),
  projectRoot: z.string(),
  time: z.number(),
  owner: z.object({ pid: z.number(), startTime: z.string().nullable() }),
  files: z.array(
    z.object({
      path: z.string(),
      temp: z.string().nullable(),
      inPlace: z.boolean(),
      before: imageSchema.nullable(),
      after: imageSchema.nullable(),
    }),
  ),
  createdFolders: z.array(z.string()),
  /** For `undo` and `redo`: the calls whose changes were put back or forth. */
  callIds: z.array(z.string()).optional(),
  /** For `undo` and `redo`: what the person chose. */
  scope: undoScopeSchema.optional(),
  /** Files that held something else than expected and were changed all the same; what they held is their `before`. */
  forced: z.array(z.string()).optional(),
  /** Folders that go with the change when nothing is left in them. */
  emptied: z.array(z.string()).optional(),
  /** Folders that come back with the change, also when nothing is in them; outermost first. */
  refilled: z.array(z.string()).optional(),
});

/** Written before the first temp file and folder, so that a crash leaves none behind. */
export const stagingNote = z.object({
  id: z.string(),
  owner: z.object({ pid: z.number(), startTime: z.string().nullable() }),
  temps: z.array(z.string()),
  folders: z.array(z.string()),
});

export type JournalRecord = z.infer<typeof journalRecord>;

/** Which call changes files. */
export type ChangeOrigin = Pick<JournalRecord, "conversationId" | "turnId" | "callId" | "projectRoot">;

export function originOf(origin: ChangeOrigin): ChangeOrigin {
  return { conversationId: origin.conversationId, turnId: origin.turnId, callId: origin.callId, projectRoot: origin.projectRoot };
}

export type JournalFile = JournalRecord["files"][number];

/** The names of a change's contents. The mode of `after` is known only when it is staged. */
export interface KeptImages {
  readonly before: Image | null;
  readonly after: Image | null;
}

/** Puts the old contents on disk, durably, and the new ones as well (not durably: they only explain later differences). */
export async function keepImages(blobs: BlobStore, changes: readonly FileChange[]): Promise<ReadonlyMap<FileChange, KeptImages>> {
  const kept = new Map<FileChange, KeptImages>();
  const unsynced: { readonly bytes: Uint8Array; readonly hash: string }[] = [];
  await inParallel(changes, 8, async (change) => {
    const { before, after } = change;
    const beforeImage = imageOf(before);
    const afterImage = imageOf(after);
    // A stored content is kept already, durably: whoever made the change saw to that.
    if (before?.type === "file" && beforeImage?.type === "file" && !isStored(before.bytes)) {
      await blobs.put(before.bytes, beforeImage.hash, false);
      unsynced.push({ bytes: before.bytes, hash: beforeImage.hash });
    }
    if (after?.type === "file" && afterImage?.type === "file" && !isStored(after.bytes) && after.bytes.length <= MAX_KEPT_AFTER)
      await blobs.put(after.bytes, afterImage.hash, false);
    kept.set(change, { before: beforeImage, after: afterImage });
  });
  // Only now: making files beside others that are being synced is several times slower than before it.
  await inParallel(unsynced, 8, ({ bytes, hash }) => blobs.put(bytes, hash, true));
  return kept;
}

function imageOf(state: FileChange["before"] | FileChange["after"]): Image | null {
  if (state?.type !== "file") return state;
  const mode = "mode" in state ? state.mode : 0;
  return isStored(state.bytes)
    ? { type: "file", hash: state.bytes.hash, size: state.bytes.size, mode }
    : { type: "file", hash: hashOf(state.bytes), size: state.bytes.length, mode };
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

/** A record, or why the text is none: `torn` (no whole JSON), `unknown` (another version, or not a record). */
export function parseRecord(text: string): JournalRecord | "torn" | "unknown" {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return "torn";
  }
  const parsed = journalRecord.safeParse(value);
  return parsed.success ? parsed.data : "unknown";
}

const MAX_KEPT_AFTER = 1024 * 1024;
