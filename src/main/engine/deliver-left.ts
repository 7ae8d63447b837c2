import { SpindleError } from "../../protocol/error.ts";
import type { TaskRow } from "../../protocol/task.ts";
import type { Conversation } from "../conversations/conversation.ts";
import type { ConversationStore } from "../conversations/store.ts";
import type { Logger } from "../lib/logger.ts";
import { isAskedAgain, isLost } from "../tasks/reconcile.ts";
import type { LedgerEntry } from "../tasks/record.ts";
import { isStoppedByPerson } from "../tasks/stop-task.ts";
import type { TaskManager } from "../tasks/task-manager.ts";
import { type Deliver, tellFinished } from "./deliver.ts";

/** Brings results to their conversations that nobody could bring there when they came. */
export interface LeftResults {
  /** Called once, when everything is wired; from then on it looks again every few seconds where turns may start by themselves. */
  start(): void;
  /** Everything that waits for one conversation, before a turn of it makes its first request. */
  deliverTo(conversation: Conversation): void;
  /** Asks a question anew that its process could not end. False when it cannot be: then it stays as it ended. */
  askAgain(row: TaskRow): boolean;
  close(): void;
}

/** A conversation may be held by another process for a while. */
const lookAgainMs = 5_000;
/** How long ago (ms) a result may have come that still wakes or changes its conversation, and how many are woken at most. */
const newForMs = 24 * 3_600_000;
const mostWoken = 20;
/** Conversations that are opened to see whether they read their result. */
const mostLookedInto = 200;

export function createLeftResults(deps: {
  readonly tasks: TaskManager;
  readonly store: () => ConversationStore;
  readonly deliver: Deliver;
  readonly logger: Logger;
  /** True where turns may start by themselves: a result that is to wake its conversation is left for such a process. */
  readonly wake: boolean;
}): LeftResults {
  const { tasks, logger } = deps;
  const failed = new Set<string>();
  const told = new Set<string>();
  let timer: NodeJS.Timeout | null = null;

  const report = (row: TaskRow, error: unknown): void => {
    const once = `${row.taskId}.${row.run}`;
    if (!failed.has(once)) logger.error(`The result of the task ${row.taskId} could not be delivered`, error);
    failed.add(once);
  };
  const askAgain = (row: TaskRow): boolean => {
    if (failed.has(`ask ${row.taskId}`)) return false;
    try {
      tasks.again(row.taskId, "resume");
      return true;
    } catch (error) {
      failed.add(`ask ${row.taskId}`);
      logger.error("An interrupted question could not be asked again", error);
      return false;
    }
  };
  const bring = (entry: LedgerEntry, to: Conversation): void => {
    tellFinished(entry.row, to);
    deps.deliver(entry.row, tasks.textOf(entry), to);
  };
  /** Nobody reads the result of a silent task, but its conversation must not show it at work. */
  const tellSilent = (row: TaskRow): void => {
    const once = `${row.taskId}.${row.run}`;
    if (told.has(once) || !deps.wake || !isNew(row, Date.now())) return;
    if (deps.store().exists(row.conversationId)) tellFinished(row, deps.store().open(row.conversationId));
    told.add(once);
  };
  const deliverOne = (entry: LedgerEntry): void => {
    const { row } = entry;
    if (isAskedAgain(row)) {
      // Without a window it stays as it is: told to its conversation, it would not be asked again by the window's next start.
      if (!deps.wake || askAgain(row)) return;
    }
    if (row.notify === "silent") return tellSilent(row);
    if (row.notify === "wake" && !deps.wake) return;
    // Deleted, or a script run without a conversation: the ledger keeps the result, and nobody waits for it.
    if (!deps.store().exists(row.conversationId)) return tasks.markDelivery(row.taskId, "seen");
    bring(entry, deps.store().open(row.conversationId));
  };
  /** Also called by a timer: a ledger that cannot be read now ends no process. */
  const deliverAll = (): void => {
    try {
      for (const entry of tasks.undelivered()) {
        try {
          deliverOne(entry);
        } catch (error) {
          report(entry.row, error);
        }
      }
    } catch (error) {
      logger.error("The ledger of tasks could not be read", error);
    }
  };
  /** Results that stand in a log whose process ended before it could start the turn they are for. */
  const wakeUnread = (): void => {
    const now = Date.now();
    const rows = tasks.rows().filter((row) => mayStillWake(row, now) && deps.store().exists(row.conversationId));
    let woken = 0;
    for (const row of rows.slice(0, mostLookedInto)) {
      try {
        const conversation = deps.store().open(row.conversationId);
        if (woken >= mostWoken || !isUnread(row, conversation)) continue;
        woken++;
        conversation.wake();
      } catch (error) {
        // Open in another process, which reads it.
        if (!(error instanceof SpindleError && error.code === "conversation_busy")) report(row, error);
      }
    }
  };
  return {
    askAgain,
    start() {
      deliverAll();
      if (!deps.wake) return;
      wakeUnread();
      timer = setInterval(deliverAll, lookAgainMs);
      timer.unref();
    },
    deliverTo(conversation) {
      for (const entry of tasks.undelivered()) {
        if (entry.row.conversationId !== conversation.id || entry.row.notify === "silent" || isAskedAgain(entry.row)) continue;
        try {
          bring(entry, conversation);
        } catch (error) {
          // The turn goes on without it; it is tried again.
          report(entry.row, error);
        }
      }
    },
    close() {
      if (timer !== null) clearInterval(timer);
    },
  };
}

function isNew({ finishedAt }: TaskRow, now: number): boolean {
  return finishedAt !== null && now - finishedAt < newForMs;
}

/** One that closing the application interrupted was told then, which starts nothing by itself. */
function mayStillWake(row: TaskRow, now: number): boolean {
  const isClosed = row.status === "interrupted" && !isLost(row);
  return isNew(row, now) && row.notify === "wake" && row.delivery === "delivered" && !isClosed && !isStoppedByPerson(row);
}

/** No turn began or ended behind the result, and it is no agent's, which only its task wakes. */
function isUnread(row: TaskRow, { events }: Conversation): boolean {
  const [first] = events;
  if (first?.type === "conversation_started" && first.parentTaskId !== undefined) return false;
  const at = events.findLastIndex((event) => event.type === "task_delivered" && event.taskId === row.taskId);
  return at !== -1 && !events.slice(at + 1).some((event) => "turnId" in event);
}
