/** Tokens of tool output a model reads at most, per call (Codex 0.169.0, measured). */
export const modelTokens = 10_000;

/**
 * Shortens text for the model the way Codex 0.169.0 does (measured): tokens are estimated as ceil(UTF-8 bytes / 4); over
 * the budget the head and the tail keep half of it each, cut at character boundaries, and a marker says how much is gone.
 */
export function truncateForModel(text: string, maxTokens: number): { readonly text: string; readonly truncated: boolean } {
  const bytes = Buffer.from(text, "utf8");
  const budget = maxTokens * 4;
  if (bytes.length <= budget) return { text, truncated: false };
  const total = Math.ceil(bytes.length / 4);
  const half = Math.floor(budget / 2);
  const head = cutHead(bytes, half);
  const tail = cutTail(bytes, budget - half);
  const lines = text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
  return {
    text: `Warning: truncated output (original token count: ${total})\nTotal output lines: ${lines}\n\n${head}…${total - maxTokens} tokens truncated…${tail}`,
    truncated: true,
  };
}

/** The first `max` bytes as text, never half a character. */
export function cutHead(bytes: Buffer, max: number): string {
  let end = Math.min(max, bytes.length);
  while (end > 0 && end < bytes.length && isContinuation(bytes[end])) end--;
  return bytes.toString("utf8", 0, end);
}

/** The last `max` bytes as text, never half a character. */
export function cutTail(bytes: Buffer, max: number): string {
  let start = Math.max(0, bytes.length - max);
  while (start < bytes.length && isContinuation(bytes[start])) start++;
  return bytes.toString("utf8", start);
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
