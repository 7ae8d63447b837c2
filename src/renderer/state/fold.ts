import { countedLines } from "../../protocol/review.ts";
import { hiddenCharacters } from "../../grammar/hidden-text.ts";
import { assertNever } from "../../protocol/error.ts";
import { ephemeralTypes, type EventOf, type SpindleEvent } from "../../protocol/event.ts";
import type { CallId } from "../../protocol/ids.ts";
import { callOutcome, scriptResult, startedCall, type ScriptOutcomeView } from "./fold-call.ts";
import { Draft } from "./fold-draft.ts";
import type { CallView, ConversationView, ScriptStep, TextStep } from "./conversation-view.ts";
import { scriptTitle } from "./call-subject.ts";

/**
 * Folds a batch of events into a view: pure, the input view is never changed. Logged events that the view already has
 * (seq not above `lastSeq`) are skipped, so a page and the pushes around it may overlap. One batch per animation frame
 * costs one copy of what it touches.
 */
export function fold(view: ConversationView, events: readonly SpindleEvent[]): ConversationView {
  const draft = new Draft(view);
  for (const event of events) {
    if (!isNews(event, draft.lastSeq)) continue;
    draft.conversationId = event.conversationId;
    if (!ephemeralTypes.has(event.type)) draft.lastSeq = event.seq;
    apply(draft, event);
  }
  return draft.finish();
}

/** Whether a view that has everything up to `lastSeq` lacks this event. Ephemeral events carry the seq of the last logged one. */
export function isNews(event: SpindleEvent, lastSeq: number): boolean {
  return ephemeralTypes.has(event.type) ? event.seq >= lastSeq : event.seq > lastSeq;
}

function apply(draft: Draft, event: SpindleEvent): void {
  switch (event.type) {
    case "conversation_started":
    case "task_progress":
    case "script_finished":
      return;
    case "conversation_renamed":
      draft.title = event.title;
      return;
    case "user_message":
      draft.push({
        kind: "user",
        key: `u${event.seq}`,
        seq: event.seq,
        turnId: event.turnId,
        time: event.time,
        text: event.text,
        hidden: hiddenCharacters(event.text),
        attachments: event.attachments,
        source: event.source,
        original: !draft.some((step) => step.kind === "user"),
      });
      return draft.turn(event.turnId, event.time, {});
    case "turn_started":
      draft.endOtherTurns(event.turnId, event.time);
      return draft.turn(event.turnId, event.time, { provider: event.provider, model: event.model, approval: event.approval });
    case "request_started":
      draft.settleRetry();
      draft.cutWriting(event.turnId, event.time);
      draft.takeMessages(event.seq);
      return draft.turn(event.turnId, event.time, { requests: event.requestNumber, waiting: true });
    case "request_finished":
      draft.lastUsage = event.usage;
      return;
    case "assistant_delta":
      return delta(draft, event, "text");
    case "reasoning_delta":
      return delta(draft, event, "reasoning");
    case "assistant_text":
      return wholeText(draft, event, "text");
    case "assistant_reasoning":
      return wholeText(draft, event, "reasoning");
    case "call_delta":
      return callDelta(draft, event);
    case "tool_started":
      return toolStarted(draft, event);
    case "tool_output":
      draft.call(event.callId, (call) => ({ ...call, outputBytes: call.outputBytes + event.text.length }));
      return;
    case "tool_finished":
      return toolFinished(draft, event);
    case "script_log":
      draft.script(event.callId, (step) => ({ ...step, logCount: step.logCount + 1, lastLog: event.text }));
      return;
    case "patch_applied": {
      const whole = {
        added: event.files.reduce((sum, file) => sum + file.added, 0),
        removed: event.files.reduce((sum, file) => sum + file.removed, 0),
      };
      const { added, removed } = countedLines(whole, event.takenBack !== undefined);
      draft.patch({
        kind: "patch",
        key: `p${event.seq}`,
        turnId: event.turnId,
        time: event.time,
        callId: event.callId,
        line: event.scriptLine ?? null,
        files: event.files,
        added,
        removed,
        undone: false,
        takenBack: event.takenBack ?? null,
      });
      return;
    }
    case "hunks_marked": {
      const marks = new Set(draft.accepted);
      for (const mark of event.hunks) {
        if (event.accepted) marks.add(mark);
        else marks.delete(mark);
      }
      draft.accepted = marks;
      return;
    }
    case "files_changed_by_command":
      return changedByCommand(draft, event);
    case "patch_reverted":
      draft.revert(new Set(event.callIds), event.kind === "undo");
      draft.push({
        kind: "revert",
        key: `v${event.seq}`,
        turnId: null,
        time: event.time,
        redo: event.kind === "redo",
        scope: event.scope,
        files: event.files,
      });
      return;
    case "approval_requested":
      draft.ask({ turnId: event.turnId, request: event.request, askedAt: event.time });
      draft.call(event.request.callId, (call) => ({ ...call, status: "asking" }));
      return;
    case "approval_answered":
      draft.answered(event.approvalId);
      draft.call(event.callId, (call) => (call.status === "asking" ? { ...call, status: "running" } : call));
      return;
    case "provider_retry":
      draft.settleRetry();
      draft.push({
        kind: "retry",
        key: `r${event.seq}`,
        turnId: event.turnId,
        time: event.time,
        attempt: event.attempt,
        maxRetries: event.maxRetries,
        until: event.time + event.delayMs,
        error: event.error,
        pending: true,
      });
      return;
    case "notice":
      draft.push({
        kind: "notice",
        key: `n${event.seq}`,
        turnId: null,
        time: event.time,
        level: event.level,
        code: event.code,
        message: event.message,
      });
      return;
    case "task_created": {
      const { task } = event;
      draft.push({
        kind: "task",
        key: `k${event.seq}`,
        turnId: null,
        time: event.time,
        taskId: task.taskId,
        callId: task.callId,
        title: task.title,
        taskKind: task.kind,
        status: task.status,
        startedAt: task.startedAt,
        finishedAt: task.finishedAt,
      });
      if (task.callId !== null) draft.call(task.callId, (call) => ({ ...call, taskId: task.taskId }));
      return;
    }
    case "task_started":
      return draft.task(event.taskId, { status: "running", startedAt: event.at });
    case "task_finished":
      return draft.task(event.task.taskId, {
        status: event.task.status,
        startedAt: event.task.startedAt,
        finishedAt: event.task.finishedAt,
      });
    case "task_late":
      draft.push({
        kind: "notice",
        key: `l${event.seq}`,
        turnId: null,
        time: event.time,
        level: "info",
        code: "task_late",
        message: `The answer to “${event.title}” came after its time limit: use it or discard it.`,
        taskId: event.taskId,
      });
      return;
    case "task_delivered":
      draft.push({
        kind: "delivery",
        key: `d${event.seq}`,
        turnId: null,
        time: event.time,
        taskId: event.taskId,
        title: event.title,
        status: event.status,
        text: event.text,
      });
      return;
    case "turn_finished":
      return endTurn(draft, event, event.status, null);
    case "turn_failed":
      return endTurn(draft, event, "failed", {
        code: event.code,
        message: event.message,
        ...(event.hint === undefined ? {} : { hint: event.hint }),
      });
    default:
      return assertNever(event);
  }
}

function delta(draft: Draft, event: EventOf<"assistant_delta" | "reasoning_delta">, kind: TextStep["kind"]): void {
  draft.turn(event.turnId, event.time, { waiting: false });
  const key = textKey(kind, event.messageId);
  const found = draft.update(key, (step) => (step.kind === kind ? { ...step, text: step.text + event.text, streaming: true } : step));
  if (!found)
    draft.push({ kind, key, turnId: event.turnId, time: event.time, messageId: event.messageId, text: event.text, streaming: true });
}

function wholeText(draft: Draft, event: EventOf<"assistant_text" | "assistant_reasoning">, kind: TextStep["kind"]): void {
  draft.turn(event.turnId, event.time, { waiting: false });
  const key = textKey(kind, event.messageId);
  const found = draft.update(key, (step) => (step.kind === kind ? { ...step, text: event.text, streaming: false } : step));
  if (!found && event.text.trim() !== "")
    draft.push({ kind, key, turnId: event.turnId, time: event.time, messageId: event.messageId, text: event.text, streaming: false });
}

function textKey(kind: TextStep["kind"], messageId: string): string {
  return `${kind === "text" ? "m" : "i"}:${messageId}`;
}

function callDelta(draft: Draft, event: EventOf<"call_delta">): void {
  draft.turn(event.turnId, event.time, { waiting: false });
  if (event.name === "script") {
    const found = draft.script(event.callId, (step) => {
      const code = step.code + event.text;
      return { ...step, code, title: scriptTitle(code) };
    });
    if (!found) draft.push(newScript(event, event.text, "writing"));
    return;
  }
  const found = draft.call(event.callId, (call) => ({ ...call, outputBytes: call.outputBytes + event.text.length }));
  if (!found)
    draft.push({
      kind: "call",
      key: callKey(event.callId),
      turnId: event.turnId,
      time: event.time,
      call: { ...startedCall(event, event.name, null), status: "writing", outputBytes: event.text.length },
    });
}

function newScript(
  event: { readonly callId: CallId; readonly turnId: string; readonly time: number },
  code: string,
  status: "writing" | "running",
): ScriptStep {
  return {
    kind: "script",
    key: callKey(event.callId),
    turnId: event.turnId,
    time: event.time,
    callId: event.callId,
    code,
    title: scriptTitle(code),
    status,
    startedAt: event.time,
    finishedAt: null,
    durationMs: null,
    calls: [],
    parallel: 0,
    logCount: 0,
    lastLog: "",
    summary: "",
    value: null,
    text: "",
    cpuMs: null,
    warnings: [],
    error: null,
  };
}

function toolStarted(draft: Draft, event: EventOf<"tool_started">): void {
  draft.turn(event.turnId, event.time, { waiting: false });
  const call: CallView = { ...startedCall(event, event.name, event.input), line: event.scriptLine ?? null };
  if (event.parentCallId !== undefined && draft.addCall(event.parentCallId, call)) return;
  if (event.name === "script" && event.parentCallId === undefined) {
    const code = scriptCode(event);
    const found = draft.script(event.callId, (step) => ({
      ...step,
      code: code || step.code,
      title: scriptTitle(code || step.code),
      status: "running",
      startedAt: event.time,
    }));
    if (!found) draft.push(newScript(event, code, "running"));
    return;
  }
  const found = draft.call(event.callId, () => call);
  if (!found) draft.push({ kind: "call", key: callKey(event.callId), turnId: event.turnId, time: event.time, call });
}

function scriptCode(event: EventOf<"tool_started">): string {
  if (typeof event.input === "string") return event.input;
  if (typeof event.input === "object" && event.input !== null && "code" in event.input && typeof event.input.code === "string")
    return event.input.code;
  return "";
}

function toolFinished(draft: Draft, event: EventOf<"tool_finished">): void {
  const outcome = callOutcome(event);
  const isScript = draft.script(event.callId, (step) => finishScript(step, event, outcome));
  if (!isScript) draft.call(event.callId, (call) => ({ ...call, ...outcome.call }));
}

function finishScript(step: ScriptStep, event: EventOf<"tool_finished">, outcome: ScriptOutcomeView): ScriptStep {
  return {
    ...step,
    status: outcome.call.status === "cancelled" ? "cancelled" : event.ok ? "done" : "failed",
    finishedAt: event.time,
    durationMs: event.durationMs,
    summary: event.summary,
    text: event.text,
    ...scriptResult(event.result),
    error: outcome.failure,
  };
}

function changedByCommand(draft: Draft, event: EventOf<"files_changed_by_command">): void {
  draft.changedByCommand({ turnId: event.turnId, callIds: event.callIds, files: event.files });
  for (const callId of event.callIds) {
    draft.call(callId, (call) => ({
      ...call,
      changed: {
        // A command that runs on is told of several times.
        files: [...(call.changed?.files ?? []), ...event.files],
        fileCount: (call.changed?.fileCount ?? 0) + event.fileCount,
        amongOthers: (call.changed?.amongOthers ?? false) || event.shared || event.callIds.length > 1,
        complete: (call.changed?.complete ?? true) && event.complete,
      },
    }));
  }
}

function callKey(callId: CallId): string {
  return `c:${callId}`;
}

function endTurn(
  draft: Draft,
  event: EventOf<"turn_finished" | "turn_failed">,
  status: "completed" | "interrupted" | "failed",
  error: { code: string; message: string; hint?: string } | null,
): void {
  draft.settleRetry();
  draft.closeOpen(event.turnId, event.time);
  draft.turn(event.turnId, event.time, { status, waiting: false, durationMs: event.durationMs, usage: event.usage });
  draft.push({
    kind: "end",
    key: `e${event.seq}`,
    turnId: event.turnId,
    time: event.time,
    reason: event.type === "turn_finished" ? (event.reason ?? null) : null,
    status,
    durationMs: event.durationMs,
    usage: event.usage,
    error,
  });
}
