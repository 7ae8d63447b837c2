import type { Row } from "./rows.ts";
import { rowText } from "./row-text.ts";

/** A place of the text that is looked for. */
export interface Match {
  readonly row: number;
  /** Its number among the places of its row, from 0. */
  readonly at: number;
}

/** Texts of rows in lower case, kept while the row does not change. */
const lowered = new WeakMap<Row, string>();

/** How often each row has the text, upper and lower case alike. Counts of rows that did not change are kept, so a streaming conversation costs its last row. */
export function createFinder(query: string): (rows: readonly Row[]) => readonly Match[] {
  const wanted = query.toLowerCase();
  const counts = new WeakMap<Row, number>();
  return (rows) => {
    if (wanted === "") return [];
    const matches: Match[] = [];
    for (const [row, content] of rows.entries()) {
      let count = counts.get(content);
      if (count === undefined) counts.set(content, (count = countIn(lowerText(content), wanted)));
      for (let at = 0; at < count; at++) matches.push({ row, at });
    }
    return matches;
  };
}

/** What a row says or could unfold, in lower case. */
export function lowerText(row: Row): string {
  let text = lowered.get(row);
  if (text === undefined) lowered.set(row, (text = rowText(row).toLowerCase()));
  return text;
}

function countIn(text: string, wanted: string): number {
  let count = 0;
  for (let at = text.indexOf(wanted); at !== -1; at = text.indexOf(wanted, at + wanted.length)) count++;
  return count;
}
