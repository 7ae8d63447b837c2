import type { EventOf } from "../../protocol/event.ts";
import type { CallId } from "../../protocol/ids.ts";
import type { Json } from "../../protocol/json.ts";
import { asRecord, callSubject } from "./call-subject.ts";
import { type CommandLabel, commandLabel, patchLabel } from "./command-label.ts";
import type { CallStatus, CallView, ScriptFailure, ScriptStep, ScriptWarningView } from "./conversation-view.ts";

/** What a finished call changes in its view, and for a script where it failed. */
export interface ScriptOutcomeView {
  readonly call: Pick<
    CallView,
    "status" | "finishedAt" | "durationMs" | "summary" | "label" | "exitCode" | "error" | "text" | "taskId" | "hiddenRemoved" | "editedCmd"
  >;
  readonly failure: ScriptFailure | null;
}

/** A call that just began. */
export function startedCall(event: { readonly callId: CallId; readonly time: number }, tool: string, input: Json): CallView {
  return {
    callId: event.callId,
    tool,
    input,
    subject: callSubject(tool, input),
    label: null,
    status: "running",
    line: null,
    startedAt: event.time,
    finishedAt: null,
    durationMs: null,
    summary: "",
    exitCode: null,
    error: null,
    text: "",
    outputBytes: 0,
    taskId: null,
    hiddenRemoved: 0,
    editedCmd: null,
    changed: null,
  };
}

/** Reads a `tool_finished` event. A command that ended with another exit code than 0 counts as failed for the eye, though the call itself was fine. */
export function callOutcome(event: EventOf<"tool_finished">): ScriptOutcomeView {
  const result = asRecord(event.result);
  const code = result?.["exitCode"];
  // A command that was moved to the background has no exit code of its own.
  const id = event.name === "spawn" ? result?.["id"] : event.name === "exec" ? result?.["backgroundTask"] : undefined;
  const taskId = typeof id === "string" ? id : null;
  const exitCode = event.name === "exec" && typeof code === "number" && taskId === null ? code : null;
  return {
    call: {
      status: outcomeStatus(event, exitCode, taskId),
      finishedAt: event.time,
      durationMs: event.durationMs,
      summary: event.summary,
      label: labelOf(event, result),
      exitCode,
      error: event.error ?? null,
      text: event.text,
      taskId,
      hiddenRemoved: event.hiddenRemoved ?? 0,
      editedCmd: typeof result?.["editedCmd"] === "string" ? result["editedCmd"] : null,
    },
    failure: event.ok ? null : failureOf(event),
  };
}

function labelOf(event: EventOf<"tool_finished">, result: { readonly [key: string]: Json } | null): CommandLabel | null {
  if (event.name !== "exec") return null;
  const files = result?.["files"];
  if (!Array.isArray(files)) return commandLabel(event.actions);
  return patchLabel(files.flatMap((file: Json) => asRecord(file)?.["path"] ?? []).filter((path) => typeof path === "string"));
}

function outcomeStatus(event: EventOf<"tool_finished">, exitCode: number | null, taskId: string | null): CallStatus {
  const code = event.error?.code ?? event.code;
  if (!event.ok) return code === "cancelled" || code === "interrupted" ? "cancelled" : "failed";
  if (exitCode !== null && exitCode !== 0) return "failed";
  return taskId === null ? "done" : "detached";
}

/** A failed script tells where in its result; a refused one has only the event's error. */
function failureOf(event: EventOf<"tool_finished">): ScriptFailure {
  const error = asRecord(asRecord(event.result)?.["error"]) ?? {};
  const text = (key: string): string | null => (typeof error[key] === "string" ? error[key] : null);
  const number = (key: string): number | null => (typeof error[key] === "number" ? error[key] : null);
  return {
    code: event.error?.code ?? event.code ?? text("code") ?? "internal",
    name: text("name") ?? "",
    message: event.error?.message ?? text("message") ?? event.summary,
    hint: event.error?.hint ?? text("hint"),
    line: number("line"),
    column: number("column"),
    frame: text("frame"),
  };
}

/** Value, warnings and CPU time of a finished script, as the tool `script` writes them. */
export function scriptResult(result: Json): Pick<ScriptStep, "value" | "warnings" | "cpuMs"> {
  const fields = asRecord(result);
  const warnings = fields?.["warnings"];
  const cpuMs = asRecord(fields?.["stats"])?.["cpuMs"];
  return {
    value: fields?.["value"] ?? null,
    warnings: Array.isArray(warnings) ? warnings.flatMap(warningOf) : [],
    cpuMs: typeof cpuMs === "number" ? cpuMs : null,
  };
}

function warningOf(value: Json): readonly ScriptWarningView[] {
  const fields = asRecord(value);
  const message = fields?.["message"];
  const line = fields?.["line"];
  return typeof message === "string" ? [{ message, line: typeof line === "number" ? line : null }] : [];
}
