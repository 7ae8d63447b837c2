import { mkdir, rename } from "node:fs/promises";
import path from "node:path";
import { SpindleError } from "../../protocol/error.ts";
import type { ProcessIdentity } from "../lib/process-identity.ts";
import type { BlobStore } from "./blob-store.ts";
import { changeFiles, type ChangeObserver, type FileChange, makeIfMissing, removeIfEmpty } from "./change-files.ts";
import { isStored } from "./content.ts";
import type { DoneRecords } from "./done-records.ts";
import { inJournal } from "./journal-error.ts";
import { createPack, type PackWriter } from "./pack-file.ts";
import { type OpenFiles, withFolder, writeWhole } from "./journal-files.ts";
import { changeId, type ChangeOrigin, journalFile, type JournalRecord, type Keeping, keepImages, originOf } from "./journal-record.ts";

export interface RunParts {
  readonly folder: string;
  readonly blobs: BlobStore;
  readonly staging: OpenFiles;
  readonly pending: OpenFiles;
  readonly records: DoneRecords;
  readonly owner: ProcessIdentity;
  readonly maxBytes: number;
  readonly now: () => number;
}

/**
 * One change of files with its record: note, pre-images and plan are on disk before the first file is touched. To be called
 * while the journal is locked. Throws as `changeFiles` does, and `too_large`.
 */
export async function runChange(
  parts: RunParts,
  pack: PackWriter,
  origin: ChangeOrigin,
  kind: JournalRecord["kind"],
  changes: readonly FileChange[],
  revert: Pick<JournalRecord, "callIds" | "forced" | "emptied" | "refilled" | "scope"> = {},
): Promise<JournalRecord> {
  const { folder, blobs, staging, pending, records, owner } = parts;
  assertKeepable(changes, parts.maxBytes);
  const { id } = pack;
  const done = records.fileOf({ ...origin, id, kind });
  let record: JournalRecord | undefined;
  let keeping: Promise<Keeping> | undefined;
  const observer: ChangeObserver = {
    beginning: (temps, folders) =>
      inJournal(folder, async () => {
        await staging.begin(id, JSON.stringify({ id, owner, temps, folders }));
        keeping = keepImages(blobs, pack, changes);
        // Its failure is thrown where it is awaited; until then it must not count as unhandled.
        keeping.catch(() => undefined);
      }),
    staged: (staged, createdFolders) =>
      inJournal(folder, async () => {
        if (keeping === undefined) throw new SpindleError("internal", "A change of files was staged before it was begun.");
        const { images, durable: kept } = await keeping;
        record = {
          version: 2,
          id,
          kind,
          ...originOf(origin),
          time: parts.now(),
          owner,
          files: staged.map((one) => journalFile(one, images)),
          createdFolders: [...createdFolders],
          ...revert,
        };
        // Side by side: until both are on disk no file is touched, and rolling back untouched files needs no contents.
        await Promise.all([kept, staging.handOver(id, JSON.stringify(record), pending)]);
      }),
    committed: () =>
      inJournal(folder, async () => {
        // Before the record is closed, so that a crash in between leaves no empty folder behind: recovery does it again.
        // One that cannot be removed stays: the files are as they should be.
        for (const emptied of revert.emptied ?? []) await removeIfEmpty(emptied).catch(() => undefined);
        for (const refilled of revert.refilled ?? []) await makeIfMissing(refilled);
        await withFolder(path.dirname(done), () => rename(pending.fileOf(id), done));
      }),
    rolledBack: (leftAlone) =>
      inJournal(folder, async () => {
        await keeping?.then(({ durable }) => durable).catch(() => undefined);
        pack.abandon();
        if (record !== undefined && leftAlone.length > 0) await keepRest(records, record, new Set(leftAlone.map((change) => change.path)));
        await pending.remove(id);
        await staging.remove(id);
      }),
  };
  await changeFiles(changes, id, observer);
  if (record === undefined) throw new SpindleError("internal", "A change of files was committed without a record.");
  return record;
}

/**
 * Keeps the part of a change that was not put back because somebody changed the files since: what they held before can
 * still be brought back, by force. For an undo or redo it gets a call of its own.
 */
export async function keepRest(records: DoneRecords, record: JournalRecord, paths: ReadonlySet<string>): Promise<void> {
  const { callIds: _, forced: __, emptied: ___, refilled: ____, scope: _____, ...plain } = record;
  const rest: JournalRecord = {
    ...plain,
    kind: "patch",
    callId: record.kind === "patch" ? record.callId : `${record.kind}-${record.id}`,
    files: record.files.filter((file) => paths.has(file.path)),
  };
  const file = records.fileOf(rest);
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  await writeWhole(file, JSON.stringify(rest));
}

function assertKeepable(changes: readonly FileChange[], maxBytes: number): void {
  // What is stored already was kept once, file by file.
  const total = changes.reduce(
    (sum, { before }) => sum + (before?.type === "file" && !isStored(before.bytes) ? before.bytes.length : 0),
    0,
  );
  if (total <= maxBytes) return;
  throw new SpindleError("too_large", `The files of this patch hold ${total} bytes; over ${maxBytes} bytes cannot be kept for undo.`, {
    hint: "Split the patch, or change the large file with a command.",
    details: { bytes: total, limit: maxBytes },
  });
}

/** The pack of a new change; the change has its id. */
export function newPack({ folder, now }: Pick<RunParts, "folder" | "now">): PackWriter {
  return createPack(path.join(folder, "packs"), changeId(now()));
}
