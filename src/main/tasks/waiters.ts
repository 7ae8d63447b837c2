import { SpindleError } from "../../protocol/error.ts";
import type { TaskId } from "../../protocol/ids.ts";
import { isTaskOver, type TaskRow } from "../../protocol/task.ts";

/** How often the ledger is looked at for a task of another process, ms. */
const foreignLookMs = 250;

/** What a timer of Node can hold: 24 days. A longer one would go off at once. */
const longestTimerMs = 2 ** 31 - 1;

/** Those who wait for the end of tasks. */
export interface Waiters {
  wait(taskId: TaskId, options: { readonly timeoutMs: number | null; readonly signal: AbortSignal }): Promise<TaskRow>;
  /** A task of this process is over, or its late answer came. */
  tell(taskId: TaskId): void;
  /** Ends all waits with the rows as they are. */
  close(): void;
}

export function createWaiters(deps: { rowOf(taskId: TaskId): TaskRow; isMine(taskId: TaskId): boolean; recheck(): void }): Waiters {
  const waiting = new Set<{ readonly taskId: TaskId; look(force: boolean): void }>();
  return {
    wait(taskId, { timeoutMs, signal }) {
      return new Promise((resolve, reject) => {
        const settle = (end: () => void): void => {
          waiting.delete(one);
          clearTimeout(timer);
          clearInterval(foreign);
          signal.removeEventListener("abort", onAbort);
          end();
        };
        const one = {
          taskId,
          look(force: boolean) {
            let row: TaskRow;
            try {
              row = deps.rowOf(taskId);
            } catch (error) {
              // Looked at by timers, which must not throw: who waits hears of it.
              settle(() => reject(error instanceof Error ? error : new Error(String(error))));
              return;
            }
            if (force || isTaskOver(row.status)) settle(() => resolve(row));
          },
        };
        const onAbort = (): void => settle(() => reject(new SpindleError("cancelled", "The wait was stopped; the task goes on.")));
        let timer: NodeJS.Timeout | undefined;
        let foreign: NodeJS.Timeout | undefined;
        if (isTaskOver(deps.rowOf(taskId).status)) return resolve(deps.rowOf(taskId));
        if (signal.aborted) return onAbort();
        signal.addEventListener("abort", onAbort, { once: true });
        waiting.add(one);
        if (timeoutMs !== null) timer = setTimeout(() => one.look(true), Math.min(timeoutMs, longestTimerMs));
        if (!deps.isMine(taskId)) {
          foreign = setInterval(() => {
            // Its process may be gone, and then nobody else says so.
            deps.recheck();
            one.look(false);
          }, foreignLookMs);
        }
      });
    },
    tell(taskId) {
      for (const one of waiting) if (one.taskId === taskId) one.look(false);
    },
    close() {
      for (const one of waiting) one.look(true);
    },
  };
}
