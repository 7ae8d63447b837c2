import { existsSync, realpathSync } from "node:fs";
import path from "node:path";

/** Real paths of those places that exist, each once, sorted: a link is hidden where it leads. */
export function hiddenPlaces(places: readonly string[]): readonly string[] {
  return [...new Set(places.filter((place) => existsSync(place)).map((place) => realpathSync(path.resolve(place))))].toSorted();
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
