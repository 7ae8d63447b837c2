import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { SpindleError } from "../../protocol/error.ts";
import type { CallId, ConversationId, TurnId } from "../../protocol/ids.ts";
import { isAlive, processIdentity } from "../lib/process-identity.ts";
import { createBlobStore } from "./blob-store.ts";
import { changeFiles, removeIfEmpty, type ChangeObserver, type FileChange } from "./change-files.ts";
import { DEFAULT_MAX_BYTES } from "./file-state.ts";
import { namesIn, writeDurably } from "./durable.ts";
import { journalFile, keepImages, parseRecord, stagingNote, type JournalRecord, type KeptImages } from "./journal-record.ts";
import { recoverRecord, removeTemps, type RecordOutcome } from "./recover.ts";
import { revertChanges } from "./revert.ts";

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
  /**
   * Puts the files of a call back as they were before it. Throws `not_found` when the call changed nothing or is undone,
   * `patch_failed` when a file changed since (unless `force`); then nothing is changed.
   */
  undo(call: { conversationId: ConversationId; callId: CallId }, options?: { force?: boolean }): Promise<JournalRecord>;
  /** Undoes an undo, with the same promises. */
  redo(call: { conversationId: ConversationId; callId: CallId }, options?: { force?: boolean }): Promise<JournalRecord>;
}

/** `folder` is made when first needed. `maxBytes` limits the old contents of one change (default 128 MiB). */
export function createJournal(options: { readonly folder: string; readonly maxBytes?: number; readonly now?: () => number }): Journal {
  const { folder, maxBytes = DEFAULT_MAX_BYTES, now = Date.now } = options;
  const blobs = createBlobStore(path.join(folder, "blobs"));
  const staging = path.join(folder, "staging");
  const pending = path.join(folder, "pending");
  const doneFolder = (conversationId: string): string => path.join(folder, "done", safeName(conversationId));
  const doneFile = (change: { conversationId: string; callId: string; id: string }): string =>
    path.join(doneFolder(change.conversationId), `${change.id}~${safeName(change.callId)}.json`);
  const owner = processIdentity() ?? { pid: process.pid, startTime: null };
  const made = new Set<string>();
  const ensureFolder = async (wanted: string): Promise<void> => {
    if (made.has(wanted)) return;
    await mkdir(wanted, { recursive: true, mode: 0o700 });
    made.add(wanted);
  };

  const run = async (origin: ChangeOrigin, kind: JournalRecord["kind"], changes: readonly FileChange[]): Promise<JournalRecord> => {
    assertKeepable(changes, maxBytes);
    const id = changeId(now());
    const note = path.join(staging, `${id}.json`);
    const open_ = path.join(pending, `${id}.json`);
    const done = doneFile({ ...origin, id });
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
        };
        await writeDurably(open_, JSON.stringify(record));
        await rm(note, { force: true });
      },
      committed: () => rename(open_, done),
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

  const recordsOf = async (conversationId: ConversationId, callId?: CallId): Promise<JournalRecord[]> => {
    const wanted = callId === undefined ? ".json" : `~${safeName(callId)}.json`;
    const from = doneFolder(conversationId);
    const names = (await namesIn(from)).filter((name) => name.endsWith(wanted)).toSorted();
    return Promise.all(names.map((name) => readDone(path.join(from, name))));
  };

  const revert = async (
    call: { conversationId: ConversationId; callId: CallId },
    kind: "undo" | "redo",
    force: boolean,
  ): Promise<JournalRecord> => {
    const latest = (await recordsOf(call.conversationId, call.callId)).at(-1);
    if (latest === undefined || (latest.kind === "undo") !== (kind === "redo")) {
      throw new SpindleError(
        "not_found",
        kind === "undo" ? `Call ${call.callId} has no change of files to undo.` : `Call ${call.callId} has no undone change to redo.`,
      );
    }
    const record = await run(latest, kind, await revertChanges(latest, blobs, { force, maxBytes }));
    for (const made of latest.createdFolders.toReversed()) await removeIfEmpty(made);
    return record;
  };

  return {
    apply: async (origin, changes) => void (await run(origin, "patch", changes)),
    list: (conversationId) => recordsOf(conversationId),
    undo: (call, choice) => revert(call, "undo", choice?.force ?? false),
    redo: (call, choice) => revert(call, "redo", choice?.force ?? false),
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
          await ensureFolder(doneFolder(record.conversationId));
          await rename(file, doneFile(record));
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

async function readDone(file: string): Promise<JournalRecord> {
  const record = parseRecord(await readFile(file, "utf8"));
  if (record === undefined)
    throw new SpindleError("io_error", `${file} is damaged or was written by a newer version.`, { details: { path: file } });
  return record;
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
  const total = changes.reduce((sum, { before }) => sum + (before?.type === "file" ? before.bytes.length : 0), 0);
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

/** Ids come from our own events; anything else in them must not lead out of the folder. */
function safeName(id: string): string {
  return id.replace(/[^A-Za-z0-9_.-]/g, "_").replace(/^\.+/, "_");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Torn: the caller treats it as unwritten.
    return undefined;
  }
}
