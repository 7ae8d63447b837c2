/** Where the letters of a query stand in a text, and how well: higher is better. */
export interface FuzzyMatch {
  readonly score: number;
  /** Indices of the matched characters. */
  readonly at: readonly number[];
}

/**
 * Finds the letters of `query` in order, starts of words first. For short lists that are searched on the main thread (commands,
 * conversations); spaces in the query separate words that may stand in any order. Null when they do not all occur.
 */
export function fuzzyMatch(query: string, text: string): FuzzyMatch | null {
  const words = query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  const at = new Set<number>();
  let score = 0;
  for (const word of words) {
    const found = matchWord(word, text.toLowerCase(), text);
    if (found === null) return null;
    score += found.score;
    for (const index of found.at) at.add(index);
  }
  return { score: score - text.length / 1_000, at: [...at].sort((a, b) => a - b) };
}

function matchWord(word: string, lower: string, text: string): FuzzyMatch | null {
  const whole = lower.indexOf(word);
  if (whole >= 0) {
    const bonus = isWordStart(text, whole) ? 4 : 0;
    return { score: word.length * 3 + bonus + (whole === 0 ? 2 : 0), at: Array.from({ length: word.length }, (_, n) => whole + n) };
  }
  const at: number[] = [];
  let score = 0;
  let from = 0;
  for (const letter of word) {
    let index = nextWordStart(lower, text, letter, from);
    if (index < 0) index = lower.indexOf(letter, from);
    if (index < 0) return null;
    score += isWordStart(text, index) ? 2 : index === from && at.length > 0 ? 1 : 0;
    at.push(index);
    from = index + 1;
  }
  return { score, at };
}

function nextWordStart(lower: string, text: string, letter: string, from: number): number {
  for (let index = lower.indexOf(letter, from); index >= 0; index = lower.indexOf(letter, index + 1)) {
    if (isWordStart(text, index)) return index;
  }
  return -1;
}

function isWordStart(text: string, index: number): boolean {
  const before = text[index - 1];
  if (before === undefined || /[^\p{L}\p{N}]/u.test(before)) return true;
  const own = text[index] ?? "";
  return /\p{Lu}/u.test(own) && /\p{Ll}/u.test(before);
}
