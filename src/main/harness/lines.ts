/** A place in a text; line and column 1-based, columns in UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Lines as people and editors count them. */
export const editorBreak = /\r\n?|\n/g;
/** Lines as the compiler's source map counts them, of what goes in and of what comes out. */
export const compilerBreak = /\r\n?|[\n\u2028\u2029]/g;
/** Lines as QuickJS counts them. */
export const engineBreak = /\n/g;

/** Places in a text by offset and by line, for one way to count lines. */
export interface Lines {
  at(offset: number): Position;
  /** Offset of a place; undefined behind the last line. */
  offset(at: Position): number | undefined;
}

export function createLines(text: string, lineBreak: RegExp): Lines {
  const starts = [0];
  for (const match of text.matchAll(lineBreak)) starts.push(match.index + match[0].length);
  return {
    at(offset) {
      let low = 0;
      let high = starts.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if ((starts[middle] ?? 0) <= offset) low = middle;
        else high = middle - 1;
      }
      return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
    },
    offset({ line, column }) {
      const start = starts[line - 1];
      return start === undefined ? undefined : start + column - 1;
    },
  };
}
