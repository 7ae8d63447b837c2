import { SpindleError } from "../../protocol/error.ts";
import type { CallId } from "../../protocol/ids.ts";
import type { JournalFile, JournalRecord } from "./journal-record.ts";
import type { RevertStep } from "./revert.ts";
import { isWholeUndo, type Layer, type LayerHistory, undosOf } from "./revert-layers.ts";

/** Steps in the order they are taken, with the folders that go when nothing is left in them, and those that come back. */
export interface Steps {
  readonly steps: readonly RevertStep[];
  readonly emptied: ReadonlySet<string>;
  readonly refilled: ReadonlySet<string>;
}

/** Which of the calls an undo or redo is about: those with a patch that is in place, or that is undone. */
export function coveredCalls({ patches, undoneBy }: LayerHistory, callIds: readonly CallId[], kind: "undo" | "redo"): ReadonlySet<CallId> {
  const changed = new Set(patches.map((record) => record.callId));
  return new Set(callIds.filter((callId) => changed.has(callId) && undoneBy.has(callId) === (kind === "redo")));
}

/**
 * Patches are taken back newest first, each file to what it held before. A file from which a patch was forced away already,
 * because one below it was undone, is left out: there is nothing of it to take back.
 */
export function undoSteps({ patches, live }: LayerHistory, taken: ReadonlySet<CallId>): Steps {
  const records = patches.filter((record) => taken.has(record.callId)).toReversed();
  const steps = records.flatMap((record) =>
    record.files
      .filter((file) => live(file.path).some((layer) => layer.file === file))
      .map(({ path, before, after }) => ({ path, expected: after, wanted: before })),
  );
  // Innermost first, so that one inside another goes before it.
  const folders = records.flatMap((record) => record.createdFolders).toSorted((a, b) => b.length - a.length);
  return { steps, emptied: new Set(folders), refilled: new Set() };
}

/**
 * An undo is taken back as a whole, newest first: files hold again what they held before it, later changes of a person
 * included. When only a part of its calls is redone, their patches are taken again, oldest first. Refused with
 * `undo_conflict`, also when forced: what would not be what was there before, because the undo was forced, or because patches
 * and undos of the same file came in between or are left out.
 */
export function redoSteps(history: LayerHistory, taken: ReadonlySet<CallId>): Steps {
  const lists: (readonly RevertStep[])[] = [];
  const wholes: JournalRecord[] = [];
  const emptied: string[] = [];
  const live = new Map<string, readonly Layer[]>();
  for (const undo of undosOf(taken, history.undoneBy)) {
    const isWhole = isWholeUndo(undo, taken, history.undoneBy);
    for (const [path, { before, after }] of history.undone(undo)) {
      const now = live.get(path) ?? history.live(path);
      const isTouched = isWhole || before.some((layer) => !after.includes(layer) && taken.has(layer.callId) && !now.includes(layer));
      if (!isTouched) continue;
      const wanted = isWhole ? before : before.filter((layer) => now.includes(layer) || taken.has(layer.callId));
      if (!isWhole && (undo.forced ?? []).includes(path)) throw forcedBefore(path);
      // What stands now must be what the undo left (and what was redone since); what comes back must lie on what it lay on.
      if (!isStart(isWhole ? after : now, isWhole ? now : before) || (isWhole && now.length !== after.length)) throw outOfOrder(path);
      if (!isStart(wanted, before)) throw outOfOrder(path);
      live.set(path, wanted);
    }
    if (isWhole) {
      lists.push(undo.files.map(({ path, before, after }) => ({ path, expected: after, wanted: before })));
      wholes.push(undo);
      emptied.push(...undo.createdFolders);
      continue;
    }
    const part = history.patches.filter((record) => taken.has(record.callId) && history.undoneBy.get(record.callId) === undo);
    const found = history.undone(undo);
    // Files from which a patch was forced away before that undo are none of its.
    const isInUndo = (file: JournalFile): boolean => found.get(file.path)?.before.some((layer) => layer.file === file) ?? false;
    lists.push(
      ...part.map((record) => record.files.filter(isInUndo).map(({ path, before, after }) => ({ path, expected: before, wanted: after }))),
    );
  }
  return {
    steps: lists.flat(),
    emptied: new Set(emptied.toSorted((a, b) => b.length - a.length)),
    refilled: new Set(wholes.flatMap((undo) => undo.emptied ?? []).toSorted((a, b) => a.length - b.length)),
  };
}

function isStart(start: readonly Layer[], list: readonly Layer[]): boolean {
  return start.length <= list.length && start.every((layer, i) => list[i] === layer);
}

function forcedBefore(path: string): SpindleError {
  return refusal(
    path,
    `${path} was undone together with changes made after the patch, so a part alone cannot be redone.`,
    "Redo all that was undone together: the later changes come back with it.",
  );
}

function outOfOrder(path: string): SpindleError {
  return refusal(
    path,
    `${path} was patched, undone or redone by others of these changes in between, so nothing was redone.`,
    "Redo in the reverse order of undoing, and undo later patches of the file first.",
  );
}

function refusal(path: string, message: string, hint: string): SpindleError {
  return new SpindleError("undo_conflict", message, {
    hint,
    details: { conflicts: [{ path, what: "cannot be redone now", lines: [] }], canForce: false },
  });
}
