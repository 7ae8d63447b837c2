/** A text cut into lines that keep their own terminators (`\r\n`, `\n` or a lone `\r`). Lines are cut out only when asked for. */
export interface FileLines {
  readonly text: string;
  readonly count: number;
  /** Terminator that new lines get: the first one in the file, `\n` when it has none. */
  readonly terminator: string;
  /** False when the last line has no terminator. True for an empty file. */
  readonly endsWithTerminator: boolean;
  /** Where line `index` begins; `startOf(count)` is the end of the text. */
  startOf(index: number): number;
  /** Length of the line without its terminator. */
  lengthOf(index: number): number;
  /** The line without its terminator. */
  lineAt(index: number): string;
  lineEquals(index: number, wanted: string): boolean;
}

/** Cuts a text into lines as the patch format does (Codex 0.169.0, measured). A final terminator does not begin another line. */
export function splitLines(text: string): FileLines {
  const starts: number[] = [];
  const ends: number[] = [];
  let position = 0;
  let nextLf = text.indexOf("\n");
  let nextCr = text.indexOf("\r");
  while (position < text.length) {
    starts.push(position);
    if (nextLf !== -1 && nextLf < position) nextLf = text.indexOf("\n", position);
    if (nextCr !== -1 && nextCr < position) nextCr = text.indexOf("\r", position);
    if (nextLf === -1 && nextCr === -1) {
      ends.push(text.length);
      position = text.length;
    } else if (nextCr !== -1 && (nextLf === -1 || nextCr < nextLf)) {
      ends.push(nextCr);
      position = nextCr + (nextLf === nextCr + 1 ? 2 : 1);
    } else {
      ends.push(nextLf);
      position = nextLf + 1;
    }
  }
  const count = starts.length;
  const startOf = (index: number): number => starts[index] ?? text.length;
  const lengthOf = (index: number): number => (ends[index] ?? text.length) - startOf(index);
  const firstTerminator = count === 0 ? "" : text.slice(ends[0], startOf(1));
  return {
    text,
    count,
    terminator: firstTerminator === "" ? "\n" : firstTerminator,
    endsWithTerminator: count === 0 || ends[count - 1] !== text.length,
    startOf,
    lengthOf,
    lineAt: (index) => text.slice(startOf(index), ends[index]),
    lineEquals: (index, wanted) => lengthOf(index) === wanted.length && text.startsWith(wanted, startOf(index)),
  };
}
