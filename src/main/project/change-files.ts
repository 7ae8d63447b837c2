import { rmdir, symlink, unlink } from "node:fs/promises";
import path from "node:path";
import { SpindleError } from "../../protocol/error.ts";
import { inParallel } from "../lib/in-parallel.ts";
import { missingFolders, openAnchor, type Anchor } from "./anchor.ts";
import type { Content, StoredContent } from "./content.ts";
import { stampAt, type FileState } from "./file-state.ts";
import { removeIfThere, stageWrite, type StagedWrite } from "./staged-write.ts";

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
  /** Absolute path of the temp file; null for a removal or a link. */
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
  /** Nothing is changed any more (also when nothing ever was). */
  rolledBack(): Promise<void>;
}

/** Which change failed, and why. Everything was put back before it is thrown. */
export class ChangeFailure extends Error {
  readonly change: FileChange;
  constructor(change: FileChange, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.change = change;
  }
}

/**
 * Makes several changes of files as one: all new content is written and synced beside its place first, then every rename
 * and removal follows in order (writes before removals). When one fails, the ones before it are put back. Throws
 * `ChangeFailure`; its cause is the system's error, or a `SpindleError` when a place changed since it was read.
 */
export async function changeFiles(changes: readonly FileChange[], id: string, observer: ChangeObserver): Promise<void> {
  const anchors = new Map<string, Anchor>();
  const created: string[] = [];
  const steps: Step[] = [];
  const done: Step[] = [];
  const anchorFor = async (folder: string, create: boolean): Promise<Anchor> => {
    const known = anchors.get(folder);
    if (known !== undefined) return known;
    const anchor = await openAnchor(folder, create ? (made) => created.push(made) : undefined);
    anchors.set(folder, anchor);
    return anchor;
  };
  const plan = inOrder(changes).map((change, index) => ({
    change,
    tempName: change.after?.type === "file" ? `.spindle-${id}-${index}.tmp` : null,
  }));
  try {
    const folders = new Set(changes.filter((change) => change.after !== null).map((change) => path.dirname(change.path)));
    const missing = new Set((await Promise.all([...folders].map(missingFolders))).flat());
    await observer.beginning(
      plan.flatMap(({ change, tempName }) => (tempName === null ? [] : [path.join(path.dirname(change.path), tempName)])),
      [...missing],
    );
    for (const { change, tempName } of plan) {
      await guarded(
        change,
        async () =>
          void steps.push({
            change,
            tempName,
            anchor: await anchorFor(path.dirname(change.path), change.after !== null),
            staged: undefined,
          }),
      );
    }
    for (let at = 0; at < steps.length; at += TOGETHER) {
      const some = steps.slice(at, at + TOGETHER);
      await inParallel(some, 8, (step) => guarded(step.change, () => stage(step)));
      // Only when all are written: making files beside others that are being synced is several times slower than before it.
      await inParallel(some, 8, (step) => guarded(step.change, async () => step.staged?.sync()));
    }
    await observer.staged(steps.map(stagedChange), created);
    for (const step of steps) {
      done.push(step);
      await guarded(step.change, () => commit(step));
    }
    await Promise.all([...anchors.values()].map((anchor) => anchor.sync()));
    await observer.committed();
  } catch (error) {
    await putBack(done, steps, created);
    await observer.rolledBack();
    throw error;
  } finally {
    await Promise.all([...anchors.values()].map((anchor) => anchor.close()));
  }
}

/** Files that are written before they are synced; as many stay open at a time. */
const TOGETHER = 100;

interface Step {
  readonly change: FileChange;
  readonly tempName: string | null;
  readonly anchor: Anchor;
  staged: StagedWrite | undefined;
}

/** Writes first: the source of a move goes only when its destination stands. */
function inOrder(changes: readonly FileChange[]): FileChange[] {
  return [...changes.filter((change) => change.after !== null), ...changes.filter((change) => change.after === null)];
}

async function stage(step: Step): Promise<void> {
  const { after } = step.change;
  await assertUntouched(step);
  if (after?.type !== "file" || step.tempName === null) return;
  step.staged = await stageWrite(step.anchor, {
    name: path.basename(step.change.path),
    tempName: step.tempName,
    bytes: after.bytes,
    newMode: after.newMode,
    addMode: after.addMode,
    exactMode: after.exactMode,
    overLink: step.change.before?.type === "link",
  });
}

async function commit(step: Step): Promise<void> {
  const place = step.anchor.at(path.basename(step.change.path));
  await assertUntouched(step);
  if (step.staged !== undefined) return step.staged.commit();
  if (step.change.before !== null) await unlink(place);
  if (step.change.after?.type === "link") await symlink(step.change.after.target, place);
}

async function assertUntouched(step: Step): Promise<void> {
  const stamp = await stampAt(step.anchor.at(path.basename(step.change.path)));
  if (stamp === step.change.stamp) return;
  throw new SpindleError("patch_failed", `${step.change.path} was changed by something else while the patch was being applied.`, {
    hint: "Read the file again and make the patch anew. Nothing was changed.",
    details: { path: step.change.path },
  });
}

/** Puts back what `done` changed, newest first, and removes what was made on the way. */
async function putBack(done: readonly Step[], steps: readonly Step[], created: readonly string[]): Promise<void> {
  for (const step of done.toReversed()) {
    const name = path.basename(step.change.path);
    const place = step.anchor.at(name);
    // A place that still carries its old stamp was never reached.
    if ((await stampAt(place)) === step.change.stamp) continue;
    await restoreState(step.anchor, name, step.change.before);
  }
  for (const step of steps) await step.staged?.discard();
  for (const folder of created.toReversed()) await removeIfEmpty(folder);
}

/** Makes a place as it was: content, mode, link or nothing. */
export async function restoreState(anchor: Anchor, name: string, state: KnownState | null): Promise<void> {
  const place = anchor.at(name);
  if (state?.type === "file") {
    const staged = await stageWrite(anchor, {
      name,
      tempName: `.spindle-restore-${process.pid}-${Math.random().toString(36).slice(2, 10)}.tmp`,
      bytes: state.bytes,
      exactMode: state.mode,
      overLink: true,
    });
    try {
      await staged.sync();
      await staged.commit();
    } finally {
      await staged.discard();
    }
    return;
  }
  await removeIfThere(place);
  if (state?.type === "link") await symlink(state.target, place);
}

/** Removes a folder that holds nothing; one that does, or is gone, stays as it is. */
export async function removeIfEmpty(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== "ENOTEMPTY" && code !== "ENOENT" && code !== "EEXIST") throw error;
  }
}

function stagedChange(step: Step): StagedChange {
  return {
    change: step.change,
    temp: step.tempName === null ? null : path.join(step.anchor.folder, step.tempName),
    inPlace: step.staged?.inPlace ?? false,
    mode: step.staged?.mode ?? null,
  };
}

async function guarded(change: FileChange, action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    throw new ChangeFailure(change, error);
  }
}
