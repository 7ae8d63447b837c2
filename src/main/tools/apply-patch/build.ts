import { SpindleError } from "../../../protocol/error.ts";
import type { FileLines } from "./lines.ts";
import { createMatcher, type Matcher } from "./match.ts";
import type { PatchChunk, PatchLine } from "./parse.ts";

/** A run of lines that gives way to others. `at` is a 0-based line index of the old file; `removed` lines go from there. */
export interface LineEdit {
  readonly at: number;
  readonly removed: number;
  readonly added: readonly string[];
}

/**
 * Finds the place of every chunk and says which lines change, in the order of the file. Nothing is written. Throws
 * `patch_failed` with the sentence of the original when a chunk has no place; `shownPath` is the path that it names.
 */
export function planEdits(file: FileLines, chunks: readonly PatchChunk[], shownPath: string): LineEdit[] {
  const edits: LineEdit[] = [];
  const matcher = createMatcher(file);
  let cursor = 0;
  for (const chunk of chunks) {
    if (chunk.header !== undefined) {
      const at = matcher.findBlock([chunk.header], cursor, false);
      if (at === undefined)
        throw new SpindleError("patch_failed", `Failed to find context '${chunk.header}' in ${shownPath}`, {
          details: { path: shownPath },
        });
      cursor = at + 1;
    }
    const block = oldLines(chunk.lines);
    if (block.length === 0) {
      edits.push({ at: file.count, removed: 0, added: newLines(chunk.lines) });
      continue;
    }
    const place = locate(matcher, chunk, block, cursor);
    if (place === undefined) {
      throw new SpindleError("patch_failed", `Failed to find expected lines in ${shownPath}:\n${block.join("\n")}`, {
        details: { path: shownPath },
      });
    }
    edits.push(...editsOf(place.lines, place.at));
    cursor = place.at + oldLines(place.lines).length;
  }
  return edits.sort((a, b) => a.at - b.at);
}

/**
 * The new content. Lines that stay keep their bytes and terminators; added lines get the file's first terminator; a last
 * line without one gets it too, even when nothing else changes (Codex 0.169.0, measured).
 */
export function applyEdits(file: FileLines, edits: readonly LineEdit[]): Buffer {
  const terminator = Buffer.from(file.terminator);
  const out: Buffer[] = [];
  let position = 0;
  const keepUpTo = (end: number): void => {
    if (end <= position) return;
    out.push(file.bytes.subarray(file.startOf(position), file.startOf(end)));
    if (end === file.count && !file.endsWithTerminator) out.push(terminator);
    position = end;
  };
  for (const edit of edits) {
    keepUpTo(edit.at);
    if (edit.added.length > 0) out.push(Buffer.from(edit.added.join(file.terminator), "utf8"), terminator);
    position = Math.max(position, edit.at + edit.removed);
  }
  keepUpTo(file.count);
  return Buffer.concat(out);
}

/** The block's place; tried once more without a blank last line, which models put before the next marker. */
function locate(
  matcher: Matcher,
  chunk: PatchChunk,
  block: readonly string[],
  cursor: number,
): { at: number; lines: readonly PatchLine[] } | undefined {
  const at = matcher.findBlock(block, cursor, chunk.endOfFile);
  if (at !== undefined) return { at, lines: chunk.lines };
  if (block.at(-1) !== "") return undefined;
  const lines = withoutBlankEnd(chunk.lines);
  const shorter = matcher.findBlock(oldLines(lines), cursor, chunk.endOfFile);
  return shorter === undefined ? undefined : { at: shorter, lines };
}

/** Takes the last old line away and, when the last new line is blank as well, that too. */
function withoutBlankEnd(lines: readonly PatchLine[]): PatchLine[] {
  const result = [...lines];
  dropFrom(result, "old");
  if (newLines(lines).at(-1) === "") dropFrom(result, "new");
  return result;
}

/** A context line stands on both sides: without its old side it is an addition, without its new side a removal. */
function dropFrom(lines: PatchLine[], side: "old" | "new"): void {
  const index = lines.findLastIndex((line) => line.kind !== (side === "old" ? "add" : "remove"));
  const line = lines[index];
  if (line === undefined) return;
  if (line.kind === "context") lines[index] = { kind: side === "old" ? "add" : "remove", text: line.text };
  else lines.splice(index, 1);
}

function editsOf(lines: readonly PatchLine[], start: number): LineEdit[] {
  const edits: LineEdit[] = [];
  let position = start;
  let open: { at: number; removed: number; added: string[] } | undefined;
  for (const line of lines) {
    if (line.kind === "context") {
      open = undefined;
      position++;
      continue;
    }
    if (open === undefined) {
      open = { at: position, removed: 0, added: [] };
      edits.push(open);
    }
    if (line.kind === "remove") {
      open.removed++;
      position++;
    } else {
      open.added.push(line.text);
    }
  }
  return edits;
}

function oldLines(lines: readonly PatchLine[]): string[] {
  return lines.flatMap((line) => (line.kind === "add" ? [] : [line.text]));
}

function newLines(lines: readonly PatchLine[]): string[] {
  return lines.flatMap((line) => (line.kind === "remove" ? [] : [line.text]));
}
