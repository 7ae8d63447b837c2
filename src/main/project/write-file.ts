import path from "node:path";
import { openAnchor } from "./anchor.ts";
import { stageWrite } from "./staged-write.ts";
import { resolveWriteTarget } from "./write-target.ts";

/**
 * Writes one file so that a reader, and a crash at any moment, finds either the old content or the new one: temp file in
 * the same folder, sync, rename, sync of the folder. Parents are created; a link's target is written; mode, owner and hard
 * links are kept (a hard-linked file is written in place). Throws the error of the system.
 */
export async function writeFileAtomic(
  absolute: string,
  bytes: Uint8Array,
  options: { newMode?: number | undefined; addMode?: number | undefined } = {},
): Promise<void> {
  const target = resolveWriteTarget(absolute);
  const anchor = await openAnchor(path.dirname(target), () => {});
  try {
    const staged = await stageWrite(anchor, { name: path.basename(target), tempName: tempName(), bytes, ...options });
    try {
      await staged.sync();
      await staged.commit(anchor, null);
    } finally {
      await staged.discard(anchor);
    }
    await anchor.sync();
  } finally {
    await anchor.close();
  }
}

/** A name for a temp file: hidden, ours to see, unlikely to be taken. */
function tempName(): string {
  return `.spindle-${process.pid}-${Math.random().toString(36).slice(2, 12)}.tmp`;
}
