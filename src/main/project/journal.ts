import path from "node:path";
import { SpindleError } from "../../protocol/error.ts";
import type { CallId, ConversationId } from "../../protocol/ids.ts";
import type { UndoScope } from "../../protocol/undo.ts";
import { displayPath, fileError } from "../lib/paths.ts";
import { processIdentity } from "../lib/process-identity.ts";
import { type BlobStore, createBlobStore } from "./blob-store.ts";
import { ChangeFailure, type FileChange, foldersAmong } from "./change-files.ts";
import { hashOf } from "./content.ts";
import { type DoneRecords, openDoneRecords } from "./done-records.ts";
import { DEFAULT_MAX_BYTES } from "./file-state.ts";
import { inJournal } from "./journal-error.ts";
import { openFilesIn } from "./journal-files.ts";
import { type ChangeOrigin, type JournalRecord, originOf } from "./journal-record.ts";
import { hasOrphans, type RecoveredChange, recoverAll } from "./journal-recover.ts";
import { newPack, type RunParts, runChange } from "./journal-run.ts";
import { createSweeper, type Retention, RETENTION, type Sweeper } from "./journal-sweep.ts";
import { createPackReader } from "./pack-file.ts";
import { createProcessLock } from "./process-lock.ts";
import { planRevert } from "./revert.ts";
import { replayLayers } from "./revert-layers.ts";
import { coveredCalls, redoSteps, undoSteps } from "./revert-steps.ts";

/**
 * Changes of files that survive a crash: pre-images and the plan are on disk before the first file of a change is touched.
 * One instance per process and data folder; several processes may share the folder.
 */
export interface Journal {
  /** Makes the changes as one. Throws as `changeFiles` does, and `too_large` when the old contents are too big to keep. */
  apply(origin: ChangeOrigin, changes: readonly FileChange[]): Promise<JournalRecord>;
  /**
   * Called once at start: finishes or rolls back what processes that are gone left half done, each change for itself. A file
   * that somebody changed since is left alone and named in `conflicts`; a change that cannot be set right is set aside.
   * Throws `still_running` when another process is changing files for longer than `waitMs` (default 3 s).
   */
  recover(waitMs?: number): Promise<RecoveredChange[]>;
  /**
   * Runs what reads files of a project and then changes them by this journal, one at a time over all processes that share the
   * folder. Not to be nested. Throws `still_running` when another process takes more than two minutes.
   */
  exclusively<T>(projectRoot: string, action: () => Promise<T>): Promise<T>;
  /** Off the start-up path, now and then: what is dropped and removed is said in `docs/tools.md`. */
  readonly sweep: Sweeper["sweep"];
  /** For a conversation that is deleted: removes its records and every content that no other record names. */
  readonly forget: Sweeper["forget"];
  /** Changes of a conversation, oldest first. */
  list(conversationId: ConversationId): Promise<JournalRecord[]>;
  /** The records of a conversation by their names alone: cheap. */
  readonly done: DoneRecords;
  /** Kept contents. */
  readonly blobs: Pick<BlobStore, "get">;
  /**
   * Puts the files of calls back as they were before them, as one change: all files or none, whatever happens in the middle.
   * Calls that changed nothing or are undone already are passed over. Throws `not_found` when none is left and
   * `undo_conflict` when a file changed since: then nothing is changed. With `force` the file is put back all the same and what
   * it held is kept for the redo.
   */
  undo(what: RevertRequest): Promise<JournalRecord>;
  /** Undoes an undo, with the same promises: files hold again what they held before the undo. */
  redo(what: RevertRequest): Promise<JournalRecord>;
}

export interface RevertRequest {
  readonly conversationId: ConversationId;
  readonly callIds: readonly CallId[];
  readonly force?: boolean;
  /** Kept with the record, for whoever has to tell of it later. */
  readonly scope?: UndoScope;
}

/** `folder` is made when first needed. `maxBytes` limits the old contents of one change (default 128 MiB). */
export function createJournal(options: {
  readonly folder: string;
  readonly maxBytes?: number;
  readonly now?: () => number;
  readonly retention?: Partial<Retention>;
}): Journal {
  const { folder, maxBytes = DEFAULT_MAX_BYTES, now = Date.now } = options;
  const blobs = createBlobStore(path.join(folder, "blobs"), createPackReader(path.join(folder, "packs")));
  const records = openDoneRecords(path.join(folder, "done"));
  const owner = processIdentity() ?? { pid: process.pid, startTime: null };
  const staging = openFilesIn(path.join(folder, "staging"), owner);
  const pending = openFilesIn(path.join(folder, "pending"), owner);
  const parts: RunParts = { folder, blobs, staging, pending, records, owner, maxBytes, now };
  const lock = createProcessLock(path.join(folder, "locks"));
  const locked = <T>(action: () => Promise<T>, waitMs?: number): Promise<T> =>
    inJournal(folder, () => lock.exclusively("journal", action, waitMs));

  const sweeper = createSweeper({ folder, retention: { ...RETENTION, ...options.retention }, now, locked, folderOf: records.folderOf });

  const revert = async (
    { conversationId, callIds, force = false, scope }: RevertRequest,
    kind: "undo" | "redo",
  ): Promise<JournalRecord> => {
    const history = replayLayers(await records.read(conversationId));
    const taken = coveredCalls(history, callIds, kind);
    const origin = history.patches.findLast((record) => taken.has(record.callId));
    if (origin === undefined) throw nothingTo(kind, callIds);
    const { steps, emptied, refilled } = kind === "undo" ? undoSteps(history, taken) : redoSteps(history, taken);
    const pack = newPack(parts);
    const plan = await planRevert(steps, blobs, pack, { force, maxBytes, projectRoot: origin.projectRoot, kind }).catch(
      (error: unknown) => {
        pack.abandon();
        throw error;
      },
    );
    const change = runChange(parts, pack, { ...originOf(origin), callId: [...taken][0] ?? origin.callId }, kind, plan.changes, {
      callIds: [...taken],
      ...(scope === undefined ? {} : { scope }),
      forced: [...plan.forced],
      emptied: await foldersAmong(emptied),
      refilled: [...refilled],
    });
    return change.catch((error: unknown) => {
      if (!(error instanceof ChangeFailure)) throw error;
      throw error.cause instanceof SpindleError ? error.cause : fileError(error.cause, displayPath(origin.projectRoot, error.change.path));
    });
  };

  return {
    apply: (origin, changes) => locked(() => runChange(parts, newPack(parts), origin, "patch", changes)),
    list: (conversationId) => records.read(conversationId),
    ...sweeper,
    done: records,
    blobs,
    undo: (what) => locked(() => revert(what, "undo")),
    redo: (what) => locked(() => revert(what, "redo")),
    recover: async (waitMs = 3_000) => ((await hasOrphans(parts)) ? locked(() => recoverAll(parts), waitMs) : []),
    exclusively: (projectRoot, action) => lock.exclusively(`project-${hashOf(Buffer.from(projectRoot)).slice(0, 16)}`, action),
  };
}

function nothingTo(kind: "undo" | "redo", callIds: readonly CallId[]): SpindleError {
  const what = callIds.length === 1 ? `Call ${callIds[0]} has` : "These calls have";
  return new SpindleError("not_found", `${what} no ${kind === "undo" ? "change of files to undo" : "undone change to redo"}.`, {
    hint: kind === "undo" ? "It may be undone already: then redo it." : "Undo comes first.",
  });
}
