import { lstatSync, readlinkSync, realpathSync } from "node:fs";
import path from "node:path";
import { isOwnUnreadable, readQuietly } from "../lib/read-quietly.ts";

/**
 * Real paths of those places that exist, each once, sorted: a link is hidden where it leads. For one behind a folder of this user that
 * cannot be entered that folder itself: a command could make it one that can.
 */
export function hiddenPlaces(places: readonly string[]): readonly string[] {
  return [...new Set(places.flatMap((place) => realOf(path.resolve(place), 0)))].toSorted();
}

function realOf(place: string, hops: number): readonly string[] {
  try {
    return [realpathSync(place)];
  } catch (error) {
    const parent = path.dirname(place);
    if ((error as NodeJS.ErrnoException).code !== "EACCES" || parent === place || hops > 40) return [];
    const isLink = readQuietly(() => [lstatSync(place)]).some((facts) => facts.isSymbolicLink());
    if (isLink) return realOf(path.resolve(parent, readlinkSync(place)), hops + 1);
    const above = realOf(parent, hops + 1);
    // The parent is there but what is in it cannot be seen; or it is hidden itself already.
    return above.filter((folder) => isOwnUnreadable(folder));
  }
}

/** Finds are used again for so long: a script of 10,000 reads asks 10,000 times. */
const keepMs = 1_000;

/** `hiddenPlaces` that remembers its finds for a second: a place can come into being at any time. */
export function createHiddenPlaces(places: readonly string[]): () => readonly string[] {
  let found: readonly string[] = [];
  let at = Number.NEGATIVE_INFINITY;
  return () => {
    if (performance.now() - at >= keepMs) {
      found = hiddenPlaces(places);
      at = performance.now();
    }
    return found;
  };
}
