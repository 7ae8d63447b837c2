import type { OpenAI } from "openai";
import type { Json } from "../../protocol/json.ts";
import { isFields } from "./json-read.ts";
import type { ModelMessage, ModelRequest, ModelTool } from "./provider.ts";

type Params = OpenAI.Responses.ResponseCreateParamsStreaming;
type Item = OpenAI.Responses.ResponseInputItem;

/** Which optional parts the server takes. */
export interface ResponsesParts {
  /** Freeform tools as such; otherwise they travel as functions. */
  readonly customTools: boolean;
  /** The model thinks, and its thoughts come back encrypted for the next request. */
  readonly encryptedReasoning: boolean;
  readonly reasoningSummary: boolean;
  readonly cacheKey: boolean;
  readonly parallelCalls: boolean;
}

/** The body of a Responses request. Messages keep their order: the first user content is the original prompt. Pure. */
export function responsesRequest(request: ModelRequest, parts: ResponsesParts): Params {
  const reasoning = {
    ...(request.effort === undefined ? {} : { effort: request.effort }),
    ...(parts.reasoningSummary ? { summary: "auto" as const } : {}),
  };
  return {
    model: request.model,
    instructions: request.system,
    input: inputItems(request, parts),
    tools: request.tools.map((tool) => wireTool(tool, parts)),
    store: false,
    stream: true,
    ...(parts.parallelCalls && request.tools.length > 0 ? { parallel_tool_calls: true } : {}),
    ...(Object.keys(reasoning).length > 0 ? { reasoning } : {}),
    ...(parts.encryptedReasoning ? { include: ["reasoning.encrypted_content" as const] } : {}),
    ...(parts.cacheKey && request.cacheKey !== undefined ? { prompt_cache_key: request.cacheKey } : {}),
  };
}

function wireTool(tool: ModelTool, parts: ResponsesParts): OpenAI.Responses.Tool {
  if (tool.format === "custom" && parts.customTools) return { type: "custom", name: tool.name, description: tool.description };
  return { type: "function", name: tool.name, description: tool.description, parameters: { ...tool.schema }, strict: false };
}

function inputItems(request: ModelRequest, parts: ResponsesParts): Item[] {
  const asFunction = new Set(
    request.messages.flatMap((message) => (message.role === "call" && !staysCustom(message, parts) ? [message.wireCallId] : [])),
  );
  return request.messages.flatMap((message, index): Item[] => {
    switch (message.role) {
      case "user":
        return [
          {
            type: "message",
            role: "user",
            content: [
              { type: "input_text", text: message.text },
              ...(message.images ?? []).map((image) => ({
                type: "input_image" as const,
                detail: "auto" as const,
                image_url: `data:${image.mediaType};base64,${image.base64}`,
              })),
            ],
          },
        ];
      case "assistant":
        return [{ type: "message", role: "assistant", content: message.text }];
      case "reasoning":
        return parts.encryptedReasoning && message.provider === "openai-responses" && isFollowed(request.messages, index)
          ? reasoningItem(message.item)
          : [];
      case "call":
        return asFunction.has(message.wireCallId)
          ? [{ type: "function_call", call_id: message.wireCallId, name: message.name, arguments: functionInput(message, request.tools) }]
          : [{ type: "custom_tool_call", call_id: message.wireCallId, name: message.name, input: message.input }];
      case "result":
        return [
          {
            type: asFunction.has(message.wireCallId) || message.format === "function" ? "function_call_output" : "custom_tool_call_output",
            call_id: message.wireCallId,
            output: message.text,
          },
        ];
    }
  });
}

function staysCustom(call: Extract<ModelMessage, { role: "call" }>, parts: ResponsesParts): boolean {
  return call.format === "custom" && parts.customTools;
}

function functionInput(call: Extract<ModelMessage, { role: "call" }>, tools: readonly ModelTool[]): string {
  if (call.format === "function") return call.input;
  const field = tools.find((tool) => tool.name === call.name)?.textField ?? "input";
  return JSON.stringify({ [field]: call.input });
}

/** The API refuses a thought that nothing of the model follows (a stream that was cut). */
function isFollowed(messages: readonly ModelMessage[], index: number): boolean {
  const next = messages.slice(index + 1).find((message) => message.role !== "reasoning");
  return next?.role === "assistant" || next?.role === "call";
}

function reasoningItem(item: Json): Item[] {
  if (!isFields(item)) return [];
  const { id, encrypted_content: encrypted, summary } = item;
  if (typeof encrypted !== "string" || typeof id !== "string") return [];
  const texts = Array.isArray(summary)
    ? summary.flatMap((part) =>
        isFields(part) && typeof part["text"] === "string" ? [{ type: "summary_text" as const, text: part["text"] }] : [],
      )
    : [];
  return [{ type: "reasoning", id, summary: texts, encrypted_content: encrypted }];
}
