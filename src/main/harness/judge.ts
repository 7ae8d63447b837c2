import { assertNever } from "../../protocol/error.ts";
import type { Json } from "../../protocol/json.ts";
import type { ScriptLimits } from "../../protocol/settings.ts";
import type { CompiledScript } from "./compile.ts";
import type { ScriptError, ScriptWarning } from "./harness.ts";
import type { PromiseTracker, TrackedCall } from "./promise-tracker.ts";
import { engineSyntaxError, limitError, thrownError } from "./script-error.ts";
import type { Position } from "./stack-map.ts";
import { Record, type WorkerEnd } from "./wire.ts";

/** Why a run ends from outside. */
export type StopReason = "cancelled" | "wall";
/** How a run ended; `killed` and `killed-cpu` with its thread. */
export type Ending = WorkerEnd | { readonly kind: "killed-cpu" } | { readonly kind: "killed" };

/** What is known when a run has ended. */
export interface Evidence {
  readonly ending: Ending;
  /** Set when the end was asked for from outside. */
  readonly stopReason: StopReason | undefined;
  /** The guest's last record: `done`, `failed` or none. */
  readonly final: readonly Json[] | undefined;
  readonly script: CompiledScript;
  readonly limits: ScriptLimits;
  readonly tracker: PromiseTracker;
  /** How the calls stood before they were closed. */
  readonly siblings: Json | undefined;
}

export type Verdict = { readonly ok: true; readonly value: Json } | { readonly ok: false; readonly error: ScriptError };

const maxWarnings = 50;
const maxPlace = 200;

/** The result or the error of a run. */
export function judge({ ending, stopReason, final, script, limits, siblings, tracker }: Evidence): Verdict {
  const { map } = script;
  if (ending.kind === "finished" && final?.[0] === Record.done) return { ok: true, value: final[1] ?? null };
  const details = siblings === undefined ? undefined : { calls: siblings };
  const fail = (error: ScriptError): Verdict => ({ ok: false, error });
  if (ending.kind === "finished" && final?.[0] === Record.failed)
    return fail(thrownError(final[1] ?? null, map, siblings, ending.full === true));
  if (stopReason !== undefined) return fail(stopError(stopReason, limits, details));
  switch (ending.kind) {
    case "finished":
      return fail(limitError("script_crashed", "Error", "The script ended without a result.", { details }));
    case "syntax":
      return fail(engineSyntaxError(JSON.parse(ending.thrown) as Json, script.source, map));
    case "cpu":
    case "killed-cpu": {
      const stood = ending.kind === "cpu" ? (map.stack(ending.stack).top ?? undefined) : undefined;
      const lastLine = tracker.last()?.line ?? null;
      const lastCall = lastLine === null ? "" : ` The last call it made stands in line ${lastLine}.`;
      const near = stood === undefined ? lastCall : ` It stood near line ${stood.line}.`;
      const hint =
        "Look for an endless loop, or let a tool do the heavy work: loops in the sandbox are 10 to 35 times slower than in Node.";
      return fail(
        limitError(
          "script_timeout",
          "TimeoutError",
          `The script used more than ${limits.cpuMs} ms of CPU time (waiting for tools does not count).${near}`,
          { hint, position: stood, map, details },
        ),
      );
    }
    case "memory":
      return fail(
        limitError("script_out_of_memory", "InternalError", `The script needed more than its ${limits.memoryMb} MB of memory.`, {
          hint: "Work on smaller pieces, or let a tool filter the data first.",
          details,
        }),
      );
    case "deadlock": {
      const positions = ending.places
        .split(" ")
        .map((place) => map.position(place))
        .filter((position): position is Position => position !== null);
      const lines = [...new Set(positions.map((position) => position.line))];
      const where = lines.length === 0 ? "" : ` It was created in line ${lines.slice(0, 5).join(" and ")}.`;
      const hint = "Make sure that resolve or reject is called on every path.";
      return fail(
        limitError(
          "script_deadlock",
          "DeadlockError",
          `The script waits for a promise that nothing can settle: no call and no timer is open.${where}`,
          { hint, position: positions.at(-1), map, details },
        ),
      );
    }
    case "cancelled":
    case "killed":
      return fail(stopError("cancelled", limits, details));
    case "crashed":
      return fail(
        limitError("script_crashed", "Error", `The sandbox of the script broke: ${ending.message}.`, {
          hint: "Other scripts are not affected. Run it again; if it breaks again, simplify it.",
          details,
        }),
      );
    default:
      return assertNever(ending);
  }
}

/** The error of a run that was ended from outside. */
export function stopError(reason: StopReason, limits: ScriptLimits, details?: { readonly [key: string]: Json }): ScriptError {
  return reason === "wall"
    ? limitError("script_timeout", "TimeoutError", `The script did not end within ${limits.wallMs} ms.`, {
        hint: "Start long work with tools.spawn, or raise the limit in the settings.",
        details,
      })
    : limitError("cancelled", "AbortError", "The script was stopped.", { details });
}

/** What a person or a model should know besides the outcome. `aborted` and `stuck` are the calls that were open at the end. */
export function collectWarnings(
  evidence: Evidence,
  aborted: readonly TrackedCall[],
  stuck: readonly TrackedCall[],
  closeMs: number,
): readonly ScriptWarning[] {
  const { ending, final, tracker } = evidence;
  const groups = new Map<string, { warning: ScriptWarning; count: number }>();
  const warn = (warning: ScriptWarning): void => {
    const key = `${warning.code} ${warning.message}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { warning, count: 1 });
    else group.count++;
  };
  const about = (id: number, code: ScriptWarning["code"], what: string): void => {
    const call = tracker.get(id);
    if (call === undefined) return;
    const where = call.line === null ? "" : ` in line ${call.line}`;
    warn({ code, message: `tools.${call.name}${where} ${what}`, ...(call.line === null ? {} : { line: call.line }) });
  };
  if (final !== undefined && ending.kind === "finished") {
    const done = final[0] === Record.done;
    const [lossy, floating, unhandled, unread, raced, dropped] = final.slice(done ? 2 : 1);
    const neverAwaited = new Set(numbers(floating));
    const mayBeLosers = new Set(numbers(raced));
    for (const { id } of aborted) {
      if (neverAwaited.has(id))
        about(id, "unawaited_call", "was never awaited; it was still running when the script ended and was stopped.");
      else if (done && !mayBeLosers.has(id)) about(id, "unawaited_call", "was still running when the script ended and was stopped.");
    }
    const places = Array.isArray(lossy) ? lossy.filter((place) => typeof place === "string") : [];
    if (done && places.length > 0)
      warn({ code: "value_lossy", message: `The result is not plain JSON: ${places.map((place) => cut(place)).join("; ")}.` });
    for (const id of numbers(unhandled)) about(id, "unhandled_rejection", "failed, and nothing in the script looked at it.");
    if (done)
      for (const id of numbers(unread))
        about(
          id,
          "unread_error",
          "failed, and nothing in the script read the error: it was ignored, or nobody awaits what waited for the call.",
        );
    const [lines = 0, shortened = 0] = numbers(dropped);
    if (lines > 0) warn({ code: "log_dropped", message: `${lines} console lines were dropped: a script may write 2000 lines and 256 KB.` });
    if (shortened > 0) warn({ code: "log_dropped", message: `${shortened} console lines were cut to 8 KB.` });
  }
  for (const { id } of stuck)
    about(id, "unawaited_call", `did not stop within ${closeMs / 1000} s after it was aborted; it may still be running.`);
  const warnings = [...groups.values()].map(({ warning, count }) =>
    count === 1 ? warning : { ...warning, message: `${warning.message} (${count} times)` },
  );
  if (warnings.length <= maxWarnings) return warnings;
  return [
    ...warnings.slice(0, maxWarnings - 1),
    { code: "unawaited_call", message: `${warnings.length - maxWarnings + 1} more warnings.` },
  ];
}

/** The key of an object can be as long as the script's memory. */
function cut(text: string): string {
  return text.length <= maxPlace ? text : `${text.slice(0, maxPlace)}…`;
}

function numbers(value: Json | undefined): readonly number[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "number") : [];
}
