import type { ErrorCode, ErrorData } from "../../protocol/error.ts";
import { fields, isFields, text } from "./json-read.ts";

/** A failure of a request, sorted out. */
export interface Failure {
  readonly error: ErrorData;
  /** always: may pass. once: unlikely to pass, one more try. never: the same request fails the same way. */
  readonly retry: "always" | "once" | "never";
  /** What the server asked to wait, in ms. */
  readonly retryAfterMs?: number;
}

export interface FailureContext {
  /** Host and port of the server. */
  readonly host: string;
  readonly model: string;
  /** The variable a key may come from, for the hint. */
  readonly keyVariable: string;
  /** Takes keys out of text. */
  redact(text: string): string;
}

/** Thrown inside a provider when the server itself reports an error within the stream. */
export class StreamError extends Error {
  override readonly name = "StreamError";
  readonly type: string;
  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

/** Type and code of a server's error object as one text, whichever it has; a code may be a number. Pure. */
export function errorType(error: { readonly [key: string]: unknown }): string {
  const parts = [error["type"], error["code"]].map(wordOf).filter((part) => part !== "" && part !== "error");
  return parts.length === 0 ? "error" : [...new Set(parts)].join(": ");
}

/** Thrown when a stream ended before its last event. */
export class StreamCut extends Error {
  override readonly name = "StreamCut";
}

/** Thrown when what arrived is not what the wire format promises. */
export class MalformedStream extends Error {
  override readonly name = "MalformedStream";
}

const contextWords =
  /context[_ ](?:length|window)|maximum context|context size|too many tokens|prompt is too long|input is too long|exceeds? the (?:available )?context|max(?:imum)?_?(?:prompt|input) tokens/i;
const quotaWords = /insufficient_quota|exceeded your current quota|credit balance|billing/i;
const modelWords = /model_not_found|\bmodels?\b/i;
const noToolsWords =
  /\b(?:does|do)(?: not|n't) support (?:tools?|function)\b|\btools?(?: use| calling| calls)? (?:is|are) not supported|\bsupport tool use\b|\btool choice requires\b|\btools param requires\b/i;
/** Types, codes and words of a failure that may pass by itself. */
const passingWords =
  /\b(?:server|api|internal|timeout|overloaded)_error\b|overload|rate.?limit|too.many.requests|resource_exhausted|internal (?:server )?error|service.?unavailable|temporar|at capacity|try again later|\b(?:http|status|code|error)\W{1,3}(?:429|5\d\d)\b/i;
const cutCodes = new Set(["ECONNRESET", "EPIPE", "UND_ERR_SOCKET", "ERR_STREAM_PREMATURE_CLOSE"]);
const timeoutCodes = new Set(["ETIMEDOUT", "UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT", "UND_ERR_CONNECT_TIMEOUT"]);
const unreachableCodes = new Set(["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "EAI_AGAIN"]);

/** Sorts out anything a client library or the network throws. Pure; no text it returns holds a key. */
export function classifyError(thrown: unknown, context: FailureContext): Failure {
  const status = statusOf(thrown);
  const words = wordsOf(thrown);
  if (status !== undefined) return byStatus(status, words, headersOf(thrown), context);
  if (thrown instanceof StreamCut) return cut(context);
  if (thrown instanceof MalformedStream || thrown instanceof SyntaxError) return malformed(thrown, context);
  const code = causeCode(thrown);
  if (code !== undefined) {
    const failure = byCause(code, context);
    if (failure !== null) return failure;
  }
  if (isServerError(thrown)) return byWords(words, context);
  if (/\bterminated\b|other side closed|premature|aborted/i.test(words)) return cut(context);
  return failure(
    "provider_unreachable",
    `The request to ${context.host} failed: ${short(rootMessage(thrown) ?? words, context)}`,
    "Try again; if it stays, look at the base URL and the network.",
    "always",
    context,
  );
}

function byStatus(status: number, words: string, headers: Headers | null, context: FailureContext): Failure {
  const said = short(words, context);
  if (status === 401 || status === 403) {
    return failure(
      "unauthorized",
      `The provider refused the key (${context.host} answered ${status}).`,
      `Check the key in the settings or in ${context.keyVariable}, and that it may use the model ${context.model}.`,
      "never",
      context,
    );
  }
  if (status === 413 || (status < 500 && contextWords.test(words))) return tooLong(context);
  if (noToolsWords.test(words)) return noTools(said, context);
  if (status === 404) {
    return modelWords.test(words)
      ? failure(
          "unknown_model",
          `${context.host} does not know the model ${context.model}: ${said}`,
          "Choose another model in the settings.",
          "never",
          context,
        )
      : failure(
          "provider_error",
          `${context.host} has nothing at this address (404).`,
          "Check the base URL; it usually ends in /v1.",
          "never",
          context,
        );
  }
  if (status === 429) return rateLimited(words, retryAfter(headers), context);
  if (status === 408) return timedOut(context, `${context.host} gave up waiting (408).`);
  if (status >= 500) {
    const retryAfterMs = retryAfter(headers);
    return {
      ...failure(
        "provider_error",
        `${context.host} has a problem of its own (${status}): ${said}`,
        "Usually it passes. Try again, or choose another provider.",
        "always",
        context,
      ),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    };
  }
  return failure(
    "provider_error",
    `${context.host} rejected the request (${status}): ${said}`,
    "The message says what it does not accept; often it is the model or a tool.",
    "never",
    context,
  );
}

/** An error reported inside a stream that had begun with status 200. */
function byWords(words: string, context: FailureContext): Failure {
  if (contextWords.test(words)) return tooLong(context);
  const status = /(?:^|: )([45]\d\d)(?=: |$)/.exec(words)?.[1];
  if (status !== undefined) return byStatus(Number(status), words, null, context);
  if (noToolsWords.test(words)) return noTools(short(words, context), context);
  if (/rate.?limit|too.many.requests/i.test(words) || quotaWords.test(words)) return rateLimited(words, undefined, context);
  if (/authentication|permission|invalid_api_key/i.test(words)) return byStatus(401, words, null, context);
  if (/not_found|model_not_found/i.test(words)) return byStatus(404, words, null, context);
  const passing = passingWords.test(words) && !/invalid_(?:request|prompt|image)|content_policy|bad_request/i.test(words);
  return failure(
    "provider_error",
    `${context.host} reported an error: ${short(words, context)}`,
    passing ? "Usually it passes. Try again." : "The message says what is wrong; the same request would fail again.",
    passing ? "always" : "never",
    context,
  );
}

function byCause(code: string, context: FailureContext): Failure | null {
  if (code === "ENOTFOUND")
    return failure(
      "provider_unreachable",
      `There is no host named ${context.host.replace(/:\d+$/, "")}.`,
      "Check the base URL and the network.",
      "once",
      context,
    );
  if (unreachableCodes.has(code))
    return failure(
      "provider_unreachable",
      `Nothing answers at ${context.host} (${code}).`,
      "Is the server running, and is the base URL right?",
      "always",
      context,
    );
  if (timeoutCodes.has(code)) return timedOut(context, `${context.host} did not answer in time (${code}).`);
  if (cutCodes.has(code)) return cut(context);
  if (/CERT|TLS|SSL|SELF_SIGNED|EPROTO|UNABLE_TO_VERIFY/.test(code)) {
    return failure(
      "provider_unreachable",
      `The secure connection to ${context.host} could not be made (${code}).`,
      "Check the certificate of the server, or http against https in the base URL.",
      "never",
      context,
    );
  }
  return null;
}

/** The person saw nothing for this long, so the request was ended. */
export function idleTimeout(context: FailureContext, idleMs: number): Failure {
  return timedOut(context, `${context.host} sent nothing for ${idleMs >= 1000 ? `${Math.round(idleMs / 1000)} s` : `${idleMs} ms`}.`);
}

function timedOut(context: FailureContext, message: string): Failure {
  return failure(
    "provider_timeout",
    message,
    "A busy or slow server may need more time: raise idleTimeoutMs in the settings.",
    "once",
    context,
  );
}

function cut(context: FailureContext): Failure {
  return failure(
    "stream_cut",
    `The connection to ${context.host} was closed before the answer was complete.`,
    "What had arrived is kept. Send \u201cgo on\u201d to continue.",
    "always",
    context,
  );
}

function malformed(thrown: Error, context: FailureContext): Failure {
  return failure(
    "malformed_stream",
    `${context.host} sent something that is no valid event stream: ${short(thrown.message, context)}`,
    "Check that the base URL and the kind of provider fit the server.",
    "never",
    context,
  );
}

function noTools(said: string, context: FailureContext): Failure {
  return failure(
    "provider_error",
    `${context.model} at ${context.host} cannot call tools, and Spindle works with tools only: ${said}`,
    "Choose a model with tool support in the settings. Some servers also need an option for it when they start; then the message names it.",
    "never",
    context,
  );
}

function tooLong(context: FailureContext): Failure {
  return failure(
    "context_too_long",
    `The conversation is longer than ${context.model} can take.`,
    "Start a new conversation, or choose a model with a larger context.",
    "never",
    context,
  );
}

function rateLimited(words: string, retryAfterMs: number | undefined, context: FailureContext): Failure {
  if (quotaWords.test(words))
    return failure(
      "rate_limited",
      `The account at ${context.host} has no quota left.`,
      "Check plan and billing at the provider.",
      "never",
      context,
    );
  const wait = retryAfterMs === undefined ? "" : ` It asks to wait ${Math.ceil(retryAfterMs / 1000)} s.`;
  return {
    ...failure(
      "rate_limited",
      `${context.host} limits the rate of requests.${wait}`,
      "Wait a moment and send again, or use another model.",
      "always",
      context,
    ),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

function failure(code: ErrorCode, message: string, hint: string, retry: Failure["retry"], context: FailureContext): Failure {
  const clean = context.redact(message).trim();
  return { error: { code, message: /[.!?…]$/.test(clean) ? clean : `${clean}.`, hint }, retry };
}

function short(words: string, context: FailureContext): string {
  const clean = context.redact(words).replace(/\s+/g, " ").trim();
  return clean.length > 300 ? `${clean.slice(0, 300)}…` : clean === "" ? "no reason given" : clean;
}

function statusOf(thrown: unknown): number | undefined {
  const status = fields(thrown)["status"];
  return typeof status === "number" ? status : undefined;
}

function headersOf(thrown: unknown): Headers | null {
  const headers = fields(thrown)["headers"];
  return headers instanceof Headers ? headers : null;
}

/** `retry-after-ms`, or `retry-after` in seconds or as a date, in ms. */
function retryAfter(headers: Headers | null): number | undefined {
  const ms = Number.parseFloat(headers?.get("retry-after-ms") ?? "");
  if (ms >= 0) return ms;
  const value = headers?.get("retry-after") ?? "";
  const seconds = Number(value);
  if (value !== "" && seconds >= 0) return seconds * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}

/** Everything the error says about itself: types and codes of the body, its message. */
function wordsOf(thrown: unknown): string {
  const { error, type, code, message } = fields(thrown);
  const inner = fields(fields(error)["error"] ?? error);
  const parts = [type, code, inner["type"], inner["code"], inner["message"] ?? message ?? (isFields(thrown) ? "" : String(thrown))];
  return [...new Set(parts.map(wordOf).filter((part) => part !== ""))].join(": ");
}

function wordOf(value: unknown): string {
  return typeof value === "number" ? String(value) : (text(value) ?? "");
}

/** Errors of the client libraries that carry a body from within a stream, and our own. */
function isServerError(thrown: unknown): boolean {
  return thrown instanceof StreamError || isFields(fields(thrown)["error"]);
}

/** The innermost reason: libraries wrap it in words like “Connection error”. */
function rootMessage(thrown: unknown): string | undefined {
  let at: unknown = thrown;
  while (at instanceof Error && at.cause instanceof Error) at = at.cause;
  return at instanceof Error && at !== thrown ? at.message : undefined;
}

function causeCode(thrown: unknown): string | undefined {
  let at: unknown = thrown;
  for (let depth = 0; depth < 6 && at instanceof Error; depth++) {
    const code = "code" in at && typeof at.code === "string" ? at.code : undefined;
    if (code !== undefined && /^[A-Z][A-Z0-9_]+$/.test(code)) return code;
    if (at instanceof AggregateError && at.errors.length > 0) at = at.errors[0];
    else at = at.cause;
  }
  return undefined;
}
