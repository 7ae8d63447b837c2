import type { EventBody, SpindleEvent } from "../../src/protocol/event.ts";

/** A log made by hand: every body gets its place and a time. */
export function logOf(...bodies: readonly EventBody[]): SpindleEvent[] {
  return bodies.map((body, index) => ({ ...body, conversationId: "c_test", seq: index + 1, time: 1_000 + index }));
}

/** Bodies of the events a conversation is made of, with only what a test wants to say about them. */
export const event = {
  user: (text: string, more: Partial<Extract<EventBody, { type: "user_message" }>> = {}): EventBody => ({
    type: "user_message",
    turnId: "t1",
    text,
    attachments: [],
    source: "user",
    ...more,
  }),
  turn: (turnId = "t1", provider: "openai-responses" | "anthropic" = "openai-responses"): EventBody => ({
    type: "turn_started",
    turnId,
    provider,
    model: "m",
    approval: "ask",
    sandbox: "workspace-write",
  }),
  request: (requestNumber = 1, taskIds: readonly string[] = []): EventBody => ({
    type: "request_started",
    turnId: "t1",
    requestNumber,
    taskIds,
  }),
  said: (text: string): EventBody => ({ type: "assistant_text", turnId: "t1", messageId: "m", text }),
  call: (callId: string, more: Partial<Extract<EventBody, { type: "tool_started" }>> = {}): EventBody => ({
    type: "tool_started",
    turnId: "t1",
    callId,
    name: "readFile",
    input: { path: "a" },
    wireCallId: `w_${callId}`,
    wireFormat: "function",
    ...more,
  }),
  result: (callId: string, text: string, more: Partial<Extract<EventBody, { type: "tool_finished" }>> = {}): EventBody => ({
    type: "tool_finished",
    turnId: "t1",
    callId,
    name: "readFile",
    ok: true,
    durationMs: 1,
    summary: "s",
    text,
    result: null,
    ...more,
  }),
  ended: (status: "completed" | "interrupted" = "completed"): EventBody => ({
    type: "turn_finished",
    turnId: "t1",
    status,
    usage: { inputTokens: 0, outputTokens: 0 },
    durationMs: 1,
  }),
  failed: (): EventBody => ({
    type: "turn_failed",
    turnId: "t1",
    code: "stream_cut",
    message: "The answer was cut.",
    usage: { inputTokens: 0, outputTokens: 0 },
    durationMs: 1,
  }),
};
