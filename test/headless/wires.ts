import { messages, startAnthropicServer } from "../support/model-servers/anthropic.ts";
import { chats, startChatServer } from "../support/model-servers/chat.ts";
import type { ModelServer, ServerStep, StepSource, WireEvent } from "../support/model-servers/model-server.ts";
import { responds, startResponsesServer } from "../support/model-servers/responses.ts";

export interface WireCall {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

type Body = Record<string, unknown> | null;

/** One wire format seen from a test: how a model answers in it, and what a request in it says. */
export interface Wire {
  readonly provider: "openai-responses" | "openai-compatible" | "anthropic";
  readonly keyVariable: string;
  start(steps: readonly StepSource[]): Promise<ModelServer>;
  /** An answer that says something and makes calls. */
  answer(text: string, calls?: readonly WireCall[]): ServerStep;
  /** A line of the stream that is no JSON. */
  readonly malformed: WireEvent;
  /** Text of the first content of the user in a request. */
  firstUserText(body: Body): unknown;
  /** How a request offers the tool `script`. */
  scriptTool(body: Body): unknown;
  /** How `script` has to be offered on this wire. */
  readonly scriptOffer: unknown;
  /** Results of calls in a request, in order. */
  results(body: Body): readonly unknown[];
}

export const wires: readonly Wire[] = [
  {
    provider: "openai-responses",
    keyVariable: "OPENAI_API_KEY",
    start: startResponsesServer,
    answer: (text, calls = []) =>
      responds(
        { type: "text", text },
        ...calls.map(({ name, input }) =>
          name === "script"
            ? { type: "custom" as const, name, input: String(input["code"]) }
            : { type: "function" as const, name, arguments: input },
        ),
      ),
    malformed: { event: "response.output_text.delta", data: '{"type": "response.output_text.delta", "delta": ' },
    firstUserText: (body) => at(find(body?.["input"], "role", "user"), "content", 0, "text"),
    scriptTool: (body) => find(body?.["tools"], "name", "script"),
    scriptOffer: { type: "custom", name: "script" },
    results: (body) =>
      list(body?.["input"])
        .filter((item) => String(at(item, "type")).endsWith("_call_output"))
        .map((item) => at(item, "output")),
  },
  {
    provider: "openai-compatible",
    keyVariable: "OPENAI_COMPATIBLE_API_KEY",
    start: (steps) => startChatServer(steps),
    answer: (text, calls = []) => chats({ text, calls: calls.map(({ name, input }) => ({ name, arguments: input })) }),
    malformed: { event: null, data: '{"choices": [{"delta": ' },
    firstUserText(body) {
      const content = at(find(body?.["messages"], "role", "user"), "content");
      return typeof content === "string" ? content : at(content, 0, "text");
    },
    scriptTool: (body) => list(body?.["tools"]).find((tool) => at(tool, "function", "name") === "script"),
    scriptOffer: {
      type: "function",
      function: { name: "script", parameters: { type: "object", properties: { code: { type: "string" } }, required: ["code"] } },
    },
    results: (body) =>
      list(body?.["messages"])
        .filter((item) => at(item, "role") === "tool")
        .map((item) => at(item, "content")),
  },
  {
    provider: "anthropic",
    keyVariable: "ANTHROPIC_API_KEY",
    start: startAnthropicServer,
    answer: (text, calls = []) => messages({ type: "text", text }, ...calls.map((call) => ({ type: "tool_use" as const, ...call }))),
    malformed: { event: "content_block_delta", data: '{"type": "content_block_delta", ' },
    firstUserText: (body) => at(body, "messages", 0, "content", 0, "text"),
    scriptTool: (body) => find(body?.["tools"], "name", "script"),
    scriptOffer: { name: "script", input_schema: { type: "object", properties: { code: { type: "string" } }, required: ["code"] } },
    results: (body) =>
      list(body?.["messages"])
        .flatMap((item) => list(at(item, "content")))
        .filter((block) => at(block, "type") === "tool_result")
        .map((block) => at(block, "content")),
  },
];

/** Goes down into a value of unknown shape; undefined where the way ends. */
function at(value: unknown, ...way: readonly (string | number)[]): unknown {
  let here = value;
  for (const step of way) {
    if (typeof here !== "object" || here === null) return undefined;
    here = (here as Record<string | number, unknown>)[step];
  }
  return here;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function find(value: unknown, field: string, wanted: string): unknown {
  return list(value).find((item) => at(item, field) === wanted);
}
