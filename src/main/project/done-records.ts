import { readFile } from "node:fs/promises";
import path from "node:path";
import { SpindleError } from "../../protocol/error.ts";
import type { CallId, ConversationId } from "../../protocol/ids.ts";
import { inParallel } from "../lib/in-parallel.ts";
import { namesIn } from "./durable.ts";
import { type JournalRecord, parseRecord } from "./journal-record.ts";

/** Records of changes that are done, one file each; the name tells which call made a patch, or that it is an undo or redo. */
export interface DoneRecords {
  fileOf(change: Pick<JournalRecord, "id" | "kind" | "conversationId" | "callId">): string;
  folderOf(conversationId: ConversationId): string;
  /** Those of the calls whose patch has no record (any more). */
  missing(conversationId: ConversationId, callIds: readonly CallId[]): Promise<CallId[]>;
  /** All records of a conversation, oldest first. */
  read(conversationId: ConversationId): Promise<JournalRecord[]>;
  /** Records that a log does not tell of: patches of other calls than `callIds`, undos and redos with other ids than `ids`. */
  unknown(
    conversationId: ConversationId,
    known: { readonly callIds: ReadonlySet<CallId>; readonly ids: ReadonlySet<string> },
  ): Promise<JournalRecord[]>;
}

/** `folder` holds a folder per conversation; none needs to exist. Reading throws `io_error` for a damaged record. */
export function openDoneRecords(folder: string): DoneRecords {
  const folderOf = (conversationId: string): string => path.join(folder, safeName(conversationId));
  const labelOf = ({ kind, callId }: Pick<JournalRecord, "kind" | "callId">): string => (kind === "patch" ? safeName(callId) : kind);
  const read = async (conversationId: ConversationId, wanted: (name: RecordName) => boolean): Promise<JournalRecord[]> => {
    const from = folderOf(conversationId);
    const names = (await namesIn(from)).toSorted().map(parseName);
    return inParallel(
      names.flatMap((name) => (name !== null && wanted(name) ? [name.file] : [])),
      16,
      (file) => readDone(path.join(from, file)),
    );
  };
  return {
    fileOf: (change) => path.join(folderOf(change.conversationId), `${change.id}~${labelOf(change)}.json`),
    folderOf,
    async missing(conversationId, callIds) {
      const labels = new Set((await namesIn(folderOf(conversationId))).map((name) => parseName(name)?.label));
      return callIds.filter((callId) => !labels.has(safeName(callId)));
    },
    read: (conversationId) => read(conversationId, () => true),
    unknown(conversationId, { callIds, ids }) {
      const labels = new Set([...callIds].map(safeName));
      return read(conversationId, ({ id, label }) => (isRevert(label) ? !ids.has(id) : !labels.has(label)));
    },
  };
}

interface RecordName {
  readonly file: string;
  readonly id: string;
  readonly label: string;
}

function parseName(file: string): RecordName | null {
  const [, id, label] = /^([^~]+)~(.+)\.json$/.exec(file) ?? [];
  return id === undefined || label === undefined ? null : { file, id, label };
}

function isRevert(label: string): boolean {
  return label === "undo" || label === "redo";
}

async function readDone(file: string): Promise<JournalRecord> {
  const record = parseRecord(await readFile(file, "utf8"));
  if (typeof record === "string")
    throw new SpindleError("io_error", `${file} is damaged or was written by a newer version.`, {
      hint: "The changes it tells of cannot be undone. Move the file away to undo others.",
      details: { path: file },
    });
  return record;
}

/** Ids come from our own events; anything else in them must not lead out of the folder. */
function safeName(id: string): string {
  return id.replace(/[^A-Za-z0-9_.-]/g, "_").replace(/^\.+/, "_");
}
