/** A run of one line of the raw view. */
export interface RawRun {
  readonly text: string;
  /** Part of the original prompt, its marks included. */
  readonly prompt: boolean;
}
export type RawLine = readonly RawRun[];

/** A place of a text that is looked for: the line, and which one of the line's it is, from 0. */
export interface RawMatch {
  readonly line: number;
  readonly at: number;
}

/** Characters of one drawn line; longer ones go on in the next. */
const lineChars = 2_000;
/** More places than anybody steps through. */
const mostMatches = 50_000;

/** The lines of a request as it would be sent, with the original prompt marked. */
export function rawLines(text: string): readonly RawLine[] {
  const lines: RawRun[][] = [[]];
  for (const [index, part] of text.split(/(<original-user-prompt>[\s\S]*?<\/original-user-prompt>)/).entries()) {
    for (const [at, piece] of part.split("\n").entries()) {
      if (at > 0) lines.push([]);
      for (let from = 0; from < piece.length; from += lineChars) {
        const last = lines.at(-1);
        const run = { text: piece.slice(from, from + lineChars), prompt: index % 2 === 1 };
        if (from > 0 || last === undefined) lines.push([run]);
        else last.push(run);
      }
    }
  }
  return lines;
}

/** Where a text begins in a line, upper and lower case alike. Empty for an empty text. */
export function placesIn(text: string, query: string): readonly { readonly from: number; readonly to: number }[] {
  if (query === "") return [];
  return [...text.matchAll(finder(query))].map(({ index, 0: found }) => ({ from: index, to: index + found.length }));
}

/** All places of a text, in order. */
export function findInLines(lines: readonly RawLine[], query: string): readonly RawMatch[] {
  const matches: RawMatch[] = [];
  if (query === "") return matches;
  const pattern = finder(query);
  for (const [line, runs] of lines.entries()) {
    const count = textOf(runs).match(pattern)?.length ?? 0;
    for (let at = 0; at < count && matches.length < mostMatches; at++) matches.push({ line, at });
  }
  return matches;
}

/** A line cut where places begin and end; `place` counts them from 0, null beside them. */
export function cutAtPlaces(line: RawLine, query: string): readonly (RawRun & { readonly place: number | null })[] {
  const places = placesIn(textOf(line), query);
  const cut: (RawRun & { readonly place: number | null })[] = [];
  let start = 0;
  for (const run of line) {
    const end = start + run.text.length;
    const edges = [start, ...places.flatMap(({ from, to }) => [from, to]).filter((edge) => edge > start && edge < end), end];
    for (const [index, from] of edges.slice(0, -1).entries()) {
      const place = places.findIndex((each) => from >= each.from && from < each.to);
      cut.push({ ...run, text: run.text.slice(from - start, (edges[index + 1] ?? end) - start), place: place < 0 ? null : place });
    }
    start = end;
  }
  return cut;
}

function textOf(line: RawLine): string {
  return line.map(({ text }) => text).join("");
}

function finder(query: string): RegExp {
  return new RegExp(query.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&"), "giu");
}
