/**
 * Words as one command line that a shell reads back as the same words. Quoting is that of the original's display (POSIX
 * rules that also hold in fish and in interactive shells): nothing where nothing is needed, single quotes, double quotes where
 * a single quote stands, and several pieces where neither will do. A NUL cannot be quoted; it is shown as such.
 */
export function joinWords(words: readonly string[]): string {
  if (words.some((word) => word.includes("\0"))) return "<command included NUL byte>";
  return words.map(quoteWord).join(" ");
}

const bare = /^[-+./:@\]_0-9A-Za-z]$/;

function quoteWord(word: string): string {
  if (word === "") return "''";
  let quoted = "";
  for (let rest = word; rest !== "";) {
    const piece = firstPiece(rest);
    quoted += piece.quoted;
    rest = rest.slice(piece.length);
  }
  return quoted;
}

/** The longest start of a text that one kind of quotes can hold; a text without special characters needs none. */
function firstPiece(text: string): { readonly quoted: string; readonly length: number } {
  let canBeBare = true;
  let canBeSingle = true;
  let canBeDouble = true;
  let length = 0;
  // A caret is safe only as the first character in single quotes.
  if (text.startsWith("^")) {
    canBeBare = false;
    canBeDouble = false;
    length = 1;
  }
  for (const character of text.slice(length)) {
    const bareNow: boolean = canBeBare && bare.test(character);
    const singleNow: boolean = canBeSingle && !"'^\\".includes(character);
    const doubleNow: boolean = canBeDouble && !"`$!^".includes(character);
    if (!bareNow && !singleNow && !doubleNow) break;
    [canBeBare, canBeSingle, canBeDouble] = [bareNow, singleNow, doubleNow];
    length += character.length;
  }
  const piece = text.slice(0, length);
  if (canBeBare) return { quoted: piece, length };
  if (canBeSingle) return { quoted: `'${piece}'`, length };
  return { quoted: `"${piece.replace(/["\\]/g, "\\$&")}"`, length };
}

/** A command line as words without looking at its syntax (`;` sticks to the word before it); null when a quote is not closed. */
export function splitWords(line: string): string[] | null {
  const words: string[] = [];
  let word: string | null = null;
  for (let at = 0; at < line.length; at++) {
    const character = line.charAt(at);
    if (" \t\n".includes(character)) {
      if (word !== null) words.push(word);
      word = null;
    } else if (character === "#" && word === null) {
      const end = line.indexOf("\n", at);
      at = end === -1 ? line.length : end;
    } else if (character === "\\") {
      at++;
      if (at >= line.length) return null;
      if (line.charAt(at) !== "\n") word = (word ?? "") + line.charAt(at);
    } else if (character === "'" || character === '"') {
      const quoted = readQuoted(line, at, character);
      if (quoted === null) return null;
      word = (word ?? "") + quoted.text;
      at = quoted.end;
    } else {
      word = (word ?? "") + character;
    }
  }
  if (word !== null) words.push(word);
  return words;
}

/** The text in the quotes that open at `from`, and where they close. */
function readQuoted(line: string, from: number, quote: string): { readonly text: string; readonly end: number } | null {
  let text = "";
  for (let at = from + 1; at < line.length; at++) {
    const character = line.charAt(at);
    if (character === quote) return { text, end: at };
    if (character !== "\\" || quote === "'") {
      text += character;
      continue;
    }
    at++;
    const next = line.charAt(at);
    if (next === "") return null;
    if (next !== "\n") text += '$`"\\'.includes(next) ? next : `\\${next}`;
  }
  return null;
}
