import type { ErrorData } from "../../protocol/error.ts";
import { assertNever } from "../../protocol/error.ts";
import type { EventBody, Usage } from "../../protocol/event.ts";
import type { TurnId } from "../../protocol/ids.ts";
import type { ModelRequest, Provider } from "../providers/provider.ts";

/** A call the model asked for, complete. */
export interface RequestedCall {
  readonly callId: string;
  readonly wireCallId: string;
  readonly name: string;
  readonly format: "custom" | "function";
  readonly input: string;
}

export interface RequestOutcome {
  readonly calls: readonly RequestedCall[];
  readonly usage: Usage;
  /** Set when the request failed; then `calls` must not be run: the response may be incomplete. */
  readonly error: ErrorData | null;
  /** The model stopped because its output limit was reached. */
  readonly cut: boolean;
}

/**
 * Sends one model request and turns its stream into events. Never throws for what the provider does. Text that came
 * before a failure is kept as an `assistant_text`, so that nothing a person has read disappears.
 */
export async function runRequest(options: {
  readonly provider: Provider;
  readonly request: ModelRequest;
  readonly turnId: TurnId;
  readonly nextCallId: () => string;
  readonly emit: (event: EventBody) => void;
  readonly signal: AbortSignal;
}): Promise<RequestOutcome> {
  const { provider, request, turnId, emit, signal } = options;
  const callIds = new Map<string, string>();
  const callIdOf = (wireCallId: string): string => {
    const known = callIds.get(wireCallId);
    if (known !== undefined) return known;
    const made = options.nextCallId();
    callIds.set(wireCallId, made);
    return made;
  };
  const calls: RequestedCall[] = [];
  /** Text that streamed but was not closed by a `text` event yet. */
  const partial = new Map<string, string>();
  let usage: Usage = { inputTokens: 0, outputTokens: 0 };
  let error: ErrorData | null = null;
  let cut = false;
  for await (const event of provider.stream(request, signal)) {
    switch (event.type) {
      case "text_delta":
        partial.set(event.messageId, (partial.get(event.messageId) ?? "") + event.text);
        emit({ type: "assistant_delta", turnId, messageId: event.messageId, text: event.text });
        break;
      case "text":
        partial.delete(event.messageId);
        if (event.text !== "") emit({ type: "assistant_text", turnId, messageId: event.messageId, text: event.text });
        break;
      case "reasoning_delta":
        emit({ type: "reasoning_delta", turnId, messageId: event.messageId, text: event.text });
        break;
      case "reasoning":
        emit({
          type: "assistant_reasoning",
          turnId,
          messageId: event.messageId,
          text: event.text,
          ...(event.replay === undefined ? {} : { replay: event.replay }),
        });
        break;
      case "call_delta":
        emit({ type: "call_delta", turnId, callId: callIdOf(event.wireCallId), name: event.name, text: event.text });
        break;
      case "call": {
        // Some servers give two calls the same id: the second one gets its own, also on the wire of the next request.
        const repeated = calls.some((call) => call.wireCallId === event.wireCallId);
        const wireCallId = repeated ? `${event.wireCallId}_${calls.length + 1}` : event.wireCallId;
        calls.push({ callId: callIdOf(wireCallId), wireCallId, name: event.name, format: event.format, input: event.input });
        break;
      }
      case "retry":
        emit({
          type: "provider_retry",
          turnId,
          attempt: event.attempt,
          maxRetries: event.maxRetries,
          delayMs: event.delayMs,
          error: event.error,
        });
        break;
      case "finished":
        usage = event.usage;
        cut = event.stopReason === "length";
        break;
      case "failed":
        usage = event.usage;
        error = event.error;
        break;
      default:
        assertNever(event);
    }
  }
  for (const [messageId, text] of partial) emit({ type: "assistant_text", turnId, messageId, text });
  return { calls, usage, error, cut };
}
