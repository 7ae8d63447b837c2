import type { CallId } from "../../protocol/ids.ts";
import type { JournalFile, JournalRecord } from "./journal-record.ts";

/** What one patch did to one place. */
export interface Layer {
  readonly callId: CallId;
  readonly file: JournalFile;
}

/** What an undo found and left at one place: the layers whose effect was in the file, oldest first. */
export interface UndoneLayers {
  readonly before: readonly Layer[];
  readonly after: readonly Layer[];
}

/** A conversation's changes of files, as they stand now. */
export interface LayerHistory {
  /** Patches, oldest first. */
  readonly patches: readonly JournalRecord[];
  /** The undo that holds for each call that is undone now. */
  readonly undoneBy: ReadonlyMap<CallId, JournalRecord>;
  /**
   * Layers whose effect is in a place, oldest first. A patch that stands but was forced away, because one below it was undone,
   * is not among them.
   */
  live(path: string): readonly Layer[];
  /** What an undo found and left, by place. */
  undone(undo: JournalRecord): ReadonlyMap<string, UndoneLayers>;
}

/** Replays records, oldest first: patches pile up as layers, an undo takes layers away, a redo brings them back. */
export function replayLayers(records: readonly JournalRecord[]): LayerHistory {
  const live = new Map<string, readonly Layer[]>();
  const undoneBy = new Map<CallId, JournalRecord>();
  const undone = new Map<JournalRecord, Map<string, UndoneLayers>>();
  const patches = records.filter((record) => record.kind === "patch");
  for (const record of records) {
    const callIds = record.callIds ?? [record.callId];
    if (record.kind === "patch") {
      for (const file of record.files) live.set(file.path, [...(live.get(file.path) ?? []), { callId: record.callId, file }]);
    } else if (record.kind === "undo") {
      undone.set(record, takeAway(live, new Set(callIds)));
      for (const callId of callIds) undoneBy.set(callId, record);
    } else {
      bringBack(live, undone, undoneBy, callIds);
      for (const callId of callIds) undoneBy.delete(callId);
    }
  }
  return { patches, undoneBy, live: (path) => live.get(path) ?? [], undone: (undo) => undone.get(undo) ?? new Map() };
}

/** The lowest layer of an undo takes all above it along: what they made is not in the file any more. */
function takeAway(live: Map<string, readonly Layer[]>, callIds: ReadonlySet<CallId>): Map<string, UndoneLayers> {
  const taken = new Map<string, UndoneLayers>();
  for (const [path, before] of live) {
    const lowest = before.findIndex((layer) => callIds.has(layer.callId));
    if (lowest === -1) continue;
    const after = before.slice(0, lowest);
    taken.set(path, { before, after });
    live.set(path, after);
  }
  return taken;
}

/** An undo all of whose calls are back leaves a place as it found it; else only the layers that were redone are back. */
function bringBack(
  live: Map<string, readonly Layer[]>,
  undone: ReadonlyMap<JournalRecord, ReadonlyMap<string, UndoneLayers>>,
  undoneBy: ReadonlyMap<CallId, JournalRecord>,
  callIds: readonly CallId[],
): void {
  for (const undo of undosOf(callIds, undoneBy)) {
    const isWhole = isWholeUndo(undo, new Set(callIds), undoneBy);
    for (const [path, { before }] of undone.get(undo) ?? []) {
      const now = live.get(path) ?? [];
      if (!isWhole && !before.some((layer) => callIds.includes(layer.callId) && !now.includes(layer))) continue;
      live.set(path, isWhole ? before : before.filter((layer) => now.includes(layer) || callIds.includes(layer.callId)));
    }
  }
}

/** The undos that hold for calls, newest first. */
export function undosOf(callIds: Iterable<CallId>, undoneBy: ReadonlyMap<CallId, JournalRecord>): JournalRecord[] {
  const undos = new Set([...callIds].flatMap((callId) => undoneBy.get(callId) ?? []));
  return [...undos].toSorted((a, b) => (a.id < b.id ? 1 : -1));
}

/** True when these are all calls of the undo, and none was redone since. */
export function isWholeUndo(undo: JournalRecord, callIds: ReadonlySet<CallId>, undoneBy: ReadonlyMap<CallId, JournalRecord>): boolean {
  return (undo.callIds ?? [undo.callId]).every((callId) => callIds.has(callId) && undoneBy.get(callId) === undo);
}
