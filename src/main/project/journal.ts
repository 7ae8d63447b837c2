import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { SpindleError } from "../../protocol/error.ts";
import type { CallId, ConversationId, TurnId } from "../../protocol/ids.ts";
import type { UndoScope } from "../../protocol/undo.ts";
import { displayPath, fileError } from "../lib/paths.ts";
import { isAlive, processIdentity } from "../lib/process-identity.ts";
import { type BlobStore, createBlobStore } from "./blob-store.ts";
import { ChangeFailure, changeFiles, removeIfEmpty, type ChangeObserver, type FileChange } from "./change-files.ts";
import { isStored } from "./content.ts";
import { DEFAULT_MAX_BYTES } from "./file-state.ts";
import { namesIn, writeDurably } from "./durable.ts";
import { type DoneRecords, openDoneRecords } from "./done-records.ts";
import { journalFile, keepImages, parseRecord, stagingNote, type JournalRecord, type KeptImages } from "./journal-record.ts";
import { recoverRecord, removeTemps, type RecordOutcome } from "./recover.ts";
import { planRevert } from "./revert.ts";
import { coveredCalls, redoSteps, undoSteps } from "./revert-steps.ts";

/** Which call changes files. */
interface ChangeOrigin {
  readonly conversationId: ConversationId;
  readonly turnId: TurnId;
  readonly callId: CallId;
  readonly projectRoot: string;
}

/** What `recover` did, one entry per interrupted change. */
type RecoveredChange = RecordOutcome & Pick<JournalRecord, "id" | "conversationId" | "callId" | "projectRoot">;

/**
 * Changes of files that survive a crash: pre-images and the plan are on disk before the first file of a change is touched.
 * One instance per process and data folder; several processes may share the folder.
 */
export interface Journal {
  /** Makes the changes as one. Throws as `changeFiles` does, and `too_large` when the old contents are too big to keep. */
  apply(origin: ChangeOrigin, changes: readonly FileChange[]): Promise<void>;
  /**
   * Called once at start: finishes or rolls back what processes that are gone left half done. A file that somebody changed
   * since is left alone and named in `conflicts`.
   */
  recover(): Promise<RecoveredChange[]>;
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
export function createJournal(options: { readonly folder: string; readonly maxBytes?: number; readonly now?: () => number }): Journal {
  const { folder, maxBytes = DEFAULT_MAX_BYTES, now = Date.now } = options;
  const blobs = createBlobStore(path.join(folder, "blobs"));
  const staging = path.join(folder, "staging");
  const pending = path.join(folder, "pending");
  const records = openDoneRecords(path.join(folder, "done"));
  const owner = processIdentity() ?? { pid: process.pid, startTime: null };
  const made = new Set<string>();
  const ensureFolder = async (wanted: string): Promise<void> => {
    if (made.has(wanted)) return;
    await mkdir(wanted, { recursive: true, mode: 0o700 });
    made.add(wanted);
  };

  const run = async (
    origin: ChangeOrigin,
    kind: JournalRecord["kind"],
    changes: readonly FileChange[],
    revert: Pick<JournalRecord, "callIds" | "forced" | "emptied" | "scope"> = {},
  ): Promise<JournalRecord> => {
    assertKeepable(changes, maxBytes);
    const id = changeId(now());
    const note = path.join(staging, `${id}.json`);
    const open_ = path.join(pending, `${id}.json`);
    const done = records.fileOf({ ...origin, id, kind });
    await Promise.all([staging, pending, path.dirname(done)].map(ensureFolder));
    let record: JournalRecord | undefined;
    let keeping: Promise<ReadonlyMap<FileChange, KeptImages>> | undefined;
    const observer: ChangeObserver = {
      async beginning(temps, folders) {
        await writeFile(note, JSON.stringify({ id, owner, temps, folders }), { mode: 0o600 });
        keeping = keepImages(blobs, changes);
        // Its failure is thrown where it is awaited; until then it must not count as unhandled.
        keeping.catch(() => undefined);
      },
      async staged(staged, createdFolders) {
        const images = (await keeping) ?? new Map();
        record = {
          version: 1,
          id,
          kind,
          ...originOf(origin),
          time: now(),
          owner,
          files: staged.map((one) => journalFile(one, images)),
          createdFolders: [...createdFolders],
          ...revert,
        };
        await writeDurably(open_, JSON.stringify(record));
        await rm(note, { force: true });
      },
      async committed() {
        // Before the record is closed, so that a crash in between leaves no empty folder behind: recovery does it again.
        for (const emptied of revert.emptied ?? []) await removeIfEmpty(emptied).catch(() => undefined);
        await rename(open_, done);
      },
      async rolledBack() {
        await keeping?.catch(() => undefined);
        await rm(open_, { force: true });
        await rm(note, { force: true });
      },
    };
    await changeFiles(changes, id, observer);
    if (record === undefined) throw new SpindleError("internal", "A change of files was committed without a record.");
    return record;
  };

  const revert = async (
    { conversationId, callIds, force = false, scope }: RevertRequest,
    kind: "undo" | "redo",
  ): Promise<JournalRecord> => {
    const history = await records.history(conversationId, callIds);
    const taken = coveredCalls(history, callIds, kind);
    const origin = history.patches.findLast((record) => taken.has(record.callId));
    if (origin === undefined) throw nothingTo(kind, callIds);
    const { steps, emptied } = kind === "undo" ? undoSteps(history, taken) : redoSteps(history, taken);
    const plan = await planRevert(steps, blobs, { force, maxBytes, projectRoot: origin.projectRoot, kind });
    const change = run({ ...originOf(origin), callId: [...taken][0] ?? origin.callId }, kind, plan.changes, {
      callIds: [...taken],
      ...(scope === undefined ? {} : { scope }),
      forced: [...plan.forced],
      emptied: [...emptied],
    });
    return change.catch((error: unknown) => {
      if (!(error instanceof ChangeFailure)) throw error;
      throw error.cause instanceof SpindleError ? error.cause : fileError(error.cause, displayPath(origin.projectRoot, error.change.path));
    });
  };

  return {
    apply: async (origin, changes) => void (await run(origin, "patch", changes)),
    list: (conversationId) => records.read(conversationId),
    done: records,
    blobs,
    undo: (what) => revert(what, "undo"),
    redo: (what) => revert(what, "redo"),
    async recover() {
      const outcomes: RecoveredChange[] = [];
      for (const name of (await namesIn(pending)).toSorted()) {
        const file = path.join(pending, name);
        const record = parseRecord(await readFile(file, "utf8"));
        if (record === undefined) {
          // A torn record: its process died before the first file was touched, and the note beside it names the temp files.
          await rm(file, { force: true });
          continue;
        }
        if (isAlive(record.owner)) continue;
        const outcome = await recoverRecord(record, blobs);
        if (outcome.outcome === "finished") {
          await ensureFolder(path.dirname(records.fileOf(record)));
          await rename(file, records.fileOf(record));
        } else {
          await rm(file, { force: true });
        }
        outcomes.push({ ...outcome, ...originOf(record), id: record.id });
      }
      for (const name of await namesIn(staging)) await removeStaging(path.join(staging, name));
      return outcomes;
    },
  };
}

function originOf(origin: ChangeOrigin): ChangeOrigin {
  return { conversationId: origin.conversationId, turnId: origin.turnId, callId: origin.callId, projectRoot: origin.projectRoot };
}

function nothingTo(kind: "undo" | "redo", callIds: readonly CallId[]): SpindleError {
  const what = callIds.length === 1 ? `Call ${callIds[0]} has` : "These calls have";
  return new SpindleError("not_found", `${what} no ${kind === "undo" ? "change of files to undo" : "undone change to redo"}.`, {
    hint: kind === "undo" ? "It may be undone already: then redo it." : "Undo comes first.",
  });
}

/** Removes the temp files and folders of a process that died before anything was in its place. */
async function removeStaging(file: string): Promise<void> {
  const note = stagingNote.safeParse(parseJson(await readFile(file, "utf8")));
  // A torn note was being written when its process died: no temp file can exist yet.
  if (note.success) {
    if (isAlive(note.data.owner)) return;
    await removeTemps(note.data.temps);
    for (const folder of note.data.folders.toReversed()) await removeIfEmpty(folder);
  }
  await rm(file, { force: true });
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

/** Sorts by time within a process and across them. */
function changeId(now: number): string {
  counter = (counter + 1) % 46_656;
  return `${now.toString(36).padStart(9, "0")}${counter.toString(36).padStart(3, "0")}-${Math.random().toString(36).slice(2, 8)}`;
}
let counter = 0;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Torn: the caller treats it as unwritten.
    return undefined;
  }
}
