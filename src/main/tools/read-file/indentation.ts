export interface BlockOptions {
  /** 0-based line the block grows from. */
  readonly anchor: number;
  /** Levels of four columns to go up; 0 = no limit. */
  readonly maxLevels: number;
  /** Also blocks of the same indentation as the outermost line. */
  readonly includeSiblings: boolean;
  /** Also comments right above the outermost line. */
  readonly includeHeader: boolean;
  readonly maxLines: number;
}

/**
 * The block around a line by indentation: grown one line up and one line down in turn while lines are indented deeply
 * enough, blank lines at the ends left out. Rules of the last Codex version that had them. Returns [from, to), 0-based.
 */
export function growBlock(lines: readonly string[], options: BlockOptions): { readonly from: number; readonly to: number } {
  const { anchor, maxLines } = options;
  const indents = effectiveIndents(lines);
  const minimum = options.maxLevels === 0 ? 0 : Math.max(0, (indents[anchor] ?? 0) - INDENT * options.maxLevels);
  const limit = Math.min(maxLines, lines.length);
  let from = anchor;
  let to = anchor + 1;
  let outermostAbove = 0;
  let outermostBelow = 0;
  let upOpen = true;
  let downOpen = true;
  while (to - from < limit && (upOpen || downOpen)) {
    if (upOpen) {
      upOpen = from > 0 && (indents[from - 1] ?? 0) >= minimum;
      if (upOpen && indents[from - 1] === minimum && !options.includeSiblings) {
        upOpen = outermostAbove === 0 || (options.includeHeader && isComment(lines[from - 1] ?? ""));
        outermostAbove++;
      }
      if (upOpen) from--;
    }
    if (downOpen && to - from < limit) {
      downOpen = to < lines.length && (indents[to] ?? 0) >= minimum;
      if (downOpen && indents[to] === minimum && !options.includeSiblings) {
        downOpen = outermostBelow === 0;
        outermostBelow++;
      }
      if (downOpen) to++;
    }
  }
  // A single line is given as it is; of blank lines only nothing is left (Codex, last version with this tool).
  if (limit === 1) return { from, to };
  while (to > from && isBlank(lines[from] ?? "")) from++;
  while (to > from && isBlank(lines[to - 1] ?? "")) to--;
  return { from, to };
}

/** Columns of one level, and of a tab. */
const INDENT = 4;

/** Blank lines count as indented like the line before them. */
function effectiveIndents(lines: readonly string[]): number[] {
  let previous = 0;
  return lines.map((line) => {
    if (!isBlank(line)) previous = indentOf(line);
    return previous;
  });
}

function indentOf(line: string): number {
  let columns = 0;
  for (const char of line) {
    if (char === " ") columns++;
    else if (char === "\t") columns += INDENT;
    else break;
  }
  return columns;
}

function isBlank(line: string): boolean {
  return line.trim() === "";
}

function isComment(line: string): boolean {
  return /^\s*(?:#|\/\/|--)/.test(line);
}
