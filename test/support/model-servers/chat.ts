import { startModelServer, type ModelServer, type ServerStep, type StepSource, type WireEvent } from "./model-server.ts";

interface ChatCall {
  readonly name: string;
  readonly arguments: unknown;
  readonly id?: string;
}

export interface ChatAnswer {
  readonly text?: string;
  readonly reasoning?: string;
  readonly calls?: readonly ChatCall[];
  /** Null: the server reports none. */
  readonly usage?: { readonly prompt_tokens: number; readonly completion_tokens: number } | null;
  readonly finish?: string | null;
  /** False: no `[DONE]` at the end. */
  readonly done?: boolean;
}

let made = 0;

/** A server that speaks chat completions. */
export function startChatServer(steps: readonly StepSource[], models: readonly string[] = ["test-model"]): Promise<ModelServer> {
  return startModelServer(steps, models);
}

/** A step that streams an answer as the official API does. */
export function chats(answer: ChatAnswer): ServerStep {
  return { type: "events", events: chatEvents(answer) };
}

/** Chunks of one answer; calls come in pieces by index. */
export function chatEvents(answer: ChatAnswer): WireEvent[] {
  const deltas: Record<string, unknown>[] = [{ role: "assistant", content: "" }];
  for (const piece of pieces(answer.reasoning ?? "")) deltas.push({ reasoning_content: piece });
  for (const piece of pieces(answer.text ?? "")) deltas.push({ content: piece });
  (answer.calls ?? []).forEach((call, index) => {
    deltas.push({
      tool_calls: [{ index, id: call.id ?? `call_${++made}`, type: "function", function: { name: call.name, arguments: "" } }],
    });
    for (const piece of pieces(JSON.stringify(call.arguments))) deltas.push({ tool_calls: [{ index, function: { arguments: piece } }] });
  });
  const finish = answer.finish === undefined ? ((answer.calls ?? []).length > 0 ? "tool_calls" : "stop") : answer.finish;
  const usage =
    answer.usage === undefined ? { prompt_tokens: 80, completion_tokens: 12, prompt_tokens_details: { cached_tokens: 16 } } : answer.usage;
  return [
    ...chunks(deltas.map((delta) => ({ index: 0, delta, finish_reason: null }))),
    ...(finish === null ? [] : chunks([{ index: 0, delta: {}, finish_reason: finish }])),
    ...(usage === null ? [] : [{ event: null, data: { id: "c", object: "chat.completion.chunk", choices: [], usage } }]),
    ...(answer.done === false ? [] : [{ event: null, data: "[DONE]" }]),
  ];
}

/** Choices as chunks, for tests that write their own deltas. */
export function chunks(choices: readonly unknown[]): WireEvent[] {
  return choices.map((choice) => ({
    event: null,
    data: { id: "c", object: "chat.completion.chunk", created: 1, model: "test-model", choices: [choice] },
  }));
}

function pieces(text: string): string[] {
  return text.match(/[\s\S]{1,7}/gu) ?? [];
}
