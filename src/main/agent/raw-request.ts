import { assertNever } from "../../protocol/error.ts";
import type { ModelMessage } from "../providers/provider.ts";

/** The raw view: messages as the next request would send them, role by role. */
export function rawRequest(messages: readonly ModelMessage[]): string {
  return messages
    .map((message) => {
      switch (message.role) {
        case "user":
        case "assistant":
          return message.role === "user" && message.text.startsWith("<original-user-prompt>")
            ? message.text
            : `[${message.role}]\n${message.text}`;
        case "reasoning":
          return "[reasoning, opaque]";
        case "call":
          return `[call ${message.wireCallId} ${message.name}]\n${message.input}`;
        case "result":
          return `[result ${message.wireCallId}${message.ok ? "" : ", failed"}]\n${message.text}`;
        default:
          return assertNever(message);
      }
    })
    .join("\n\n");
}
