import { constants as flags } from "node:fs";
import { type FileHandle, open, readlink } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { fileError } from "../lib/paths.ts";
import type { BlobStore } from "./blob-store.ts";
import type { KnownState } from "./change-files.ts";
import { pump } from "./content.ts";
import { DEFAULT_MAX_BYTES, stampOf, statOrUndefined } from "./file-state.ts";

/** What stood at a place of the disk, by the hash of its content. Null (where allowed) means nothing stood there. */
export const imageSchema = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("file"),
    hash: z.string(),
    size: z.number(),
    mode: z.number(),
    /** The pack that keeps it; absent for a large one and for what is not kept. */
    pack: z.string().optional(),
  }),
  z.object({ type: z.literal("link"), target: z.string() }),
]);
export type Image = z.infer<typeof imageSchema>;

/** Something that is neither a file we can keep nor a link; `what` completes the sentence "<path> …". */
export interface OtherThing {
  readonly type: "other";
  readonly what: string;
  /** What is in the way, when it is not the place itself. */
  readonly blocker?: string;
}

export interface SeenImage {
  readonly image: Image | OtherThing | null;
  /** Tells whether the place changed since. */
  readonly stamp: string;
}

/** Looks at a place without holding its content; the last component of the path is not followed. Throws as `fileError` says. */
export async function seeImage(place: string, maxBytes: number = DEFAULT_MAX_BYTES): Promise<SeenImage> {
  let handle: FileHandle;
  try {
    handle = await open(place, flags.O_RDONLY | flags.O_NOFOLLOW | flags.O_NONBLOCK);
  } catch (error) {
    return seeUnopened(place, error);
  }
  try {
    const facts = await handle.stat();
    const stamp = stampOf(facts);
    if (facts.isDirectory()) return { image: { type: "other", what: "is a folder now" }, stamp };
    if (!facts.isFile()) return { image: { type: "other", what: "is a device or pipe now" }, stamp };
    if (facts.size > maxBytes) return { image: { type: "other", what: "is too large now to be kept" }, stamp };
    return { image: { type: "file", ...(await pump(handle, facts.size)), mode: facts.mode & 0o7777 }, stamp };
  } finally {
    await handle.close();
  }
}

/**
 * What keeps a place from being reached by its path: a part of it that is a file or a link now. Null when nothing does; folders
 * that are missing do not.
 */
export async function folderTrouble(folder: string): Promise<OtherThing | null> {
  const parts = folder.split(path.sep);
  for (let count = 2; count <= parts.length; count++) {
    const place = parts.slice(0, count).join(path.sep);
    const facts = await statOrUndefined(place);
    if (facts === undefined) return null;
    if (facts.isDirectory()) continue;
    const what = facts.isSymbolicLink() ? "is behind a link now" : "is in a folder that is a file now";
    return { type: "other", what, blocker: place };
  }
  return null;
}

/** True when both are the same content, link or nothing; modes are not compared. */
export function sameImage(a: SeenImage["image"], b: SeenImage["image"]): boolean {
  if (a === null || b === null) return a === b;
  if (a.type === "link" || b.type === "link") return a.type === "link" && b.type === "link" && a.target === b.target;
  return a.type === "file" && b.type === "file" && a.hash === b.hash && a.size === b.size;
}

/** What an image names, its content to be streamed from the store. */
export function stateOf(image: Image | null, blobs: BlobStore): KnownState | null {
  return image?.type === "file" ? { type: "file", bytes: blobs.stored(image), mode: image.mode } : image;
}

async function seeUnopened(place: string, error: unknown): Promise<SeenImage> {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ENOENT" || code === "ENOTDIR") return { image: null, stamp: stampOf(undefined) };
  const facts = await statOrUndefined(place);
  if (facts?.isSymbolicLink() === true) return { image: { type: "link", target: await readlink(place) }, stamp: stampOf(facts) };
  if (code === "ENXIO") return { image: { type: "other", what: "is a device or pipe now" }, stamp: stampOf(facts) };
  throw fileError(error, place);
}
