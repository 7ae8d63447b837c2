import type { Usage } from "../../src/protocol/event.ts";
import type { ProviderId } from "../../src/protocol/settings.ts";
import type { ModelEvent, ModelRequest, Provider } from "../../src/main/providers/provider.ts";

/** What the provider gives for one request: the events, or a function that makes them from the request. `finished` is added when no last event is given. */
export type ScriptedStep =
  | readonly ModelEvent[]
  | ((request: ModelRequest, signal: AbortSignal) => readonly ModelEvent[] | Promise<readonly ModelEvent[]>);

export interface ScriptedProvider extends Provider {
  /** Every request so far, in order. */
  readonly requests: readonly ModelRequest[];
}

const usage: Usage = { inputTokens: 10, outputTokens: 5 };

/**
 * A provider in this process for tests: request n gets step n; one request too many is answered by `failed`. Aborting
 * ends a stream with `failed`/`cancelled` before the next event.
 */
export function createScriptedProvider(steps: readonly ScriptedStep[], options: { readonly id?: ProviderId } = {}): ScriptedProvider {
  const requests: ModelRequest[] = [];
  return {
    id: options.id ?? "openai-responses",
    label: "Scripted (tests)",
    missing: () => null,
    defaultModel: () => "scripted",
    requests,
    async *stream(request, signal) {
      requests.push(request);
      const step = steps[requests.length - 1];
      if (step === undefined) {
        yield failed("internal", `The test has ${steps.length} steps; this is request ${requests.length}.`);
        return;
      }
      const events = typeof step === "function" ? await step(request, signal) : step;
      for (const event of events) {
        if (signal.aborted) break;
        yield event;
        await Promise.resolve();
      }
      if (signal.aborted) yield failed("cancelled", "The answer was stopped.");
      else if (!isLast(events.at(-1))) yield { type: "finished", usage, stopReason: "completed" };
    },
  };
}

/** A step that says something and ends the turn. */
export function says(text: string, messageId = "m1"): ModelEvent[] {
  return [
    { type: "text_delta", messageId, text },
    { type: "text", messageId, text },
  ];
}

let calls = 0;

/** A call of `script` as a freeform tool. */
export function callsScript(code: string, wireCallId = `wire_${++calls}`): ModelEvent[] {
  return [
    { type: "call_delta", wireCallId, name: "script", text: code },
    { type: "call", wireCallId, name: "script", format: "custom", input: code },
  ];
}

/** A direct call of a tool with JSON input. */
export function callsTool(name: string, input: unknown, wireCallId = `wire_${++calls}`): ModelEvent[] {
  return [{ type: "call", wireCallId, name, format: "function", input: JSON.stringify(input) }];
}

function failed(code: "internal" | "cancelled", message: string): ModelEvent {
  return { type: "failed", error: { code, message }, usage: { inputTokens: 0, outputTokens: 0 } };
}

function isLast(event: ModelEvent | undefined): boolean {
  return event?.type === "finished" || event?.type === "failed";
}
