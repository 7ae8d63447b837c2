import type { Usage } from "../../protocol/event.ts";
import { repairInput, shownTextReader } from "./call-input.ts";
import { errorType, StreamError } from "./classify-error.ts";
import { fields, isFields, number, text, type Fields } from "./json-read.ts";
import type { ModelEvent, ModelTool } from "./provider.ts";
import type { TextFieldReader } from "./text-field.ts";

/** Turns the events of a Messages stream into ours. */
export interface AnthropicReader {
  push(event: unknown): ModelEvent[];
}

interface OpenBlock {
  readonly type: string;
  readonly id: string;
  readonly name: string;
  readonly field: TextFieldReader | null;
  /** Input that came whole with the block's start, as some servers send it. */
  readonly whole: string;
  data: string;
  body: string;
  signature: string;
}

/** Text and thoughts are given when their block ends; calls with the message's end, when it is known that none was cut. Pure state. */
export function createAnthropicReader(tools: readonly ModelTool[], newId: () => string): AnthropicReader {
  const blocks = new Map<number, OpenBlock>();
  const calls: ModelEvent[] = [];
  let usage: { input: number; output: number; read: number; written: number; known: boolean } = {
    input: 0,
    output: 0,
    read: 0,
    written: 0,
    known: false,
  };
  let stopReason: string | null = null;
  let finished = false;

  function begin(event: Fields): ModelEvent[] {
    const start = fields(event["content_block"]);
    const type = text(start["type"]) ?? "";
    const name = text(start["name"]) ?? "";
    const input = start["input"];
    const block: OpenBlock = {
      type,
      id: type === "tool_use" ? (text(start["id"]) ?? `call_${newId()}`) : `m_${newId()}`,
      name,
      field: shownTextReader(tools.find((tool) => tool.name === name)),
      whole: isFields(input) && Object.keys(input).length > 0 ? JSON.stringify(input) : "",
      data: text(start["data"]) ?? "",
      body: text(start["text"]) ?? text(start["thinking"]) ?? "",
      signature: text(start["signature"]) ?? "",
    };
    blocks.set(number(event["index"]) ?? blocks.size, block);
    if (block.body === "") return [];
    return type === "thinking"
      ? [{ type: "reasoning_delta", messageId: block.id, text: block.body }]
      : [{ type: "text_delta", messageId: block.id, text: block.body }];
  }

  function grow(event: Fields): ModelEvent[] {
    const block = blocks.get(number(event["index"]) ?? blocks.size - 1);
    if (block === undefined) return [];
    const delta = fields(event["delta"]);
    switch (delta["type"]) {
      case "text_delta": {
        const piece = text(delta["text"]) ?? "";
        block.body += piece;
        return [{ type: "text_delta", messageId: block.id, text: piece }];
      }
      case "thinking_delta": {
        const piece = text(delta["thinking"]) ?? "";
        block.body += piece;
        return [{ type: "reasoning_delta", messageId: block.id, text: piece }];
      }
      case "signature_delta":
        block.signature += text(delta["signature"]) ?? "";
        return [];
      case "input_json_delta": {
        const piece = text(delta["partial_json"]) ?? "";
        block.body += piece;
        const shown = block.field === null ? piece : block.field.push(piece);
        return shown === "" ? [] : [{ type: "call_delta", wireCallId: block.id, name: block.name, text: shown }];
      }
      default:
        return [];
    }
  }

  function close(index: number): ModelEvent[] {
    const block = blocks.get(index);
    blocks.delete(index);
    switch (block?.type) {
      case "text":
        return [{ type: "text", messageId: block.id, text: block.body }];
      case "thinking": {
        const replay = block.signature === "" ? {} : { replay: { type: "thinking", thinking: block.body, signature: block.signature } };
        return [{ type: "reasoning", messageId: block.id, text: block.body, ...replay }];
      }
      case "redacted_thinking":
        return [{ type: "reasoning", messageId: block.id, text: "", replay: { type: "redacted_thinking", data: block.data } }];
      case "tool_use":
        calls.push({
          type: "call",
          wireCallId: block.id,
          name: block.name,
          format: "function",
          input: repairInput(
            block.body === "" ? block.whole : block.body,
            tools.find((tool) => tool.name === block.name),
          ),
        });
        return [];
      default:
        // Blocks of tools the server runs itself; none is asked for.
        return [];
    }
  }

  function count(value: unknown): void {
    const found = fields(value);
    usage = {
      input: number(found["input_tokens"]) ?? usage.input,
      output: number(found["output_tokens"]) ?? usage.output,
      read: number(found["cache_read_input_tokens"]) ?? usage.read,
      written: number(found["cache_creation_input_tokens"]) ?? usage.written,
      known: usage.known || number(found["input_tokens"]) !== undefined || number(found["output_tokens"]) !== undefined,
    };
  }

  function end(): ModelEvent[] {
    if (finished) return [];
    finished = true;
    const length = stopReason === "max_tokens" || stopReason === "model_context_window_exceeded";
    const open = [...blocks.keys()].flatMap(close);
    // Cut at the output limit, the last call is half a script: it must not run.
    const whole = length ? calls.slice(0, -1) : calls;
    const total: Usage = { inputTokens: usage.input + usage.read + usage.written, outputTokens: usage.output, cachedTokens: usage.read };
    return [
      ...open,
      ...whole,
      { type: "finished", usage: total, stopReason: length ? "length" : stopReason === "refusal" ? "refused" : "completed" },
    ];
  }

  return {
    push(value) {
      const event = fields(value);
      switch (event["type"]) {
        case "message_start":
          count(fields(event["message"])["usage"]);
          return [];
        case "content_block_start":
          return begin(event);
        case "content_block_delta":
          return grow(event);
        case "content_block_stop":
          return close(number(event["index"]) ?? [...blocks.keys()].at(-1) ?? -1);
        case "message_delta":
          count(event["usage"]);
          stopReason = text(fields(event["delta"])["stop_reason"]) ?? stopReason;
          return [];
        case "message_stop":
          return end();
        case "error": {
          const error = fields(event["error"]);
          throw new StreamError(errorType(error), text(error["message"]) ?? "The server reported an error.");
        }
        default:
          return [];
      }
    },
  };
}
