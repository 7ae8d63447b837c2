/**
 * Words of a command as a person types them: separated by spaces, quoted with ' or " where a word has one. Null while a
 * quote is open or nothing is there.
 */
export function wordsOf(text: string): readonly string[] | null {
  const words: string[] = [];
  let word: string | null = null;
  let quote: string | null = null;
  for (const character of text) {
    if (quote !== null) {
      if (character === quote) quote = null;
      else word += character;
    } else if (character === "'" || character === '"') {
      quote = character;
      word ??= "";
    } else if (/\s/.test(character)) {
      if (word !== null) words.push(word);
      word = null;
    } else {
      word = (word ?? "") + character;
    }
  }
  if (quote !== null) return null;
  if (word !== null) words.push(word);
  return words.length === 0 || words.includes("") ? null : words;
}
