import { z } from "zod";
import { undoScopeSchema } from "../../protocol/undo.ts";
import { inParallel } from "../lib/in-parallel.ts";
import type { BlobStore } from "./blob-store.ts";
import type { FileChange, StagedChange } from "./change-files.ts";
import { hashOf, isStored } from "./content.ts";
import { type Image, imageSchema } from "./image.ts";
import { MAX_PACKED, type PackWriter } from "./pack-file.ts";

/** One change of files as the journal keeps it: what stood there, what stands there now. Contents are in the blob store. */
const journalRecord = z.object({
  /** 1: contents by their hash only. 2: also in packs. */
  version: z.union([z.literal(1), z.literal(2)]),
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

/** What is kept of the contents of a change. */
export interface Keeping {
  readonly images: ReadonlyMap<FileChange, KeptImages>;
  /** Resolves when all is on disk. */
  readonly durable: Promise<void>;
}

/**
 * Puts the old contents on disk. New ones up to 512 KiB are kept as well, as what differs from the old ones: they
 * explain later differences, and a part of an undo can be redone with them.
 */
export async function keepImages(blobs: BlobStore, pack: PackWriter, changes: readonly FileChange[]): Promise<Keeping> {
  const kept = new Map<FileChange, KeptImages>();
  for (const [index, change] of changes.entries()) {
    // Others get their turn in between.
    if (index % BREATH === BREATH - 1) await new Promise<void>((resolve) => setImmediate(resolve));
    const before = keepContent(pack, change.before);
    kept.set(change, { before, after: keepContent(pack, change.after, contentOf(change.before, before)) });
  }
  const large = inParallel(changes, 8, async (change) => {
    const image = kept.get(change)?.before;
    if (change.before?.type !== "file" || image?.type !== "file" || isStored(change.before.bytes) || image.pack !== undefined) return;
    await blobs.put(change.before.bytes, image.hash);
  });
  const durable = Promise.all([pack.finish(), large]).then(() => undefined);
  // Its failure is thrown where it is awaited; until then it must not count as unhandled.
  durable.catch(() => undefined);
  return { images: kept, durable };
}

/** Changes whose contents are kept between two looks at the event loop. */
const BREATH = 16;

type Base = Parameters<PackWriter["add"]>[2];

/** The image of a content; a small one goes into the pack unless it is kept already. */
function keepContent(pack: PackWriter, state: FileChange["before"] | FileChange["after"], base?: Base): Image | null {
  if (state?.type !== "file") return state;
  const mode = "mode" in state ? state.mode : 0;
  const { bytes } = state;
  if (isStored(bytes)) return imageOf(bytes.hash, bytes.size, mode, bytes.pack);
  const hash = hashOf(bytes);
  if (bytes.length > MAX_PACKED) return imageOf(hash, bytes.length, mode, undefined);
  pack.add(bytes, hash, base?.hash === hash ? undefined : base);
  return imageOf(hash, bytes.length, mode, pack.id);
}

/** What the new content is told by; only what is in the same pack. */
function contentOf(state: FileChange["before"], image: Image | null): Base {
  if (state?.type !== "file" || image?.type !== "file" || isStored(state.bytes) || image.pack === undefined) return undefined;
  return { bytes: state.bytes, hash: image.hash };
}

function imageOf(hash: string, size: number, mode: number, pack: string | undefined): Image {
  return { type: "file", hash, size, mode, ...(pack === undefined ? {} : { pack }) };
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

/** The record in the last line of a file, or why that is none: `torn` (no whole JSON), `unknown` (another version, or not a record). */
export function parseRecord(text: string): JournalRecord | "torn" | "unknown" {
  let value: unknown;
  try {
    value = JSON.parse(text.slice(text.lastIndexOf("\n") + 1));
  } catch {
    return "torn";
  }
  const parsed = journalRecord.safeParse(value);
  return parsed.success ? parsed.data : "unknown";
}

/** A new id: sorts by time within a process and across them. */
export function changeId(now: number): string {
  counter = (counter + 1) % 46_656;
  return `${now.toString(36).padStart(9, "0")}${counter.toString(36).padStart(3, "0")}-${Math.random().toString(36).slice(2, 8)}`;
}
let counter = 0;

/** When a change was made by its id, or a name that begins with it, Unix ms; null when that is none. */
export function changeTime(id: string): number | null {
  const [time] = /^[0-9a-z]{9}(?=[0-9a-z]{3}-)/.exec(id) ?? [];
  return time === undefined ? null : Number.parseInt(time, 36);
}
