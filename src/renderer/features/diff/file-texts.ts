import type { PatchText } from "../../../protocol/patch.ts";
import type { ReviewFile } from "./merge-patches.ts";
import type { ParseInput } from "./parse-file.ts";

/** Asks for texts by their names, in that order; null for one that is not kept any more. */
export type LoadTexts = (hashes: readonly string[]) => Promise<readonly (string | null)[]>;

/** Fills in the texts of files. */
export interface FileTexts {
  /** What the parser needs of some files. Rejects as `load` does. */
  fill(files: readonly ReviewFile[]): Promise<readonly ParseInput[]>;
}

/** UTF-16 units that are remembered: the old text of a file that a running turn patches again and again is asked for once. */
const maxKept = 4_000_000;

export function createFileTexts(load: LoadTexts): FileTexts {
  const kept = new Map<string, string>();
  return {
    async fill(files) {
      const wanted = [...new Set(files.flatMap(({ before, after }) => [before, after].flatMap(hashesOf)))];
      const missing = wanted.filter((hash) => !kept.has(hash));
      const loaded = missing.length === 0 ? [] : await load(missing);
      const found = new Map<string, string>();
      for (const hash of wanted) {
        const text = kept.get(hash) ?? loaded[missing.indexOf(hash)] ?? null;
        if (text !== null) found.set(hash, text);
      }
      remember(kept, found);
      return files.map((file) => inputOf(file, found));
    },
  };
}

function hashesOf(text: PatchText | null): readonly string[] {
  return text === null || typeof text === "string" ? [] : [text.hash];
}

/** Keeps the newest, as many as fit. */
function remember(kept: Map<string, string>, found: ReadonlyMap<string, string>): void {
  for (const [hash, text] of found) {
    kept.delete(hash);
    kept.set(hash, text);
  }
  let size = [...kept.values()].reduce((sum, text) => sum + text.length, 0);
  for (const [hash, text] of kept) {
    if (size <= maxKept) return;
    kept.delete(hash);
    size -= text.length;
  }
}

function inputOf(file: ReviewFile, found: ReadonlyMap<string, string>): ParseInput {
  const textOf = (text: PatchText | null): string | null =>
    text === null || typeof text === "string" ? text : (found.get(text.hash) ?? null);
  const before = textOf(file.before);
  const after = textOf(file.after);
  const { key, path, fromPath, kind, hunks, hidesSpace = false } = file;
  // Without its texts a folded file cannot be compared: then its patches' counts are all there is.
  const isLost = hunks === null && (before === null || after === null);
  const { added, removed } = isLost ? file.sums : file;
  return { key, path, fromPath, kind, before, after, added, removed, hunks, hidesSpace };
}
