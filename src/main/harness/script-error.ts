import type { ErrorCode, ErrorData } from "../../protocol/error.ts";
import type { Json } from "../../protocol/json.ts";
import type { ScriptError } from "./harness.ts";
import type { Position } from "./lines.ts";
import type { PromiseTracker, TrackedCall } from "./promise-tracker.ts";
import type { StackMap } from "./stack-map.ts";
import { describeSyntaxError, type CompileFailure } from "./syntax-error.ts";

/** What the guest says about a thrown value (see `describe` in the prelude). */
interface Thrown {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  readonly at: string;
  readonly call: { readonly [key: string]: Json } | undefined;
  readonly cause: Thrown | undefined;
  /** Something else than an Error was thrown. */
  readonly noError: boolean;
}

const shortArguments = 200;
const maxListedCalls = 20;

/** The arguments of a call, short enough for an error message. */
function shortenArguments(input: Json): string {
  const text = JSON.stringify(input) ?? "";
  return text.length <= shortArguments ? text : `${text.slice(0, shortArguments)}… (${text.length} characters)`;
}

/** What a rejected call carries into the script. */
export function toolErrorJson(call: TrackedCall, error: ErrorData): Json {
  return {
    message: error.message,
    code: error.code,
    tool: call.name,
    arguments: shortenArguments(call.input),
    line: call.line,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(error.details === undefined ? {} : { details: error.details }),
  };
}

export function compileError(failure: CompileFailure): ScriptError {
  return {
    name: "SyntaxError",
    code: failure.code,
    message: failure.message,
    ...(failure.hint === undefined ? {} : { hint: failure.hint }),
    ...(failure.position === undefined ? {} : { line: failure.position.line, column: failure.position.column }),
    ...(failure.frame === undefined ? {} : { frame: failure.frame }),
  };
}

/** A syntax error only QuickJS finds, at the line of the script. */
export function engineSyntaxError(thrown: Json, source: string, map: StackMap): ScriptError {
  const read = readThrown(thrown, 0);
  const { top } = map.stack(read.stack);
  return compileError(describeSyntaxError(source, read.message, top ?? undefined));
}

/** A thrown value as the report of a failed script: place, code frame, the call that failed and how its siblings stand. */
export function thrownError(thrown: Json, map: StackMap, siblings: Json | undefined, memoryWasFull: boolean): ScriptError {
  const given = readThrown(thrown, 0);
  // What QuickJS throws when there is no memory left for an error.
  const read =
    memoryWasFull && given.message === "The script threw null" ? { ...given, name: "InternalError", message: "out of memory" } : given;
  const mapped = map.stack(read.stack);
  const failedCall = read.call ?? read.cause?.call ?? read.cause?.cause?.call;
  const refusedAt = read.at === "" ? null : map.position(read.at);
  const callLine = typeof failedCall?.["line"] === "number" ? failedCall["line"] : refusedAt?.line;
  const position = mapped.top ?? refusedAt;
  const code = codeOf(read);
  const hint = hintFor(read, code);
  const details: Record<string, Json> = {};
  if (failedCall !== undefined) {
    details["tool"] = failedCall["tool"] ?? null;
    details["arguments"] = failedCall["arguments"] ?? null;
    if (typeof failedCall["code"] === "string") details["toolCode"] = failedCall["code"];
    if (callLine !== undefined) details["callLine"] = callLine;
  }
  if (read.cause !== undefined) details["cause"] = `${read.cause.name}: ${read.cause.message}`;
  if (siblings !== undefined) details["calls"] = siblings;
  const where = position ?? (callLine === undefined ? null : { line: callLine, column: 1 });
  return {
    name: read.name,
    code,
    message: map.text(read.message),
    ...(hint === undefined ? {} : { hint }),
    ...(Object.keys(details).length === 0 ? {} : { details }),
    ...(where === null ? {} : { line: where.line, ...(position === null ? {} : { column: where.column }), frame: map.frame(where) }),
    ...(mapped.text === "" ? {} : { stack: mapped.text }),
  };
}

/** How the script's calls stood when it failed: numbers, and the open ones by name and line. */
export function siblingState(tracker: PromiseTracker): Json | undefined {
  const counts = tracker.counts();
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  if (total === 0) return undefined;
  const open = tracker.open();
  return {
    succeeded: counts.succeeded,
    failed: counts.failed,
    open: open
      .slice(0, maxListedCalls)
      .map((call) => ({ tool: call.name, line: call.line, arguments: shortenArguments(call.input), state: call.state })),
    ...(open.length > maxListedCalls ? { openCount: open.length } : {}),
  };
}

/** The error of a script that was ended from outside, with the line it is known to stand at. */
export function limitError(
  code: ErrorCode,
  name: string,
  message: string,
  options: {
    hint?: string;
    position?: Position | undefined;
    map?: StackMap | undefined;
    details?: { readonly [key: string]: Json } | undefined;
  },
): ScriptError {
  const { position, map } = options;
  return {
    name,
    code,
    message,
    ...(options.hint === undefined ? {} : { hint: options.hint }),
    ...(options.details === undefined ? {} : { details: options.details }),
    ...(position === undefined
      ? {}
      : { line: position.line, column: position.column, ...(map === undefined ? {} : { frame: map.frame(position) }) }),
  };
}

function codeOf(thrown: Thrown): ErrorCode {
  if (thrown.call?.["code"] === "too_many_calls") return "too_many_calls";
  return thrown.name === "InternalError" && thrown.message === "out of memory" ? "script_out_of_memory" : "script_error";
}

const absent: Readonly<Record<string, string>> = {
  require: "Scripts have no modules. Use tools, for example tools.readFile.",
  module: "Scripts cannot export. Use return to give the result back.",
  exports: "Scripts cannot export. Use return to give the result back.",
  process: "Scripts have no process. Use tools.exec to run commands; facts about the project are in context.",
  fetch: "Scripts have no network. Use tools.exec if a command may do it.",
  Buffer: "Scripts have no Buffer. Text is a string; use typed arrays for bytes.",
  fs: "Scripts have no file system of their own. Use tools.readFile and tools.applyPatch.",
  setInterval: "Use a loop with setTimeout.",
  setImmediate: "Use setTimeout(fn, 0).",
  window: "Scripts run in no browser.",
  document: "Scripts run in no browser.",
  URL: "Scripts have no URL class.",
  TextEncoder: "Scripts have no TextEncoder.",
  TextDecoder: "Scripts have no TextDecoder.",
  structuredClone: "Use JSON.parse(JSON.stringify(value)).",
  Intl: "Scripts have no Intl. Compare text with < and >, and put numbers and dates together by hand (toFixed, toISOString).",
  Atomics: "Scripts have no Atomics: nothing runs beside a script.",
  AbortController: "Scripts have no AbortController. The promise of a call has .abort().",
  AbortSignal: "Scripts have no AbortSignal. The promise of a call has .abort().",
  performance: "Scripts have no performance. Use Date.now(), or console.time and console.timeEnd.",
  crypto: "Scripts have no crypto. Use Math.random(), or tools.exec for hashes.",
};

function hintFor(thrown: Thrown, code: ErrorCode): string | undefined {
  if (code === "script_out_of_memory") return "Work on smaller pieces, or let a tool filter the data first.";
  if (thrown.message === "stack overflow") return "The recursion or the nesting of the data is too deep; use a loop, or flatter data.";
  if (thrown.noError) return "Throw an Error: it knows its line.";
  if (typeof thrown.call?.["hint"] === "string") return thrown.call["hint"];
  if (thrown.name === "ReferenceError") {
    const name = /^'?([A-Za-z_$][\w$]*)'? is not defined$/.exec(thrown.message)?.[1];
    if (name !== undefined) return absent[name];
  }
  if (thrown.message.startsWith("could not load module"))
    return "A script cannot import modules. Everything it can use is global: tools, context, console, setTimeout.";
  return undefined;
}

/** Reads what the guest sent without trusting it: a script may have changed the guest's own code. */
function readThrown(value: Json, depth: number): Thrown {
  const record: { readonly [key: string]: Json } =
    typeof value === "object" && value !== null && !Array.isArray(value) ? (value as { readonly [key: string]: Json }) : {};
  const text = (key: string, otherwise: string): string => (typeof record[key] === "string" ? record[key] : otherwise);
  const call = record["call"];
  return {
    name: text("name", "Error"),
    message: text("message", "The script threw something that cannot be shown."),
    stack: text("stack", ""),
    at: text("at", ""),
    call: typeof call === "object" && call !== null && !Array.isArray(call) ? (call as { readonly [key: string]: Json }) : undefined,
    noError: record["thrown"] === true,
    cause: record["cause"] === undefined || depth > 3 ? undefined : readThrown(record["cause"], depth + 1),
  };
}
