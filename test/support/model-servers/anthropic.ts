import { startModelServer, type ModelServer, type ServerStep, type StepSource, type WireEvent } from "./model-server.ts";

export type AnthropicBlock =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "thinking"; readonly thinking: string; readonly signature: string }
  | { readonly type: "tool_use"; readonly id?: string; readonly name: string; readonly input: unknown };

let made = 0;

/** A server that speaks the Messages API. Its `baseUrl` ends in /v1, which the provider takes off. */
export function startAnthropicServer(steps: readonly StepSource[]): Promise<ModelServer> {
  return startModelServer(steps);
}

/** A step that streams these blocks as the official API does. */
export function messages(...blocks: readonly AnthropicBlock[]): ServerStep {
  return { type: "events", events: messageEvents(blocks) };
}

/** The events of a whole message, `message_start` to `message_stop`. */
export function messageEvents(
  blocks: readonly AnthropicBlock[],
  stopReason: string = blocks.some((block) => block.type === "tool_use") ? "tool_use" : "end_turn",
): WireEvent[] {
  const events: Record<string, unknown>[] = [
    {
      type: "message_start",
      message: {
        id: `msg_${++made}`,
        type: "message",
        role: "assistant",
        content: [],
        model: "test",
        usage: { input_tokens: 40, cache_read_input_tokens: 50, cache_creation_input_tokens: 10, output_tokens: 1 },
      },
    },
    { type: "ping" },
  ];
  blocks.forEach((block, index) => {
    events.push({ type: "content_block_start", index, content_block: opening(block) });
    for (const delta of deltas(block)) events.push({ type: "content_block_delta", index, delta });
    events.push({ type: "content_block_stop", index });
  });
  events.push(
    { type: "message_delta", delta: { stop_reason: stopReason, stop_sequence: null }, usage: { output_tokens: 33 } },
    { type: "message_stop" },
  );
  return events.map((data) => ({ event: String(data["type"]), data }));
}

function opening(block: AnthropicBlock): unknown {
  switch (block.type) {
    case "text":
      return { type: "text", text: "" };
    case "thinking":
      return { type: "thinking", thinking: "", signature: "" };
    case "tool_use":
      return { type: "tool_use", id: block.id ?? `toolu_${++made}`, name: block.name, input: {} };
  }
}

function deltas(block: AnthropicBlock): unknown[] {
  switch (block.type) {
    case "text":
      return pieces(block.text).map((text) => ({ type: "text_delta", text }));
    case "thinking":
      return [
        ...pieces(block.thinking).map((thinking) => ({ type: "thinking_delta", thinking })),
        { type: "signature_delta", signature: block.signature },
      ];
    case "tool_use":
      return pieces(JSON.stringify(block.input)).map((partial_json) => ({ type: "input_json_delta", partial_json }));
  }
}

function pieces(text: string): string[] {
  return text.match(/[\s\S]{1,7}/gu) ?? [];
}
