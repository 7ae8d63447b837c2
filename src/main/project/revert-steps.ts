import type { CallId } from "../../protocol/ids.ts";
import type { RecordHistory } from "./done-records.ts";
import type { JournalRecord } from "./journal-record.ts";
import { assertNotForced, type RevertStep } from "./revert.ts";

/** Steps in the order they are taken, and the folders that go when nothing is left in them. */
export interface Steps {
  readonly steps: readonly RevertStep[];
  readonly emptied: ReadonlySet<string>;
}

/** Which of the calls an undo or redo is about: those with a patch that is in place, or that is undone. */
export function coveredCalls({ patches, reverts }: RecordHistory, callIds: readonly CallId[], kind: "undo" | "redo"): ReadonlySet<CallId> {
  const undoneBy = lastUndos(reverts);
  const changed = new Set(patches.map((record) => record.callId));
  return new Set(callIds.filter((callId) => changed.has(callId) && undoneBy.has(callId) === (kind === "redo")));
}

/** Patches are taken back newest first, each file to what it held before. */
export function undoSteps({ patches }: RecordHistory, taken: ReadonlySet<CallId>): Steps {
  const records = patches.filter((record) => taken.has(record.callId)).toReversed();
  return collect(records.map(backwards), records);
}

/**
 * An undo is taken back as a whole, newest first: files hold again what they held before it, later changes of a person
 * included. When only a part of its calls is redone, their patches are taken again, oldest first; that is refused with
 * `undo_conflict` where the undo was forced.
 */
export function redoSteps({ patches, reverts }: RecordHistory, taken: ReadonlySet<CallId>): Steps {
  const undoneBy = lastUndos(reverts);
  const undos = reverts.filter((record) => [...taken].some((callId) => undoneBy.get(callId) === record)).toReversed();
  const lists: RevertStep[][] = [];
  const records: JournalRecord[] = [];
  for (const undo of undos) {
    const covered = undo.callIds ?? [undo.callId];
    if (covered.every((callId) => taken.has(callId) && undoneBy.get(callId) === undo)) {
      lists.push(backwards(undo));
      records.push(undo);
      continue;
    }
    const part = patches.filter((record) => taken.has(record.callId) && undoneBy.get(record.callId) === undo);
    assertNotForced(
      part.flatMap((record) => record.files.map((file) => file.path)),
      undo.forced ?? [],
    );
    lists.push(...part.map((record) => record.files.map(({ path, before, after }) => ({ path, expected: before, wanted: after }))));
  }
  return collect(lists, records);
}

/** The undo that holds for each call that is undone now. */
function lastUndos(reverts: readonly JournalRecord[]): ReadonlyMap<CallId, JournalRecord> {
  const undoneBy = new Map<CallId, JournalRecord>();
  for (const record of reverts) {
    for (const callId of record.callIds ?? [record.callId]) {
      if (record.kind === "undo") undoneBy.set(callId, record);
      else undoneBy.delete(callId);
    }
  }
  return undoneBy;
}

function backwards(record: JournalRecord): RevertStep[] {
  return record.files.map(({ path, before, after }) => ({ path, expected: after, wanted: before }));
}

/** Folders innermost first, so that one inside another goes before it. */
function collect(lists: readonly (readonly RevertStep[])[], records: readonly JournalRecord[]): Steps {
  const folders = records.flatMap((record) => record.createdFolders).toSorted((a, b) => b.length - a.length);
  return { steps: lists.flat(), emptied: new Set(folders) };
}
