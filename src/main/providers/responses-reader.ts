import type { Usage } from "../../protocol/event.ts";
import { repairInput, shownTextReader } from "./call-input.ts";
import { errorType, StreamError } from "./classify-error.ts";
import { argumentText, fields, list, number, text, type Fields } from "./json-read.ts";
import type { ModelEvent, ModelTool } from "./provider.ts";
import type { TextFieldReader } from "./text-field.ts";

/** Turns the events of a Responses stream into ours, one after the other. */
export interface ResponsesReader {
  /** Throws `StreamError` for an error the server reports. */
  push(event: unknown): ModelEvent[];
  /** True when every begun item came to its end; then a stream that just stops may count as complete. */
  isWhole(): boolean;
}

interface OpenItem {
  readonly id: string | undefined;
  readonly index: number | undefined;
  kind: "message" | "reasoning" | "call";
  readonly messageId: string;
  callId: string;
  name: string;
  text: string;
  /** Part of a reasoning summary the text belongs to; a new one begins a paragraph. */
  part: number;
  refused: boolean;
  done: boolean;
  field: TextFieldReader | null;
}

/**
 * Reads the official stream and what compatible servers make of it: ids or indexes missing, only `output_item.done`, only
 * `response.completed` with its output, freeform tools called as functions. Every item is given exactly once. Pure state.
 */
export function createResponsesReader(tools: readonly ModelTool[], newId: () => string): ResponsesReader {
  const items: OpenItem[] = [];
  const toolOf = (name: string): ModelTool | undefined => tools.find((tool) => tool.name === name);

  function open(kind: OpenItem["kind"], event: Fields, item: Fields): OpenItem {
    const id = text(event["item_id"]) ?? text(item["id"]);
    const index = number(event["output_index"]);
    const callId = text(item["call_id"]);
    const known = items.find(
      (one) =>
        !one.done &&
        ((id !== undefined && one.id === id) ||
          (callId !== undefined && one.callId === callId) ||
          (index !== undefined && one.index === index)),
    );
    const last = items.findLast((one) => !one.done && one.kind === kind);
    const found =
      known ??
      (id === undefined || last?.id === undefined ? (index === undefined || last?.index === undefined ? last : undefined) : undefined);
    if (found !== undefined) {
      learn(found, item);
      return found;
    }
    const made: OpenItem = {
      id,
      index,
      kind,
      messageId: `m_${newId()}`,
      callId: callId ?? `call_${newId()}`,
      name: "",
      text: "",
      part: 0,
      refused: false,
      done: false,
      field: null,
    };
    learn(made, item);
    items.push(made);
    return made;
  }

  function learn(open: OpenItem, item: Fields): void {
    const name = text(item["name"]);
    if (name === undefined || name === "" || open.name !== "") return;
    open.name = name;
    open.callId = text(item["call_id"]) ?? open.callId;
    const tool = toolOf(name);
    // A freeform call of a tool that is a function may be JSON or bare text: the reader takes both.
    open.field = item["type"] === "custom_tool_call" && tool?.format !== "function" ? null : shownTextReader(tool);
  }

  function textDelta(event: Fields, refused: boolean): ModelEvent[] {
    const delta = text(event["delta"]) ?? "";
    const item = open("message", event, {});
    item.text += delta;
    item.refused ||= refused;
    return delta === "" ? [] : [{ type: "text_delta", messageId: item.messageId, text: delta }];
  }

  function reasoningDelta(event: Fields): ModelEvent[] {
    const delta = text(event["delta"]) ?? "";
    const item = open("reasoning", event, {});
    const part = number(event["summary_index"]) ?? number(event["content_index"]) ?? item.part;
    const piece = part !== item.part && item.text !== "" ? `\n\n${delta}` : delta;
    item.part = part;
    item.text += piece;
    return delta === "" ? [] : [{ type: "reasoning_delta", messageId: item.messageId, text: piece }];
  }

  function callDelta(event: Fields): ModelEvent[] {
    const delta = text(event["delta"]) ?? "";
    const item = open("call", event, {});
    item.text += delta;
    const shown = item.field === null ? delta : item.field.push(delta);
    return shown === "" || item.name === "" ? [] : [{ type: "call_delta", wireCallId: item.callId, name: item.name, text: shown }];
  }

  function done(event: Fields, item: Fields): ModelEvent[] {
    const kind = kindOf(item);
    if (kind === null) return [];
    const opened = open(kind, event, item);
    opened.done = true;
    if (kind === "message") return [{ type: "text", messageId: opened.messageId, text: messageText(item) || opened.text }];
    if (kind === "reasoning") return [reasoningEvent(opened, item)];
    return [callEvent(opened, item)];
  }

  function reasoningEvent(opened: OpenItem, item: Fields): ModelEvent {
    const whole = [...list(item["summary"]), ...list(item["content"])]
      .map((part) => text(fields(part)["text"]) ?? "")
      .filter((part) => part !== "");
    const encrypted = text(item["encrypted_content"]);
    const id = text(item["id"]);
    const summary = list(item["summary"]).map((part) => ({ type: "summary_text", text: text(fields(part)["text"]) ?? "" }));
    const replay =
      encrypted === undefined || id === undefined ? {} : { replay: { type: "reasoning", id, summary, encrypted_content: encrypted } };
    return { type: "reasoning", messageId: opened.messageId, text: opened.text === "" ? whole.join("\n\n") : opened.text, ...replay };
  }

  function callEvent(opened: OpenItem, item: Fields): ModelEvent {
    const tool = toolOf(opened.name);
    const sent =
      argumentText(item["type"] === "custom_tool_call" ? (item["input"] ?? item["arguments"]) : (item["arguments"] ?? item["input"])) ||
      opened.text;
    // A freeform call of a tool that is a function is a function call in disguise: its text is JSON.
    const custom = item["type"] === "custom_tool_call" && tool?.format !== "function";
    return {
      type: "call",
      wireCallId: opened.callId,
      name: opened.name,
      format: custom ? "custom" : "function",
      input: custom ? sent : repairInput(sent, tool),
    };
  }

  /** `response.completed` repeats the whole output: give what was not given yet. */
  function rest(response: Fields): ModelEvent[] {
    return list(response["output"]).flatMap((value, index) => {
      const item = fields(value);
      const kind = kindOf(item);
      if (kind === null) return [];
      const given = items.some((one) => one.done && one.kind === kind && isSame(one, item, index));
      return given ? [] : done({ output_index: index }, item);
    });
  }

  function isSame(one: OpenItem, item: Fields, index: number): boolean {
    const callId = text(item["call_id"]);
    if (callId !== undefined && one.kind === "call") return one.callId === callId;
    const id = text(item["id"]);
    if (id !== undefined && one.id !== undefined) return one.id === id;
    return one.index === undefined
      ? one.text === "" || one.text === (messageText(item) || argumentText(item["input"] ?? item["arguments"]))
      : one.index === index;
  }

  /** Items the server began and never closed, when it says that all is over. */
  function closeOpen(): ModelEvent[] {
    return items.flatMap((item): ModelEvent[] => {
      if (item.done) return [];
      item.done = true;
      if (item.kind === "message") return [{ type: "text", messageId: item.messageId, text: item.text }];
      if (item.kind === "reasoning") return [{ type: "reasoning", messageId: item.messageId, text: item.text }];
      return item.name === ""
        ? []
        : [callEvent(item, { type: item.field === null && toolOf(item.name)?.format === "custom" ? "custom_tool_call" : "function_call" })];
    });
  }

  function end(response: Fields, incomplete: boolean): ModelEvent[] {
    const reason = text(fields(response["incomplete_details"])["reason"]);
    const stopReason = incomplete
      ? reason === "content_filter"
        ? "refused"
        : "length"
      : items.some((item) => item.refused)
        ? "refused"
        : "completed";
    // A call that was cut at the output limit is half a script: it must not run.
    const whole = incomplete ? [] : [...rest(response), ...closeOpen()];
    return [...whole, { type: "finished", usage: responsesUsage(response["usage"]) ?? { inputTokens: 0, outputTokens: 0 }, stopReason }];
  }

  return {
    isWhole: () => items.length > 0 && items.every((item) => item.done),
    push(value) {
      const event = fields(value);
      // A server that does not stream answers with the response itself.
      if (event["object"] === "response" && event["type"] === undefined) return end(event, text(event["status"]) === "incomplete");
      const type = text(event["type"]) ?? "";
      const response = fields(event["response"]);
      switch (type) {
        case "response.output_item.added": {
          const item = fields(event["item"]);
          const kind = kindOf(item);
          if (kind !== null) open(kind, event, item);
          return [];
        }
        case "response.output_text.delta":
          return textDelta(event, false);
        case "response.refusal.delta":
          return textDelta(event, true);
        case "response.output_text.done": {
          const item = open("message", event, {});
          if (item.text === "") item.text = text(event["text"]) ?? "";
          return [];
        }
        case "response.reasoning_summary_text.delta":
        case "response.reasoning_text.delta":
          return reasoningDelta(event);
        case "response.function_call_arguments.delta":
        case "response.custom_tool_call_input.delta":
          return callDelta(event);
        case "response.function_call_arguments.done":
        case "response.custom_tool_call_input.done": {
          const item = open("call", event, event);
          const whole = argumentText(event["arguments"] ?? event["input"]);
          if (whole !== "") item.text = whole;
          return [];
        }
        case "response.output_item.done":
          return done(event, fields(event["item"]));
        case "response.completed":
        case "response.done":
          return end(response, text(response["status"]) === "incomplete");
        case "response.incomplete":
          return end(response, true);
        case "response.failed":
          throw serverError(fields(response["error"]), "The response failed.");
        case "error":
          throw serverError(event["error"] === undefined ? event : fields(event["error"]), "The server reported an error.");
        default:
          // Parts, annotations, built-in tools and whatever comes next: nothing the conversation needs.
          return [];
      }
    },
  };
}

/** Tokens as the Responses API reports them; null when the server reports none. */
function responsesUsage(value: unknown): Usage | null {
  const usage = fields(value);
  const inputTokens = number(usage["input_tokens"]);
  const outputTokens = number(usage["output_tokens"]);
  if (inputTokens === undefined && outputTokens === undefined) return null;
  const cachedTokens = number(fields(usage["input_tokens_details"])["cached_tokens"]);
  return { inputTokens: inputTokens ?? 0, outputTokens: outputTokens ?? 0, ...(cachedTokens === undefined ? {} : { cachedTokens }) };
}

function kindOf(item: Fields): OpenItem["kind"] | null {
  switch (item["type"]) {
    case "message":
      return "message";
    case "reasoning":
      return "reasoning";
    case "function_call":
    case "custom_tool_call":
      return "call";
    default:
      return null;
  }
}

function messageText(item: Fields): string {
  if (typeof item["content"] === "string") return item["content"];
  return list(item["content"])
    .map((part) => text(fields(part)["text"]) ?? text(fields(part)["refusal"]) ?? "")
    .join("");
}

function serverError(error: Fields, fallback: string): StreamError {
  return new StreamError(errorType(error), text(error["message"]) ?? fallback);
}
