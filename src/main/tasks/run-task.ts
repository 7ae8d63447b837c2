import { setTimeout as sleep } from "node:timers/promises";
import { type ErrorData, SpindleError, toErrorData } from "../../protocol/error.ts";
import type { Json } from "../../protocol/json.ts";
import type { TaskKind, TaskRow, TaskStatus } from "../../protocol/task.ts";
import type { SpawnInput } from "../../protocol/tools.ts";
import { budgetError } from "./meter.ts";
import { resumeHint } from "./reconcile.ts";
import type { TimeLimits } from "./time-limits.ts";
import { mayPass, type TaskOutcome } from "./work.ts";

/** How a task ended. */
export interface TaskEnd {
  readonly status: TaskStatus;
  readonly result: Json;
  readonly text: string;
  readonly error: ErrorData | null;
  /** The code of an error thrown by the work itself, null when it ended well; undefined when neither can be said. */
  readonly fault?: ErrorData["code"] | null;
}

export type Ended =
  | { readonly type: "end"; readonly end: TaskEnd }
  /** An ask that has timed out but goes on; `later` gives its answer. */
  | {
      readonly type: "late";
      readonly end: TaskEnd;
      readonly later: Promise<{ readonly end: TaskEnd; readonly outcome: TaskOutcome | null }>;
    };

const defaultTimeoutMs = 3_600_000;

/** Does a task's work: tries, time-out, wall budget. Never rejects. */
export async function runTask(options: {
  readonly task: TaskRow;
  readonly input: SpawnInput;
  readonly stop: AbortController;
  readonly attempt: (number: number) => Promise<TaskOutcome>;
  /** Called between two tries. */
  readonly onRetry: (attempt: number, error: ErrorData, delayMs: number) => void;
  readonly isClosing: () => boolean;
  /** Held while the task waits for a person: that time is not the task's. */
  readonly limits: TimeLimits;
}): Promise<Ended> {
  const { input, stop, limits } = options;
  const timeoutMs = input.timeoutMs ?? defaultTimeoutMs;
  const wallMs = input.budget?.wallMs;
  if (wallMs !== undefined)
    limits.after(wallMs, () =>
      stop.abort(budgetError(`The task used its whole time: ${spanWords(wallMs)}.`, { budget: "wallMs", allowed: wallMs })),
    );
  const timedOut = new SpindleError("timeout", `The task was stopped after ${spanWords(timeoutMs)}, its time limit.`, {
    hint: "What it had done by then is kept. Start it again with a larger timeoutMs.",
  });
  let late: Promise<"late"> | null = null;
  // What was stopped is not late: its end is waited for, however long it takes to come.
  if (input.kind === "ask")
    late = new Promise((resolve) => limits.after(timeoutMs, () => (stop.signal.aborted ? undefined : resolve("late"))));
  else limits.after(timeoutMs, () => stop.abort(timedOut));

  const work = tries(options).finally(limits.clear);
  const first = late === null ? await work : await Promise.race([work, late]);
  if (first !== "late") return { type: "end", end: first.end };
  const message = `There was no answer within ${spanWords(timeoutMs)}.`;
  // Said once: of the error, which stays, it would be untrue when the question is stopped later.
  const text = `timed_out: ${message} The question stays open; a late answer is kept for a person to decide.`;
  const end: TaskEnd = { status: "timed_out", result: null, text, error: { code: "timeout", message } };
  return { type: "late", end, later: work };
}

async function tries(options: Parameters<typeof runTask>[0]): Promise<{ readonly end: TaskEnd; readonly outcome: TaskOutcome | null }> {
  const { input, stop } = options;
  const attempts = input.retry?.attempts ?? 1;
  const backoffMs = input.retry?.backoffMs ?? 1_000;
  for (let attempt = 1; ; attempt++) {
    let outcome: TaskOutcome | null = null;
    let error: ErrorData;
    try {
      // What the try before asked is not asked any more.
      options.limits.hold(false);
      outcome = await options.attempt(attempt);
      stop.signal.throwIfAborted();
      if (outcome.ok)
        return { end: { status: "succeeded", result: outcome.result, text: outcome.text, error: null, fault: null }, outcome };
      error = {
        code: input.kind === "exec" ? "command_failed" : "script_error",
        message: outcome.text.split("\n", 1)[0] ?? "The task failed.",
      };
      if (attempt >= attempts || input.kind !== "exec")
        return { end: { status: "failed", result: outcome.result, text: outcome.text, error }, outcome };
    } catch (thrown) {
      if (stop.signal.aborted) return { end: stopped(stop.signal.reason, outcome, options.isClosing() ? input.kind : null), outcome };
      error = toErrorData(thrown);
      if (attempt >= attempts || !mayPass(error.code))
        return { end: { status: "failed", result: null, text: `failed: ${error.message}`, error, fault: error.code }, outcome: null };
    }
    const delayMs = Math.min(600_000, backoffMs * 2 ** (attempt - 1));
    options.onRetry(attempt, error, delayMs);
    try {
      await sleep(delayMs, undefined, { signal: stop.signal });
    } catch {
      // The only way this sleep ends early is a stop.
      return { end: stopped(stop.signal.reason, null, options.isClosing() ? input.kind : null), outcome: null };
    }
  }
}

/** `outcome` is what work that was stopped says it had done; `closing` names the kind when Spindle is being closed. */
function stopped(reason: unknown, outcome: TaskOutcome | null, closing: TaskKind | null): TaskEnd {
  const error = toErrorData(reason);
  const hint = closing === null ? "" : ` ${resumeHint(closing)}`;
  const had = outcome === null || outcome.text === "" ? "" : `\n\n${outcome.text}`;
  const status = closing !== null ? "interrupted" : statusOf(error.code);
  return { status, result: outcome?.result ?? null, text: `${status}: ${error.message}${hint}${had}`, error };
}

/** `300 ms`, `4 s`, `90 min`, `3 h`: a limit as it was set. */
function spanWords(ms: number): string {
  if (ms < 1_000 || ms % 1_000 !== 0) return ms < 10_000 ? `${ms} ms` : `${Math.round(ms / 1_000)} s`;
  if (ms < 120_000) return `${ms / 1_000} s`;
  return ms < 7_200_000 ? `${Math.round(ms / 6_000) / 10} min` : `${Math.round(ms / 360_000) / 10} h`;
}

function statusOf(code: ErrorData["code"]): TaskStatus {
  return code === "timeout" ? "timed_out" : code === "budget_exceeded" ? "failed" : "cancelled";
}
