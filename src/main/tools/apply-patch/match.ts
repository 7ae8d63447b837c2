import { trim, trimEnd } from "../../../grammar/white-space.ts";
import { fold } from "./fold.ts";
import type { FileLines } from "./lines.ts";

/**
 * Finds a block of lines at or after `from`. Four passes, each over the whole rest of the file before the next: exact,
 * right-trimmed, trimmed, folded; so an exact match further down beats a loose one nearby (Codex 0.169.0, measured).
 * `atEnd` searches from the last place the block fits, never earlier. Returns the line index, or undefined.
 */
export function findBlock(file: FileLines, block: readonly string[], from: number, atEnd: boolean): number | undefined {
  if (block.length === 0) return from;
  const lastStart = file.count - block.length;
  const start = atEnd ? Math.max(from, lastStart) : from;
  if (start > lastStart) return undefined;
  for (const pass of passes) {
    const wanted = block.map(pass.normalise);
    const [first = ""] = wanted;
    for (let at = start; at <= lastStart; at++) {
      if (!pass.equals(file, at, first)) continue;
      let matched = 1;
      while (matched < wanted.length && pass.equals(file, at + matched, wanted[matched] ?? "")) matched++;
      if (matched === wanted.length) return at;
    }
  }
  return undefined;
}

interface Pass {
  normalise(line: string): string;
  equals(file: FileLines, index: number, wanted: string): boolean;
}

const passes: readonly Pass[] = [
  { normalise: (line) => line, equals: (file, index, wanted) => file.lineEquals(index, wanted) },
  loosePass(trimEnd),
  loosePass(trim),
  loosePass(fold),
];

function loosePass(normalise: (line: string) => string): Pass {
  return {
    normalise,
    // Normalising never makes a line longer, so a shorter one cannot match.
    equals: (file, index, wanted) => file.lengthOf(index) >= wanted.length && normalise(file.lineAt(index)) === wanted,
  };
}
