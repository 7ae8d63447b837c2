import { type ErrorData, SpindleError, toErrorData } from "../../protocol/error.ts";
import type { TaskId } from "../../protocol/ids.ts";
import { canStop, type TaskRow } from "../../protocol/task.ts";
import { isAlive } from "../lib/process-identity.ts";
import type { Ledger } from "./ledger.ts";
import type { LedgerEntry } from "./record.ts";
import { treeOf } from "./tree.ts";

type Who = "person" | "starter";

/** Stops tasks wherever they run. */
export interface Stopper {
  /** A task with all tasks it started; names what was stopped by this. Throws `task_not_found`, or `timeout` when another process does not stop one. */
  stopTree(taskId: TaskId, who?: Who): Promise<readonly string[]>;
  /** Only what it started. Never rejects. */
  stopBelow(taskId: TaskId): Promise<void>;
}

export function createStopper(deps: {
  readonly ledger: Ledger;
  /** Ends the tasks of processes that are gone. */
  readonly recheck: () => void;
  readonly entryOf: (taskId: TaskId) => LedgerEntry;
  /** The work on a task in this process. */
  readonly work: (taskId: TaskId) => { readonly stop: AbortController; readonly done: Promise<void> } | undefined;
  /** Ends a task that waits in this process; false when it does not. */
  readonly dequeue: (taskId: TaskId, error: ErrorData) => boolean;
}): Stopper {
  const { ledger, entryOf } = deps;
  /** Names the task when it was stopped by this. */
  const stop = async (taskId: TaskId, who: Who): Promise<string | null> => {
    const { row, owner } = entryOf(taskId);
    const name = `${row.kind}: ${row.title}`;
    if (!canStop(row)) return null;
    const work = deps.work(taskId);
    if (work !== undefined) {
      work.stop.abort(cancelledBy(who));
      await work.done;
      return name;
    }
    if (deps.dequeue(taskId, toErrorData(cancelledBy(who)))) return name;
    ledger.append({ type: "cancel_requested", taskId });
    // The owner looks twice a second; its answer is the state in the ledger.
    for (let tries = 0; tries < 60 && isAlive(owner); tries++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      if (!canStop(entryOf(taskId).row)) return name;
    }
    if (!isAlive(owner)) {
      deps.recheck();
      return null;
    }
    throw new SpindleError("timeout", `Process ${owner.pid}, which runs the task, did not stop it within 6 s.`, {
      hint: "Try again, or end that process.",
    });
  };
  return {
    async stopTree(taskId, who = "person") {
      entryOf(taskId);
      const stopped = await Promise.all(treeOf(ledger.entries(), taskId).map((id) => stop(id, who)));
      return stopped.filter((name) => name !== null);
    },
    async stopBelow(taskId) {
      const below = treeOf(ledger.entries(), taskId).slice(1);
      await Promise.allSettled(below.map((id) => stop(id, "starter")));
    },
  };
}

/** True for a task that a person stopped: they know it, and nobody needs to start a turn to say so. */
export function isStoppedByPerson({ status, error }: Pick<TaskRow, "status" | "error">): boolean {
  return status === "cancelled" && error?.details?.["by"] === "person";
}

export function cancelledBy(who: Who): SpindleError {
  return new SpindleError("cancelled", who === "person" ? "The person stopped the task." : "Who started the task stopped it.", {
    details: { by: who },
  });
}
