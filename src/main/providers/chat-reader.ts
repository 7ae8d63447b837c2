import type { Usage } from "../../protocol/event.ts";
import { repairInput, shownTextReader } from "./call-input.ts";
import { errorType, StreamError } from "./classify-error.ts";
import { argumentText, fields, isFields, list, number, text, type Fields } from "./json-read.ts";
import type { ModelEvent, ModelTool } from "./provider.ts";
import type { TextFieldReader } from "./text-field.ts";
import { createThinkSplitter, type ContentPiece } from "./think-splitter.ts";

/** Turns the chunks of a chat-completions stream into our events. */
export interface ChatReader {
  push(chunk: unknown): ModelEvent[];
  /** What is still open, once the stream is over, and `finished`. `complete` = the server said so in another way (`[DONE]`). Empty when the answer was cut. */
  end(complete: boolean): ModelEvent[];
  usage(): Usage | null;
}

interface OpenCall {
  readonly index: number | undefined;
  /** As the server sent it; may stay empty. */
  wireId: string;
  readonly callId: string;
  name: string;
  arguments: string;
  field: TextFieldReader | null;
}

/**
 * Reads what Ollama, LM Studio, llama.cpp, vLLM and others send: calls in pieces or whole, with or without index and id,
 * names only in the first piece or empty later, arguments as text or as an object, thoughts in `reasoning_content` or
 * `reasoning` or in `<think>` at the start of the content. Calls are given at the end, in order, because only then they are known to be whole. Pure state.
 */
export function createChatReader(tools: readonly ModelTool[], newId: () => string): ChatReader {
  const messageId = `m_${newId()}`;
  const reasoningId = `r_${newId()}`;
  const calls: OpenCall[] = [];
  const splitter = createThinkSplitter();
  let said = "";
  let thought = "";
  let thoughtGiven = false;
  let finish: string | null = null;
  let usage: Usage | null = null;

  function closeThought(): ModelEvent[] {
    if (thought === "" || thoughtGiven) return [];
    thoughtGiven = true;
    return [{ type: "reasoning", messageId: reasoningId, text: thought.trimEnd() }];
  }

  function think(piece: string): ModelEvent[] {
    if (piece === "" || thoughtGiven) return [];
    thought += piece;
    return [{ type: "reasoning_delta", messageId: reasoningId, text: piece }];
  }

  function show(piece: ContentPiece): ModelEvent[] {
    if (piece.kind === "thought") return think(piece.text);
    said += piece.text;
    return [...closeThought(), { type: "text_delta", messageId, text: piece.text }];
  }

  function callFor(piece: Fields, position: number): OpenCall {
    const index = number(piece["index"]);
    const wireId = text(piece["id"]) ?? "";
    const name = text(fields(piece["function"])["name"]) ?? "";
    const byId = wireId === "" ? undefined : calls.find((call) => call.wireId === wireId);
    const byIndex = index === undefined ? undefined : calls.findLast((call) => call.index === index);
    const known = byId ?? byIndex ?? (index === undefined && wireId === "" && name === "" ? (calls[position] ?? calls.at(-1)) : undefined);
    // Some servers give every call the index 0: another id with another name is another call.
    if (known !== undefined && (byId !== undefined || wireId === "" || known.wireId === "" || name === "")) return known;
    const made: OpenCall = { index, wireId, callId: wireId === "" ? `call_${newId()}` : wireId, name: "", arguments: "", field: null };
    calls.push(made);
    return made;
  }

  function callPiece(value: unknown, position: number): ModelEvent[] {
    const piece = fields(value);
    const call = callFor(piece, position);
    const name = text(fields(piece["function"])["name"]) ?? "";
    if (call.name === "" && name !== "") {
      call.name = name;
      call.field = shownTextReader(tools.find((tool) => tool.name === name));
    }
    const delta = argumentText(fields(piece["function"])["arguments"]);
    call.arguments += delta;
    const shown = call.field === null ? delta : call.field.push(delta);
    return shown === "" || call.name === "" ? [] : [{ type: "call_delta", wireCallId: call.callId, name: call.name, text: shown }];
  }

  function choice(value: Fields): ModelEvent[] {
    // Servers that ignore `stream` answer with a whole `message` instead of deltas.
    const delta = isFields(value["delta"]) ? value["delta"] : fields(value["message"]);
    const events = think(text(delta["reasoning_content"]) ?? text(delta["reasoning"]) ?? "");
    const content = contentText(delta["content"]) + (text(delta["refusal"]) ?? "");
    events.push(...splitter.push(content).flatMap(show));
    list(delta["tool_calls"]).forEach((piece, position) => events.push(...closeThought(), ...callPiece(piece, position)));
    if (isFields(delta["function_call"])) events.push(...callPiece({ index: 0, function: delta["function_call"] }, 0));
    finish = text(value["finish_reason"]) ?? finish;
    return events;
  }

  return {
    usage: () => usage,
    push(value) {
      const chunk = fields(value);
      const error = chunk["error"];
      if (error !== undefined && error !== null)
        throw new StreamError(errorType(fields(error)), text(fields(error)["message"]) ?? text(error) ?? "The server reported an error.");
      usage = chatUsage(chunk["usage"]) ?? usage;
      return list(chunk["choices"]).flatMap((one) => ((number(fields(one)["index"]) ?? 0) === 0 ? choice(fields(one)) : []));
    },
    end(complete) {
      if (finish === null && !complete) return [];
      const events = [...splitter.end().flatMap(show), ...closeThought()];
      if (said !== "") events.push({ type: "text", messageId, text: said });
      // Cut at the output limit, the last call is half a script: it must not run.
      const whole = finish === "length" ? calls.slice(0, -1) : calls;
      for (const call of whole) {
        const tool = tools.find((one) => one.name === call.name);
        if (call.name !== "")
          events.push({
            type: "call",
            wireCallId: call.callId,
            name: call.name,
            format: "function",
            input: repairInput(call.arguments, tool),
          });
      }
      const stopReason = finish === "length" ? "length" : finish === "content_filter" ? "refused" : "completed";
      events.push({ type: "finished", usage: usage ?? { inputTokens: 0, outputTokens: 0 }, stopReason });
      return events;
    },
  };
}

/** Tokens of a chat completion; null when the chunk has none. */
function chatUsage(value: unknown): Usage | null {
  const usage = fields(value);
  const inputTokens = number(usage["prompt_tokens"]);
  const outputTokens = number(usage["completion_tokens"]);
  if (inputTokens === undefined && outputTokens === undefined) return null;
  const cachedTokens = number(fields(usage["prompt_tokens_details"])["cached_tokens"]);
  return { inputTokens: inputTokens ?? 0, outputTokens: outputTokens ?? 0, ...(cachedTokens === undefined ? {} : { cachedTokens }) };
}

function contentText(value: unknown): string {
  if (typeof value === "string") return value;
  return list(value)
    .map((part) => text(fields(part)["text"]) ?? "")
    .join("");
}
