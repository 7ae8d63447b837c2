import type { EventBody, SpindleEvent } from "../../protocol/event.ts";

/**
 * What a log lacks when its process died in the middle of a turn: answers to open questions, ends of open calls, the end
 * of the turn. Appended when a conversation is opened for writing, so that nothing shows as running that is not.
 */
export function orphanEnds(events: readonly SpindleEvent[]): EventBody[] {
  let turn: { readonly turnId: string; readonly at: number } | null = null;
  const calls = new Map<string, Extract<SpindleEvent, { type: "tool_started" }>>();
  const questions = new Map<string, string>();
  for (const event of events) {
    switch (event.type) {
      case "user_message":
      case "turn_started":
        // A message that came during a turn belongs to it; the first one of a turn comes before its start.
        turn ??= { turnId: event.turnId, at: event.time };
        break;
      case "turn_finished":
      case "turn_failed":
        turn = null;
        break;
      case "tool_started":
        calls.set(event.callId, event);
        break;
      case "tool_finished":
        calls.delete(event.callId);
        break;
      case "approval_requested":
        questions.set(event.request.approvalId, event.request.callId);
        break;
      case "approval_answered":
        questions.delete(event.approvalId);
        break;
      default:
        break;
    }
  }
  const last = events.at(-1)?.time ?? 0;
  const ends: EventBody[] = [];
  for (const [approvalId, callId] of questions)
    ends.push({ type: "approval_answered", approvalId, callId, answer: { decision: "deny" }, by: "stop" });
  // Children first, as they end when nothing goes wrong.
  for (const call of [...calls.values()].reverse()) {
    const message = "Spindle was closed or killed before this call ended; what it did is unknown.";
    ends.push({
      type: "tool_finished",
      turnId: call.turnId,
      callId: call.callId,
      ...(call.parentCallId === undefined ? {} : { parentCallId: call.parentCallId }),
      name: call.name,
      ok: false,
      code: "interrupted",
      error: { code: "interrupted", message },
      durationMs: Math.max(0, last - call.time),
      summary: "interrupted",
      text: `interrupted: ${message}`,
      result: null,
    });
  }
  if (turn !== null) {
    const usage = { inputTokens: 0, outputTokens: 0 };
    ends.push({
      type: "turn_finished",
      turnId: turn.turnId,
      status: "interrupted",
      reason: "killed",
      usage,
      durationMs: Math.max(0, last - turn.at),
    });
  }
  return ends;
}
