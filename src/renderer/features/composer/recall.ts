import { useConversation } from "../../state/conversation.ts";

/**
 * Walks through the prompts of the shown conversation, newest first. `shown` is the text in the composer: recall goes
 * on only while it is empty or is exactly what was recalled. Undefined: nothing to recall, the key keeps its meaning.
 */
export function recall(direction: "older" | "newer", shown: string): string | undefined {
  const prompts = useConversation
    .getState()
    .view.steps.flatMap((step) => (step.kind === "user" && step.source === "user" ? [step.text] : []))
    .toReversed();
  if (shown === "") return direction === "older" ? prompts[0] : undefined;
  const at = prompts.indexOf(shown);
  if (at === -1) return undefined;
  return direction === "older" ? prompts[at + 1] : at === 0 ? "" : prompts[at - 1];
}
