import type { Attachment } from "../../protocol/attachment.ts";
import type { Redactor } from "../lib/redact.ts";
import type { ConversationId, TaskId } from "../../protocol/ids.ts";
import type { Json } from "../../protocol/json.ts";
import type { ProviderId, TaskSettings } from "../../protocol/settings.ts";
import type { TaskChange, TaskRow, TaskScope } from "../../protocol/task.ts";
import type { SpawnInput } from "../../protocol/tools.ts";
import type { Guard } from "./guard.ts";
import type { OutputPart } from "./kept-results.ts";
import type { Ledger } from "./ledger.ts";
import type { TaskMeter } from "./meter.ts";
import type { LedgerEntry } from "./record.ts";
import type { TaskOutcome, TaskWork } from "./work.ts";

export type TaskEvent =
  | { readonly type: "created"; readonly task: TaskRow }
  | { readonly type: "started"; readonly task: TaskRow }
  | { readonly type: "progress"; readonly task: TaskRow }
  /** Only the row looks different: it needs a person, it waits for something else. */
  | { readonly type: "changed"; readonly task: TaskRow }
  | { readonly type: "stalled"; readonly task: TaskRow }
  /** `isLost`: its process is gone, this one only noticed. */
  | { readonly type: "finished"; readonly task: TaskRow; readonly text: string; readonly isLost: boolean }
  | { readonly type: "late"; readonly task: TaskRow; readonly text: string };

/** Where a task comes from. */
export interface TaskOrigin {
  readonly conversationId: ConversationId;
  readonly projectRoot: string;
  readonly callId: string;
  readonly scriptLine: number | null;
  readonly parentTaskId: TaskId | null;
  readonly scope: TaskScope;
}

export interface TaskManager {
  /** Puts a task into the ledger and starts it, or queues it. Returns when the ledger holds it. Throws `too_many_tasks`. */
  spawn(input: SpawnInput, origin: TaskOrigin): TaskRow;
  /**
   * Makes a task of work that runs already (a command moved to the background): it is running at once, whatever the limit.
   * `work` is called before this returns. Throws as `spawn` does.
   */
  adopt(input: SpawnInput, origin: TaskOrigin, work: (work: TaskWork) => Promise<TaskOutcome>): TaskRow;
  /** Every task, newest first. */
  rows(): readonly TaskRow[];
  /** Tasks of this process that wait or run: what counts against `maxRunning`. */
  open(): number;
  /** Throws `task_not_found`. */
  row(taskId: TaskId): TaskRow;
  /** The meter of a task that runs in this process; null for others. */
  meterOf(taskId: TaskId): TaskMeter | null;
  /** What a task returned and what its conversation gets to read, whole. Throws `task_not_found` or `io_error`. */
  resultOf(taskId: TaskId): { readonly result: Json; readonly text: string };
  /** Resolves with the row when the task is over, or as it is after `timeoutMs`. Rejects only when `signal` aborts, or with `task_not_found`. */
  wait(taskId: TaskId, options: { readonly timeoutMs: number | null; readonly signal: AbortSignal }): Promise<TaskRow>;
  /** Stops a task with all tasks it started, wherever they run; those of another process are asked to stop. Names what was stopped. */
  cancel(taskId: TaskId, who?: "person" | "starter"): Promise<readonly string[]>;
  /** A word to an agent that is not over, at its next request; it may read what goes along. Throws `task_not_running` or `bad_request`. */
  message(taskId: TaskId, text: string, attachments?: readonly Attachment[]): void;
  /** A person wants the result of a task that is not over at once: it wakes its conversation, whatever was said when it was started. Throws `task_not_running`. */
  promote(taskId: TaskId): TaskRow;
  /** What happened to it so far. Throws `task_not_found`. */
  history(taskId: TaskId): readonly TaskChange[];
  /** A person wants it once more: from what it had, or from the start. Throws `bad_request`. */
  again(taskId: TaskId, how: "resume" | "retry"): TaskRow;
  /** What the task printed: from an offset on, or its last 1 MiB. */
  output(taskId: TaskId, offset?: number): OutputPart;
  /** Marks that a result is in its conversation's log, or in a request. Does nothing while the task is not over. */
  markDelivery(taskId: TaskId, delivery: "delivered" | "seen"): void;
  /** A person decided about a late answer. Throws `bad_request` when none waits. */
  settleLate(taskId: TaskId, state: "injected" | "side" | "discarded"): void;
  /** Lets another task have the place of one of this process while `wait` lasts. */
  lend<T>(taskId: TaskId | null, wait: () => Promise<T>): Promise<T>;
  /** What a task's conversation gets to read, whole. */
  textOf(entry: LedgerEntry): string;
  /** Results that ended but were not delivered, of this process and of those that are gone. */
  undelivered(): readonly LedgerEntry[];
  /** Late answers that wait for a person, likewise. */
  waitingLate(): readonly LedgerEntry[];
  readonly guard: Guard;
  /** Settles when no task of this process is queued or running, and no answer of one may still come late. */
  idle(): Promise<void>;
  /** Cancels this process's tasks; they end as interrupted. */
  close(): Promise<void>;
}

export interface TaskManagerDeps {
  readonly ledger: Ledger;
  readonly outputFolder: string;
  readonly maxRunning: () => number;
  readonly settings: () => TaskSettings;
  /** Agents and scripts at work at once, at most, those that only wait included: each may keep a worker. */
  readonly scriptPlaces: number;
  /** Whose model a task needs; null for none. */
  readonly providerOf: (input: SpawnInput) => ProviderId | null;
  readonly now: () => number;
  /** Applied to what a task prints, before it is kept or shown. */
  readonly redact: Redactor;
  readonly work: (work: TaskWork) => Promise<TaskOutcome>;
  readonly onEvent: (event: TaskEvent) => void;
  /** Told what went wrong in a task that could not even be written down. */
  readonly onFault: (error: unknown) => void;
}
