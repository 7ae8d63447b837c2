import type { SpindleEvent } from "../../protocol/event.ts";
import type { Json } from "../../protocol/json.ts";
import { type Redactor, redactJson } from "../lib/redact.ts";
import { createPieceRedactor, type PieceRedactor } from "../lib/redact-pieces.ts";

/**
 * Redacts every text of the events of one conversation, in their order. Text that comes in pieces is redacted as the stream it
 * is: a key may begin in one piece and end in another. What waits at the end of a stream is not shown; the event that closes the
 * stream has the whole text.
 */
export function createEventRedactor(redact: Redactor): (event: SpindleEvent) => SpindleEvent {
  const streams = new Map<string, PieceRedactor>();
  return (event) => {
    const key = streamOf(event);
    const raw = JSON.parse(JSON.stringify(event)) as Json;
    if (key === null || !("text" in event)) {
      const over = closedBy(event);
      if (over !== null) for (const stream of streams.keys()) if (`${stream} `.startsWith(over)) streams.delete(stream);
      return redactJson(raw, redact) as unknown as SpindleEvent;
    }
    const stream = streams.get(key) ?? createPieceRedactor(redact);
    streams.set(key, stream);
    const { text, ...rest } = raw as { readonly text: string; readonly [name: string]: Json };
    return { ...(redactJson(rest, redact) as object), text: stream.push(text) } as unknown as SpindleEvent;
  };
}

/** The stream that an event brings a piece of. */
function streamOf(event: SpindleEvent): string | null {
  switch (event.type) {
    case "assistant_delta":
    case "reasoning_delta":
      return `message ${event.messageId}`;
    case "call_delta":
      return `call ${event.callId}`;
    case "tool_output":
      return `call ${event.callId} ${event.stream}`;
    default:
      return null;
  }
}

/** Streams that begin so are over; a trailing blank ends a name. */
function closedBy(event: SpindleEvent): string | null {
  switch (event.type) {
    case "assistant_text":
    case "assistant_reasoning":
      return `message ${event.messageId} `;
    case "tool_started":
    case "tool_finished":
      return `call ${event.callId} `;
    case "turn_finished":
    case "turn_failed":
      return "";
    default:
      return null;
  }
}
