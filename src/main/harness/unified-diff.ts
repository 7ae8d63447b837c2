import { diffLines, type DiffRun } from "../lib/diff-lines.ts";

/** Behind the last line of a text that does not end with a line break. */
const noNewline = "\\ No newline at end of file";

/**
 * The unified diff of two texts, as `git apply` and `patch` accept it: applied to `before` it gives `after`, byte by byte.
 * Ends with a line break; empty when the texts are equal. A hunk has `context` lines around what differs.
 */
export function unifiedDiff(before: string, after: string, context: number, path: string): string {
  if (before === after) return "";
  const old = linesOf(before);
  const now = linesOf(after);
  const runs = diffLines(old, now);
  const name = quoted(path);
  let out = `--- ${name("a/")}\n+++ ${name("b/")}\n`;
  for (let first = 0; first < runs.length;) {
    const group = groupFrom(runs, first, context);
    out += hunk(old, now, group, context);
    first += group.length;
  }
  return out;
}

/** Each line with its line break: the last one is different with and without it. */
function linesOf(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** The runs from `first` on whose contexts touch. */
function groupFrom(runs: readonly DiffRun[], first: number, context: number): readonly DiffRun[] {
  let last = first;
  for (let end = endOf(runs[first]); last + 1 < runs.length; end = endOf(runs[++last])) {
    if ((runs[last + 1]?.at ?? 0) - end > context * 2) break;
  }
  return runs.slice(first, last + 1);
}

function endOf(run: DiffRun | undefined): number {
  return run === undefined ? 0 : run.at + run.removed;
}

function hunk(old: readonly string[], now: readonly string[], group: readonly DiffRun[], context: number): string {
  const [head, tail] = [group[0], group.at(-1)];
  if (head === undefined || tail === undefined) return "";
  const from = Math.max(0, head.at - context);
  const to = Math.min(old.length, endOf(tail) + context);
  const newFrom = head.newAt - (head.at - from);
  const newTo = tail.newAt + tail.added + (to - endOf(tail));
  let out = `@@ -${range(from, to)} +${range(newFrom, newTo)} @@\n`;
  const add = (mark: string, line: string | undefined): void => {
    out += line?.endsWith("\n") ? mark + line : `${mark}${line ?? ""}\n${noNewline}\n`;
  };
  let at = from;
  for (const run of group) {
    while (at < run.at) add(" ", old[at++]);
    while (at < endOf(run)) add("-", old[at++]);
    for (const line of now.slice(run.newAt, run.newAt + run.added)) add("+", line);
  }
  while (at < to) add(" ", old[at++]);
  return out;
}

/** `start,count`; an empty side is named by the line before it. */
function range(from: number, to: number): string {
  const count = to - from;
  return `${count === 0 ? from : from + 1},${count}`;
}

/** Names with other than plain characters stand in quotes, as Git writes them. */
function quoted(path: string): (prefix: string) => string {
  // Git and patch end an unquoted name at a tab; with blanks in it the tab must stand there.
  if (!/["\\\p{Cc}]/u.test(path)) return (prefix) => prefix + path + (path.includes(" ") ? "\t" : "");
  const escaped = path.replaceAll(/["\\\p{Cc}]/gu, (char) =>
    char === '"' || char === "\\" ? `\\${char}` : `\\${(char.codePointAt(0) ?? 0).toString(8).padStart(3, "0")}`,
  );
  return (prefix) => `"${prefix}${escaped}"`;
}
