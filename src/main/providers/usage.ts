import type { Usage } from "../../protocol/event.ts";
import type { ModelEvent, ModelRequest } from "./provider.ts";

/** Tokens of a request whose server reports none: four characters are one token, as a rule of thumb. Marked as an estimate. */
export function estimateUsage(request: ModelRequest, writtenCharacters: number): Usage {
  const sent =
    request.system.length +
    request.messages.reduce(
      (sum, message) => sum + ("text" in message ? message.text.length : "input" in message ? message.input.length : 0),
      0,
    );
  const tools = request.tools.length === 0 ? 0 : JSON.stringify(request.tools).length;
  return { inputTokens: Math.ceil((sent + tools) / 4), outputTokens: Math.ceil(writtenCharacters / 4), estimated: true };
}

/** Characters of the answer an event completes; deltas count nothing, for they come again. */
export function writtenIn(event: ModelEvent): number {
  if (event.type === "text" || event.type === "reasoning") return event.text.length;
  return event.type === "call" ? event.input.length : 0;
}
