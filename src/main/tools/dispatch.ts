import type { PatchPart } from "../../protocol/approval.ts";
import type { ErrorData } from "../../protocol/error.ts";
import { SpindleError, toErrorData } from "../../protocol/error.ts";
import type { EventBody } from "../../protocol/event.ts";
import type { CallId } from "../../protocol/ids.ts";
import type { Json } from "../../protocol/json.ts";
import type { SandboxLevel } from "../../protocol/settings.ts";
import { issuesText } from "../lib/issues.ts";
import { shortenJson } from "../lib/shorten-json.ts";
import { withoutHidden } from "../../grammar/hidden-text.ts";
import { modelTokens, truncateForModel } from "../lib/truncate.ts";
import { untilAborted } from "../lib/until-aborted.ts";
import { leaveOut } from "./apply-patch/leave-out.ts";
import type { Effect, Tool, ToolContext, ToolOutcome } from "./tool.ts";

/** A call as it reaches the gate, from a model or from a script. */
export interface GateCall {
  readonly callId: CallId;
  readonly parentCallId?: CallId;
  readonly name: string;
  readonly input: Json;
  readonly wireCallId?: string;
  readonly wireFormat?: "custom" | "function";
  readonly scriptLine?: number;
}

export type GateOutcome =
  | { readonly ok: true; readonly result: Json; readonly text: string }
  | { readonly ok: false; readonly error: ErrorData; readonly text: string };

/** How a call may run. */
export interface Clearance {
  readonly sandboxLevel: SandboxLevel;
  /** A person said yes; absent when nobody was asked, or a rule answered. */
  readonly approved?: true;
  /** The command the person put in place of the call's own. */
  readonly cmd?: string;
  /** Parts of the call's patch that the person left out. */
  readonly leaveOut?: readonly PatchPart[];
}

export interface GateDeps {
  readonly tools: ReadonlyMap<string, Tool>;
  /** Asks policy and person. Rejects with `denied` (or `cancelled`). */
  authorize(call: GateCall, effect: Effect, ctx: ToolContext): Promise<Clearance>;
  /** The sandbox level for what the person wrote instead. Throws `denied` where not even they may (plan mode, a rule). */
  authorizeWritten(effect: Effect, ctx: ToolContext): SandboxLevel;
  now(): number;
}

/**
 * THE gate: every tool call passes here, the same lines for a model's and a script's: look up, validate, approve, run,
 * take out what cannot be seen, cap, record. Never throws; each call it is given gets exactly one `tool_started` and one `tool_finished`.
 */
export async function dispatch(call: GateCall, ctx: ToolContext, deps: GateDeps): Promise<GateOutcome> {
  const startedAt = deps.now();
  ctx.emit(startedEvent(call, ctx));
  try {
    ctx.signal.throwIfAborted();
    const tool = lookUp(call.name, deps.tools);
    const input = validate(tool, call.input);
    // Reading a command line may wait for others and take long; who stops the call does not wait for that.
    const effect = await untilAborted(Promise.resolve(tool.effect(input, ctx)), ctx.signal);
    const clearance = await deps.authorize(call, effect, ctx);
    ctx.signal.throwIfAborted();
    const outcome = await runCleared(tool, input, clearance, clearedFor(effect, ctx), deps);
    const shown = withoutHidden(outcome.text);
    const text = truncateForModel(shown.text, modelTokens).text;
    const result = outcome.result as Json;
    const ok = outcome.ok ?? true;
    ctx.emit({
      ...finished(call, ctx, deps.now() - startedAt),
      ok,
      ...(outcome.code === undefined ? {} : { code: outcome.code }),
      summary: outcome.summary,
      ...(outcome.actions === undefined ? {} : { actions: outcome.actions }),
      text: logText(call, text),
      ...(shown.removed === 0 ? {} : { hiddenRemoved: shown.removed }),
      ...logResult(call, result),
    });
    return { ok: true, result, text };
  } catch (thrown) {
    const error = ctx.signal.aborted ? cancelled(thrown) : toErrorData(thrown);
    const shown = withoutHidden(errorText(error));
    const text = truncateForModel(shown.text, modelTokens).text;
    ctx.emit({
      ...finished(call, ctx, deps.now() - startedAt),
      ok: false,
      code: error.code,
      error,
      summary: error.message,
      text,
      ...(shown.removed === 0 ? {} : { hiddenRemoved: shown.removed }),
      result: null,
    });
    return { ok: false, error, text };
  }
}

/** What was cleared is a command in a folder: by the time it runs, the same words may lead to another one. */
export function clearedFor(effect: Effect, ctx: ToolContext): ToolContext {
  const folder = effect.kind === "command" || effect.kind === "spawn" ? effect.folder : null;
  return folder === null ? ctx : { ...ctx, clearedFolder: folder };
}

/** Runs the call as it was cleared: as it came, without parts of its patch, or with the person's own command in its place; its result then says so. */
export async function runCleared(
  tool: Tool,
  input: unknown,
  { sandboxLevel, approved, cmd, leaveOut: parts }: Clearance,
  asked: ToolContext,
  deps: Pick<GateDeps, "authorizeWritten">,
): Promise<ToolOutcome<unknown>> {
  const ctx = approved === undefined ? asked : { ...asked, approved };
  if (parts !== undefined) return runRest(tool, input as { readonly patch: string }, parts, { ...ctx, sandboxLevel });
  if (cmd === undefined) return tool.run(input, { ...ctx, sandboxLevel });
  const written = validate(tool, { ...(input as Readonly<Record<string, unknown>>), cmd });
  const level = deps.authorizeWritten(await tool.effect(written, ctx), ctx);
  const outcome = await tool.run(written, { ...ctx, sandboxLevel: level });
  return {
    ...outcome,
    result: { ...(outcome.result as object), editedCmd: cmd },
    text: `The person changed the command to: ${cmd}\n${outcome.text}`,
  };
}

/** Applies what the person left of a patch; the model hears what is missing. */
async function runRest(
  tool: Tool,
  input: { readonly patch: string },
  parts: readonly PatchPart[],
  ctx: ToolContext,
): Promise<ToolOutcome<unknown>> {
  const { patch, leftOut } = leaveOut(input.patch, parts);
  const outcome = await tool.run(validate(tool, { ...input, patch }), ctx);
  const shown = leftOut.slice(0, 20).map((line) => `- ${line}`);
  const more = leftOut.length > shown.length ? [`- ${leftOut.length - shown.length} more`] : [];
  return {
    ...outcome,
    result: { ...(outcome.result as object), leftOut: leftOut.length },
    text: `The person left parts of the patch out; these were not applied:\n${[...shown, ...more].join("\n")}\n${outcome.text}`,
  };
}

function startedEvent(call: GateCall, ctx: ToolContext): EventBody {
  // A script's call is logged with a shortened input: the script's own source is in the log already.
  const input = call.parentCallId === undefined ? call.input : shortenJson(call.input, { string: 400, items: 20, depth: 4 }).value;
  return {
    type: "tool_started",
    turnId: ctx.turnId,
    callId: call.callId,
    name: call.name,
    input,
    ...(call.parentCallId === undefined ? {} : { parentCallId: call.parentCallId }),
    ...(call.wireCallId === undefined ? {} : { wireCallId: call.wireCallId }),
    ...(call.wireFormat === undefined ? {} : { wireFormat: call.wireFormat }),
    ...(call.scriptLine === undefined ? {} : { scriptLine: call.scriptLine }),
  };
}

function finished(call: GateCall, ctx: ToolContext, durationMs: number) {
  const parent = call.parentCallId === undefined ? {} : { parentCallId: call.parentCallId };
  return { type: "tool_finished" as const, turnId: ctx.turnId, callId: call.callId, ...parent, name: call.name, durationMs };
}

function lookUp(name: string, tools: ReadonlyMap<string, Tool>): Tool {
  const tool = tools.get(name);
  if (tool !== undefined) return tool;
  throw new SpindleError("unknown_tool", `There is no tool named ${JSON.stringify(name)}.`, {
    hint: `The tools are ${[...tools.keys()].join(", ")}.`,
  });
}

function validate(tool: Tool, input: unknown): unknown {
  const parsed = tool.input.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new SpindleError("invalid_input", `${tool.name}: ${issuesText(parsed.error)}`, {
    hint: `Call ${tool.name} with the fields its declaration names.`,
  });
}

function cancelled(thrown: unknown): ErrorData {
  const data = toErrorData(thrown);
  return data.code === "cancelled" || data.code === "interrupted" ? data : { code: "cancelled", message: "The call was cancelled." };
}

/** What the model reads of a failed call. */
function errorText(error: ErrorData): string {
  return `Error (${error.code}): ${error.message}${error.hint === undefined ? "" : `\n${error.hint}`}`;
}

/** Calls of a script are read by the script, not from the log: the log keeps what a row and a detail view show. */
function logText(call: GateCall, text: string): string {
  return call.parentCallId === undefined || text.length <= 2_000 ? text : `${text.slice(0, 2_000)}… (${text.length} characters)`;
}

function logResult(call: GateCall, result: Json): { readonly result: Json; readonly resultTruncated?: boolean } {
  const limits = call.parentCallId === undefined ? { string: 20_000, items: 500, depth: 12 } : { string: 1_000, items: 30, depth: 5 };
  const short = shortenJson(result, limits);
  return short.truncated ? { result: short.value, resultTruncated: true } : { result: short.value };
}
