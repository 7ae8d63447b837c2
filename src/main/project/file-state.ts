import { closeSync, constants as flags, fstatSync, lstatSync, openSync, read, readSync, type Stats } from "node:fs";
import { readlink } from "node:fs/promises";
import { promisify } from "node:util";
import { SpindleError } from "../../protocol/error.ts";
import { placeOf } from "../lib/read-scope.ts";
import { AT_ONCE_BYTES } from "./new-file.ts";

/** What stands at a place of the disk, or shall stand there. Null means nothing. */
export type FileState =
  | { readonly type: "file"; readonly bytes: Buffer; readonly mode: number }
  | { readonly type: "link"; readonly target: string };

/** A state as it was read, with what tells whether the place changed since. */
export interface SeenState {
  readonly state: FileState | null;
  readonly stamp: string;
}

/**
 * Reads what stands at a place, whose folder is a real path; the last component is not followed. Folders, pipes and devices are `not_a_file`,
 * files over `maxBytes` are `too_large`, what is elsewhere by now is `io_error`; other errors are the system's.
 */
export async function readState(place: string, maxBytes: number = DEFAULT_MAX_BYTES): Promise<SeenState> {
  for (let tries = 1; ; tries++) {
    const seen = await readOnce(place, maxBytes);
    if (seen !== null) return seen;
    if (tries === MOST_TRIES) throw movedAway(place);
  }
}

/** Programs save by renaming: how often in a row that may hit the moment in which the file is opened. */
const MOST_TRIES = 20;

/** As `readState`; null when another file was put in its place just then. */
async function readOnce(place: string, maxBytes: number): Promise<SeenState | null> {
  let descriptor: number;
  try {
    // Non-blocking and no-follow: a pipe or a link neither hangs nor leads elsewhere.
    descriptor = openSync(place, flags.O_RDONLY | flags.O_NOFOLLOW | flags.O_NONBLOCK);
  } catch (error) {
    return readUnopened(place, error);
  }
  try {
    const facts = fstatSync(descriptor);
    if (!facts.isFile()) throw notAFile(place);
    // A link that was swapped in for a folder of the path would give away, and then write back, what is elsewhere.
    if (placeOf(descriptor, place) !== place) {
      if (fstatSync(descriptor).nlink === 0) return null;
      throw movedAway(place);
    }
    if (facts.size > maxBytes) {
      throw new SpindleError("too_large", `${place} has ${facts.size} bytes; files over ${maxBytes} bytes cannot be kept for undo.`, {
        hint: "Change it with a command instead.",
        details: { path: place, bytes: facts.size, limit: maxBytes },
      });
    }
    return { state: { type: "file", bytes: await readAll(descriptor, facts.size), mode: facts.mode & 0o7777 }, stamp: stampOf(facts) };
  } finally {
    closeSync(descriptor);
  }
}

async function readUnopened(place: string, error: unknown): Promise<SeenState> {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ENOENT" || code === "ENOTDIR") return { state: null, stamp: stampOf(undefined) };
  if (code === "ENXIO") throw notAFile(place);
  const facts = await statOrUndefined(place);
  if (!facts?.isSymbolicLink()) throw error;
  return { state: { type: "link", target: await readlink(place) }, stamp: stampOf(facts) };
}

const readPooled = promisify(read);

/** One read is enough for a file that has the size it said. */
async function readAll(descriptor: number, size: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(size);
  let filled = 0;
  while (filled < size) {
    const bytesRead =
      size <= AT_ONCE_BYTES
        ? readSync(descriptor, buffer, filled, size - filled, filled)
        : (await readPooled(descriptor, buffer, filled, size - filled, filled)).bytesRead;
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

function movedAway(place: string): SpindleError {
  return new SpindleError("io_error", `${place} was moved or replaced by a link while it was read.`, {
    hint: "Nothing was changed. Look at what changed the folder, then try again.",
    details: { path: place },
  });
}

function notAFile(place: string): SpindleError {
  return new SpindleError("not_a_file", `${place} is not a file.`, { details: { path: place } });
}

/** The present stamp of a place; equal stamps mean it was not touched in between. */
export async function stampAt(place: string): Promise<string> {
  return stampOf(await statOrUndefined(place));
}

/** Files beyond this are neither patched nor kept for undo. */
export const DEFAULT_MAX_BYTES = 128 * 1024 * 1024;

export function stampOf(facts: Stats | undefined): string {
  return facts === undefined ? "none" : `${facts.dev}:${facts.ino}:${facts.size}:${facts.mtimeMs}:${facts.ctimeMs}:${facts.mode}`;
}

/** What stays the same when a file gets another name, and changes with its content: the stamp without time of change and mode. */
export function identityOf(facts: Stats | undefined): string {
  return facts === undefined ? stampOf(undefined) : `${facts.dev}:${facts.ino}:${facts.size}:${facts.mtimeMs}`;
}

/** The identity that a stamp tells of. */
export function identityIn(stamp: string): string {
  return stamp.split(":").slice(0, 4).join(":");
}

/** `lstat`, or undefined when there is nothing. */
export async function statOrUndefined(place: string): Promise<Stats | undefined> {
  try {
    return lstatSync(place, { throwIfNoEntry: false });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
}
