/**
 * Tokens that models read at once, by the exact id that a request names. Only what the provider's own pages say: a model that is
 * not here has no share in the composer, and the setting `contextWindow` wins over what is.
 */
const contextWindows: Readonly<Record<string, number>> = {
  "claude-haiku-4-5": 200_000,
  "claude-haiku-4-5-20251001": 200_000,
  "claude-opus-4-1": 200_000,
  "claude-opus-4-1-20250805": 200_000,
  "claude-opus-4-5": 200_000,
  "claude-opus-4-5-20251101": 200_000,
  "claude-opus-4-6": 1_000_000,
  "claude-sonnet-4-5": 200_000,
  "claude-sonnet-4-5-20250929": 200_000,
  "claude-sonnet-4-6": 1_000_000,
  "claude-sonnet-5": 1_000_000,
  "claude-sonnet-5-5": 1_000_000,
  "gpt-4.1": 1_047_576,
  "gpt-4.1-mini": 1_047_576,
  "gpt-4.1-nano": 1_047_576,
  "gpt-4o": 128_000,
  "gpt-4o-mini": 128_000,
  "gpt-5": 400_000,
  "gpt-5-codex": 400_000,
  "gpt-5-mini": 400_000,
  "gpt-5-nano": 400_000,
  "gpt-5.1": 400_000,
  "gpt-5.2": 400_000,
  "gpt-5.4": 1_050_000,
  o3: 200_000,
  "o3-mini": 200_000,
  "o4-mini": 200_000,
};

/** The context window of a model in tokens; null when it is not known. */
export function knownContextWindow(model: string): number | null {
  return Object.hasOwn(contextWindows, model) ? (contextWindows[model] ?? null) : null;
}
