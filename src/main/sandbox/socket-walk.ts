import { type Dirent, readdirSync } from "node:fs";
import path from "node:path";
import { setImmediate } from "node:timers/promises";
import { SpindleError } from "../../protocol/error.ts";
import { isOwnUnreadable, readQuietly } from "../lib/read-quietly.ts";

/** Folders of a project read for one command at most: beyond, nobody can say that no socket lies in it. */
const mostShown = 200_000;
/** Folders read before others of this process get their turn. */
const atOnce = 50;

/**
 * Socket files in folders with all that is in them, links not followed. With `upTo` the search ends after so many folders and what
 * cannot be read is left out; without, it is whole, or rejects with `sandbox_unavailable`: a command could uncover what a folder of
 * this user hides now. What is removed meanwhile is left out. Ends with the reason of `signal` when that aborts.
 */
export async function socketsBelow(
  folders: readonly string[],
  { upTo, signal }: { readonly upTo?: number; readonly signal?: AbortSignal } = {},
): Promise<readonly string[]> {
  const found: string[] = [];
  const queue = [...folders];
  for (let next = 0; next < queue.length; next++) {
    if (next === upTo) break;
    if (next === mostShown) throw refused(folders[0] ?? "", `it has more than ${mostShown} folders`);
    if (next % atOnce === atOnce - 1) {
      await setImmediate();
      signal?.throwIfAborted();
    }
    const folder = queue[next] ?? "";
    for (const entry of upTo === undefined ? entriesOf(folder) : quietEntriesOf(folder)) {
      const full = path.join(folder, entry.name);
      if (entry.isDirectory()) queue.push(full);
      else if (entry.isSocket()) found.push(full);
    }
  }
  return found;
}

/** Socket files in a folder itself; none where it cannot be read. */
export function socketsOf(folder: string): readonly string[] {
  return quietEntriesOf(folder).flatMap((entry) => (entry.isSocket() ? [path.join(folder, entry.name)] : []));
}

function quietEntriesOf(folder: string): readonly Dirent[] {
  return readQuietly(() => readdirSync(folder, { withFileTypes: true }));
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return [];
    // Of another user: a command cannot open it either.
    if (code === "EACCES" && !isOwnUnreadable(folder)) return [];
    throw refused(folder, "it cannot be read", error);
  }
}

function refused(folder: string, why: string, cause?: unknown): SpindleError {
  return new SpindleError(
    "sandbox_unavailable",
    `Local sockets cannot be granted: ${folder.slice(0, 200)} cannot be searched for sockets of other programs, because ${why}.`,
    { hint: "Mend or remove that folder, or take the grant of local sockets back for this project.", cause },
  );
}
