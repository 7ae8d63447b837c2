import type { Step } from "../../state/conversation-view.ts";
import { type Row, rowsOf } from "./rows.ts";

/** The rows of a conversation at one moment. */
export interface Rows {
  readonly rows: readonly Row[];
  /**
   * The key of each row and of the one behind them. The same function while the keys are the same: the list measures all of its rows
   * anew whenever it gets another one.
   */
  readonly keyOf: (index: number) => string;
}

/**
 * Makes a function that gives what `rowsOf` gives, by the rows it gave before: only those from the last prompt on in front of the
 * first changed step are made anew. A streaming answer of 10,000 rows costs what one of 100 costs.
 */
export function createGrowingRows(): (steps: readonly Step[], queued: readonly Step[]) => Rows {
  let before: { readonly steps: readonly Step[]; readonly queued: readonly Step[] } = { steps: [], queued: [] };
  let given: Rows = { rows: [], keyOf: keysOf([]) };
  return (steps, queued) => {
    if (steps === before.steps && isSame(queued, before.queued)) return given;
    const from = isSame(queued, before.queued) ? lastPrompt(steps, commonLength(steps, before.steps)) : 0;
    const prompt = steps[from];
    const kept = from === 0 || prompt === undefined ? 0 : given.rows.lastIndexOf(prompt);
    const rows = kept <= 0 ? rowsOf(steps, queued) : [...given.rows.slice(0, kept), ...rowsOf(steps.slice(from), queued)];
    const areKeysSame = rows.length === given.rows.length && isSameFrom(Math.max(0, kept), rows, given.rows);
    before = { steps, queued };
    given = { rows, keyOf: areKeysSame ? given.keyOf : keysOf(rows) };
    return given;
  };
}

function keysOf(rows: readonly Row[]): (index: number) => string {
  return (index) => rows[index]?.key ?? `tail:${rows.length}`;
}

/** Steps at the beginning that are the same. */
function commonLength(a: readonly Step[], b: readonly Step[]): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a[length] === b[length]) length++;
  return length;
}

/** The last prompt among the first `length` steps: no row reaches over it. 0: there is none. */
function lastPrompt(steps: readonly Step[], length: number): number {
  for (let at = length - 1; at > 0; at--) if (steps[at]?.kind === "user") return at;
  return 0;
}

function isSameFrom(start: number, rows: readonly Row[], before: readonly Row[]): boolean {
  for (let at = start; at < rows.length; at++) if (rows[at]?.key !== before[at]?.key) return false;
  return true;
}

function isSame(a: readonly Step[], b: readonly Step[]): boolean {
  return a.length === b.length && a.every((step, index) => step === b[index]);
}
