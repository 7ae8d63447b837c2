import type { OpenAI } from "openai";
import type { ModelMessage, ModelRequest, ModelTool } from "./provider.ts";

type Params = OpenAI.Chat.Completions.ChatCompletionCreateParamsStreaming;
type Message = OpenAI.Chat.Completions.ChatCompletionMessageParam;
type Call = OpenAI.Chat.Completions.ChatCompletionMessageFunctionToolCall;

/** Which optional parts the server takes. */
export interface ChatParts {
  readonly streamUsage: boolean;
  readonly effort: boolean;
  readonly parallelCalls: boolean;
}

/** The body of a chat-completions request; freeform tools travel as functions with one text field. Pure. */
export function chatRequest(request: ModelRequest, model: string, parts: ChatParts): Params {
  const tools = request.tools.map(wireTool);
  return {
    model,
    messages: [...(request.system === "" ? [] : [{ role: "system" as const, content: request.system }]), ...chatMessages(request)],
    stream: true,
    ...(tools.length === 0 ? {} : { tools }),
    ...(tools.length > 0 && parts.parallelCalls ? { parallel_tool_calls: true } : {}),
    ...(parts.streamUsage ? { stream_options: { include_usage: true } } : {}),
    ...(parts.effort && request.effort !== undefined ? { reasoning_effort: request.effort } : {}),
  };
}

function wireTool(tool: ModelTool): OpenAI.Chat.Completions.ChatCompletionTool {
  return { type: "function", function: { name: tool.name, description: tool.description, parameters: { ...tool.schema } } };
}

/**
 * Chat templates of local models want one assistant message per answer, with its calls inside, and every result right
 * behind it: text and calls of one answer are put together, order is kept.
 */
function chatMessages(request: ModelRequest): Message[] {
  const out: Message[] = [];
  let said: { text: string; calls: Call[] } | null = null;
  const flush = (): void => {
    if (said !== null)
      out.push({
        role: "assistant",
        content: said.text === "" ? null : said.text,
        ...(said.calls.length === 0 ? {} : { tool_calls: said.calls }),
      });
    said = null;
  };
  for (const message of request.messages) {
    switch (message.role) {
      case "user":
        flush();
        out.push({ role: "user", content: userContent(message) });
        break;
      case "assistant":
        if (said !== null && said.calls.length > 0) flush();
        said = { text: said === null ? message.text : `${said.text}\n\n${message.text}`, calls: [] };
        break;
      case "call":
        said ??= { text: "", calls: [] };
        said.calls.push({
          id: message.wireCallId,
          type: "function",
          function: { name: message.name, arguments: callArguments(message, request.tools) },
        });
        break;
      case "result":
        flush();
        out.push({ role: "tool", tool_call_id: message.wireCallId, content: message.text });
        break;
      case "reasoning":
        // Thoughts are never sent back: no server of this kind takes them.
        break;
    }
  }
  flush();
  return out;
}

function userContent(message: Extract<ModelMessage, { role: "user" }>): string | OpenAI.Chat.Completions.ChatCompletionContentPart[] {
  if (message.images === undefined || message.images.length === 0) return message.text;
  return [
    { type: "text", text: message.text },
    ...message.images.map((image) => ({
      type: "image_url" as const,
      image_url: { url: `data:${image.mediaType};base64,${image.base64}` },
    })),
  ];
}

function callArguments(call: Extract<ModelMessage, { role: "call" }>, tools: readonly ModelTool[]): string {
  if (call.format === "function") return isJsonObject(call.input) ? call.input : JSON.stringify({ input: call.input });
  const field = tools.find((tool) => tool.name === call.name)?.textField ?? "input";
  return JSON.stringify({ [field]: call.input });
}

/** Servers parse the arguments of earlier calls and fail as a whole when one is no JSON. */
function isJsonObject(input: string): boolean {
  try {
    const value: unknown = JSON.parse(input);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
