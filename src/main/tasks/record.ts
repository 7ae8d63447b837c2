import type { Attachment } from "../../protocol/attachment.ts";
import type { ErrorData } from "../../protocol/error.ts";
import type { ConversationId, TaskId } from "../../protocol/ids.ts";
import type { Json } from "../../protocol/json.ts";
import {
  isTaskOver,
  type LateResult,
  type TaskDelivery,
  type TaskRow,
  taskRowDefaults,
  type TaskStatus,
  type TaskUse,
} from "../../protocol/task.ts";
import type { ProcessIdentity } from "../lib/process-identity.ts";
import type { TaskMessage } from "./work.ts";

/** One line of the ledger: a change of state. States shown anywhere are folded from these lines, never stored. */
export type LedgerRecord =
  | { readonly type: "created"; readonly task: TaskRow; readonly owner: ProcessIdentity }
  | { readonly type: "started"; readonly taskId: TaskId; readonly at: number; readonly owner: ProcessIdentity }
  /** A try failed and another one follows. */
  | { readonly type: "tried"; readonly taskId: TaskId; readonly at: number; readonly attempt: number; readonly error: ErrorData }
  /** The conversation an agent works in. */
  | { readonly type: "agent"; readonly taskId: TaskId; readonly conversationId: ConversationId }
  | { readonly type: "needs_you"; readonly taskId: TaskId; readonly at: number; readonly open: boolean }
  /** A sign of life, for other processes and for after a crash; not waited for. */
  | { readonly type: "beat"; readonly taskId: TaskId; readonly at: number; readonly lastLine: string; readonly used: TaskUse }
  | {
      readonly type: "finished";
      readonly taskId: TaskId;
      readonly at: number;
      readonly status: TaskStatus;
      readonly result: Json;
      /** `result` is a head, the whole one is in a file. */
      readonly resultCut?: boolean;
      /** What the conversation gets to read. */
      readonly text: string;
      /** `text` is a head, the whole one is in a file. */
      readonly textCut?: boolean;
      readonly error: ErrorData | null;
      readonly lastLine: string;
      readonly used?: TaskUse;
      /** An ask that goes on after its time-out. */
      readonly lateExpected?: boolean;
    }
  | {
      readonly type: "late";
      readonly taskId: TaskId;
      readonly late: LateResult;
      readonly used: TaskUse;
      readonly result: Json;
      readonly resultCut: boolean;
      readonly text: string;
      readonly textCut: boolean;
    }
  /** A late answer goes another way: a person decided, or it will not come. */
  | { readonly type: "late_state"; readonly taskId: TaskId; readonly state: LateResult["state"] }
  /** A person resumed (from what it had) or retried (from the start) a task that is over. */
  | {
      readonly type: "again";
      readonly taskId: TaskId;
      readonly at: number;
      readonly how: "resume" | "retry";
      readonly owner: ProcessIdentity;
    }
  | { readonly type: "cancel_requested"; readonly taskId: TaskId }
  /** A person wants its result at once: it will wake its conversation. */
  | { readonly type: "promoted"; readonly taskId: TaskId; readonly at: number }
  /** A word to an agent, from whichever process; absent attachments are none. */
  | { readonly type: "message"; readonly taskId: TaskId; readonly text: string; readonly attachments?: readonly Attachment[] }
  | { readonly type: "delivery"; readonly taskId: TaskId; readonly delivery: TaskDelivery };

export interface LedgerEntry {
  readonly row: TaskRow;
  readonly owner: ProcessIdentity;
  readonly text: string;
  readonly textCut: boolean;
  readonly cancelRequested: boolean;
  /** How the present run began. */
  readonly how: "new" | "resume" | "retry";
  /** Words for it of this run, oldest first. */
  readonly messages: readonly TaskMessage[];
}

/** Folds one record. Records of unknown tasks are left alone: their creation line was lost. */
export function applyRecord(entries: Map<TaskId, LedgerEntry>, record: LedgerRecord): void {
  if (record.type === "created") {
    const row = { ...taskRowDefaults, ...record.task, owner: record.owner };
    entries.set(row.taskId, { row, owner: record.owner, text: "", textCut: false, cancelRequested: false, how: "new", messages: [] });
    return;
  }
  const entry = entries.get(record.taskId);
  if (entry === undefined) return;
  entries.set(record.taskId, { ...entry, ...folded(entry, record) });
}

function folded(entry: LedgerEntry, record: Exclude<LedgerRecord, { type: "created" }>): Partial<LedgerEntry> {
  const { row } = entry;
  switch (record.type) {
    case "started":
      return { owner: record.owner, row: { ...row, status: "running", startedAt: record.at, lastEventAt: record.at, owner: record.owner } };
    case "tried":
      return { row: { ...row, attempt: record.attempt + 1, lastEventAt: record.at } };
    case "agent":
      return { row: { ...row, agentConversationId: record.conversationId } };
    case "needs_you":
      // An answer may be told after the end of the task that asked.
      if (isTaskOver(row.status)) return {};
      return {
        row: {
          ...row,
          status: record.open ? "needs_you" : "running",
          waited: record.open ? { ...row.waited, since: row.waited.since ?? record.at } : waitedUntil(row, record.at),
          lastEventAt: record.at,
        },
      };
    case "beat":
      // Of a task that is over it says what tasks it had started used for it since.
      if (isTaskOver(row.status)) return { row: { ...row, used: record.used } };
      return { row: { ...row, lastEventAt: record.at, lastLine: record.lastLine, used: record.used } };
    case "finished":
      return {
        text: record.text,
        textCut: record.textCut ?? false,
        row: {
          ...row,
          status: record.status,
          finishedAt: record.at,
          waited: waitedUntil(row, record.at),
          lastEventAt: record.at,
          result: record.result,
          resultCut: record.resultCut ?? false,
          error: record.error,
          lastLine: record.lastLine,
          used: record.used ?? row.used,
          late:
            record.lateExpected === true
              ? { state: "expected", at: record.at, ageMs: 0, changed: [], changedCount: 0, incomplete: false }
              : row.late,
        },
      };
    case "late": {
      const { late, used, result, resultCut, text, textCut } = record;
      return { text, textCut, row: { ...row, late, used, result, resultCut } };
    }
    case "late_state":
      return row.late === null ? {} : { row: { ...row, late: { ...row.late, state: record.state } } };
    case "again":
      return {
        owner: record.owner,
        text: "",
        textCut: false,
        cancelRequested: false,
        how: record.how,
        // An agent has read them in its log, unless this run of it never began.
        messages: row.agentConversationId === null || row.startedAt === null ? entry.messages : [],
        row: {
          ...row,
          status: "queued",
          run: row.run + 1,
          attempt: 1,
          startedAt: null,
          finishedAt: null,
          waited: taskRowDefaults.waited,
          used: taskRowDefaults.used,
          lastLine: "",
          lastEventAt: record.at,
          owner: record.owner,
          delivery: "pending",
          result: null,
          resultCut: false,
          error: null,
          late: null,
        },
      };
    case "promoted":
      return { row: { ...row, notify: "wake" } };
    case "cancel_requested":
      return { cancelRequested: true };
    case "message":
      return { messages: [...entry.messages, { text: record.text, attachments: record.attachments ?? [] }] };
    case "delivery":
      return { row: { ...row, delivery: record.delivery } };
  }
}

function waitedUntil({ waited: { ms, since } }: TaskRow, at: number): TaskRow["waited"] {
  return { ms: since === null ? ms : ms + Math.max(0, at - since), since: null };
}
