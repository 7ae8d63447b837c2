import { mkdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { SpindleError } from "../../protocol/error.ts";
import { isAlive } from "../lib/process-identity.ts";
import { removeIfEmpty } from "./change-files.ts";
import type { Orphan } from "./journal-files.ts";
import { type JournalRecord, originOf, parseRecord, stagingNote } from "./journal-record.ts";
import { keepRest, type RunParts } from "./journal-run.ts";
import { recoverRecord, type RecordOutcome, removeTemps } from "./recover.ts";

/**
 * How one interrupted change ended. `set_aside`: it could not be set right, its record is in `aside` now. `left`: its record
 * stays for another time (the project's folder is not there) or another Spindle (a version that this one does not know).
 */
export interface RecoveredChange {
  readonly id: string;
  readonly outcome: RecordOutcome["outcome"] | "set_aside" | "left";
  /** Files that somebody changed since: they were left alone. Of a change that was set aside: all its files. */
  readonly conflicts: readonly string[];
  /** Why, for `set_aside` and `left`. */
  readonly reason: string | null;
  /** Null when the record cannot be read. */
  readonly origin: ReturnType<typeof originOf> | null;
}

type Parts = Pick<RunParts, "folder" | "blobs" | "staging" | "pending" | "records">;

/** True when there is anything to do: looks at names and what they hold, changes nothing but what died half written. */
export async function hasOrphans({ staging, pending }: Parts): Promise<boolean> {
  return (await pending.orphans()).length > 0 || (await staging.orphans()).length > 0;
}

/** Sets right what processes that are gone left behind, each change for itself. To be called while the journal is locked. */
export async function recoverAll(parts: Parts): Promise<RecoveredChange[]> {
  const outcomes: RecoveredChange[] = [];
  for (const orphan of await parts.pending.orphans()) {
    const outcome = await recoverPending(orphan, parts);
    if (outcome !== null) outcomes.push(outcome);
  }
  for (const orphan of await parts.staging.orphans()) {
    try {
      await removeStaging(orphan);
    } catch (error) {
      outcomes.push(await setAside(parts, orphan, null, error));
    }
  }
  return outcomes;
}

async function recoverPending(orphan: Orphan, parts: Parts): Promise<RecoveredChange | null> {
  if (orphan.text === null) return null;
  const record = parseRecord(orphan.text);
  const base = { id: orphan.name, conflicts: [], origin: null };
  if (record === "torn") {
    if (orphan.isOwned) return setAside(parts, orphan, null, new Error("its record is damaged"));
    // An older Spindle wrote it, and may just be writing it. If it died, no file was touched yet: the note names the temp files.
    if (await isOld(orphan.file)) await rm(orphan.file, { force: true });
    return null;
  }
  if (record === "unknown") return { ...base, outcome: "left", reason: "another version of Spindle wrote it" };
  if (isAlive(record.owner)) return null;
  const origin = originOf(record);
  if (!(await isFolder(record.projectRoot)))
    return { ...base, id: record.id, origin, outcome: "left", reason: `${record.projectRoot} is not there` };
  try {
    const { outcome, conflicts } = await recoverRecord(record, parts.blobs);
    if (outcome === "finished") {
      const done = parts.records.fileOf(record);
      await mkdir(path.dirname(done), { recursive: true, mode: 0o700 });
      await rename(orphan.file, done);
    } else {
      if (conflicts.length > 0) await keepRest(parts.records, record, new Set(conflicts));
      await rm(orphan.file, { force: true });
    }
    return { id: record.id, outcome, conflicts, reason: null, origin };
  } catch (error) {
    return setAside(parts, orphan, record, error);
  }
}

/** Moves a record out of the way of the next starts; what it names is kept as long as other old contents are. */
async function setAside({ folder }: Parts, orphan: Orphan, record: JournalRecord | null, error: unknown): Promise<RecoveredChange> {
  const aside = path.join(folder, "aside");
  await mkdir(aside, { recursive: true, mode: 0o700 });
  await rename(orphan.file, path.join(aside, orphan.name));
  const reason = error instanceof SpindleError || error instanceof Error ? error.message : String(error);
  return {
    id: record?.id ?? orphan.name,
    outcome: "set_aside",
    conflicts: record?.files.map((file) => file.path) ?? [],
    reason,
    origin: record === null ? null : originOf(record),
  };
}

/** Removes the temp files and folders of a process that died before anything was in its place. */
async function removeStaging({ file, text, isOwned }: Orphan): Promise<void> {
  if (text === null) return;
  // Its last line may be torn; then it does not count, and without it nothing is in its place yet.
  const [first = ""] = text.split("\n", 1);
  const note = stagingNote.safeParse(parseJson(first));
  if (!note.success) {
    // Torn: no temp file exists yet. An older Spindle may be just writing it.
    if (isOwned || (await isOld(file))) await rm(file, { force: true });
    return;
  }
  if (isAlive(note.data.owner)) return;
  await removeTemps(note.data.temps);
  for (const folder of note.data.folders.toReversed()) await removeIfEmpty(folder);
  await rm(file, { force: true });
}

/** True when nobody can be writing it any more. */
async function isOld(file: string): Promise<boolean> {
  try {
    return Date.now() - (await stat(file)).mtimeMs > 60_000;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}

async function isFolder(place: string): Promise<boolean> {
  try {
    return (await stat(place)).isDirectory();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return false;
    throw error;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Torn: the caller treats it as unwritten.
    return undefined;
  }
}
