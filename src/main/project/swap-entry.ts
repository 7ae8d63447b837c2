import {
  closeSync,
  constants as flags,
  fstatSync,
  linkSync,
  lstatSync,
  openSync,
  readSync,
  renameSync,
  type Stats,
  symlinkSync,
  unlinkSync,
} from "node:fs";
import { identityOf, stampOf } from "./file-state.ts";

/**
 * A file that a swap put out of its place, held open: who had it open before may still write into it, and then what was
 * written is here. To be closed.
 */
export interface Displaced {
  /** True when somebody wrote into it since the swap. */
  wasWritten(): boolean;
  /** What it holds now. */
  content(): Buffer;
  close(): void;
}

/** Thrown by a swap when the place does not hold what it should: nothing was changed there then. */
export class TouchedEntry extends Error {}

/**
 * Moves a complete temp file into a place that should carry `stamp`. Between the last look and the rename nothing else of
 * this process runs; a place that should be empty is never overwritten, whatever the timing. Throws `TouchedEntry`, or the
 * error of the system.
 */
export function swapIn(temp: string, place: string, stamp: string): Displaced | null {
  if (stamp === NONE) {
    linkOrRename(temp, place);
    return null;
  }
  const held = holdOpen(place, stamp);
  return orClosed(held, () => renameSync(temp, place), held);
}

/**
 * Removes what a place holds, which should carry `stamp`. It goes to `aside` first: when it proves to be something else, it
 * comes back. Throws as `swapIn`.
 */
export function takeOut(place: string, aside: string, stamp: string): Displaced | null {
  if (stamp === NONE) throw new TouchedEntry();
  const held = holdOpen(place, stamp);
  return orClosed(
    held,
    () => {
      const before = lstatSync(place);
      if (before.isDirectory()) throw Object.assign(new Error(`${place} is a directory`), { code: "EISDIR" });
      renameSync(place, aside);
      if (identityOf(lstatSync(aside)) !== identityOf(before)) {
        linkOrRename(aside, place);
        throw new TouchedEntry();
      }
      unlinkSync(aside);
    },
    held,
  );
}

/** Makes a link in a place that should be empty. Throws as `swapIn`. */
export function putLink(target: string, place: string): void {
  try {
    symlinkSync(target, place);
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === "EEXIST" ? new TouchedEntry() : error;
  }
}

/** What an entry is beyond its name: unchanged by a rename, changed by every write. "none" when nothing is there. */
export function identityAt(place: string): string {
  return identityOf(factsAt(place));
}

const NONE = stampOf(undefined);

/** Opens the file of a place and assures that it carries the stamp; null for a link, or what may not be read. */
function holdOpen(place: string, stamp: string): Displaced | null {
  let descriptor: number;
  try {
    descriptor = openSync(place, flags.O_RDONLY | flags.O_NOFOLLOW | flags.O_NONBLOCK);
  } catch (error) {
    // A link, a file that may be replaced but not read, or nothing: its stamp must do.
    if (stampOf(factsAt(place)) !== stamp) throw new TouchedEntry();
    const { code = "" } = error as NodeJS.ErrnoException;
    if (code === "ELOOP" || code === "EACCES" || code === "ENXIO") return null;
    throw error;
  }
  const facts = fstatSync(descriptor);
  const held = displaced(descriptor, facts);
  if (stampOf(facts) === stamp) return held;
  held.close();
  throw new TouchedEntry();
}

function displaced(descriptor: number, facts: Stats): Displaced {
  const known = identityOf(facts);
  return {
    wasWritten: () => identityOf(fstatSync(descriptor)) !== known,
    content() {
      const buffer = Buffer.allocUnsafeSlow(fstatSync(descriptor).size);
      let filled = 0;
      while (filled < buffer.length) {
        const count = readSync(descriptor, buffer, filled, buffer.length - filled, filled);
        if (count === 0) break;
        filled += count;
      }
      return buffer.subarray(0, filled);
    },
    close: () => closeSync(descriptor),
  };
}

function orClosed<T>(held: Displaced | null, action: () => void, result: T): T {
  try {
    action();
    return result;
  } catch (error) {
    held?.close();
    throw error;
  }
}

/** Moves what was taken out back to its place. False when something stands there by now: then it stays where it is. */
export function giveBack(aside: string, place: string): boolean {
  try {
    linkOrRename(aside, place);
    return true;
  } catch (error) {
    if (error instanceof TouchedEntry) return false;
    throw error;
  }
}

/** A link is made only where nothing is; where links cannot be made (FAT, some network disks) a last look must do. */
function linkOrRename(from: string, place: string): void {
  try {
    linkSync(from, place);
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") throw new TouchedEntry();
    if (!WITHOUT_LINKS.has(code)) throw error;
    if (factsAt(place) !== undefined) throw new TouchedEntry();
    renameSync(from, place);
    return;
  }
  unlinkSync(from);
}

const WITHOUT_LINKS: ReadonlySet<string> = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"]);

function factsAt(place: string): Stats | undefined {
  try {
    return lstatSync(place, { throwIfNoEntry: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOTDIR") return undefined;
    throw error;
  }
}
