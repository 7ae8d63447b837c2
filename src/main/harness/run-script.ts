import { toErrorData } from "../../protocol/error.ts";
import type { Json } from "../../protocol/json.ts";
import { createAnswers } from "./answers.ts";
import type { BjsonWriter } from "./bjson.ts";
import type { CompiledScript } from "./compile.ts";
import { createConsoleProxy } from "./console-proxy.ts";
import type { ScriptOutcome, ScriptRequest, ScriptStats, ScriptWarning } from "./harness.ts";
import { collectWarnings, judge, stopError, type Ending, type Evidence, type StopReason } from "./judge.ts";
import type { Lease, LeaseListener, Pool } from "./pool.ts";
import { createPromiseTracker } from "./promise-tracker.ts";
import { scriptFile } from "./prelude.ts";
import type { RuntimeTurn } from "./runtimes.ts";
import { siblingState } from "./script-error.ts";
import type { StackMap } from "./stack-map.ts";
import { controlDeadline, controlUsed, Record, sharedClock, type FromWorker, type RealmImage } from "./wire.ts";

export interface RunOptions {
  /** Number of the run, unique in the process and not 0. */
  readonly run: number;
  /** How long a worker that was told to stop may take before its thread is ended. */
  readonly graceMs: number;
  /** How long aborted calls may take to close before the run is reported without them. */
  readonly closeMs: number;
  readonly pool: Pool;
  /** The script's place in a named runtime. */
  readonly turn: RuntimeTurn | undefined;
  /** May be shared by all runs of a thread. */
  readonly writer: BjsonWriter;
}

/** A script on its way. */
export interface RunningScript {
  /** Settles when the script and all of its calls are over. Rejects only when no worker can be had. */
  readonly outcome: Promise<ScriptOutcome>;
  /** Stops it; harmless when it is over. */
  stop(): void;
  /** What it left in its named runtime, once it is over; null when that is not to be kept, `broken` when the runtime is of no use. */
  image(): RealmImage | null | "broken";
}

/** Bytes above which a batch of answers is handed over instead of copied. */
const transferAbove = 16 * 1024;

/** One script on one worker, from lease to outcome. */
export function startScript(request: ScriptRequest, script: CompiledScript, options: RunOptions): RunningScript {
  const { limits } = request;
  const { map } = script;
  const started = performance.now();
  let lease: Lease | undefined;
  let stopReason: StopReason | undefined;
  let final: readonly Json[] | undefined;
  let logLines = 0;
  let over = false;
  let worn = false;
  let image: RealmImage | null = null;
  let broke = false;
  let settle: (ending: Ending) => void = () => undefined;
  const ended = new Promise<Ending>((resolve) => {
    settle = resolve;
  });

  const answers = createAnswers(options.writer, (bytes) => {
    if (!over) lease?.post({ type: "answers", run: options.run, bytes }, bytes.byteLength > transferAbove ? [bytes.buffer] : undefined);
  });
  const tracker = createPromiseTracker({
    maxInFlight: limits.maxInFlight,
    run: (call, signal) => request.callTool({ name: call.name, input: call.input, index: call.id + 1, line: call.line }, signal),
    succeeded: answers.value,
    failed: answers.error,
  });
  const logged = createConsoleProxy((entries) => request.onLog(entries));

  // --- what the worker says ---------------------------------------------------------------------------------------------
  const lineOf = (place: Json | undefined): number | null =>
    typeof place === "string" && place !== "" ? (map.position(place)?.line ?? null) : null;
  const take = (record: readonly Json[], size: number): void => {
    switch (record[0]) {
      case Record.call: {
        const [, id, place, name, input] = record;
        if (typeof id !== "number" || typeof name !== "string" || !request.toolNames.includes(name) || tracker.get(id) !== undefined)
          throw new Error("a call it cannot make");
        if (id < limits.maxCalls && stopReason === undefined) tracker.add({ id, name, input: input ?? null, line: lineOf(place), size });
        return;
      }
      case Record.abort:
        if (typeof record[1] === "number") tracker.abort(record[1]);
        return;
      case Record.log: {
        const [, level, text, place] = record;
        if (typeof level === "string" && typeof text === "string") logged.add(level, map.text(text), lineOf(place));
        logLines++;
        return;
      }
      case Record.store: {
        const [, key, json] = record;
        if (typeof key !== "string" || !(json === undefined || (typeof json === "string" && isJson(json))))
          throw new Error("a value it cannot store");
        request.store?.set(key, json ?? null);
        return;
      }
      case Record.done:
      case Record.failed:
        final = record;
        return;
      default:
        throw new Error("an unknown record");
    }
  };
  const takeAll = (text: string): void => {
    try {
      const records = JSON.parse(`[${text.slice(1)}]`) as readonly (readonly Json[])[];
      for (const record of records) take(record, text.length / records.length);
      if (final?.[0] === Record.done && text.includes(scriptFile)) final = withOwnPlaces(final, map);
    } catch (error) {
      // Only a script that got at the guest's own code can write such records: it is ended, nothing else is harmed.
      settle({ kind: "crashed", message: `the guest sent ${error instanceof Error ? error.message : "nonsense"}` });
    }
  };
  const listener: LeaseListener = {
    message(message: FromWorker) {
      if (message.type === "ready" || message.run !== options.run || over) return;
      if (message.type === "records") return takeAll(message.text);
      if (message.text !== "") takeAll(message.text);
      ({ worn, image } = message);
      settle(message.end);
    },
    died: (message) => settle({ kind: "crashed", message }),
  };

  // --- limits -----------------------------------------------------------------------------------------------------------
  let graceTimer: NodeJS.Timeout | undefined;
  let wallTimer: NodeJS.Timeout | undefined;
  let watchTimer: NodeJS.Timeout | undefined;
  let closing: ReturnType<typeof tracker.close> | undefined;
  /** How the calls stood when the script was stopped. */
  let standing: Json | undefined;
  // Before anything is lent: a damaged store must not cost a worker.
  const stored = request.store?.entries() ?? null;
  const waiting = options.pool.lease(listener);
  const stop = (reason: StopReason): void => {
    if (stopReason !== undefined || over) return;
    stopReason = reason;
    standing = siblingState(tracker);
    if (lease === undefined) return waiting.cancel();
    Atomics.store(lease.control.cancel, 0, options.run);
    lease.post({ type: "stop", run: options.run });
    graceTimer = setTimeout(() => settle({ kind: "killed" }), options.graceMs);
    closing = tracker.close("The script was stopped.", options.closeMs);
  };
  /** Looks from outside whether the script sits in something even its interrupt cannot end. */
  const watch = (): void => {
    if (over || lease === undefined || stopReason !== undefined) return;
    const deadline = lease.control.numbers[controlDeadline] ?? 0;
    const used = lease.control.numbers[controlUsed] ?? 0;
    const left = (deadline === 0 ? limits.cpuMs - used : deadline - sharedClock()) + options.graceMs;
    if (deadline !== 0 && left <= 0) return settle({ kind: "killed-cpu" });
    watchTimer = setTimeout(watch, Math.max(10, left));
  };

  const stats = (): ScriptStats => {
    const counts = tracker.counts();
    return {
      cpuMs: lease === undefined ? 0 : tenths(cpuMs(lease, limits.cpuMs)),
      wallMs: tenths(performance.now() - started),
      calls: counts.queued + counts.running + counts.closing + counts.succeeded + counts.failed + counts.aborted,
      logLines,
      compileCached: script.cached,
    };
  };

  const run = async (): Promise<ScriptOutcome> => {
    let returned = false;
    lease = await waiting.lease;
    if (lease === undefined || stopReason !== undefined) {
      lease?.release();
      return { ok: false, error: stopError(stopReason ?? "cancelled", limits), warnings: [], stats: stats() };
    }
    try {
      lease.control.numbers[controlUsed] = 0;
      lease.control.numbers[controlDeadline] = 0;
      lease.post({
        type: "run",
        run: options.run,
        code: script.js,
        names: request.toolNames,
        context: request.context,
        store: stored,
        maxCalls: limits.maxCalls,
        cpuMs: limits.cpuMs,
        wallMs: limits.wallMs,
        memoryMb: limits.memoryMb,
        runtime: options.turn === undefined ? null : { image: options.turn.image, scripts: options.turn.scripts },
      });
      wallTimer = setTimeout(() => stop("wall"), limits.wallMs);
      watchTimer = setTimeout(watch, limits.cpuMs + options.graceMs);
      const ending = await ended;
      const cpu = stats().cpuMs;
      over = true;
      broke = ending.kind === "crashed";
      const evidence: Evidence = { ending, stopReason, final, script, limits, tracker, siblings: standing ?? siblingState(tracker) };
      const verdict = judge(evidence);
      closing ??= tracker.close(verdict.ok ? "The script has ended." : `The script has ended: ${verdict.error.message}`, options.closeMs);
      returned = true;
      if (ending.kind === "killed" || ending.kind === "killed-cpu" || (ending.kind === "crashed" && final === undefined))
        await lease.kill();
      else if (worn) void lease.kill();
      else lease.release();
      const { aborted, stuck } = await closing;
      logged.flush();
      const warnings = [
        ...collectWarnings(evidence, aborted, stuck, options.closeMs),
        ...runtimeWarning(options.turn, image, broke),
        ...(await storeWarning(request)),
      ];
      return { ...verdict, warnings, stats: { ...stats(), cpuMs: cpu } };
    } finally {
      over = true;
      clearTimeout(wallTimer);
      clearTimeout(watchTimer);
      clearTimeout(graceTimer);
      // It threw on the way: what the worker does now nobody waits for.
      if (!returned) void lease.kill();
    }
  };
  return { outcome: run(), stop: () => stop("cancelled"), image: () => (broke ? "broken" : image) };
}

function runtimeWarning(turn: RuntimeTurn | undefined, image: RealmImage | null, broke: boolean): readonly ScriptWarning[] {
  if (turn === undefined || image !== null) return [];
  const message = broke
    ? "The named runtime broke and was dropped: the next script of this name starts with an empty one."
    : "The named runtime is as it was before this script: a script must end by itself, come to rest and use less than 24 MB to be kept.";
  return [{ code: "runtime_not_kept", message }];
}

async function storeWarning({ store }: ScriptRequest): Promise<readonly ScriptWarning[]> {
  try {
    await store?.flush?.();
    return [];
  } catch (error) {
    const { message, hint } = toErrorData(error);
    return [{ code: "store_problem", message: hint === undefined ? message : `${message} ${hint}` }];
  }
}

/** A result may hold stacks of the script: their places become the script's own. Nothing else can look like them. */
function withOwnPlaces(record: readonly Json[], map: StackMap): readonly Json[] {
  const walk = (value: Json): Json => {
    if (typeof value === "string") return map.text(value);
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map(walk);
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, walk(item)]));
  };
  return [Record.done, walk(record[1] ?? null), ...record.slice(2)];
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** CPU time of a run, also of the stretch a busy worker is in and has not written down yet. */
function cpuMs(lease: Lease, limitMs: number): number {
  const used = lease.control.numbers[controlUsed] ?? 0;
  const deadline = lease.control.numbers[controlDeadline] ?? 0;
  return deadline === 0 ? used : used + Math.max(0, sharedClock() - (deadline - (limitMs - used)));
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}
