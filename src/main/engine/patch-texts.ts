import { isUtf8 } from "node:buffer";
import { SpindleError } from "../../protocol/error.ts";
import type { ConversationId } from "../../protocol/ids.ts";
import type { Image } from "../project/image.ts";
import type { Journal } from "../project/journal.ts";

type KeptFile = Extract<Image, { type: "file" }>;

/**
 * Texts that the patches of a conversation name by their hashes, for the review, in the order asked for. Null for one that is
 * not kept any more, is no text, or is none of this conversation's: a hash alone opens nothing.
 */
export async function patchTexts(
  conversationId: ConversationId,
  hashes: readonly string[],
  journal: Pick<Journal, "list" | "blobs">,
): Promise<(string | null)[]> {
  const places = new Map<string, KeptFile[]>();
  for (const { files } of await journal.list(conversationId)) {
    for (const image of files.flatMap(({ before, after }) => [before, after]))
      if (image?.type === "file") places.set(image.hash, [...(places.get(image.hash) ?? []), image]);
  }
  return Promise.all(hashes.map((hash) => firstText(places.get(hash) ?? [], journal.blobs)));
}

/** The same content may be kept in several packs, and gone from the oldest. */
async function firstText(places: readonly KeptFile[], blobs: Journal["blobs"]): Promise<string | null> {
  for (const place of places.toReversed()) {
    try {
      const bytes = await blobs.get(place);
      return isUtf8(bytes) ? Buffer.from(bytes).toString("utf8") : null;
    } catch (error) {
      // The patch is shown by its hunks all the same.
      if (!(error instanceof SpindleError)) throw error;
    }
  }
  return null;
}
