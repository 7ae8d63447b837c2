import { operands, plainOperands, shortPath, untilConnector } from "./operands.ts";
import { type Summary, unknown } from "./summary.ts";

/** Options with a value of programs that list files. */
const listers: Readonly<Record<string, readonly string[]>> = {
  ls: ["-I", "-w", "--block-size", "--format", "--time-style", "--color", "--quoting-style"],
  eza: ["-I", "--ignore-glob", "--color", "--sort", "--time-style", "--time"],
  exa: ["-I", "--ignore-glob", "--color", "--sort", "--time-style", "--time"],
  tree: ["-L", "-P", "-I", "--charset", "--filelimit", "--sort"],
  du: ["-d", "--max-depth", "-B", "--block-size", "--exclude", "--time-style"],
};

/** `ls`, `eza`, `exa`, `tree`, `du`: the first operand is the folder. Null for another program. */
export function listerSummary(program: string, words: readonly string[]): Summary | null {
  if (!Object.hasOwn(listers, program)) return null;
  return listing(operands(words, listers[program] ?? [])[0]);
}

const ripgrepValues = "-g --glob --iglob -t --type --type-add --type-not -m --max-count -A -B -C --context --max-depth".split(" ");

/** `rg`, `rga`, `ripgrep-all`: pattern and path, or with `--files` a listing. */
export function ripgrepSummary(words: readonly string[]): Summary {
  const own = untilConnector(words);
  const given = plainOperands(own, ripgrepValues);
  return own.includes("--files") ? listing(given[0]) : search(given[0], given[1]);
}

/** `ag`, `ack`, `pt`: pattern and path. */
export function agSummary(words: readonly string[]): Summary {
  const withValue = ["-G", "-g", "--file-search-regex", "--ignore-dir", "--ignore-file", "--path-to-ignore"];
  const [query, path] = plainOperands(untilConnector(words), withValue);
  return search(query, path);
}

const grepPatterns: ReadonlySet<string> = new Set(["-e", "--regexp", "-f", "--file"]);
const grepNumbers: ReadonlySet<string> = new Set("-m --max-count -C --context -A --after-context -B --before-context".split(" "));

/** `grep`, `egrep`, `fgrep`, `git grep`: the first pattern given by option or the first operand, then the path. */
export function grepSummary(words: readonly string[]): Summary {
  const own = untilConnector(words);
  const given: string[] = [];
  let pattern: string | undefined;
  for (let at = 0; at < own.length; at++) {
    const word = own[at] ?? "";
    if (word === "--") {
      given.push(...own.slice(at + 1));
      break;
    }
    if (grepPatterns.has(word)) {
      at++;
      pattern ??= own[at];
    } else if (grepNumbers.has(word)) at++;
    else if (!word.startsWith("-")) given.push(word);
  }
  return pattern === undefined ? search(given[0], given[1]) : search(pattern, given[0]);
}

/** `git grep` and `git ls-files`. */
export function gitSummary([command, ...words]: readonly string[]): Summary {
  if (command === "grep") return grepSummary(words);
  if (command === "ls-files") return listing(operands(words, ["--exclude", "--exclude-from", "--pathspec-from-file"])[0]);
  return unknown;
}

/** `fd`: a pattern makes it a search; a single operand that looks like a path is the folder. */
export function fdSummary(words: readonly string[]): Summary {
  const withValue = ["-t", "--type", "-e", "--extension", "-E", "--exclude", "--search-path"];
  const [first, second] = plainOperands(untilConnector(words), withValue);
  if (second === undefined && first !== undefined && looksLikePath(first)) return listing(first);
  return first === undefined ? listing(undefined) : search(first, second);
}

/** `find`: the first operand is the folder, a name test makes it a search. */
export function findSummary(words: readonly string[]): Summary {
  const own = untilConnector(words);
  const folder = own.find((word) => !word.startsWith("-") && word !== "!" && word !== "(" && word !== ")");
  const test = own.findIndex((word) => word === "-name" || word === "-iname" || word === "-path" || word === "-regex");
  const query = test === -1 ? undefined : own[test + 1];
  return query === undefined ? listing(folder) : search(query, folder);
}

/** `python -c` with code that walks through files lists them. */
export function pythonSummary(words: readonly string[]): Summary {
  const own = untilConnector(words);
  const at = own.indexOf("-c");
  const code = at === -1 ? "" : (own[at + 1] ?? "");
  return walks.some((part) => code.includes(part)) ? listing(undefined) : unknown;
}

const walks = ["os.walk", "os.listdir", "os.scandir", "glob.glob", "glob.iglob", "pathlib.Path", ".rglob("] as const;

/** `python`, `python2`, `python3`, `python3.12`. */
export function isPython(program: string): boolean {
  return /^python(?:[23](?:\..*)?)?$/s.test(program);
}

function listing(path: string | undefined): Summary {
  return { type: "listFiles", path: path === undefined ? null : shortPath(path) };
}

function search(query: string | undefined, path: string | undefined): Summary {
  return { type: "search", query: query ?? null, path: path === undefined ? null : shortPath(path) };
}

function looksLikePath(word: string): boolean {
  return word === "." || word === ".." || word.includes("/") || word.includes("\\");
}
