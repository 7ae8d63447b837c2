/** A place of a row's text: the `at`-th of `query` in `told`, both in lower case. */
export interface ToldPlace {
  readonly told: string;
  readonly query: string;
  readonly at: number;
}

/** Letters before and behind a place that say which one it is. */
const lookedAt = 24;
/** So many of them must be the same. */
const enough = 4;

/**
 * Which of the places that are drawn (`starts` in `drawn`) is the one that is told; -1 when it is not drawn. A row draws more than it
 * tells (buttons, numbers of lines, durations) and less (what is folded, signs of Markdown), so the words around decide.
 */
export function drawnPlace({ told, query, at }: ToldPlace, drawn: string, starts: readonly number[]): number {
  const toldAt = nth(told, query, at);
  if (toldAt === -1) return -1;
  const before = lettersBefore(told, toldAt);
  const behind = lettersBehind(told, toldAt + query.length);
  let best = -1;
  let bestScore = Math.min(enough, before.length + behind.length) - 1;
  for (const [index, start] of starts.entries()) {
    const score = commonEnd(before, lettersBefore(drawn, start)) + commonStart(behind, lettersBehind(drawn, start + query.length));
    const isNearer = score === bestScore && best !== -1 && Math.abs(index - at) < Math.abs(best - at);
    if (score > bestScore || isNearer) {
      best = index;
      bestScore = score;
    }
  }
  return best;
}

function nth(text: string, query: string, number: number): number {
  let at = text.indexOf(query);
  for (let left = number; left > 0 && at !== -1; left--) at = text.indexOf(query, at + query.length);
  return at;
}

/** Letters and digits in front of an offset. */
function lettersBefore(text: string, offset: number): string {
  return onlyLetters(text.slice(Math.max(0, offset - 4 * lookedAt), offset)).slice(-lookedAt);
}

function lettersBehind(text: string, offset: number): string {
  return onlyLetters(text.slice(offset, offset + 4 * lookedAt)).slice(0, lookedAt);
}

function onlyLetters(text: string): string {
  return text.replace(/[^\p{L}\p{N}]/gu, "");
}

function commonEnd(a: string, b: string): number {
  let length = 0;
  while (length < a.length && length < b.length && a.at(-1 - length) === b.at(-1 - length)) length++;
  return length;
}

function commonStart(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}
