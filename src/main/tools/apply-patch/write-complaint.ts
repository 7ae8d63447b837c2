import { stat } from "node:fs/promises";
import path from "node:path";

/**
 * What the original says when a file could not be written. It makes the folders of a file only when the file's own folder
 * does not exist, so when that is still missing, the folders were what failed: a link to nowhere stands in the way, or
 * nothing may be made there (Codex 0.169.0, measured).
 */
export async function writeComplaint(absolute: string): Promise<string> {
  const missing = await stat(path.dirname(absolute)).then(
    () => false,
    (error: NodeJS.ErrnoException) => error.code === "ENOENT",
  );
  return missing ? `Failed to create parent directories for ${absolute}` : `Failed to write file ${absolute}`;
}
