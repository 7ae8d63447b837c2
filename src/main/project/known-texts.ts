import { isUtf8 } from "node:buffer";
import { readFile } from "node:fs/promises";
import { type FileStamp, sameContent, stampOf } from "./file-stamps.ts";

/** Texts of files as they were last seen, so that a later change of them can be shown. In memory, bounded, gone with the process. */
export interface KnownTexts {
  /** The text a file had when it had this stamp; null when that is not known. */
  at(place: string, stamp: FileStamp | null | undefined): string | null;
  /** Takes a text that the file is known to hold now. Too large ones are forgotten. */
  set(place: string, text: string, stamp: FileStamp): void;
  /** Reads the file unless its text is known; resolves with it, or null when it is no text, too large, or changes meanwhile. Never rejects. */
  read(place: string): Promise<string | null>;
  forget(place: string): void;
  places(): readonly string[];
}

/** A file larger than this is not kept, bytes. */
const MAX_FILE = 512 * 1024;

/** `maxFiles` and `maxChars` bound what is kept; the oldest go first. */
export function createKnownTexts({ maxFiles = 500, maxChars = 8 * 1024 * 1024 } = {}): KnownTexts {
  const known = new Map<string, { readonly text: string; readonly stamp: FileStamp }>();
  let chars = 0;
  const forget = (place: string): void => {
    chars -= known.get(place)?.text.length ?? 0;
    known.delete(place);
  };
  const set = (place: string, text: string, stamp: FileStamp): void => {
    forget(place);
    if (text.length > MAX_FILE) return;
    known.set(place, { text, stamp });
    chars += text.length;
    for (const oldest of known.keys()) {
      if (known.size <= maxFiles && chars <= maxChars) break;
      forget(oldest);
    }
  };
  const at = (place: string, stamp: FileStamp | null | undefined): string | null => {
    const entry = known.get(place);
    return entry !== undefined && sameContent(entry.stamp, stamp) ? entry.text : null;
  };
  return {
    at,
    set,
    forget,
    places: () => [...known.keys()],
    async read(place) {
      const stamp = stampOf(place);
      if (stamp === null || stamp.size > MAX_FILE) return null;
      const there = at(place, stamp);
      if (there !== null) return there;
      try {
        const bytes = await readFile(place);
        if (!sameContent(stamp, stampOf(place)) || !isUtf8(bytes) || bytes.includes(0)) return null;
        const text = bytes.toString("utf8");
        set(place, text, stamp);
        return text;
      } catch {
        // Gone or unreadable: not known.
        return null;
      }
    },
  };
}
