import { startModelServer, type ModelServer, type ServerStep, type StepSource, type WireEvent } from "./model-server.ts";

/** One item of a response. `input` of a script is its code. */
export type ResponseItem =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "reasoning"; readonly summary: string; readonly encrypted?: string }
  | { readonly type: "custom"; readonly name: string; readonly input: string; readonly callId?: string }
  | { readonly type: "function"; readonly name: string; readonly arguments: unknown; readonly callId?: string };

let made = 0;

/** A server that speaks the Responses API. */
export function startResponsesServer(steps: readonly StepSource[]): Promise<ModelServer> {
  return startModelServer(steps, ["test-model"]);
}

/** A step that streams these items as the official API does, events and all. */
export function responds(...items: readonly ResponseItem[]): ServerStep {
  return { type: "events", events: responseEvents(items) };
}

/** The events of a whole response, `response.created` to `response.completed`. */
export function responseEvents(
  items: readonly ResponseItem[],
  usage: unknown = {
    input_tokens: 100,
    input_tokens_details: { cached_tokens: 60 },
    output_tokens: 20,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: 120,
  },
): WireEvent[] {
  const events: Record<string, unknown>[] = [];
  const output: Record<string, unknown>[] = [];
  const response = { id: `resp_${++made}`, object: "response", status: "in_progress", output: [] as unknown[] };
  events.push({ type: "response.created", response }, { type: "response.in_progress", response });
  items.forEach((item, output_index) => {
    const id = `item_${++made}`;
    const at = { item_id: id, output_index };
    const whole = wireItem(item, id);
    output.push(whole);
    events.push({ type: "response.output_item.added", output_index, item: empty(whole) });
    switch (item.type) {
      case "text":
        events.push({ type: "response.content_part.added", ...at, content_index: 0, part: { type: "output_text", text: "" } });
        for (const delta of pieces(item.text)) events.push({ type: "response.output_text.delta", ...at, content_index: 0, delta });
        events.push({ type: "response.output_text.done", ...at, content_index: 0, text: item.text });
        break;
      case "reasoning":
        for (const delta of pieces(item.summary))
          events.push({ type: "response.reasoning_summary_text.delta", ...at, summary_index: 0, delta });
        break;
      case "custom":
        for (const delta of pieces(item.input)) events.push({ type: "response.custom_tool_call_input.delta", ...at, delta });
        events.push({ type: "response.custom_tool_call_input.done", ...at, input: item.input });
        break;
      case "function":
        for (const delta of pieces(JSON.stringify(item.arguments)))
          events.push({ type: "response.function_call_arguments.delta", ...at, delta });
        events.push({ type: "response.function_call_arguments.done", ...at, arguments: JSON.stringify(item.arguments) });
        break;
    }
    events.push({ type: "response.output_item.done", output_index, item: whole });
  });
  events.push({ type: "response.completed", response: { ...response, status: "completed", output, usage } });
  return events.map((event, sequence_number) => ({ event: String(event["type"]), data: { ...event, sequence_number } }));
}

function wireItem(item: ResponseItem, id: string): Record<string, unknown> {
  switch (item.type) {
    case "text":
      return {
        type: "message",
        id,
        role: "assistant",
        status: "completed",
        content: [{ type: "output_text", text: item.text, annotations: [] }],
      };
    case "reasoning":
      return {
        type: "reasoning",
        id,
        summary: [{ type: "summary_text", text: item.summary }],
        ...(item.encrypted === undefined ? {} : { encrypted_content: item.encrypted }),
      };
    case "custom":
      return {
        type: "custom_tool_call",
        id,
        call_id: item.callId ?? `call_${id}`,
        name: item.name,
        input: item.input,
        status: "completed",
      };
    case "function":
      return {
        type: "function_call",
        id,
        call_id: item.callId ?? `call_${id}`,
        name: item.name,
        arguments: JSON.stringify(item.arguments),
        status: "completed",
      };
  }
}

function empty(whole: Record<string, unknown>): Record<string, unknown> {
  return {
    ...whole,
    status: "in_progress",
    ...("content" in whole ? { content: [] } : {}),
    ...("summary" in whole ? { summary: [] } : {}),
    ...("input" in whole ? { input: "" } : {}),
    ...("arguments" in whole ? { arguments: "" } : {}),
  };
}

function pieces(text: string): string[] {
  return text.match(/[\s\S]{1,7}/gu) ?? [];
}
