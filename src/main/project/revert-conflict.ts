import { isUtf8 } from "node:buffer";
import { constants as flags } from "node:fs";
import { open } from "node:fs/promises";
import { SpindleError } from "../../protocol/error.ts";
import type { UndoConflict } from "../../protocol/undo.ts";
import { diffLines, type DiffRun } from "../lib/diff-lines.ts";
import { displayPath } from "../lib/paths.ts";
import type { BlobStore } from "./blob-store.ts";
import type { Image, SeenImage } from "./image.ts";

/** A place that does not hold what it should. `found` may be an earlier state than what is on disk, when several changes are put back. */
export interface Conflict {
  readonly path: string;
  readonly expected: Image | null;
  readonly found: SeenImage["image"];
  readonly onDisk: SeenImage["image"];
}

/** Texts beyond this are not compared line by line, bytes. */
const MAX_COMPARED = 8 * 1024 * 1024;
/** Places named in the sentence, and ranges of lines named per file. */
const SHOWN = 5;
const MAX_RANGES = 50;
/** Lines quoted per file, and characters of each. */
const MAX_QUOTED = 8;
const MAX_QUOTED_CHARS = 200;

/** The refusal of an undo or redo: each file with the lines, as they are numbered now, that changed since. */
export async function conflictError(
  conflicts: readonly Conflict[],
  blobs: BlobStore,
  { projectRoot, kind }: { readonly projectRoot: string; readonly kind: "undo" | "redo" },
): Promise<SpindleError> {
  const found = new Map<string, UndoConflict>();
  for (const conflict of conflicts) {
    const path = displayPath(projectRoot, conflict.path);
    const known = found.get(path);
    const lines = joined([...(known?.lines ?? []), ...(await linesOf(conflict, blobs))]);
    found.set(path, { path, what: known?.what ?? whatOf(conflict), lines, now: await linesAt(conflict, lines) });
  }
  const files = [...found.values()];
  const [only] = files;
  const since = kind === "undo" ? "after the patch" : "after the undo";
  const done = kind === "undo" ? "undone" : "redone";
  const named = files.slice(0, SHOWN).map((file) => `${file.path} ${sentence(file)}`);
  const message =
    files.length === 1 && only !== undefined
      ? `${only.path} ${sentence(only)} ${since}, so nothing was ${done}.`
      : `${files.length} files were changed ${since}, so nothing was ${done}: ${named.join("; ")}${files.length > SHOWN ? "; …" : ""}.`;
  const blocked = conflicts.find(({ onDisk }) => onDisk?.type === "other");
  return new SpindleError("undo_conflict", message, {
    hint:
      blocked === undefined
        ? `${kind === "undo" ? "Undo" : "Redo"} anyway: what stands there now is kept and can be brought back. Or take the later change back first.`
        : `Move ${displayPath(projectRoot, blockerOf(blocked))} away first.`,
    details: {
      conflicts: files.map(({ path, what, lines, now }) => ({
        path,
        what,
        lines: lines.map(([from, to]) => [from, to]),
        now: now.map(({ line, text }) => ({ line, text })),
      })),
      canForce: blocked === undefined,
    },
  });
}

function blockerOf({ path, onDisk }: Conflict): string {
  return (onDisk?.type === "other" ? onDisk.blocker : undefined) ?? path;
}

function whatOf({ found, expected }: Conflict): string {
  if (found === null) return "was deleted";
  if (found.type === "other") return found.what;
  if (expected === null) return "was created anew";
  if (found.type !== expected.type) return found.type === "link" ? "became a link" : "became a file";
  return "was changed";
}

function sentence({ what, lines }: UndoConflict): string {
  if (lines.length === 0) return what;
  const shown = lines.slice(0, SHOWN).map(([from, to]) => (from === to ? `${from}` : `${from} to ${to}`));
  const single = lines.length === 1 && lines[0]?.[0] === lines[0]?.[1];
  return `${what} at ${single ? "line" : "lines"} ${shown.join(", ")}${lines.length > SHOWN ? ", …" : ""}`;
}

/** Lines of the present file that somebody changed since; none when it is not text or its earlier text is not kept. */
async function linesOf(conflict: Conflict, blobs: BlobStore): Promise<(readonly [number, number])[]> {
  const { expected, found, onDisk, path } = conflict;
  if (expected?.type !== "file" || found?.type !== "file" || onDisk?.type !== "file") return [];
  const present = await textOf(() => readPlace(path), onDisk.size);
  const left = await textOf(() => blobs.get(expected), expected.size);
  if (left === null || present === null) return [];
  if (found.hash === onDisk.hash) return joined(diffLines(left, present).map((run) => rangeOf(run, present.length)));
  const between = await textOf(() => blobs.get(found), found.size);
  if (between === null) return [];
  const later = diffLines(between, present);
  return joined(diffLines(left, between).map((run) => moved(rangeOf(run, between.length), later, present.length)));
}

/** What the present file holds there. */
async function linesAt({ path, onDisk }: Conflict, ranges: UndoConflict["lines"]): Promise<UndoConflict["now"]> {
  if (ranges.length === 0 || onDisk?.type !== "file") return [];
  const present = await textOf(() => readPlace(path), onDisk.size);
  const now: { line: number; text: string }[] = [];
  for (const [from, to] of ranges) {
    for (let line = from; line <= to && now.length < MAX_QUOTED; line++) {
      const text = present?.[line - 1];
      if (text !== undefined) now.push({ line, text: text.slice(0, MAX_QUOTED_CHARS) });
    }
  }
  return now;
}

async function textOf(read: () => Promise<Uint8Array>, size: number): Promise<string[] | null> {
  if (size > MAX_COMPARED) return null;
  try {
    const bytes = await read();
    return isUtf8(bytes) && !bytes.includes(0) ? Buffer.from(bytes).toString("utf8").split("\n") : null;
  } catch (error) {
    // Only small new contents are kept for good: without the text no lines can be named.
    if (error instanceof SpindleError) return null;
    throw error;
  }
}

async function readPlace(path: string): Promise<Buffer> {
  const handle = await open(path, flags.O_RDONLY | flags.O_NOFOLLOW | flags.O_NONBLOCK);
  try {
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

/** 1-based lines of the new text; where lines were only removed, the line that stands there now. */
function rangeOf(run: DiffRun, count: number): readonly [number, number] {
  const from = Math.min(run.newAt + 1, Math.max(1, count));
  return [from, Math.max(from, run.newAt + run.added)];
}

/** Where lines of an earlier text stand in a later one. */
function moved([from, to]: readonly [number, number], runs: readonly DiffRun[], count: number): readonly [number, number] {
  const at = (line: number, end: boolean): number => {
    let shift = 0;
    for (const run of runs) {
      if (line <= run.at) break;
      if (line <= run.at + run.removed) return Math.max(1, end ? run.newAt + Math.max(run.added, 1) : run.newAt + 1);
      shift = run.newAt + run.added - (run.at + run.removed);
    }
    return line + shift;
  };
  const first = Math.min(at(from, false), Math.max(1, count));
  return [first, Math.min(Math.max(first, at(to, true)), Math.max(1, count))];
}

function joined(ranges: readonly (readonly [number, number])[]): (readonly [number, number])[] {
  const out: [number, number][] = [];
  for (const [from, to] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const last = out.at(-1);
    if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else out.push([from, to]);
  }
  return out.slice(0, MAX_RANGES);
}
