import { isUtf8 } from "node:buffer";
import type { PatchFile, PatchText } from "../../protocol/patch.ts";
import { SpindleError } from "../../protocol/error.ts";
import { displayPath } from "../lib/paths.ts";
import type { Image } from "../project/image.ts";
import type { Journal } from "../project/journal.ts";
import type { JournalRecord } from "../project/journal-record.ts";
import { diffOfTexts } from "../tools/apply-patch/hunks.ts";

/** Old and new content together beyond this many bytes are not compared: they count as no lines. */
const MAX_COMPARED = 16 * 1024 * 1024;
/** Old and new content together beyond this many bytes have counts but no hunks. */
const MAX_SHOWN = 1024 * 1024;

/**
 * What a journalled change did to files, for events: one file after the other, so that memory holds two contents at most.
 * `texts` also names old and new text of files up to 1 MiB.
 */
export async function changedFiles(
  record: JournalRecord,
  blobs: Journal["blobs"],
  options: { readonly texts: boolean },
): Promise<PatchFile[]> {
  const files: PatchFile[] = [];
  for (const { path, before, after } of record.files) {
    const kind = before === null ? "add" : after === null ? "delete" : "update";
    const head = { path: displayPath(record.projectRoot, path), kind } as const;
    const size = sizeOf(before) + sizeOf(after);
    const old = size > MAX_COMPARED ? null : await textOf(before, blobs);
    const fresh = size > MAX_COMPARED ? null : await textOf(after, blobs);
    if (old === null || fresh === null) {
      files.push({ ...head, added: 0, removed: 0, before: null, after: null, hunks: [] });
      continue;
    }
    const { added, removed, hunks } = diffOfTexts(old, fresh);
    const shown = size <= MAX_SHOWN;
    const texts = options.texts && shown ? { before: nameOf(before), after: nameOf(after) } : { before: null, after: null };
    files.push({ ...head, added, removed, ...texts, hunks: shown ? hunks : [] });
  }
  return files;
}

function nameOf(image: Image | null): PatchText {
  return image?.type !== "file" || image.size === 0 ? "" : { hash: image.hash, bytes: image.size };
}

function sizeOf(image: Image | null): number {
  return image?.type === "file" ? image.size : 0;
}

/** Nothing is the empty text; null for what is no text, a link, or not kept. */
async function textOf(image: Image | null, blobs: Journal["blobs"]): Promise<string | null> {
  if (image === null) return "";
  if (image.type === "link") return null;
  try {
    const bytes = await blobs.get(image);
    return isUtf8(bytes) ? Buffer.from(bytes).toString("utf8") : null;
  } catch (error) {
    // The files are changed all the same; only what they looked like is not known.
    if (error instanceof SpindleError) return null;
    throw error;
  }
}
