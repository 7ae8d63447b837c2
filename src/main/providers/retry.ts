import { setTimeout as sleep } from "node:timers/promises";
import type { Usage } from "../../protocol/event.ts";
import type { Watch } from "./watched-fetch.ts";
import { watchFetch } from "./watched-fetch.ts";
import { classifyError, idleTimeout, MalformedStream, StreamCut, type Failure, type FailureContext } from "./classify-error.ts";
import type { ModelEvent } from "./provider.ts";

/** What one try of a request gets. */
export interface AttemptContext {
  /** Aborted when the person stops, the server falls silent or nobody listens any more. */
  readonly signal: AbortSignal;
  readonly watch: Watch;
}

export interface RetryOptions {
  readonly idleTimeoutMs: number;
  readonly maxRetries: number;
  /** Pause before the second try, doubled for each further one up to 30 s, give or take a quarter. Default 500 ms. */
  readonly baseDelayMs?: number;
  readonly context: FailureContext;
  /** Sends the request once. Throws when it fails; yields `finished` as its last event when it does not. */
  attempt(context: AttemptContext): AsyncIterable<ModelEvent>;
}

const maxDelayMs = 30_000;
/** A server that asks for a longer pause than this is not waited for. */
const maxRetryAfterMs = 120_000;
const nothing: Usage = { inputTokens: 0, outputTokens: 0 };

/**
 * Sends a request until it works, fails for good or has been tried often enough. Never throws: the last event is
 * `finished` or `failed`. A try is repeated only while nothing of its answer was handed on. Whatever way it ends, also
 * when the reader just stops reading, the HTTP request is closed.
 */
export async function* streamWithRetries(options: RetryOptions, signal: AbortSignal): AsyncGenerator<ModelEvent> {
  for (let attempt = 1; ; attempt++) {
    let failure: Failure | null = null;
    let gaveSomething = false;
    for await (const event of tryOnce(options, signal)) {
      if (event.type === "attempt_failed") failure = event.failure;
      else {
        gaveSomething ||= event.type !== "finished";
        yield event;
      }
    }
    if (failure === null) return;
    if (signal.aborted) {
      yield cancelled();
      return;
    }
    const allowed = failure.retry === "always" ? options.maxRetries : failure.retry === "once" ? Math.min(1, options.maxRetries) : 0;
    const delayMs = failure.retryAfterMs ?? backOff(attempt, options.baseDelayMs ?? 500);
    if (gaveSomething || attempt > allowed || delayMs > maxRetryAfterMs) {
      const tries = attempt === 1 ? {} : { details: { ...failure.error.details, tries: attempt } };
      yield { type: "failed", error: { ...failure.error, ...tries }, usage: nothing };
      return;
    }
    yield { type: "retry", attempt, maxRetries: allowed, delayMs, error: failure.error };
    try {
      await sleep(delayMs, undefined, { signal });
    } catch {
      // The only way a sleep ends early is the person's stop.
      yield cancelled();
      return;
    }
  }
}

type AttemptEvent = ModelEvent | { readonly type: "attempt_failed"; readonly failure: Failure };

async function* tryOnce(options: RetryOptions, signal: AbortSignal): AsyncGenerator<AttemptEvent> {
  const controller = new AbortController();
  const onAbort = (): void => controller.abort(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort, { once: true });
  let idle = false;
  const watch = watchFetch(options.idleTimeoutMs, () => {
    idle = true;
    controller.abort(new Error("idle"));
  });
  const fail = (thrown: unknown): AttemptEvent => ({
    type: "attempt_failed",
    failure: idle ? idleTimeout(options.context, options.idleTimeoutMs) : classifyError(thrown, options.context),
  });
  try {
    let finished = false;
    for await (const event of untilAborted(options.attempt({ signal: controller.signal, watch }), controller.signal)) {
      yield event;
      finished = event.type === "finished";
      if (finished) break;
    }
    if (!finished) yield fail(endedEarly(watch));
  } catch (thrown) {
    yield fail(thrown);
  } finally {
    watch.stop();
    signal.removeEventListener("abort", onAbort);
    controller.abort(new Error("over"));
  }
}

/** Client libraries end a stream silently when it is aborted, cut or was none: say which. */
function endedEarly(watch: Watch): Error {
  const stray = watch.strayBody();
  return stray === null
    ? new StreamCut("The stream ended early.")
    : new MalformedStream(stray.trim() === "" ? "an empty answer" : stray.trim().slice(0, 120));
}

/** Passes events on, but never waits for the source once the signal is aborted. */
async function* untilAborted(source: AsyncIterable<ModelEvent>, signal: AbortSignal): AsyncGenerator<ModelEvent> {
  const iterator = source[Symbol.asyncIterator]();
  let onAbort = (): void => {};
  const aborted = new Promise<"aborted">((resolve) => {
    onAbort = () => resolve("aborted");
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    for (;;) {
      const step = iterator.next();
      const next = await Promise.race([step, aborted]);
      if (next === "aborted") {
        // Nobody waits for the pending step any more; how it ends no longer matters.
        step.catch(() => {});
        return;
      }
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener("abort", onAbort);
    // Not awaited: closing a source that hangs would hang here; the signal closes its connection anyway.
    iterator.return?.(undefined).catch(() => {});
  }
}

function backOff(attempt: number, baseDelayMs: number): number {
  const delay = Math.min(maxDelayMs, baseDelayMs * 2 ** (attempt - 1));
  return Math.round(delay * (0.75 + Math.random() / 2));
}

function cancelled(): ModelEvent {
  return { type: "failed", error: { code: "cancelled", message: "The answer was stopped." }, usage: nothing };
}
