import type { LineRange } from "../../../protocol/attachment.ts";

/** `src/a.ts:10-20` in a text: a file and some of its lines. */
export interface NamedRange {
  /** As it is written. */
  readonly path: string;
  readonly range: LineRange;
}

/** Characters of a text that are looked at; a range further on stays plain text. */
const looked = 20_000;
const pattern = /(?<=^|[\s([{"'`])((?:\/|\.{1,2}\/|[A-Za-z]:[\\/])?[^\s:()[\]{}"'`]+):(\d{1,7})-(\d{1,7})(?=$|[\s)\]}"'`,.;])/gm;

/** The ranges a text names. `finished`: also the one that the text ends with (it is pasted or sent, not being typed). */
export function rangesIn(text: string, finished: boolean): readonly NamedRange[] {
  const part = text.slice(0, looked);
  // Asked with every letter, and hardly ever true.
  if (!/:\d+-\d/.test(part)) return [];
  return [...part.matchAll(pattern)].flatMap((found) => {
    const [whole, path = "", from = "", to = ""] = found;
    const range = { from: Number(from), to: Number(to) };
    if (range.from < 1 || range.to < range.from || (!finished && found.index + whole.length === text.length)) return [];
    return [{ path, range }];
  });
}
