import { mkdir, rmdir } from "node:fs/promises";
import path from "node:path";
import { SpindleError } from "../../protocol/error.ts";
import { inParallel } from "../lib/in-parallel.ts";
import { missingFolders } from "./anchor.ts";
import { createAnchorPool } from "./anchor-pool.ts";
import { assertNotWritten, type ChangeStep, commitStep, putBackStep, stageStep } from "./change-step.ts";
import type { Content, StoredContent } from "./content.ts";
import { type FileState, statOrUndefined } from "./file-state.ts";
import { TornFile } from "./staged-write.ts";
import { TouchedEntry } from "./swap-entry.ts";

/** A state whose content may be in the blob store instead of in memory. */
export type KnownState = FileState | { readonly type: "file"; readonly bytes: StoredContent; readonly mode: number };

/** One place of the disk that changes. `path` is an entry in a real folder (`resolveWriteTarget`, `resolveEntry`). */
export interface FileChange {
  readonly path: string;
  readonly before: KnownState | null;
  /** Stamp of `before`: the change is refused when the place was touched since. */
  readonly stamp: string;
  readonly after:
    | {
        readonly type: "file";
        readonly bytes: Content;
        readonly newMode?: number | undefined;
        readonly addMode?: number | undefined;
        readonly exactMode?: number | undefined;
      }
    | { readonly type: "link"; readonly target: string }
    | null;
}

/** A change that is ready: its new content is complete and synced beside it. */
export interface StagedChange {
  readonly change: FileChange;
  /** Absolute path of the temp file (for a removal: where the file goes before it is gone); null for what is only made. */
  readonly temp: string | null;
  readonly inPlace: boolean;
  /** Mode the file will have; null when nothing will stand there, or a link. */
  readonly mode: number | null;
}

/** Is told how far it is, so that a crash at any moment can be repaired. Each promise is awaited before the next step. */
export interface ChangeObserver {
  /** Nothing is written yet; these temp files and folders (outermost first) may come to exist. */
  beginning(temps: readonly string[], folders: readonly string[]): Promise<void>;
  /** All new content is on disk beside its place, nothing is in its place. */
  staged(changes: readonly StagedChange[], createdFolders: readonly string[]): Promise<void>;
  /** Everything is in its place and durable. */
  committed(): Promise<void>;
  /** Nothing is changed any more (also when nothing ever was), but for `leftAlone`: what somebody changed since. */
  rolledBack(leftAlone: readonly FileChange[]): Promise<void>;
}

/** Which change failed, and why. Everything was put back before it is thrown, but for `leftAlone`. */
export class ChangeFailure extends Error {
  readonly change: FileChange;
  /** Changes whose place holds something that somebody put there meanwhile. */
  readonly leftAlone: readonly FileChange[];
  constructor(change: FileChange, cause: unknown, leftAlone: readonly FileChange[] = []) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.change = change;
    this.leftAlone = leftAlone;
  }
}

/**
 * Makes several changes of files as one: all new content is written and synced beside its place first, then every rename
 * and removal follows in order (writes before removals). When one fails, the ones before it are put back where the place
 * still holds what was put there; what somebody else wrote meanwhile stays. Throws `ChangeFailure`; its cause is the
 * system's error, or a `SpindleError` when a place changed since it was read.
 */
export async function changeFiles(changes: readonly FileChange[], id: string, observer: ChangeObserver): Promise<void> {
  const created: string[] = [];
  const anchors = createAnchorPool((made) => created.push(made));
  const steps = inOrder(changes).map((change, index): ChangeStep => {
    const tempName = change.after?.type === "file" || change.before !== null ? `.spindle-${id}-${index}.tmp` : null;
    return { change, tempName, staged: undefined, placed: undefined };
  });
  const anchorOf = ({ change }: ChangeStep) => anchors.get(path.dirname(change.path), change.after !== null);
  const reached: ChangeStep[] = [];
  try {
    const folders = new Set(changes.filter((change) => change.after !== null).map((change) => path.dirname(change.path)));
    const missing = new Set((await Promise.all([...folders].map(missingFolders))).flat());
    await observer.beginning(
      steps.flatMap(({ change, tempName }) => (tempName === null ? [] : [path.join(path.dirname(change.path), tempName)])),
      [...missing],
    );
    for (let at = 0; at < steps.length; at += TOGETHER) {
      const some = steps.slice(at, at + TOGETHER);
      // One after the other: a folder is made once.
      for (const step of some) await guarded(step.change, () => anchorOf(step));
      await inParallel(some, 8, (step) => guarded(step.change, async () => stageStep(step, await anchorOf(step))));
      // Only when all are written: making files beside others that are being synced is several times slower than before it.
      await inParallel(some, 8, (step) => guarded(step.change, async () => step.staged?.sync()));
      await anchors.rest(false);
    }
    await observer.staged(steps.map(stagedChange), created);
    for (const step of steps) {
      await anchors.rest(true);
      await guarded(step.change, async () => commitStep(step, await anchorOf(step), () => reached.push(step)));
      // Not all files stay open to the end.
      const early = reached[reached.length - HELD];
      if (early !== undefined) await guarded(early.change, async () => assertNotWritten(early));
    }
    await anchors.sync();
    for (const step of reached.slice(-HELD)) await guarded(step.change, async () => assertNotWritten(step));
    await observer.committed();
  } catch (error) {
    const leftAlone: FileChange[] = [];
    const failed: unknown[] = error instanceof ChangeFailure && error.cause instanceof TornFile ? [error.cause] : [];
    for (const step of reached.toReversed()) {
      try {
        await anchors.rest(true);
        if (!(await putBackStep(step, await anchorOf(step)))) leftAlone.push(step.change);
      } catch (failure) {
        failed.push(failure);
      }
    }
    // The record stays: what could not be put back now is put back at the next start.
    if (failed.length > 0) throw halfDone(error, failed);
    for (const step of steps) {
      if (step.staged === undefined) continue;
      await anchors.rest(false);
      await step.staged.discard(await anchorOf(step));
    }
    for (const folder of created.toReversed()) await removeIfEmpty(folder);
    await observer.rolledBack(leftAlone);
    throw error instanceof ChangeFailure && leftAlone.length > 0 ? withLeftAlone(error, leftAlone) : error;
  } finally {
    for (const step of reached) step.placed?.displaced?.close();
    await anchors.close();
  }
}

/** Files that are written before they are synced; as many stay open at a time. */
const TOGETHER = 100;
/** Replaced files that are watched for somebody who still writes into them, newest ones. */
const HELD = 64;

/** Writes first: the source of a move goes only when its destination stands. */
function inOrder(changes: readonly FileChange[]): FileChange[] {
  return [...changes.filter((change) => change.after !== null), ...changes.filter((change) => change.after === null)];
}

/** Those of the places that are folders now. */
export async function foldersAmong(places: Iterable<string>): Promise<string[]> {
  const found: string[] = [];
  for (const place of places) {
    const facts = await statOrUndefined(place);
    if (facts?.isDirectory() === true) found.push(place);
  }
  return found;
}

/** Makes a folder in one that is there; when it cannot be made, something else stands there by now. */
export async function makeIfMissing(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EEXIST" && code !== "ENOENT" && code !== "ENOTDIR" && code !== "EACCES") throw error;
  }
}

/** Removes a folder that holds nothing; one that does, or is gone, stays as it is. */
export async function removeIfEmpty(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== "ENOTEMPTY" && code !== "ENOENT" && code !== "EEXIST" && code !== "ENOTDIR") throw error;
  }
}

function stagedChange({ change, tempName, staged }: ChangeStep): StagedChange {
  return {
    change,
    temp: tempName === null ? null : path.join(path.dirname(change.path), tempName),
    inPlace: staged?.inPlace ?? false,
    mode: staged?.mode ?? null,
  };
}

async function guarded<T>(change: FileChange, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw new ChangeFailure(change, error instanceof TouchedEntry ? touched(change.path) : error);
  }
}

function touched(place: string): SpindleError {
  return new SpindleError("patch_failed", `${place} was changed by something else while the patch was being applied.`, {
    hint: "Read the file again and make the patch anew. Nothing was changed.",
    details: { path: place },
  });
}

/** Says also what could not be put back. */
function withLeftAlone({ change, cause, message }: ChangeFailure, leftAlone: readonly FileChange[]): ChangeFailure {
  const places = leftAlone.map((each) => each.path);
  const one = places.length === 1;
  const error = new SpindleError("patch_failed", cause instanceof SpindleError ? cause.message : `${change.path}: ${message}`, {
    hint: `Read ${one ? "this file" : "these files"} again: ${places.join(", ")} ${one ? "was" : "were"} changed by something else meanwhile and ${one ? "stays as it is" : "stay as they are"}. Everything else is as it was.`,
    details: { path: change.path, leftAlone: places },
    cause,
  });
  return new ChangeFailure(change, error, leftAlone);
}

function halfDone(error: unknown, failures: readonly unknown[]): unknown {
  if (!(error instanceof ChangeFailure)) return error;
  const why = failures.map((failure) => (failure instanceof Error ? failure.message : String(failure)));
  const half = new SpindleError("io_error", `A change of files failed half done and could not be put back: ${error.message}`, {
    hint: `${why.join("; ")}. Remove the cause and start Spindle again: it puts the files back then.`,
    details: { path: error.change.path },
    cause: error.cause,
  });
  return new ChangeFailure(error.change, half);
}
