import { existsSync, openSync, readSync, closeSync, fstatSync } from "node:fs";
import type { TaskId } from "../../protocol/ids.ts";
import type { Json } from "../../protocol/json.ts";
import { openShared } from "../lib/jsonl.ts";
import { redactJson } from "../lib/redact.ts";
import { compactBytes, enterLedger } from "./compact.ts";
import { isRecord } from "./record-shape.ts";
import { applyRecord, type LedgerEntry, type LedgerRecord } from "./record.ts";

/** The append-only ledger of tasks, shared by all processes of a data folder; every record but a beat waits for the disk. */
export interface Ledger {
  append(record: LedgerRecord): void;
  /** All tasks as the file says now, other processes' lines included. */
  entries(): ReadonlyMap<TaskId, LedgerEntry>;
  /** Every line so far, oldest first, read from the file. */
  records(): Iterable<LedgerRecord>;
  close(): void;
}

/**
 * Opens the ledger; `redact` is applied to every text of a record before it is written. One larger than `largest` bytes is made
 * smaller first, when no other process has it open.
 */
export function openLedger(file: string, redact: (text: string) => string, largest: number = compactBytes): Ledger {
  const leave = enterLedger(file, largest);
  const log = openShared(file);
  const entries = new Map<TaskId, LedgerEntry>();
  const reader = createTail(file);
  const catchUp = (): void => {
    for (const line of reader.lines()) {
      const record = parsed(line);
      if (record !== null) applyRecord(entries, record);
    }
  };
  return {
    append(record) {
      log.append(redactJson(JSON.parse(JSON.stringify(record)) as Json, redact), { sync: record.type !== "beat" });
    },
    entries() {
      catchUp();
      return entries;
    },
    *records() {
      const all = createTail(file);
      try {
        for (const line of all.lines()) {
          const record = parsed(line);
          if (record !== null) yield record;
        }
      } finally {
        all.close();
      }
    },
    close() {
      log.close();
      reader.close();
      leave();
    },
  };
}

function parsed(line: string): LedgerRecord | null {
  try {
    const record: unknown = JSON.parse(line);
    return isRecord(record) ? record : null;
  } catch {
    // A torn line of a killed process; the state it would have told is found by reconciling.
    return null;
  }
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
