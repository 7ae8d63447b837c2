import { realpathSync } from "node:fs";
import { stat } from "node:fs/promises";
import path from "node:path";
import { SpindleError } from "../../protocol/error.ts";
import { grepFilesInput, grepFilesResult, type GrepFilesInput, type GrepFilesResult } from "../../protocol/tools.ts";
import { displayPath, fileError, isInside } from "../lib/paths.ts";
import { isReadable, type ReadScope, resolveForReading } from "../lib/read-scope.ts";
import { collectMatches, type Match } from "./grep-files/matches.ts";
import { newestFirst } from "./grep-files/newest-first.ts";
import { runRipgrep, type Unread } from "./grep-files/ripgrep.ts";
import { defineTool, readScopeOf } from "./tool.ts";

const DEFAULT_FILES = 100;
/** One search, both passes (Codex, last version with this tool). */
const TIMEOUT_MS = 30_000;
/** Files and folders that could not be read, named at most. */
const MAX_NOTES = 5;

/**
 * The tool `grepFiles`: ripgrep over a folder, the files that match newest first, for scripts with the matching lines.
 * Two passes: which files match (parallel, unsorted), then the lines of those that are shown. Throws `invalid_pattern` in
 * ripgrep's words, `not_found`, `outside_project`, `permission_denied`, `timeout`.
 */
export const grepFilesTool = defineTool({
  name: "grepFiles",
  description:
    "Searches file contents by regular expression (ripgrep; ignored files are left out). Files come newest first; with context also the lines.",
  input: grepFilesInput,
  result: grepFilesResult,
  effect: (input, ctx) => ({ kind: "read" as const, paths: [path.resolve(ctx.projectRoot, input.path ?? ".")] }),
  async run(input, ctx) {
    const given = input.path ?? ".";
    const pattern = input.pattern.trim();
    if (pattern === "") throw new SpindleError("invalid_pattern", "pattern must not be empty");
    if (`${pattern}${input.include ?? ""}`.includes("\0"))
      throw new SpindleError(pattern.includes("\0") ? "invalid_pattern" : "invalid_input", "A pattern must not contain a NUL character.", {
        hint: "\\x00 in a pattern stands for one.",
      });
    const scope = readScopeOf(ctx);
    const searched = await resolveForReading(scope, given);
    try {
      await stat(searched);
    } catch (error) {
      throw fileError(error, given);
    }
    const timeout = AbortSignal.timeout(TIMEOUT_MS);
    const signal = AbortSignal.any([ctx.signal, timeout]);
    try {
      return await search({ ...input, pattern }, scope, searched, signal);
    } catch (error) {
      if (timeout.aborted && !ctx.signal.aborted) {
        throw new SpindleError("timeout", `rg timed out after ${TIMEOUT_MS / 1000} seconds`, {
          hint: "Search a smaller folder or use include.",
          cause: error,
        });
      }
      throw error;
    }
  },
});

async function search(input: GrepFilesInput, scope: ReadScope, searched: string, signal: AbortSignal) {
  const { projectRoot } = scope;
  // A blank glob is none (Codex, last version with this tool); ripgrep would find nothing with it.
  const include = input.include?.trim() ?? "";
  const common = ["--no-config", "--regexp", input.pattern, ...(include === "" ? [] : ["--glob", include])];
  const listing = await runRipgrep([...common, "--files-with-matches", "--null", "--", searched], { cwd: projectRoot, signal });
  const all = listing.stdout
    .toString("utf8")
    .split("\0")
    .filter((name) => name !== "" && !name.includes("\uFFFD") && isShown(scope, name));
  const limit = input.limit ?? DEFAULT_FILES;
  const newest = (await newestFirst(all, signal)).slice(0, limit);
  const found = await collectMatches(input.pattern, newest, { scope, context: input.context ?? 0, cwd: projectRoot, signal });
  const { files } = found;
  const shownPaths = files.map((file) => displayPath(projectRoot, file));
  const matches = found.matches.map((match) => ({ ...match, path: displayPath(projectRoot, match.path) }));
  const notes = notesOf(listing.problems, scope);
  const result: GrepFilesResult = {
    files: shownPaths,
    matches,
    matchCount: found.matchCount,
    truncated: newest.length < all.length || found.cut,
    ...(notes.length === 0 ? {} : { notes }),
  };
  return {
    result,
    text: textOf(result, input.context, notes),
    summary: files.length === 0 ? "no matches" : `${files.length} ${files.length === 1 ? "file" : "files"}`,
  };
}

/** By its path alone: what is in a hidden place must not take the room of what can be shown. */
function isShown(scope: ReadScope, file: string): boolean {
  return !scope.hidden.some((place) => isInside(place, file)) || isReadable(scope, file);
}

/**
 * What could not be read, a few at most. A name that a link swapped in for a folder brought in is not of the project: only what
 * is there, and in the scope, is named.
 */
function notesOf(problems: readonly Unread[], scope: ReadScope): string[] {
  const ours = problems.filter(({ path: unread }) => {
    try {
      return isReadable(scope, realpathSync(unread));
    } catch {
      // Gone by now, or never ours.
      return false;
    }
  });
  const shown = ours.slice(0, MAX_NOTES).map(({ path: unread, reason }) => `${displayPath(scope.projectRoot, unread)}: ${reason}`);
  return ours.length > MAX_NOTES ? [...shown, `${ours.length - MAX_NOTES} more could not be read`] : shown;
}

/** Paths one per line as in the original; with `context` the lines, `:` after the number of a match and `-` around it. */
function textOf(result: GrepFilesResult, context: number | undefined, notes: readonly string[]): string {
  const body = result.files.length === 0 ? "No matches found." : context === undefined ? result.files.join("\n") : withLines(result);
  return [body, ...notes.map((note) => `Note: ${note}`)].join("\n");
}

function withLines(result: GrepFilesResult): string {
  const parts: string[] = [];
  for (const file of result.files) {
    if (parts.length > 0) parts.push("");
    parts.push(file);
    let previous: number | undefined;
    for (const [line, shown] of shownLines(result.matches.filter((match) => match.path === file))) {
      if (previous !== undefined && line > previous + 1) parts.push("--");
      parts.push(shown);
      previous = line;
    }
  }
  return parts.join("\n");
}

/** Lines by number, each once: a line that matches is shown as a match, also where it is context of another. */
function shownLines(matches: readonly Match[]): [number, string][] {
  const lines = new Map<number, string>();
  for (const match of matches) {
    const before = match.before ?? [];
    before.forEach((text, i) => {
      const line = match.line - before.length + i;
      if (!lines.has(line)) lines.set(line, `${line}-${text}`);
    });
    lines.set(match.line, `${match.line}:${match.text}`);
    match.after?.forEach((text, i) => lines.set(match.line + 1 + i, `${match.line + 1 + i}-${text}`));
  }
  return [...lines].sort(([a], [b]) => a - b);
}
