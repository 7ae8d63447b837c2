import type { ReadScope } from "../../lib/read-scope.ts";
import { maxOpened, type OpenedFiles, openFiles } from "./opened-files.ts";
import { type RipgrepOutput, runRipgrep } from "./ripgrep.ts";

/** A matching line; `path` absolute. */
export interface Match {
  readonly path: string;
  readonly line: number;
  readonly text: string;
  readonly before?: string[] | undefined;
  readonly after?: string[] | undefined;
}

/** Lines handed over at most, and characters of each. */
const MAX_MATCHES = 5_000;
const MAX_LINE = 2_000;
/**
 * Bytes of a line that ripgrep prints whole; of a longer one it prints as many characters and a remark. Four per character:
 * whatever is cut is longer than `MAX_LINE`, so the remark is never seen.
 */
const MAX_COLUMNS = 4 * MAX_LINE;

/** Rows as `path NUL number : text` (a match) or `path NUL number - text` (context). Its JSON has all of every line and each place in it. */
const printing: readonly string[] = [
  "--no-config",
  "--text",
  "--null",
  "--line-number",
  "--with-filename",
  "--no-heading",
  "--no-context-separator",
  "--color=never",
  "--max-columns",
  String(MAX_COLUMNS),
  "--max-columns-preview",
  "--max-count",
  String(MAX_MATCHES),
];

interface Search {
  readonly scope: ReadScope;
  readonly context: number;
  readonly cwd: string;
  readonly signal: AbortSignal;
}

/**
 * The matching lines of files that are said to match, in the order of the files. `files` are those that do, and are in the scope
 * at the moment they are read: a search by paths cannot promise that. `matchCount` counts all lines, also those beyond the limit
 * (`cut`).
 */
export async function collectMatches(
  pattern: string,
  files: readonly string[],
  options: Search,
): Promise<{ files: string[]; matches: Match[]; matchCount: number; cut: boolean }> {
  const byFile = new Map<string, Line[]>();
  let matchCount = 0;
  let cut = false;
  for (const some of commandLines(files)) {
    const opened = openFiles(options.scope, some);
    try {
      if (opened.names.length === 0) continue;
      const output = await readRows(pattern, opened, options);
      const found = new Map<string, Line[]>();
      for (const line of parseRows(output.stdout.toString("utf8"))) {
        cut ||= line.text.length > MAX_LINE;
        const lines = found.get(line.path);
        if (lines === undefined) found.set(line.path, [line]);
        else lines.push(line);
      }
      const counts = [...found.values()].map((lines) => lines.filter((line) => line.isMatch).length);
      const hasAll = !output.cut && counts.every((count) => count < MAX_MATCHES);
      cut ||= !hasAll;
      matchCount += hasAll ? counts.reduce((sum, count) => sum + count, 0) : await countMatches(pattern, opened, options);
      for (const [name, lines] of found) byFile.set(opened.pathOf(name), lines);
    } finally {
      opened.close();
    }
  }
  const matches: Match[] = [];
  for (const file of files) {
    const lines = byFile.get(file) ?? [];
    for (let i = 0; i < lines.length; i++) {
      const line = lines[i];
      if (line === undefined || !line.isMatch) continue;
      if (matches.length < MAX_MATCHES) matches.push(toMatch(file, lines, i, line, options.context));
      else cut = true;
    }
  }
  return { files: files.filter((file) => byFile.has(file)), matches, matchCount, cut };
}

/** Named files are searched whatever they are named: include and ignore files have done their work in the first pass. */
function readRows(pattern: string, { names, descriptors }: OpenedFiles, options: Search): Promise<RipgrepOutput> {
  const args = [...printing, "--context", String(options.context), "--regexp", pattern, "--", ...names];
  return runRipgrep(args, { ...options, descriptors });
}

/** Systems limit the length of a command line (Windows to 32 KB, Linux to 2 MB): stay well below. */
const MAX_ARGUMENTS = process.platform === "win32" ? 24 * 1024 : 512 * 1024;

function commandLines(files: readonly string[]): string[][] {
  const groups: string[][] = [];
  let length = MAX_ARGUMENTS;
  for (const file of files) {
    length += file.length + 3;
    if (length > MAX_ARGUMENTS || groups.at(-1)?.length === maxOpened) {
      groups.push([]);
      length = file.length + 3;
    }
    groups.at(-1)?.push(file);
  }
  return groups;
}

interface Line {
  readonly path: string;
  readonly line: number;
  readonly text: string;
  readonly isMatch: boolean;
}

/** How many lines match, all of them. */
async function countMatches(pattern: string, { names, descriptors }: OpenedFiles, options: Search): Promise<number> {
  const args = ["--no-config", "--text", "--null", "--count", "--with-filename", "--color", "never", "--regexp", pattern, "--", ...names];
  const { stdout } = await runRipgrep(args, { ...options, descriptors });
  return [...stdout.toString("utf8").matchAll(/\0(\d+)\n/g)].reduce((sum, [, count]) => sum + Number(count), 0);
}

function* parseRows(output: string): Generator<Line> {
  let start = 0;
  for (let end = output.indexOf("\n"); end !== -1; end = output.indexOf("\n", end + 1)) {
    const nul = output.indexOf("\0", start);
    // A name may hold line ends: the row goes on until its NUL.
    if (nul === -1 || nul > end) continue;
    const [, head = "", line, sign] = /^((\d+)([:-]))/.exec(output.slice(nul + 1, nul + 20)) ?? [];
    const text = output.slice(nul + 1 + head.length, end).replace(/\r$/, "");
    yield { path: output.slice(start, nul), line: Number(line), text, isMatch: sign === ":" };
    start = end + 1;
  }
}

function toMatch(file: string, lines: readonly Line[], index: number, line: Line, context: number): Match {
  const match = { path: file, line: line.line, text: line.text.slice(0, MAX_LINE) };
  if (context === 0) return match;
  const around = (step: 1 | -1): string[] => {
    const found: string[] = [];
    for (let i = index + step; found.length < context; i += step) {
      const neighbour = lines[i];
      if (neighbour === undefined || neighbour.line !== line.line + (found.length + 1) * step) break;
      found.push(neighbour.text.slice(0, MAX_LINE));
    }
    return step === 1 ? found : found.reverse();
  };
  return { ...match, before: around(-1), after: around(1) };
}
