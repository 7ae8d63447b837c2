import path from "node:path";
import type { SpindleEvent } from "../../protocol/event.ts";
import { openForReading, type ReadScope } from "../lib/read-scope.ts";
import type { ModelImage } from "../providers/provider.ts";

const imageTypes: Readonly<Record<string, string>> = {
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".gif": "image/gif",
  ".webp": "image/webp",
};
/** Larger pictures are named but not sent: providers refuse them. */
const maxImageBytes = 10 * 1024 * 1024;

/**
 * The pictures that came with messages, by the seq of their `user_message`. A picture that is gone since, or leads elsewhere than when it
 * was attached, is left out; its message still names it.
 */
export async function loadImages(events: readonly SpindleEvent[], scope: ReadScope): Promise<ReadonlyMap<number, readonly ModelImage[]>> {
  const found = new Map<number, readonly ModelImage[]>();
  for (const event of events) {
    if (event.type !== "user_message") continue;
    const images: ModelImage[] = [];
    for (const item of event.attachments) {
      const mediaType = imageTypes[path.extname(item.path).toLowerCase()];
      if (item.kind !== "image" || mediaType === undefined || item.size > maxImageBytes) continue;
      try {
        images.push({ mediaType, base64: await base64Of(scope, item.path) });
      } catch {
        // Gone or unreadable since it was attached: the message names it, and reading it by a tool says why.
        continue;
      }
    }
    if (images.length > 0) found.set(event.seq, images);
  }
  return found;
}

async function base64Of(scope: ReadScope, file: string): Promise<string> {
  const { handle } = await openForReading(scope, file);
  try {
    return await handle.readFile("base64");
  } finally {
    await handle.close();
  }
}
