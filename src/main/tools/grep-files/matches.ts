import { z } from "zod";
import { runRipgrep } from "./ripgrep.ts";

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
 * The matching lines of files that are known to match, in the order of the files. `matchCount` counts all of them, also
 * those beyond the limit (`cut`).
 */
export async function collectMatches(
  pattern: string,
  files: readonly string[],
  options: { context: number; cwd: string; signal: AbortSignal },
): Promise<{ matches: Match[]; matchCount: number; cut: boolean }> {
  const byFile = new Map<string, Line[]>();
  let cut = false;
  for (const some of commandLines(files)) {
    // Named files are searched whatever they are named: include and ignore files have done their work in the first pass.
    const output = await runRipgrep(
      ["--no-config", "--json", "--context", String(options.context), "--regexp", pattern, "--", ...some],
      options,
    );
    cut ||= output.cut;
    for (const row of output.stdout.toString("utf8").split("\n")) {
      const line = parseRow(row);
      if (line === undefined) continue;
      cut ||= line.text.length > MAX_LINE;
      const lines = byFile.get(line.path);
      if (lines === undefined) byFile.set(line.path, [line]);
      else lines.push(line);
    }
  }
  const matches: Match[] = [];
  let matchCount = 0;
  for (const file of files) {
    const lines = byFile.get(file) ?? [];
    for (let i = 0; i < lines.length; i++) {
      const line = lines[i];
      if (line === undefined || !line.isMatch) continue;
      matchCount++;
      if (matches.length < MAX_MATCHES) matches.push(toMatch(lines, i, line, options.context));
      else cut = true;
    }
  }
  return { matches, matchCount, cut };
}

/** Systems limit the length of a command line (Windows to 32 KB, Linux to 2 MB): stay well below. */
const MAX_ARGUMENTS = process.platform === "win32" ? 24 * 1024 : 512 * 1024;

function commandLines(files: readonly string[]): string[][] {
  const groups: string[][] = [];
  let length = MAX_ARGUMENTS;
  for (const file of files) {
    length += file.length + 3;
    if (length > MAX_ARGUMENTS) {
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

const text = z.union([z.object({ text: z.string() }), z.object({ bytes: z.string() })]);
const row = z.object({ type: z.enum(["match", "context"]), data: z.object({ path: text, lines: text, line_number: z.number() }) });

function parseRow(json: string): Line | undefined {
  if (!json.startsWith('{"type":"match"') && !json.startsWith('{"type":"context"')) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    // The last row of an output that was cut.
    return undefined;
  }
  const parsed = row.safeParse(value);
  if (!parsed.success) return undefined;
  const { type, data } = parsed.data;
  return { path: decode(data.path), line: data.line_number, text: decode(data.lines).replace(/\r?\n$/, ""), isMatch: type === "match" };
}

function decode(value: z.infer<typeof text>): string {
  return "text" in value ? value.text : Buffer.from(value.bytes, "base64").toString("utf8");
}

function toMatch(lines: readonly Line[], index: number, line: Line, context: number): Match {
  const match = { path: line.path, line: line.line, text: line.text.slice(0, MAX_LINE) };
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
