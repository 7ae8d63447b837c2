import { assertNever, SpindleError } from "../../protocol/error.ts";
import type { Json } from "../../protocol/json.ts";
import { createBjsonWriter } from "./bjson.ts";
import type { CompiledScript } from "./compile.ts";
import { createConsoleProxy } from "./console-proxy.ts";
import type { ScriptError, ScriptOutcome, ScriptRequest, ScriptStats, ScriptWarning } from "./harness.ts";
import type { Lease, LeaseListener } from "./pool.ts";
import { createPromiseTracker } from "./promise-tracker.ts";
import { engineSyntaxError, limitError, siblingState, thrownError, toolErrorJson } from "./script-error.ts";
import type { Position } from "./stack-map.ts";
import { Answer, controlDeadline, controlUsed, Record, sharedClock, type FromWorker, type WorkerEnd } from "./wire.ts";

export interface RunOptions {
  /** Number of the run, unique in the process and not 0. */
  readonly run: number;
  /** How long a worker that was told to stop may take before its thread is ended. */
  readonly graceMs: number;
  /** How long aborted calls may take to close before the run is reported without them. */
  readonly closeMs: number;
  lease(listener: LeaseListener, signal: AbortSignal): Promise<Lease>;
}

/** Why a run ends from outside. */
type StopReason = "cancelled" | "wall";
/** How it ended, as far as the worker is concerned. */
type Ending = WorkerEnd | { readonly kind: "killed-cpu" } | { readonly kind: "killed" };

/** Bytes above which a batch of answers is handed over instead of copied. */
const transferAbove = 16 * 1024;
const maxWarnings = 50;

/** One script on one worker, from lease to outcome. Rejects only when no worker can be had. */
export async function runScript(request: ScriptRequest, script: CompiledScript, options: RunOptions): Promise<ScriptOutcome> {
  const { limits, signal } = request;
  const started = performance.now();
  const { map } = script;
  let ending: ((ending: Ending) => void) | undefined;
  const ended = new Promise<Ending>((resolve) => {
    ending = resolve;
  });
  let final: readonly Json[] | undefined;
  let stopReason: StopReason | undefined;
  let lease: Lease | undefined;
  let logs = 0;

  const writer = createBjsonWriter();
  let answers: Json[] = [];
  const flushAnswers = (): void => {
    const batch = answers;
    answers = [];
    if (over || lease === undefined) return;
    try {
      send(batch);
    } catch (error) {
      // One value is too deep for the wire: only that call fails.
      for (const answer of batch) {
        try {
          send([answer]);
        } catch {
          const [, id] = answer as readonly [number, number];
          const call = tracker.get(id);
          const message = error instanceof Error ? error.message : String(error);
          if (call !== undefined) send([[Answer.error, id, toolErrorJson(call, { code: "too_large", message: `The result cannot be handed to the script: ${message}` })]]);
        }
      }
    }
  };
  const send = (batch: readonly Json[]): void => {
    writer.encode(batch);
    const bytes = writer.take();
    lease?.post({ type: "answers", run: options.run, bytes }, bytes.byteLength > transferAbove ? [bytes.buffer] : undefined);
  };
  const answer = (record: Json): void => {
    if (answers.length === 0) queueMicrotask(flushAnswers);
    answers.push(record);
  };
  let over = false;

  const tracker = createPromiseTracker({
    maxInFlight: limits.maxInFlight,
    run: (call, callSignal) => request.callTool({ name: call.name, input: call.input, index: call.id + 1, line: call.line }, callSignal),
    succeeded: (call, value) => answer([Answer.value, call.id, value]),
    failed: (call, error) => answer([Answer.error, call.id, toolErrorJson(call, error)]),
  });
  const logged = createConsoleProxy(request.onLog);
  const lineOf = (place: Json | undefined): number | null => (typeof place === "string" && place !== "" ? (map.position(place)?.line ?? null) : null);

  const takeRecords = (text: string): void => {
    const records = JSON.parse(`[${text}]`) as readonly (readonly Json[])[];
    for (const record of records) {
      switch (record[0]) {
        case Record.call: {
          const [, id, place, name, input] = record;
          if (typeof id !== "number" || typeof name !== "string" || !request.toolNames.includes(name) || tracker.get(id) !== undefined) throw new Error("a call it cannot make");
          if (id < limits.maxCalls && stopReason === undefined) tracker.add({ id, name, input: input ?? null, line: lineOf(place) });
          break;
        }
        case Record.abort:
          if (typeof record[1] === "number") tracker.abort(record[1]);
          break;
        case Record.log: {
          const [, level, line, place] = record;
          if (typeof level === "string" && typeof line === "string") logged.add(level, map.text(line), lineOf(place));
          logs++;
          break;
        }
        case Record.done:
        case Record.failed:
          final = record;
          break;
        default:
          throw new Error("an unknown record");
      }
    }
  };
  const listener: LeaseListener = {
    message(message: FromWorker) {
      if (message.type === "ready" || message.run !== options.run || over) return;
      if (message.type === "end") return ending?.(message.end);
      try {
        takeRecords(message.text);
      } catch (error) {
        // Only a script that got at the guest's own code can write such records: it is ended, nothing else is harmed.
        ending?.({ kind: "crashed", message: `the guest sent ${error instanceof Error ? error.message : "nonsense"}` });
      }
    },
    died: (message) => ending?.({ kind: "crashed", message }),
  };

  // --- limits ---------------------------------------------------------------------------------------------------------
  let graceTimer: NodeJS.Timeout | undefined;
  let closing: ReturnType<typeof tracker.close> | undefined;
  const stop = (reason: StopReason): void => {
    if (stopReason !== undefined || over) return;
    stopReason = reason;
    if (lease === undefined) return;
    Atomics.store(lease.control.cancel, 0, options.run);
    lease.post({ type: "stop", run: options.run });
    graceTimer = setTimeout(() => ending?.({ kind: "killed" }), options.graceMs);
    if (reason === "cancelled") closing = tracker.close(abortReason(reason), options.closeMs);
  };
  const onAbort = (): void => stop("cancelled");
  const wallTimer = setTimeout(() => stop("wall"), limits.wallMs);
  /** Looks from outside whether the script sits in something even its interrupt cannot end. */
  let watchTimer: NodeJS.Timeout | undefined;
  const watch = (): void => {
    if (over || lease === undefined || stopReason !== undefined) return;
    const deadline = lease.control.numbers[controlDeadline] ?? 0;
    const used = lease.control.numbers[controlUsed] ?? 0;
    const left = (deadline === 0 ? limits.cpuMs - used : deadline - sharedClock()) + options.graceMs;
    if (deadline !== 0 && left <= 0) return ending?.({ kind: "killed-cpu" });
    watchTimer = setTimeout(watch, Math.max(10, left));
  };

  /** Also counts the stretch a busy worker is in, which it has not written down yet. */
  const cpuMs = (): number => {
    const used = lease?.control.numbers[controlUsed] ?? 0;
    const deadline = lease?.control.numbers[controlDeadline] ?? 0;
    return deadline === 0 ? used : used + Math.max(0, sharedClock() - (deadline - (limits.cpuMs - used)));
  };
  const stats = (): ScriptStats => ({
    cpuMs: Math.round(cpuMs() * 10) / 10,
    wallMs: Math.round((performance.now() - started) * 10) / 10,
    calls: Object.values(tracker.counts()).reduce((sum, count) => sum + count, 0),
    logLines: logs,
    compileCached: script.cached,
  });

  const lineUp = new AbortController();
  const leaveLine = (): void => lineUp.abort(new SpindleError("cancelled", "The script was stopped while it waited for a worker."));
  signal.addEventListener("abort", leaveLine, { once: true });
  if (signal.aborted) leaveLine();
  try {
    lease = await options.lease(listener, lineUp.signal);
  } catch (error) {
    clearTimeout(wallTimer);
    if (!signal.aborted) throw error;
    return { ok: false, error: stopError("cancelled"), warnings: [], stats: stats() };
  } finally {
    signal.removeEventListener("abort", leaveLine);
  }
  const held = lease;

  try {
    held.control.numbers[controlUsed] = 0;
    held.control.numbers[controlDeadline] = 0;
    signal.addEventListener("abort", onAbort, { once: true });
    if (stopReason !== undefined || signal.aborted) {
      // Stopped while it waited in line: the worker never hears of it.
      over = true;
      held.release();
      return { ok: false, error: stopError(stopReason ?? "cancelled"), warnings: [], stats: stats() };
    }
    held.post({
      type: "run",
      run: options.run,
      code: script.js,
      names: request.toolNames,
      context: request.context,
      maxCalls: limits.maxCalls,
      cpuMs: limits.cpuMs,
      memoryMb: limits.memoryMb,
    });
    watchTimer = setTimeout(watch, limits.cpuMs + options.graceMs);
    const end = await ended;
    over = true;
    const used = stats();
    const outcome = judge(end);
    const reason = new DOMException(outcome.error === undefined ? "The script has ended." : `The script has ended: ${outcome.error.message}`, "AbortError");
    closing ??= tracker.close(reason, options.closeMs);
    const killed = end.kind === "killed" || end.kind === "killed-cpu" || (end.kind === "crashed" && final === undefined);
    if (killed) await held.kill();
    else held.release();
    const { aborted, stuck } = await closing;
    logged.flush();
    const warnings = collectWarnings(end, aborted.map((call) => call.id), stuck.map((call) => call.id));
    const finished = { ...used, wallMs: Math.round((performance.now() - started) * 10) / 10 };
    return outcome.error === undefined ? { ok: true, value: outcome.value, warnings, stats: finished } : { ok: false, error: outcome.error, warnings, stats: finished };
  } finally {
    over = true;
    signal.removeEventListener("abort", onAbort);
    for (const timer of [wallTimer, watchTimer, graceTimer]) clearTimeout(timer);
    logged.flush();
  }

  function judge(end: Ending): { readonly error: undefined; readonly value: Json } | { readonly error: ScriptError } {
    if (stopReason !== undefined && (end.kind !== "finished" || final === undefined)) return { error: stopError(stopReason) };
    const details = siblingState(tracker);
    const calls = details === undefined ? undefined : { calls: details };
    switch (end.kind) {
      case "finished":
        if (final?.[0] === Record.done) return { error: undefined, value: final[1] ?? null };
        if (final?.[0] === Record.failed) return { error: thrownError(final[1] ?? null, map, tracker, end.full === true) };
        return { error: limitError("script_crashed", "Error", "The script ended without a result.", { details: calls }) };
      case "syntax":
        return { error: engineSyntaxError(JSON.parse(end.thrown) as Json, script.source, map) };
      case "cpu":
      case "killed-cpu": {
        const stood = end.kind === "cpu" ? map.stack(end.stack).top : null;
        return {
          error: limitError("script_timeout", "TimeoutError", `The script used more than ${limits.cpuMs} ms of CPU time (waiting for tools does not count).${stood === null ? "" : ` It stood near line ${stood.line}.`}`, {
            hint: "Look for an endless loop, or let a tool do the heavy work: loops in the sandbox are 10 to 35 times slower than in Node.",
            position: stood ?? undefined,
            map,
            details: calls,
          }),
        };
      }
      case "memory":
        return {
          error: limitError("script_out_of_memory", "InternalError", `The script needed more than its ${limits.memoryMb} MB of memory.`, { hint: "Work on smaller pieces, or let a tool filter the data first.", details: calls }),
        };
      case "deadlock": {
        const places = end.places.split(" ").filter((place) => place !== "");
        const positions = places.map((place) => map.position(place)).filter((position): position is Position => position !== null);
        const lines = [...new Set(positions.map((position) => position.line))];
        const where = lines.length === 0 ? "" : ` It was created in line ${lines.slice(0, 5).join(" and ")}.`;
        return {
          error: limitError("script_deadlock", "DeadlockError", `The script waits for a promise that nothing can settle: no call and no timer is open.${where}`, {
            hint: "Make sure that resolve or reject is called on every path.",
            position: positions.at(-1),
            map,
            details: calls,
          }),
        };
      }
      case "cancelled":
      case "killed":
        return { error: stopError(stopReason ?? "cancelled") };
      case "crashed":
        return { error: limitError("script_crashed", "Error", `The sandbox of the script broke: ${end.message}.`, { hint: "Other scripts are not affected. Run it again; if it breaks again, simplify it.", details: calls }) };
      default:
        return assertNever(end);
    }
  }

  function stopError(reason: StopReason): ScriptError {
    const details = siblingState(tracker);
    const calls = details === undefined ? undefined : { calls: details };
    return reason === "wall"
      ? limitError("script_timeout", "TimeoutError", `The script did not end within ${limits.wallMs} ms.`, { hint: "Start long work with tools.spawn, or raise the limit in the settings.", details: calls })
      : limitError("cancelled", "AbortError", "The script was stopped.", { details: calls });
  }

  function collectWarnings(end: Ending, aborted: readonly number[], stuck: readonly number[]): readonly ScriptWarning[] {
    const warnings: ScriptWarning[] = [];
    const kind = final?.[0];
    const floating = new Set(numbers(final?.[kind === Record.done ? 3 : 2]));
    const unhandled = numbers(final?.[kind === Record.done ? 4 : 3]);
    const raced = final?.[kind === Record.done ? 5 : 4] === true;
    const [dropped = 0, shortened = 0] = numbers(final?.[kind === Record.done ? 6 : 5]);
    const callWarning = (id: number, code: ScriptWarning["code"], what: string): void => {
      const call = tracker.get(id);
      const line = call?.line ?? undefined;
      warnings.push({ code, message: `tools.${call?.name ?? "?"}${line === undefined ? "" : ` in line ${line}`} ${what}`, ...(line === undefined ? {} : { line }) });
    };
    if (end.kind === "finished" && kind === Record.done) {
      for (const id of aborted) {
        if (floating.has(id)) callWarning(id, "unawaited_call", "was never awaited; it was still running when the script ended and was stopped.");
        else if (!raced) callWarning(id, "unawaited_call", "was still running when the script ended and was stopped.");
      }
    }
    for (const id of stuck) callWarning(id, "unawaited_call", `did not stop within ${options.closeMs / 1000} s after it was aborted; it may still be running.`);
    for (const id of unhandled) callWarning(id, "unhandled_rejection", "failed, and nothing in the script looked at it.");
    if (kind === Record.done) {
      const lossy = final?.[2];
      const places = Array.isArray(lossy) ? lossy.filter((place): place is string => typeof place === "string") : [];
      if (places.length > 0) warnings.push({ code: "value_lossy", message: `The result is not plain JSON: ${places.join("; ")}.` });
    }
    if (dropped > 0) warnings.push({ code: "log_dropped", message: `${dropped} console lines were dropped: a script may write 2000 lines and 256 KB.` });
    if (shortened > 0) warnings.push({ code: "log_dropped", message: `${shortened} console lines were cut to 8 KB.` });
    return warnings.length > maxWarnings ? [...warnings.slice(0, maxWarnings - 1), { code: "unawaited_call", message: `${warnings.length - maxWarnings + 1} more warnings.` }] : warnings;
  }
}

function abortReason(reason: StopReason): Error {
  return new DOMException(reason === "cancelled" ? "The script was stopped." : "The script ran out of time.", "AbortError");
}

function numbers(value: Json | undefined): readonly number[] {
  return Array.isArray(value) ? value.filter((item): item is number => typeof item === "number") : [];
}
