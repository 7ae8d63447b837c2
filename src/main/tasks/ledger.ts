import { existsSync, openSync, readSync, closeSync, fstatSync } from "node:fs";
import type { ErrorData } from "../../protocol/error.ts";
import type { TaskId } from "../../protocol/ids.ts";
import type { Json } from "../../protocol/json.ts";
import type { TaskDelivery, TaskRow, TaskStatus } from "../../protocol/task.ts";
import { type JsonlFile, openJsonl } from "../lib/jsonl.ts";
import type { ProcessIdentity } from "../lib/process-identity.ts";
import { redactJson } from "../lib/redact.ts";

/** One line of the ledger: a change of state. States shown anywhere are folded from these lines, never stored. */
export type LedgerRecord =
  | { readonly type: "created"; readonly task: TaskRow; readonly owner: ProcessIdentity }
  | { readonly type: "started"; readonly taskId: TaskId; readonly at: number; readonly owner: ProcessIdentity }
  | {
      readonly type: "finished";
      readonly taskId: TaskId;
      readonly at: number;
      readonly status: TaskStatus;
      readonly result: Json;
      /** What the conversation gets to read. */
      readonly text: string;
      readonly error: ErrorData | null;
      readonly lastLine: string;
    }
  | { readonly type: "cancel_requested"; readonly taskId: TaskId }
  | { readonly type: "delivery"; readonly taskId: TaskId; readonly delivery: TaskDelivery };

export interface LedgerEntry {
  readonly row: TaskRow;
  readonly owner: ProcessIdentity;
  readonly text: string;
  readonly cancelRequested: boolean;
}

/** The append-only ledger of tasks, shared by all processes of a data folder; every record waits for the disk. */
export interface Ledger {
  append(record: LedgerRecord): void;
  /** All tasks as the file says now, other processes' lines included. */
  entries(): ReadonlyMap<TaskId, LedgerEntry>;
  close(): void;
}

/** Opens the ledger; `redact` is applied to every text of a record before it is written. */
export function openLedger(file: string, redact: (text: string) => string): Ledger {
  const opened = openJsonl(file);
  const log: JsonlFile = opened.file;
  const entries = new Map<TaskId, LedgerEntry>();
  const reader = createTail(file);
  const catchUp = (): void => {
    for (const line of reader.lines()) {
      let record: unknown;
      try {
        record = JSON.parse(line);
      } catch {
        // A torn line of a killed process; the state it would have told is found by reconciling.
        continue;
      }
      if (isRecord(record)) applyRecord(entries, record);
    }
  };
  return {
    append(record) {
      log.append(redactJson(JSON.parse(JSON.stringify(record)) as Json, redact), { sync: true });
    },
    entries() {
      catchUp();
      return entries;
    },
    close() {
      log.close();
      reader.close();
    },
  };
}

/** Folds one record. Records of unknown tasks are left alone: their creation line was lost. */
export function applyRecord(entries: Map<TaskId, LedgerEntry>, record: LedgerRecord): void {
  if (record.type === "created") {
    entries.set(record.task.taskId, { row: record.task, owner: record.owner, text: "", cancelRequested: false });
    return;
  }
  const entry = entries.get(record.taskId);
  if (entry === undefined) return;
  const { row } = entry;
  switch (record.type) {
    case "started":
      entries.set(row.taskId, {
        ...entry,
        owner: record.owner,
        row: { ...row, status: "running", startedAt: record.at, lastEventAt: record.at },
      });
      break;
    case "finished":
      entries.set(row.taskId, {
        ...entry,
        text: record.text,
        row: {
          ...row,
          status: record.status,
          finishedAt: record.at,
          lastEventAt: record.at,
          result: record.result,
          error: record.error,
          lastLine: record.lastLine,
        },
      });
      break;
    case "cancel_requested":
      entries.set(row.taskId, { ...entry, cancelRequested: true });
      break;
    case "delivery":
      entries.set(row.taskId, { ...entry, row: { ...row, delivery: record.delivery } });
      break;
  }
}

function isRecord(value: unknown): value is LedgerRecord {
  return (
    typeof value === "object" &&
    value !== null &&
    "type" in value &&
    typeof value.type === "string" &&
    ("taskId" in value || "task" in value)
  );
}

/** Reads the complete lines that were added to a file since the last look. */
function createTail(file: string): { lines(): string[]; close(): void } {
  let fd: number | null = null;
  let position = 0;
  let rest = Buffer.alloc(0);
  return {
    lines() {
      if (fd === null) {
        if (!existsSync(file)) return [];
        fd = openSync(file, "r");
      }
      const size = fstatSync(fd).size;
      if (size <= position) return [];
      const chunk = Buffer.alloc(size - position);
      const read = readSync(fd, chunk, 0, chunk.length, position);
      position += read;
      const bytes = Buffer.concat([rest, chunk.subarray(0, read)]);
      const end = bytes.lastIndexOf(0x0a) + 1;
      rest = bytes.subarray(end);
      return bytes
        .toString("utf8", 0, end)
        .split("\n")
        .filter((line) => line !== "");
    },
    close() {
      if (fd !== null) closeSync(fd);
      fd = null;
    },
  };
}
