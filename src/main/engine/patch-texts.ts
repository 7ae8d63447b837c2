import { isUtf8 } from "node:buffer";
import { SpindleError } from "../../protocol/error.ts";
import type { SpindleEvent } from "../../protocol/event.ts";
import type { Journal } from "../project/journal.ts";

/**
 * Texts that the patches of a log name, for the review, in the order asked for. Null for one that is not kept any more, is no
 * text, or is none of this conversation's: a hash alone opens nothing.
 */
export async function patchTexts(
  events: readonly SpindleEvent[],
  hashes: readonly string[],
  blobs: Journal["blobs"],
): Promise<(string | null)[]> {
  const named = new Set<string>();
  for (const event of events) {
    if (event.type !== "patch_applied") continue;
    for (const { before, after } of event.files)
      for (const text of [before, after]) if (text !== null && typeof text !== "string") named.add(text.hash);
  }
  return Promise.all(hashes.map(async (hash) => (named.has(hash) ? textOf(hash, blobs) : null)));
}

async function textOf(hash: string, blobs: Journal["blobs"]): Promise<string | null> {
  try {
    const bytes = await blobs.get(hash);
    return isUtf8(bytes) ? bytes.toString("utf8") : null;
  } catch (error) {
    // The patch is shown by its hunks all the same.
    if (error instanceof SpindleError) return null;
    throw error;
  }
}
