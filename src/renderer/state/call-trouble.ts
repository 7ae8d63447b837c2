import type { CallView } from "./conversation-view.ts";

/** Why a call failed and what it means, for a person. */
export interface CallTrouble {
  readonly message: string;
  readonly hint: string | null;
}

const sentences: readonly (readonly [pattern: RegExp, words: (...parts: readonly string[]) => string])[] = [
  [/^Failed to find expected lines in (.*?):\n([^]*)$/, (file, lines) => `These lines are not in ${file}:\n${lines}`],
  [/^Failed to find context '(.*)' in (.*)$/, (line, file) => `The line “${line}” is not in ${file}.`],
  [/^Failed to read file to update (.*?): (.*)$/, (file, reason) => `${file} cannot be read: ${reason}.`],
  [/^Failed to read (.*?): (.*)$/, (file, reason) => `${file} cannot be read: ${reason}.`],
  [/^multiple operations target (.*)$/, (file) => `The patch changes ${file} in two places at once.`],
  [/^invalid hunk at line (\d+), ([^]*)$/, (line, reason) => `Line ${line} of the patch: ${reason}`],
  [/^invalid patch: ([^]*)$/, (reason) => `The patch cannot be read: ${reason}`],
];

/**
 * Errors of patches are worded for models, as the program words them that they are trained on; people get a sentence of their own,
 * and what it means for their files instead of advice for the model. Other errors are for both. Null when the call has none.
 */
export function troubleOf(call: Pick<CallView, "tool" | "error">): CallTrouble | null {
  const { error, tool } = call;
  if (error === null) return null;
  const ofPatch = tool === "applyPatch" && (error.code === "patch_failed" || error.code === "invalid_patch");
  if (!ofPatch) return { message: error.message, hint: error.hint ?? null };
  const bare = error.message.replace(/^apply_patch verification failed: /, "").replaceAll(/ \(os error \d+\)/g, "");
  for (const [pattern, words] of sentences) {
    const parts = pattern.exec(bare);
    if (parts !== null) return { message: words(...parts.slice(1)), hint: noFile };
  }
  return { message: bare, hint: noFile };
}

const noFile = "No file was changed.";
