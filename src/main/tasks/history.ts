import type { TaskId } from "../../protocol/ids.ts";
import type { TaskChange } from "../../protocol/task.ts";
import type { LedgerRecord } from "./record.ts";

/** What the ledger's lines say about one task, for people, in their order. Signs of life are left out. */
export function historyOf(records: Iterable<LedgerRecord>, taskId: TaskId): readonly TaskChange[] {
  const changes: TaskChange[] = [];
  let run = 1;
  for (const record of records) {
    if ((record.type === "created" ? record.task.taskId : record.taskId) !== taskId) continue;
    if (record.type === "again") run++;
    const change = changeOf(record, run);
    if (change !== null) changes.push(change);
  }
  return changes;
}

function changeOf(record: LedgerRecord, run: number): TaskChange | null {
  switch (record.type) {
    case "created":
      return { at: record.task.createdAt, what: "Created", detail: null };
    case "started":
      return { at: record.at, what: "Started", detail: `process ${record.owner.pid}` };
    case "tried":
      return { at: record.at, what: `Try ${record.attempt} failed`, detail: record.error.message };
    case "agent":
      return { at: null, what: "Works in a conversation of its own", detail: null };
    case "needs_you":
      return { at: record.at, what: record.open ? "Waited for you" : "Was answered", detail: null };
    case "beat":
      return null;
    case "finished":
      return { at: record.at, what: endWords[record.status] ?? record.status, detail: record.error?.message ?? null };
    case "late":
      return { at: record.late.at, what: "Its answer came late", detail: null };
    case "late_state":
      return { at: null, what: lateWords[record.state] ?? record.state, detail: null };
    case "again":
      return { at: record.at, what: record.how === "resume" ? "Resumed" : "Retried", detail: `run ${run}` };
    case "cancel_requested":
      return { at: null, what: "Another process was asked to stop it", detail: null };
    case "promoted":
      return { at: record.at, what: "Brought to the foreground: its result will wake the conversation", detail: null };
    case "message":
      return { at: null, what: "Got a message", detail: record.text.slice(0, 200) };
    case "delivery":
      return {
        at: null,
        what: record.delivery === "seen" ? "The agent read its result" : "Its result was added to the conversation",
        detail: null,
      };
  }
}

const endWords: Readonly<Record<string, string>> = {
  succeeded: "Done",
  failed: "Failed",
  cancelled: "Stopped",
  timed_out: "Timed out",
  interrupted: "Interrupted",
};

const lateWords: Readonly<Record<string, string>> = {
  injected: "The late answer was used in the conversation",
  side: "The late answer was opened beside",
  discarded: "The late answer was discarded",
  lost: "Its answer will not come any more",
};
