import { SpindleError } from "../../protocol/error.ts";
import type { SpindleEvent } from "../../protocol/event.ts";
import type { CallId, ConversationId } from "../../protocol/ids.ts";
import type { OutputFiles } from "./output-files.ts";

/** Writes the source of a script into a file of its conversation, for an editor; resolves with its path. Throws `not_found`, `io_error`. */
export async function saveScript(
  events: readonly SpindleEvent[],
  outputs: OutputFiles,
  conversationId: ConversationId,
  callId: CallId,
): Promise<string> {
  const started = events.find((event) => event.type === "tool_started" && event.callId === callId && event.name === "script");
  const input = started?.type === "tool_started" ? started.input : null;
  const code = typeof input === "string" ? input : typeof input === "object" && input !== null && "code" in input ? input.code : null;
  if (typeof code !== "string")
    throw new SpindleError("not_found", "This script is not in the conversation's log.", { hint: "Copy it from its card." });
  return outputs.save(conversationId, callId, code, "ts");
}
