import type { Anthropic } from "@anthropic-ai/sdk";
import type { ReasoningEffort } from "../../protocol/settings.ts";
import { isFields, text } from "./json-read.ts";
import type { ModelMessage, ModelRequest, ModelTool } from "./provider.ts";

type Params = Anthropic.MessageCreateParamsStreaming;
type Message = Anthropic.MessageParam;
type Block = Anthropic.ContentBlockParam;

/** Which optional parts the server takes. */
export interface AnthropicParts {
  /** Thinking sized by the model itself; older models want a budget. */
  readonly adaptive: boolean;
  readonly longOutput: boolean;
}

const cached = { type: "ephemeral" as const };
const budgets: Readonly<Record<ReasoningEffort, number>> = { minimal: 1_024, low: 2_048, medium: 4_096, high: 7_000 };
const efforts: Readonly<Record<ReasoningEffort, "low" | "medium" | "high">> = {
  minimal: "low",
  low: "low",
  medium: "medium",
  high: "high",
};

/** The body of a Messages request. The system prompt and the newest message are marked for the prompt cache. Pure. */
export function anthropicRequest(request: ModelRequest, parts: AnthropicParts): Params {
  return {
    model: request.model,
    max_tokens: parts.longOutput ? 32_000 : 8_192,
    stream: true,
    ...(request.system === "" ? {} : { system: [{ type: "text" as const, text: request.system, cache_control: cached }] }),
    messages: markLast(joined(request)),
    ...(request.tools.length === 0 ? {} : { tools: request.tools.map(wireTool) }),
    ...thinking(request.effort, parts),
  };
}

function thinking(effort: ReasoningEffort | undefined, parts: AnthropicParts): Pick<Params, "thinking" | "output_config"> {
  if (effort === undefined) return {};
  if (parts.adaptive) return { thinking: { type: "adaptive", display: "summarized" }, output_config: { effort: efforts[effort] } };
  return { thinking: { type: "enabled", budget_tokens: budgets[effort] } };
}

function wireTool(tool: ModelTool): Anthropic.Tool {
  return { name: tool.name, description: tool.description, input_schema: { ...tool.schema, type: "object" } };
}

/** Neighbours of one role become one message: the API wants results right behind their calls, in the next user message. */
function joined(request: ModelRequest): { role: "user" | "assistant"; content: Block[] }[] {
  const out: { role: "user" | "assistant"; content: Block[] }[] = [];
  request.messages.forEach((message, index) => {
    const blocks = blocksOf(message, index, request);
    if (blocks.length === 0) return;
    const role = message.role === "user" || message.role === "result" ? "user" : "assistant";
    const last = out.at(-1);
    if (last?.role === role) last.content.push(...blocks);
    else out.push({ role, content: blocks });
  });
  return out;
}

function blocksOf(message: ModelMessage, index: number, request: ModelRequest): Block[] {
  switch (message.role) {
    case "user":
      return [
        ...(message.text === "" ? [] : [{ type: "text" as const, text: message.text }]),
        ...(message.images ?? []).flatMap(imageBlock),
      ];
    case "assistant":
      return message.text.trim() === "" ? [] : [{ type: "text", text: message.text }];
    case "reasoning":
      return message.provider === "anthropic" && isFollowed(request.messages, index) ? thinkingBlock(message.item) : [];
    case "call":
      return [{ type: "tool_use", id: wireId(message.wireCallId), name: message.name, input: callInput(message, request.tools) }];
    case "result":
      return [
        {
          type: "tool_result",
          tool_use_id: wireId(message.wireCallId),
          content: message.text === "" ? "(no output)" : message.text,
          ...(message.ok ? {} : { is_error: true }),
        },
      ];
  }
}

function imageBlock(image: { readonly mediaType: string; readonly base64: string }): Block[] {
  const type = (["image/png", "image/jpeg", "image/gif", "image/webp"] as const).find((known) => known === image.mediaType);
  return type === undefined ? [] : [{ type: "image", source: { type: "base64", media_type: type, data: image.base64 } }];
}

/** The API refuses an answer that ends in a thought (a stream that was cut). */
function isFollowed(messages: readonly ModelMessage[], index: number): boolean {
  const next = messages.slice(index + 1).find((message) => message.role !== "reasoning");
  return next?.role === "call" || (next?.role === "assistant" && next.text.trim() !== "");
}

function thinkingBlock(item: unknown): Block[] {
  if (!isFields(item)) return [];
  const data = text(item["data"]);
  if (item["type"] === "redacted_thinking" && data !== undefined) return [{ type: "redacted_thinking", data }];
  const signature = text(item["signature"]);
  return signature === undefined ? [] : [{ type: "thinking", thinking: text(item["thinking"]) ?? "", signature }];
}

function callInput(call: Extract<ModelMessage, { role: "call" }>, tools: readonly ModelTool[]): { [key: string]: unknown } {
  if (call.format === "custom") return { [tools.find((tool) => tool.name === call.name)?.textField ?? "input"]: call.input };
  const value = parse(call.input);
  return isFields(value) ? { ...value } : { input: call.input };
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    // The model's own broken JSON: replayed as text in an object, because the API takes objects only.
    return undefined;
  }
}

/** Ids of other providers may hold characters this API refuses. */
function wireId(id: string): string {
  return id.replace(/[^\w-]/g, "_");
}

/** Marks the last block that may carry the mark; thoughts may not. */
function markLast(messages: { role: "user" | "assistant"; content: Block[] }[]): Message[] {
  const content = messages.at(-1)?.content ?? [];
  const at = content.findLastIndex(
    (block) => block.type === "text" || block.type === "tool_result" || block.type === "tool_use" || block.type === "image",
  );
  const block = content[at];
  if (block !== undefined && (block.type === "text" || block.type === "tool_result" || block.type === "tool_use" || block.type === "image"))
    content[at] = { ...block, cache_control: cached };
  return messages;
}
