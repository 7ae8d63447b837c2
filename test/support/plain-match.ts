import { trim, trimEnd } from "../../src/grammar/white-space.ts";
import { fold } from "../../src/main/tools/apply-patch/fold.ts";
import type { FileLines } from "../../src/main/tools/apply-patch/lines.ts";

/** The rules of the matcher with nothing to make them fast: every block against every place, in each pass. */
export function plainFindBlock(file: FileLines, block: readonly string[], from: number, atEnd: boolean): number | undefined {
  if (block.length === 0) return from;
  const last = file.count - block.length;
  const start = atEnd ? Math.max(from, last) : from;
  const bytes = block.map((line) => Buffer.from(line, "utf8"));
  for (let at = start; at <= last; at++) {
    const place = at;
    if (bytes.every((line, index) => Buffer.from(file.lineAt(place + index)).equals(line))) return at;
  }
  for (const normalise of [trimEnd, trim, fold]) {
    const wanted = block.map(normalise);
    for (let at = start; at <= last; at++) {
      const place = at;
      if (wanted.every((line, index) => normalise(file.lineAt(place + index)) === line)) return at;
    }
  }
  return undefined;
}
