import { awkFile, sedFile } from "./readers.ts";

/** Programs that only shape what another one gives. */
const always: ReadonlySet<string> = new Set("wc tr cut sort uniq tee column yes printf".split(" "));

/**
 * True for a command that says nothing by itself: `wc -l`, `head -n 40`, `sort`, `sed` and `awk` without a file, `xargs` unless
 * it changes files. Such commands are left out of what a script does.
 */
export function isHelper([program = "", ...words]: readonly string[]): boolean {
  if (always.has(program)) return true;
  switch (program) {
    case "xargs":
      return !xargsChangesFiles(words);
    case "awk":
      return awkFile(words) === undefined;
    case "sed":
      return sedFile(words) === undefined;
    case "head":
      return readsInput(words, /^[0-9]*$/);
    case "tail":
      return readsInput(words, /^\+?[0-9]*$/);
    default:
      return false;
  }
}

/** No operand: nothing, one option, or `-n`/`-c` with its count. */
function readsInput(words: readonly string[], count: RegExp): boolean {
  const [first = "-", second] = words;
  if (words.length <= 1) return first.startsWith("-");
  return words.length === 2 && (first === "-n" || first === "-c") && count.test(second ?? "");
}

function xargsChangesFiles(words: readonly string[]): boolean {
  const [program, ...rest] = xargsCommand(words);
  const inPlace = rest.some((word) => word.startsWith("-i") || word.startsWith("-pi"));
  switch (program) {
    case "perl":
    case "ruby":
      return inPlace;
    case "sed":
      return inPlace || rest.includes("--in-place");
    case "rg":
      return rest.includes("--replace");
    default:
      return false;
  }
}

function xargsCommand(words: readonly string[]): readonly string[] {
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    if (word === "--") return words.slice(at + 1);
    if (!word.startsWith("-")) return words.slice(at);
    if (/^-[EeILnPs]$/.test(word)) at++;
  }
  return [];
}
