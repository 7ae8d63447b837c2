import type { CodeLine, Token } from "./highlight.ts";

/** Characters that one row draws: a line of a megabyte would be laid out whole for the part of it that is in sight. */
const rowChars = 2_000;

/** Lines with those that are very long cut into several rows. Joined again they are the same text. */
export function cutLines(lines: readonly CodeLine[]): readonly CodeLine[] {
  return lines.flatMap((line) => (line.reduce((sum, token) => sum + token.text.length, 0) > rowChars ? cut(line) : [line]));
}

function cut(line: CodeLine): readonly CodeLine[] {
  const rows: Token[][] = [[]];
  let room = rowChars;
  for (const { text, color } of line) {
    for (let at = 0; at < text.length;) {
      if (room === 0) {
        rows.push([]);
        room = rowChars;
      }
      const end = wholeEnd(text, Math.min(text.length, at + room));
      rows.at(-1)?.push({ text: text.slice(at, end), color });
      room = Math.max(0, room - (end - at));
      at = end;
    }
  }
  return rows;
}

/** Never between the halves of one character. */
function wholeEnd(text: string, end: number): number {
  const code = text.charCodeAt(end - 1);
  return end < text.length && code >= 0xd800 && code <= 0xdbff ? end + 1 : end;
}
