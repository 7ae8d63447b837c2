import { useConversation } from "../../state/conversation.ts";

/**
 * Walks through the prompts of the shown conversation, newest first. `shown` is the text in the composer: recall goes
 * on only while it is empty or is exactly what was recalled. Undefined: nothing to recall, the key keeps its meaning.
 */
export function recall(direction: "older" | "newer", shown: string): string | undefined {
  const prompts = useConversation
    .getState()
    .view.steps.flatMap((step) => (step.kind === "user" && step.source === "user" ? [step.text] : []));
  return recallFrom(prompts, direction, shown);
}

/** As `recall`, of `prompts` (oldest first). A text that was sent often stands where it was sent last. */
export function recallFrom(prompts: readonly string[], direction: "older" | "newer", shown: string): string | undefined {
  const texts = [...new Set(prompts.toReversed())].filter((text) => text !== "");
  if (shown === "") return direction === "older" ? texts[0] : undefined;
  const at = texts.indexOf(shown);
  if (at === -1) return undefined;
  return direction === "older" ? texts[at + 1] : at === 0 ? "" : texts[at - 1];
}
