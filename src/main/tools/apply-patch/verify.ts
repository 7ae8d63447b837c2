import { stat } from "node:fs/promises";
import { assertNever, SpindleError } from "../../../protocol/error.ts";
import { inParallel } from "../../lib/in-parallel.ts";
import type { FileChange } from "../../project/change-files.ts";
import { readState, type SeenState } from "../../project/file-state.ts";
import { resolveEntry, resolveWriteTarget } from "../../project/write-target.ts";
import { isMoveOntoItself, resolvePatchPath } from "./apply.ts";
import { applyEdits, planEdits, type LineEdit } from "./build.ts";
import { splitLines, type FileLines } from "./lines.ts";
import type { PatchOperation } from "./parse.ts";
import { checkedUtf8, decodeUtf8, osReason, readForUpdate, readRegularFile } from "./read-target.ts";

/** One operation whose outcome is known before anything is written. */
export interface VerifiedOperation {
  readonly kind: "add" | "update" | "delete" | "move";
  /** Absolute path by its text: the destination of a move. */
  readonly path: string;
  /** For a move: the source. */
  readonly fromPath: string | undefined;
  /** The old text and its edits; null when it is not UTF-8 text (an add over a binary file). */
  readonly file: FileLines | null;
  readonly edits: readonly LineEdit[];
  /** Content afterwards; null when nothing is there. */
  readonly after: Buffer | null;
  readonly changes: readonly FileChange[];
  /** Real place whose content was read and may be shown; null when none was. */
  readonly readFrom: string | null;
}

/** Operations checked between two looks at the event loop. */
const BREATH = 16;

type UpdateOperation = Extract<PatchOperation, { type: "update" }>;

/**
 * Checks a whole patch against the disk before anything is written: every chunk has its place, every file can be read, no
 * path is named twice. Throws `patch_failed` whose message is the bare reason in the words of the original.
 */
export async function verifyPatch(operations: readonly PatchOperation[], cwd: string): Promise<VerifiedOperation[]> {
  assertNoPathTwice(operations, cwd);
  const verified = await inParallel(operations, 8, async (operation, index) => {
    // Small files are read at once: others get their turn in between.
    if (index % BREATH === BREATH - 1) await new Promise<void>((resolve) => setImmediate(resolve));
    return verifyOperation(operation, cwd);
  });
  assertNoPlaceTwice(verified);
  return verified;
}

/** The places of the disk that operations change, links followed as writing would: for the policy, before anything is read. */
export function placesOf(operations: readonly PatchOperation[], cwd: string): string[] {
  const places = operations.flatMap((operation) => {
    const absolute = resolvePatchPath(cwd, operation.path);
    switch (operation.type) {
      case "add":
        return [resolveWriteTarget(absolute)];
      case "delete":
        return [resolveEntry(absolute)];
      case "update":
        return operation.movePath === undefined
          ? [resolveWriteTarget(absolute)]
          : [resolveEntry(absolute), resolveWriteTarget(resolvePatchPath(cwd, operation.movePath))];
      default:
        return assertNever(operation);
    }
  });
  return [...new Set(places)];
}

/** The files whose content an operation reads, links followed: an update tells the model what stands there. */
export function readsOf(operations: readonly PatchOperation[], cwd: string): string[] {
  return operations.flatMap((operation) =>
    operation.type === "update" ? [resolveWriteTarget(resolvePatchPath(cwd, operation.path))] : [],
  );
}

function assertNoPathTwice(operations: readonly PatchOperation[], cwd: string): void {
  const seen = new Set<string>();
  for (const operation of operations) {
    const source = resolvePatchPath(cwd, operation.path);
    const target = operation.type === "update" && operation.movePath !== undefined ? resolvePatchPath(cwd, operation.movePath) : source;
    for (const absolute of new Set([source, target])) {
      if (seen.has(absolute)) throw twice(absolute);
      seen.add(absolute);
    }
  }
}

/** Two names of one file (a link and its target) would overwrite each other. */
function assertNoPlaceTwice(verified: readonly VerifiedOperation[]): void {
  const seen = new Set<string>();
  for (const { changes } of verified) {
    for (const { path } of changes) {
      if (seen.has(path)) throw twice(path);
      seen.add(path);
    }
  }
}

function twice(absolute: string): SpindleError {
  return new SpindleError("patch_failed", `multiple operations target ${absolute}`, {
    hint: "Put all changes of a file into one operation.",
    details: { path: absolute },
  });
}

async function verifyOperation(operation: PatchOperation, cwd: string): Promise<VerifiedOperation> {
  const absolute = resolvePatchPath(cwd, operation.path);
  switch (operation.type) {
    case "add":
      return verifyAdd(absolute, operation.content);
    case "delete":
      return verifyDelete(absolute);
    case "update":
      return verifyUpdate(operation, absolute, operation.movePath === undefined ? undefined : resolvePatchPath(cwd, operation.movePath));
    default:
      return assertNever(operation);
  }
}

async function verifyUpdate(operation: UpdateOperation, absolute: string, target: string | undefined): Promise<VerifiedOperation> {
  const place = resolvedFor(absolute, resolveWriteTarget, "Failed to read file to update");
  const seen = await seenFor(absolute, place, "Failed to read file to update");
  // Nothing there: the plain read fails with the reason to show.
  if (seen.state === null) await readForUpdate(absolute);
  const { bytes, mode } = contentForUpdate(absolute, seen);
  const file = splitLines(bytes);
  const edits = planEdits(file, operation.chunks, absolute);
  const after = applyEdits(file, edits);
  if (target === undefined || (await isMoveOntoItself(absolute, target))) {
    const change: FileChange = {
      path: place,
      before: seen.state,
      stamp: seen.stamp,
      after: { type: "file", bytes: after },
    };
    return { kind: "update", path: absolute, fromPath: undefined, file, edits, after, changes: [change], readFrom: place };
  }
  const written = await writeChange(target, after, { newMode: mode & 0o777, addMode: mode & 0o111 });
  const source = resolveEntry(absolute);
  const removed: FileChange =
    source === place ? { path: place, before: seen.state, stamp: seen.stamp, after: null } : await removeChange(absolute);
  return { kind: "move", path: target, fromPath: absolute, file, edits, after, changes: [written, removed], readFrom: place };
}

function contentForUpdate(absolute: string, { state }: SeenState): { bytes: Buffer; mode: number } {
  try {
    if (state === null) throw Object.assign(new Error("missing"), { code: "ENOENT" });
    if (state.type === "link") throw Object.assign(new Error("became a link"), { code: "ELOOP" });
    return { bytes: checkedUtf8(state.bytes), mode: state.mode };
  } catch (error) {
    throw new SpindleError("patch_failed", `Failed to read file to update ${absolute}: ${osReason(error)}`, {
      details: { path: absolute },
      cause: error,
    });
  }
}

async function verifyAdd(absolute: string, content: string): Promise<VerifiedOperation> {
  const after = Buffer.from(content, "utf8");
  const change = await writeChange(absolute, after, {});
  const { before } = change;
  const file = before?.type === "file" && Buffer.isBuffer(before.bytes) ? textOf(before.bytes) : splitLines("");
  const fresh = splitLines(after);
  const added = Array.from({ length: fresh.count }, (_, i) => fresh.lineAt(i));
  return {
    kind: "add",
    path: absolute,
    fromPath: undefined,
    file,
    edits: [{ at: 0, removed: file?.count ?? 0, added }],
    after,
    changes: [change],
    readFrom: change.path,
  };
}

/** Of a link only the link goes; what it leads to is not read, but must be a file. */
async function verifyDelete(absolute: string): Promise<VerifiedOperation> {
  const change = await deletion(absolute);
  const { before } = change;
  let file: FileLines | null = null;
  try {
    if (before?.type === "file" && Buffer.isBuffer(before.bytes)) file = splitLines(decodeUtf8(before.bytes));
    else if (before === null || !(await stat(absolute)).isFile()) await readRegularFile(absolute);
  } catch (error) {
    throw unreadable(absolute, error);
  }
  const edits: LineEdit[] = file === null ? [] : [{ at: 0, removed: file.count, added: [] }];
  return {
    kind: "delete",
    path: absolute,
    fromPath: undefined,
    file,
    edits,
    after: null,
    changes: [change],
    readFrom: file === null ? null : change.path,
  };
}

async function deletion(absolute: string): Promise<FileChange> {
  try {
    const path = resolveEntry(absolute);
    const seen = await readState(path);
    return { path, before: seen.state, stamp: seen.stamp, after: null };
  } catch (error) {
    if (error instanceof SpindleError && error.code === "too_large") throw error;
    throw unreadable(absolute, error);
  }
}

function unreadable(absolute: string, error: unknown): SpindleError {
  const reason = error instanceof SpindleError && error.code === "not_a_file" ? `path \`${absolute}\` is not a file` : osReason(error);
  return new SpindleError("patch_failed", `Failed to read ${absolute}: ${reason}`, { details: { path: absolute }, cause: error });
}

async function writeChange(absolute: string, bytes: Buffer, modes: { newMode?: number; addMode?: number }): Promise<FileChange> {
  const path = resolvedFor(absolute, resolveWriteTarget, "Failed to write file");
  const seen = await seenFor(absolute, path, "Failed to write file");
  return { path, before: seen.state, stamp: seen.stamp, after: { type: "file", bytes, ...modes } };
}

async function removeChange(absolute: string): Promise<FileChange> {
  const path = resolvedFor(absolute, resolveEntry, "Failed to delete file");
  const seen = await seenFor(absolute, path, "Failed to delete file");
  return { path, before: seen.state, stamp: seen.stamp, after: null };
}

function resolvedFor(absolute: string, resolve: (absolute: string) => string, complaint: string): string {
  try {
    return resolve(absolute);
  } catch (error) {
    throw failed(absolute, complaint, error);
  }
}

async function seenFor(absolute: string, place: string, complaint: string): Promise<SeenState> {
  try {
    return await readState(place);
  } catch (error) {
    if (error instanceof SpindleError && error.code === "too_large") throw error;
    throw failed(absolute, complaint, error);
  }
}

/** The original gives the system's reason for reads only; for the others it is the hint. */
function failed(absolute: string, complaint: string, error: unknown): SpindleError {
  const reason = error instanceof SpindleError && error.code === "not_a_file" ? `path \`${absolute}\` is not a file` : osReason(error);
  const details = { path: absolute };
  if (complaint === "Failed to read file to update")
    return new SpindleError("patch_failed", `${complaint} ${absolute}: ${reason}`, { details, cause: error });
  return new SpindleError("patch_failed", `${complaint} ${absolute}`, { hint: `${reason}.`, details, cause: error });
}

function textOf(bytes: Buffer): FileLines | null {
  try {
    return splitLines(decodeUtf8(bytes));
  } catch {
    // Not text: there is no diff of it to show.
    return null;
  }
}
