import type { ErrorData } from "./error.ts";
import type { CallId, ConversationId, TaskId } from "./ids.ts";
import type { Json } from "./json.ts";
import type { ApprovalMode, SandboxLevel } from "./settings.ts";
import type { TaskBudget } from "./tools.ts";

/** `ask`: one question to a model. `agent`: a conversation of its own. `exec`: a long command. `script`: a detached script. */
export type TaskKind = "ask" | "agent" | "exec" | "script";

/**
 * queued -> running <-> needs_you -> succeeded | failed | cancelled | timed_out | interrupted. `interrupted` means its owner is
 * gone (application killed); it becomes queued again only when a person resumes or retries it (`run` counts that).
 */
export type TaskStatus = (typeof taskStatuses)[number];
export const taskStatuses = ["queued", "running", "needs_you", "succeeded", "failed", "cancelled", "timed_out", "interrupted"] as const;

/** wake: an idle conversation starts a turn. next_turn: the result waits for the next turn. silent: only the sidebar shows it. */
export type TaskNotify = "wake" | "next_turn" | "silent";

/** queued: result not there yet or not written. delivered: in the conversation's log. seen: part of a model request. */
export type TaskDelivery = "pending" | "delivered" | "seen";

/** What the calls of a task may do: taken when it was started, never more than its starter was allowed then. */
export interface TaskScope {
  readonly approval: ApprovalMode;
  readonly sandbox: SandboxLevel;
  /** Names of the tools it has; null: all. */
  readonly tools: readonly string[] | null;
  /** The folder that a command was allowed in: its real path, device and inode. */
  readonly folder?: { readonly path: string; readonly id: string | null };
  /** A person said yes to the command; absent when it was allowed without being asked about. */
  readonly approved?: true;
}

/** What a task has used up so far; tokens, calls and dollars of the tasks it started are part of it. */
export interface TaskUse {
  readonly tokens: number;
  readonly calls: number;
  /** Null where the provider's price is not set. */
  readonly usd: number | null;
  /** Bytes of its own output. */
  readonly bytes: number;
}

/** A file that is not what it was when the question was asked. */
export interface ChangedSince {
  readonly path: string;
  readonly kind: "added" | "modified" | "deleted";
  /** Changed places in it; null when its earlier text is not known. */
  readonly hunks: number | null;
}

/**
 * The answer of an ask that had timed out. expected: it is still worked on. waiting: it is there, and a person decides.
 * lost: it will not come any more.
 */
export interface LateResult {
  readonly state: "expected" | "waiting" | "injected" | "side" | "discarded" | "lost";
  /** When it came, ms. */
  readonly at: number;
  /** From the question to the answer, ms. */
  readonly ageMs: number;
  /** At most 100; `changedCount` counts all. */
  readonly changed: readonly ChangedSince[];
  readonly changedCount: number;
  /** True when the project has more files than are looked at. */
  readonly incomplete: boolean;
}

/** The row of a task: folded from the ledger, never stored by itself. */
export interface TaskRow {
  readonly taskId: TaskId;
  readonly kind: TaskKind;
  readonly title: string;
  readonly status: TaskStatus;
  readonly conversationId: ConversationId;
  readonly projectRoot: string;
  /** The call that started it. */
  readonly callId: CallId | null;
  /** Line of the script that started it, when a script did. */
  readonly scriptLine: number | null;
  /** The task that started it; null when a conversation of the person did. */
  readonly parentTaskId: TaskId | null;
  /** 1 when a conversation of the person started it, one more for each task in between. */
  readonly depth: number;
  readonly scope: TaskScope;
  readonly budget: TaskBudget | null;
  readonly notify: TaskNotify;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  /** Time of this run that it waited for a person, which its limits do not count; `since` while it waits, ms. */
  readonly waited: { readonly ms: number; readonly since: number | null };
  /** Counts from 1; one more each time a person resumed or retried it. */
  readonly run: number;
  /** Tries of this run; more than 1 when its retry policy tried again. */
  readonly attempt: number;
  /** The conversation an agent works in. */
  readonly agentConversationId: ConversationId | null;
  /** The process that works on it, as the system names it: proof of life together with `lastEventAt`. */
  readonly owner: { readonly pid: number; readonly startTime: string | null } | null;
  readonly used: TaskUse;
  /** Last sign of life: a line of output, tokens, a call, a state change. */
  readonly lastEventAt: number;
  readonly lastLine: string;
  /** Where what the present try prints begins in the log, bytes; 0 for what does not run in this process. */
  readonly outputFrom: number;
  /** True when a running task gave no sign of life for `tasks.stallMs`. */
  readonly stalled: boolean;
  /** Why a queued task does not start yet; null when it only waits for its turn. */
  readonly waitsFor: string | null;
  readonly delivery: TaskDelivery;
  readonly result: Json;
  /** True when `result` is only a head: the whole one is in a file of the data folder. */
  readonly resultCut: boolean;
  readonly error: ErrorData | null;
  readonly late: LateResult | null;
  /** What was asked to be done: the question, the command, the script, as given to `spawn`. */
  readonly input: Json;
}

/** What changes of a running row many times a second. */
export const taskProgressFields = [
  "lastEventAt",
  "lastLine",
  "outputFrom",
  "used",
  "stalled",
  "waitsFor",
] as const satisfies (keyof TaskRow)[];
export type TaskProgress = Pick<TaskRow, "taskId" | (typeof taskProgressFields)[number]>;

/** Rows that are new or not what they were, whole; of those where only the progress is new, that alone. */
export interface TaskPush {
  readonly changed: readonly TaskRow[];
  readonly progress: readonly TaskProgress[];
}

/** One line of a task's history. */
export interface TaskChange {
  /** Unix ms; null where the ledger does not say when. */
  readonly at: number | null;
  readonly what: string;
  readonly detail: string | null;
}

/** Something that waits for a person, or that a notification is about. */
export interface TaskNeed {
  readonly projectRoot: string;
  /** Where it is to be answered or read. */
  readonly conversationId: ConversationId;
  /** The task it is about; null: the conversation itself. */
  readonly taskId: TaskId | null;
  readonly title: string;
  /** One sentence: what is wanted, or what happened. */
  readonly why: string;
  /** Where the window shows it: on the task's page, or in the conversation. */
  readonly place: "task" | "conversation";
}

/** Fields that rows of older ledgers lack. */
export const taskRowDefaults = {
  parentTaskId: null,
  depth: 1,
  waited: { ms: 0, since: null },
  scope: { approval: "plan", sandbox: "read-only", tools: null },
  budget: null,
  run: 1,
  attempt: 1,
  agentConversationId: null,
  owner: null,
  used: { tokens: 0, calls: 0, usd: null, bytes: 0 },
  outputFrom: 0,
  stalled: false,
  waitsFor: null,
  resultCut: false,
  late: null,
} as const satisfies Partial<TaskRow>;

export function isTaskOver(status: TaskStatus): boolean {
  return status !== "queued" && status !== "running" && status !== "needs_you";
}

/** True while there is something to stop: also a question that timed out and is still worked on. */
export function canStop(row: Pick<TaskRow, "status" | "late">): boolean {
  return !isTaskOver(row.status) || row.late?.state === "expected";
}

/** True when it can go on from what it had: an agent from its conversation's log, an ask by asking again. */
export function canResume(row: Pick<TaskRow, "kind" | "status" | "late">): boolean {
  if (row.kind !== "ask" && row.kind !== "agent") return false;
  return canRetry(row);
}

/** True when it can be run again from the start. */
export function canRetry(row: Pick<TaskRow, "status" | "late">): boolean {
  return !canStop(row) && row.status !== "succeeded" && row.late?.state !== "waiting";
}
