import type { Attachment } from "../../protocol/attachment.ts";
import { formatBytes, formatCount } from "./format.ts";

/** The quiet words on a chip: which lines, how many, how large. */
export function attachmentFact({ kind, range, lines, size }: Attachment): string {
  if (range !== undefined) return range.from === range.to ? `line ${range.from}` : `lines ${range.from}–${range.to}`;
  if (kind === "folder") return "folder";
  return lines === undefined ? formatBytes(size) : formatCount(lines, "line");
}

/** What a chip shows of an attachment. */
export function chipFacts(file: Attachment) {
  const { name, path, kind, pasted = false } = file;
  return { name, path, kind, pasted, fact: attachmentFact(file) };
}
