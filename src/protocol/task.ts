import type { ErrorData } from "./error.ts";
import type { CallId, ConversationId, TaskId } from "./ids.ts";
import type { Json } from "./json.ts";

/** `ask`: one question to a model. `agent`: a conversation of its own. `exec`: a long command. `script`: a detached script. */
export type TaskKind = "ask" | "agent" | "exec" | "script";

/**
 * queued -> running -> succeeded | failed | cancelled | timed_out | interrupted. `interrupted` means its owner is gone
 * (application killed); it never becomes running again by itself.
 */
export type TaskStatus = "queued" | "running" | "needs_you" | "succeeded" | "failed" | "cancelled" | "timed_out" | "interrupted";

/** wake: an idle conversation starts a turn. next_turn: the result waits for the next turn. silent: only the sidebar shows it. */
export type TaskNotify = "wake" | "next_turn" | "silent";

/** queued: result not there yet or not written. delivered: in the conversation's log. seen: part of a model request. */
export type TaskDelivery = "pending" | "delivered" | "seen";

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
  readonly notify: TaskNotify;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  /** Last sign of life: a line of output, a state change. */
  readonly lastEventAt: number;
  readonly lastLine: string;
  readonly delivery: TaskDelivery;
  readonly result: Json;
  readonly error: ErrorData | null;
  /** What was asked to be done: the question, the command, the script, as given to `spawn`. */
  readonly input: Json;
}

export function isTaskOver(status: TaskStatus): boolean {
  return status !== "queued" && status !== "running" && status !== "needs_you";
}
