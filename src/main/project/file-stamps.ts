import { lstatSync, type Stats } from "node:fs";
import path from "node:path";

/** What tells, without reading it, whether a file changed. Times are Unix ms. */
export interface FileStamp {
  readonly size: number;
  readonly mtime: number;
  /** Last change of content, name or mode: set by the kernel, no program can choose it. */
  readonly ctime: number;
  readonly birth: number;
  readonly inode: number;
  /** Somebody may execute it. */
  readonly executable: boolean;
}

/** Null when there is no file (or a folder, a link, something unreadable). */
export function stampOf(place: string): FileStamp | null {
  const facts = statOrNull(place);
  if (facts === null || !facts.isFile()) return null;
  return {
    size: facts.size,
    mtime: facts.mtimeMs,
    ctime: facts.ctimeMs,
    birth: facts.birthtimeMs,
    inode: facts.ino,
    executable: (facts.mode & 0o111) !== 0,
  };
}

/** True when the content is surely the same: a change of mode or of the number of names alone does not count. */
export function sameContent(a: FileStamp | null | undefined, b: FileStamp | null | undefined): boolean {
  if (a === null || b === null || a === undefined || b === undefined) return (a ?? null) === (b ?? null);
  return a.size === b.size && a.mtime === b.mtime && a.inode === b.inode;
}

/** True when also nobody made it executable, or took that away. */
export function sameFile(a: FileStamp | null | undefined, b: FileStamp | null | undefined): boolean {
  return sameContent(a, b) && a?.executable === b?.executable;
}

/** When something was last removed from (or put into) the folder a place is in, or the nearest folder above that is still there. */
export function folderChangedAt(place: string): number {
  for (let folder = path.dirname(place); ; folder = path.dirname(folder)) {
    const facts = statOrNull(folder);
    if (facts !== null) return facts.ctimeMs;
    if (path.dirname(folder) === folder) return 0;
  }
}

/** When each folder above a place was last changed (or moved), nearest first. */
export function foldersChangedAt(place: string): number[] {
  const times: number[] = [];
  for (let folder = path.dirname(place); path.dirname(folder) !== folder; folder = path.dirname(folder)) {
    const facts = statOrNull(folder);
    if (facts !== null) times.push(facts.ctimeMs);
  }
  return times;
}

/**
 * Looks at places one after the other, in slices of 2 ms between which other work goes on, and gives up after `budgetMs` of
 * looking. Resolves with how many it looked at.
 */
export async function lookAt(
  places: readonly string[],
  budgetMs: number,
  see: (place: string, stamp: FileStamp | null) => void,
): Promise<number> {
  let spent = 0;
  let at = 0;
  while (at < places.length && spent < budgetMs) {
    const startedAt = performance.now();
    let now = startedAt;
    while (at < places.length && now - startedAt < 2) {
      for (let i = 0; i < 32 && at < places.length; i++, at++) {
        const place = places[at];
        if (place !== undefined) see(place, stampOf(place));
      }
      now = performance.now();
    }
    spent += now - startedAt;
    if (at < places.length) await new Promise((resolve) => setImmediate(resolve));
  }
  return at;
}

function statOrNull(place: string): Stats | null {
  try {
    return lstatSync(place, { throwIfNoEntry: false }) ?? null;
  } catch {
    // Not to be looked at: as if it were not there.
    return null;
  }
}
