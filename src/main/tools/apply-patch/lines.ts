/**
 * A file cut into lines that keep their own terminators (`\r\n`, `\n` or a lone `\r`). It stays UTF-8 bytes, and positions
 * are bytes: a text of the whole of a large file costs more than everything else that is done with it.
 */
export interface FileLines {
  readonly bytes: Buffer;
  /** The whole as a text, made when asked for. */
  readonly text: string;
  readonly count: number;
  /** Terminator that new lines get: the first one in the file, `\n` when it has none. */
  readonly terminator: string;
  /** False when the last line has no terminator. True for an empty file. */
  readonly endsWithTerminator: boolean;
  /** Where line `index` begins; `startOf(count)` is the end of the file. */
  startOf(index: number): number;
  /** Length of the line without its terminator. */
  lengthOf(index: number): number;
  /** The line without its terminator. */
  lineAt(index: number): string;
  /** The first line at or after `from` that consists of these bytes, up to `last`; undefined when there is none. */
  findLine(wanted: Buffer, from: number, last: number): number | undefined;
  lineEquals(index: number, wanted: Buffer): boolean;
}

const LF = 0x0a;
const CR = 0x0d;

/** Cuts a file (valid UTF-8) into lines as the patch format does (Codex 0.169.0, measured). A final terminator does not begin another line. */
export function splitLines(content: Buffer | string): FileLines {
  const bytes = typeof content === "string" ? Buffer.from(content, "utf8") : content;
  const { starts, count } = lineStarts(bytes);
  let text = typeof content === "string" ? content : undefined;
  const startOf = (index: number): number => (index < count ? (starts[index] ?? 0) : bytes.length);
  const endOf = (index: number): number => {
    const start = startOf(index);
    let end = startOf(index + 1);
    // A line holds neither character, so what stands at its end is its own terminator.
    if (end > start && bytes[end - 1] === LF) end--;
    if (end > start && bytes[end - 1] === CR) end--;
    return end;
  };
  const lineEquals = (index: number, wanted: Buffer): boolean => {
    const start = startOf(index);
    return endOf(index) - start === wanted.length && bytes.compare(wanted, 0, wanted.length, start, start + wanted.length) === 0;
  };
  const lineOf = (position: number, from: number): number => {
    let low = from;
    let high = count - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (startOf(middle) <= position) low = middle;
      else high = middle - 1;
    }
    return low;
  };
  const firstTerminator = count === 0 ? "" : bytes.toString("latin1", endOf(0), startOf(1));
  return {
    bytes,
    get text() {
      text ??= bytes.toString("utf8");
      return text;
    },
    count,
    terminator: firstTerminator === "" ? "\n" : firstTerminator,
    endsWithTerminator: count === 0 || endOf(count - 1) !== bytes.length,
    startOf,
    lengthOf: (index) => endOf(index) - startOf(index),
    lineAt: (index) => bytes.toString("utf8", startOf(index), endOf(index)),
    findLine(wanted, from, last) {
      if (wanted.length === 0) {
        for (let at = from; at <= last; at++) if (startOf(at) === endOf(at)) return at;
        return undefined;
      }
      for (let at = from; at <= last; at++) {
        const found = bytes.indexOf(wanted, startOf(at));
        if (found === -1) return undefined;
        at = lineOf(found, at);
        if (at <= last && startOf(at) === found && lineEquals(at, wanted)) return at;
      }
      return undefined;
    },
    lineEquals,
  };
}

/** Where the lines begin; of `starts` the first `count` are used. */
function lineStarts(bytes: Buffer): { starts: Int32Array; count: number } {
  let starts = new Int32Array(256);
  let count = 0;
  let position = 0;
  let nextLf = bytes.indexOf(LF);
  let nextCr = bytes.indexOf(CR);
  while (position < bytes.length) {
    if (count === starts.length) {
      const more = new Int32Array(count * 2);
      more.set(starts);
      starts = more;
    }
    starts[count++] = position;
    if (nextLf !== -1 && nextLf < position) nextLf = bytes.indexOf(LF, position);
    if (nextCr !== -1 && nextCr < position) nextCr = bytes.indexOf(CR, position);
    if (nextLf === -1 && nextCr === -1) position = bytes.length;
    else if (nextCr !== -1 && (nextLf === -1 || nextCr < nextLf)) position = nextCr + (nextLf === nextCr + 1 ? 2 : 1);
    else position = nextLf + 1;
  }
  return { starts, count };
}
