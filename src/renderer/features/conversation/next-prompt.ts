/** What is in sight when a person asks for the prompt before or behind. */
export interface Sight {
  /** The row the last step led to, while it is still in sight. */
  readonly stepped: number | null;
  /** The first row in sight, and whether it begins above the edge. */
  readonly top: number;
  readonly isTopCut: boolean;
  readonly atEnd: boolean;
}

/** The row of the prompt before (-1) or behind (1) what is in sight. `prompts`: rows of all prompts, in order. Behind the last one is the end; before the first one there is nothing. */
export function nextPrompt(prompts: readonly number[], by: 1 | -1, { stepped, top, isTopCut, atEnd }: Sight): number | "end" | "stay" {
  const end = Number.POSITIVE_INFINITY;
  if (by > 0) return prompts.find((row) => row > (stepped ?? (atEnd ? end : top))) ?? "end";
  // A prompt that begins above the edge is the one before.
  const from = stepped ?? (atEnd ? end : isTopCut ? top + 1 : top);
  return prompts.findLast((row) => row < from) ?? "stay";
}
