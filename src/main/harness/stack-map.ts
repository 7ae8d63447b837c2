import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import { compilerBreak, createLines, editorBreak, engineBreak, type Lines, type Position } from "./lines.ts";
import { preludeFile, scriptFile } from "./prelude.ts";

export type { Position };

/** Translates places of the compiled code into the script's own. */
export interface StackMap {
  /** `line:column` of compiled code; null when it is empty or belongs to no line of the script. */
  position(place: string): Position | null;
  /** The frames of the script, mapped, in Node's form; and the innermost one. */
  stack(raw: string): { readonly text: string; readonly top: Position | null };
  /** Text with places of the compiled code (a printed stack) in the script's own; frames of the prelude are left out. */
  text(raw: string): string;
  /** The script's lines around a position, with a caret. */
  frame(at: Position): string;
}

const framePattern = new RegExp(`^\\s*at (?:(.*?) \\()?${scriptFile}:(\\d+):(\\d+)\\)?$`);
/** With a number it is code of an earlier script of a named runtime. */
const placePattern = new RegExp(`\\b${scriptFile}(#\\d+)?:(\\d+:\\d+)`, "g");
const preludeFrame = new RegExp(`\\n?[ \\t]*at [^\\n]*${preludeFile}:\\d+:\\d+\\)?`, "g");
/** Names of the wrapper around the script, not of anything a person wrote. */
const wrapperNames = new Set(["<eval>", "<anonymous>", ""]);
const maxFrames = 20;
/** The compiled wrapper has this line to itself. A frame there is a function whose position the engine does not know. */
const wrapperLine = 1;

/**
 * `map` is the compiler's source map from `js` to the wrapped script, whose first line starts `wrapperLength` characters
 * before the script's own. Decoded on first use; positions are remembered because a loop calls from the same place again
 * and again. Compiler, engine and people count lines in different ways: the texts are asked where they differ.
 */
export function createStackMap(source: string, js: string, map: string, wrapperLength: number): StackMap {
  let trace: TraceMap | undefined;
  const known = new Map<string, Position | null>();
  let lines: readonly string[] | undefined;
  const toCompiler = /[\u2028\u2029]/.test(js) ? recount(js, engineBreak, compilerBreak) : undefined;
  const toEditor = /[\u2028\u2029]/.test(source) ? recount(source, compilerBreak, editorBreak) : undefined;

  const find = (place: string): Position | null => {
    const match = /^(\d+):(\d+)$/.exec(place);
    const given = { line: Number(match?.[1]), column: Number(match?.[2]) };
    if (!(given.line > wrapperLine) || !(given.column >= 1)) return null;
    const generated = toCompiler?.(given) ?? given;
    trace ??= new TraceMap(map);
    const found = originalPositionFor(trace, { line: generated.line, column: generated.column - 1 });
    if (found.line === null) return null;
    const counted = { line: found.line, column: Math.max(0, found.line === 1 ? found.column - wrapperLength : found.column) + 1 };
    const at = toEditor === undefined ? counted : toEditor(counted);
    lines ??= source.split(editorBreak);
    // The wrapper's closing brace stands on a line of its own after the script's last.
    if (at === undefined || at.line > lines.length) return null;
    // The engine points at the class of `new X()`; people and Node point at `new`.
    const created = /\bnew\s+(?:[\w$]+\s*\.\s*)*$/.exec((lines[at.line - 1] ?? "").slice(Math.max(0, at.column - 81), at.column - 1));
    return { line: at.line, column: at.column - (created?.[0].length ?? 0) };
  };
  const position = (place: string): Position | null => {
    let found = known.get(place);
    if (found === undefined) known.set(place, (found = find(place)));
    return found;
  };

  return {
    position,
    stack(raw) {
      const shown: string[] = [];
      let top: Position | null = null;
      for (const line of raw.split("\n")) {
        const match = framePattern.exec(line);
        if (match === null) continue;
        const at = position(`${match[2]}:${match[3]}`);
        if (at === null) continue;
        top ??= at;
        const name = match[1] ?? "";
        if (shown.length < maxFrames)
          shown.push(wrapperNames.has(name) ? `    at script:${at.line}:${at.column}` : `    at ${name} (script:${at.line}:${at.column})`);
      }
      return { text: shown.join("\n"), top };
    },
    text: (raw) =>
      raw.includes(scriptFile) || raw.includes(preludeFile)
        ? raw.replace(preludeFrame, "").replace(placePattern, (_, earlier: string | undefined, place: string) => {
            if (earlier !== undefined) return "an earlier script";
            const at = position(place);
            return at === null ? "script" : `script:${at.line}:${at.column}`;
          })
        : raw,
    frame: (at) => codeFrame(source, at),
  };
}

/** From one way to count the lines of a text to another; undefined behind its end. */
function recount(text: string, from: RegExp, to: RegExp): (at: Position) => Position | undefined {
  let lines: { readonly from: Lines; readonly to: Lines } | undefined;
  return (at) => {
    lines ??= { from: createLines(text, from), to: createLines(text, to) };
    const offset = lines.from.offset(at);
    return offset === undefined ? undefined : lines.to.at(offset);
  };
}

/** Two lines before and after a position, numbered, with a caret under the column. */
export function codeFrame(source: string, at: Position): string {
  const lines = source.split(editorBreak);
  const first = Math.max(1, at.line - 2);
  const last = Math.min(lines.length, at.line + 2);
  const digits = String(last).length;
  const shown: string[] = [];
  for (let number = first; number <= last; number++) {
    const full = lines[number - 1] ?? "";
    // A minified line is shown around the column only.
    const from = number === at.line && at.column > 120 ? at.column - 60 : 0;
    const text = full.slice(from, from + 160).replaceAll(/[\t\u2028\u2029]/g, " ");
    shown.push(`${number === at.line ? ">" : " "} ${String(number).padStart(digits)} | ${text}`);
    if (number === at.line) shown.push(`  ${" ".repeat(digits)} | ${" ".repeat(Math.max(0, at.column - 1 - from))}^`);
  }
  return shown.join("\n");
}
