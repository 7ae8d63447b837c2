import { statSync } from "node:fs";

/** Files asked between two looks at the event loop. */
const BATCH = 500;

/**
 * Sorts files by time of change, newest first; equal times by path. Files that are gone are left out. `statSync` in
 * batches: for many files several times faster than promises, and no batch holds the loop for more than a few milliseconds.
 */
export async function newestFirst(files: readonly string[], signal: AbortSignal): Promise<string[]> {
  const dated: { file: string; time: number }[] = [];
  for (let i = 0; i < files.length; i++) {
    if (i > 0 && i % BATCH === 0) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      signal.throwIfAborted();
    }
    const file = files[i] ?? "";
    const facts = statSync(file, { throwIfNoEntry: false });
    if (facts !== undefined) dated.push({ file, time: facts.mtimeMs });
  }
  return dated.sort((a, b) => b.time - a.time || (a.file < b.file ? -1 : 1)).map(({ file }) => file);
}
