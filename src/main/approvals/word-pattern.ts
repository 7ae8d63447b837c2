import { assertNever } from "../../protocol/error.ts";

/** What a word with file patterns and braces may become: pieces one behind the other. */
export type WordPattern = readonly Piece[];

type Piece =
  /** This character. */
  | { readonly type: "letter"; readonly letter: string }
  | { readonly type: "one" }
  /** Any text, also none. */
  | { readonly type: "any" }
  | { readonly type: "choice"; readonly choices: readonly WordPattern[] };

/** In a word: a stand-in for what is known only when the command runs. */
export const unknownText = "\uE000";

/** Braces in braces; deeper ones may be anything. */
const deepest = 12;

/** Reads a word without quotes; `unknownText` in it may be anything. Every text is a pattern. */
export function parsePattern(word: string): WordPattern {
  const letters = Array.from(word);
  const lastBrace = letters.lastIndexOf("}");
  const lastBracket = letters.lastIndexOf("]");
  let at = 0;
  const sequence = (depth: number): WordPattern => {
    const pieces: Piece[] = [];
    for (; at < letters.length; at++) {
      const letter = letters[at] ?? "";
      if (depth > 0 && (letter === "," || letter === "}")) break;
      if (letter === unknownText || letter === "*") {
        if (pieces.at(-1)?.type !== "any") pieces.push({ type: "any" });
      } else if (letter === "?") pieces.push({ type: "one" });
      else if (letter === "[" && lastBracket >= at + 2) {
        // Whatever the class holds: one character. A `]` right behind the beginning belongs to it.
        pieces.push({ type: "one" });
        at = letters.indexOf("]", at + 2);
      } else if (letter === "{" && lastBrace > at) pieces.push(choice(depth + 1));
      else pieces.push({ type: "letter", letter });
    }
    return pieces;
  };
  const choice = (depth: number): Piece => {
    const from = at;
    if (depth > deepest) {
      at = lastBrace;
      return { type: "any" };
    }
    const choices: WordPattern[] = [];
    do {
      at++;
      choices.push(sequence(depth));
    } while (letters[at] === ",");
    // `{a..z}`: a range.
    return letters.slice(from, at).join("").includes("..") ? { type: "any" } : { type: "choice", choices };
  };
  return sequence(0);
}

/** Whether a pattern may become a word. Looks at each piece once for each place of the word. */
export function mayBecome(pattern: WordPattern, word: string): boolean {
  const letters = Array.from(word);
  return endsOf(pattern, letters, new Set([0])).has(letters.length);
}

/** Where in the word the pattern may end when it begins at one of these places. */
function endsOf(pattern: WordPattern, letters: readonly string[], from: ReadonlySet<number>): ReadonlySet<number> {
  let places = from;
  for (const piece of pattern) {
    if (places.size === 0) break;
    places = endsOfPiece(piece, letters, places);
  }
  return places;
}

function endsOfPiece(piece: Piece, letters: readonly string[], from: ReadonlySet<number>): ReadonlySet<number> {
  switch (piece.type) {
    case "any": {
      const first = Math.min(...from);
      return new Set(Array.from({ length: letters.length - first + 1 }, (_, index) => first + index));
    }
    case "choice":
      return new Set(piece.choices.flatMap((choice) => [...endsOf(choice, letters, from)]));
    case "one":
    case "letter":
      return new Set(
        [...from].filter((at) => at < letters.length && (piece.type === "one" || letters[at] === piece.letter)).map((at) => at + 1),
      );
    default:
      return assertNever(piece);
  }
}
