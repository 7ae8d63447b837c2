import { failedFile, type ParsedFile } from "./parse-file.ts";
import type { ReviewFile } from "./merge-patches.ts";

/**
 * Prepares files together and never rejects: when that fails, each half is tried alone, down to the file that cannot be prepared,
 * which then says why. Ends early, with what there is, when `isGone` says that nobody waits any more.
 */
export async function prepareBatch(
  files: readonly ReviewFile[],
  work: (files: readonly ReviewFile[]) => Promise<readonly ParsedFile[]>,
  isGone: () => boolean,
): Promise<readonly ParsedFile[]> {
  const [first] = files;
  if (first === undefined || isGone()) return [];
  try {
    return await work(files);
  } catch (error) {
    if (files.length === 1) return [failedFile(first, error instanceof Error ? error.message : String(error))];
    const middle = files.length >> 1;
    const before = await prepareBatch(files.slice(0, middle), work, isGone);
    return [...before, ...(await prepareBatch(files.slice(middle), work, isGone))];
  }
}
