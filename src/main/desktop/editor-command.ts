import path from "node:path";
import { SpindleError } from "../../protocol/error.ts";

/** A program and its arguments, started without a shell. */
export interface EditorCommand {
  readonly program: string;
  readonly args: readonly string[];
}

/**
 * The setting `editor` for one file. Words are split at white space, quotes keep a word together, nothing else has a meaning: no
 * variables, no shell. `{file}` and `{line}` are put into the words afterwards, so that a path with a space or a quote stays one
 * argument; a command without `{file}` gets it as its last word. Without a line `{line}` is 1. Throws `settings_invalid`.
 */
export function editorCommand(setting: string, file: string, line: number | null): EditorCommand {
  const words = splitWords(setting);
  if (words === null || words[0] === undefined)
    throw new SpindleError("settings_invalid", "The setting “editor” has a quote without an end.", {
      hint: "Close it, for example: code -g {file}:{line}",
    });
  const [program, ...rest] = words;
  if (program.includes("{file}") || program.includes("{line}"))
    throw new SpindleError("settings_invalid", "The setting “editor” begins with a file instead of a program.", {
      hint: "Name the program first, for example: code -g {file}:{line}",
    });
  const named = rest.some((word) => word.includes("{file}")) ? rest : [...rest, "{file}"];
  const values = { "{file}": file, "{line}": String(line ?? 1) };
  return { program, args: named.map((word) => word.replaceAll(/\{file\}|\{line\}/g, (name) => values[name as keyof typeof values])) };
}

/** Null when a quote has no end. */
function splitWords(text: string): string[] | null {
  const words: string[] = [];
  let word: string | null = null;
  let quote: string | null = null;
  for (const sign of text) {
    if (quote !== null) {
      if (sign === quote) quote = null;
      else word += sign;
    } else if (sign === '"' || sign === "'") {
      quote = sign;
      word ??= "";
    } else if (/\s/.test(sign)) {
      if (word !== null) words.push(word);
      word = null;
    } else word = (word ?? "") + sign;
  }
  if (quote !== null) return null;
  return word === null ? words : [...words, word];
}

const setOf = (...lines: readonly string[]): ReadonlySet<string> => new Set(lines.flatMap((line) => line.split(" ")));
const texts = setOf(
  "txt md markdown mdx rst adoc log json jsonc json5 jsonl yaml yml toml ini cfg conf xml properties lock",
  "ts tsx mts cts css scss sass less vue svelte astro sql graphql gql proto tf tex diff patch",
  "c h cc cpp cxx hh hpp hxx m mm rs go java kt kts swift scala clj cs fs zig nim dart ex exs erl hs ml",
);
/** Text as well, but Windows (scripts, Python) and macOS (Python) may run it when it is opened. */
const interpreted = setOf("js mjs cjs jsx py rb pl php sh bash zsh fish lua r jl");

/**
 * True when the name says that the system's usual program for the file shows it as text. What a system could run instead (programs,
 * shortcuts, pages, there also scripts) is left out. Whether the file may be executed is the caller's to look at.
 */
export function isPlainText(file: string, platform: NodeJS.Platform): boolean {
  const extension = path.extname(file).slice(1).toLowerCase();
  return texts.has(extension) || (platform === "linux" && interpreted.has(extension));
}
