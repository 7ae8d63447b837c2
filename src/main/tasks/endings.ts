import type { TaskId } from "../../protocol/ids.ts";
import { isTaskOver, type TaskRow, type TaskUse } from "../../protocol/task.ts";
import { modelTokens, truncateForModel } from "../lib/truncate.ts";
import { lateResult, notKept } from "./ends.ts";
import type { TaskFiles } from "./kept-results.ts";
import type { Ledger } from "./ledger.ts";
import type { LiveTask } from "./live.ts";
import type { LedgerEntry } from "./record.ts";
import type { TaskEnd } from "./run-task.ts";
import type { TaskManagerDeps } from "./task-manager.ts";
import type { TaskOutcome } from "./work.ts";

/** Writes the ends of tasks into the ledger and tells them. */
export interface Endings {
  finish(taskId: TaskId, end: TaskEnd, lateExpected?: boolean): void;
  /** What came after a time-out: an answer is kept, anything else (an error, a stop) is lost. */
  finishLate(task: TaskRow, end: TaskEnd, outcome: TaskOutcome | null, used: TaskUse): Promise<void>;
  /** A late answer that could not be kept must not be waited for. Throws `cause` when not even that can be written. */
  loseLate(taskId: TaskId, cause: unknown): void;
  /** A disk that is full or a folder that is gone must not leave a row that runs for ever. Does nothing for one that is over. Throws when it cannot be written yet: `failAgain` tries again. */
  fail(taskId: TaskId, cause: unknown): void;
  /** Tells and writes the ends that could not be. Called every few seconds. Throws when one still cannot be written. */
  failAgain(): void;
  /** Tells an end that the ledger has already. Who waits for the task goes on in any case; what cannot be told is told by `failAgain`. */
  tellEnd(taskId: TaskId, isLost?: boolean): void;
  textOf(entry: LedgerEntry): string;
}

export function createEndings(deps: {
  readonly ledger: Ledger;
  readonly files: TaskFiles;
  readonly now: () => number;
  readonly onEvent: TaskManagerDeps["onEvent"];
  readonly onFault: TaskManagerDeps["onFault"];
  readonly entryOf: (taskId: TaskId) => LedgerEntry;
  readonly rowOf: (taskId: TaskId) => TaskRow;
  readonly liveOf: (taskId: TaskId) => LiveTask | undefined;
  /** Somebody may wait for it. */
  readonly tell: (taskId: TaskId) => void;
}): Endings {
  const { ledger, files, now, entryOf } = deps;
  const kept = (taskId: TaskId, end: TaskEnd) =>
    files.keep(taskId, { result: end.result, text: truncateForModel(end.text, modelTokens).text });
  const textOf = (entry: LedgerEntry): string =>
    entry.textCut ? (files.text(entry.row.taskId) ?? `${entry.text}\n(The rest of the text is gone: its file was removed.)`) : entry.text;
  /** Ends that stand in the ledger and could not be told, with their runs. */
  const untold = new Map<TaskId, { readonly run: number; readonly isLost: boolean }>();
  const tellEnd = (taskId: TaskId, isLost = false): void => {
    const entry = entryOf(taskId);
    untold.set(taskId, { run: entry.row.run, isLost });
    try {
      deps.onEvent({ type: "finished", task: entry.row, text: textOf(entry), isLost });
      untold.delete(taskId);
    } catch (error) {
      // The log of its conversation cannot be written now: `failAgain` tells it again.
      deps.onFault(error);
    } finally {
      deps.tell(taskId);
    }
  };
  const lateIsLost = (taskId: TaskId): void => {
    ledger.append({ type: "late_state", taskId, state: "lost" });
    deps.onEvent({ type: "changed", task: deps.rowOf(taskId) });
  };
  /** Tasks whose work is over, while their end could not be written yet, with its cause. */
  const unended = new Map<TaskId, unknown>();
  const fail = (taskId: TaskId, cause: unknown): void => {
    unended.set(taskId, cause);
    const isOpen = !isTaskOver(entryOf(taskId).row.status);
    if (isOpen) ledger.append(notKept(taskId, now(), cause, deps.liveOf(taskId)?.lastLine() ?? ""));
    unended.delete(taskId);
    if (isOpen) tellEnd(taskId);
  };
  return {
    textOf,
    tellEnd,
    finish(taskId, end, lateExpected = false) {
      const live = deps.liveOf(taskId);
      live?.end();
      ledger.append({
        type: "finished",
        taskId,
        at: now(),
        lastLine: live?.lastLine() ?? "",
        status: end.status,
        error: end.error,
        ...kept(taskId, end),
        ...(live === undefined ? {} : { used: live.meter.used() }),
        ...(lateExpected ? { lateExpected } : {}),
      });
      tellEnd(taskId);
    },
    async finishLate(task, end, outcome, used) {
      const { taskId } = task;
      if (end.status !== "succeeded") return lateIsLost(taskId);
      const late = await lateResult(task, outcome, now);
      ledger.append({ type: "late", taskId, late, used, ...kept(taskId, end) });
      const entry = entryOf(taskId);
      deps.onEvent({ type: "late", task: entry.row, text: textOf(entry) });
      deps.tell(taskId);
    },
    loseLate(taskId, cause) {
      if (entryOf(taskId).row.late?.state !== "expected") throw cause;
      lateIsLost(taskId);
    },
    fail,
    failAgain() {
      for (const [taskId, { run, isLost }] of untold) {
        const { row } = entryOf(taskId);
        // Run again meanwhile: that run has an end of its own.
        if (row.run !== run || !isTaskOver(row.status)) untold.delete(taskId);
        else tellEnd(taskId, isLost);
      }
      for (const [taskId, cause] of unended) fail(taskId, cause);
    },
  };
}
