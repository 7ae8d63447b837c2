import type { RulePattern } from "../../protocol/rule.ts";
import { programName } from "../lib/programs.ts";
import { isAmong, madeWords } from "./made-words.ts";

/** Programs that run nothing their words name, whatever these are; and those whose command behind them is looked at by itself. */
const inert: ReadonlySet<string> = new Set(
  "echo true false cd pwd ls cat head tail wc cut tr uniq basename dirname realpath readlink stat du df date sleep mkdir rmdir touch cp mv ln rm chmod chown diff cmp comm file which grep egrep fgrep sha256sum md5sum seq tee timeout nice ionice nohup time setsid stdbuf".split(
    " ",
  ),
);

/** Choices of git that run nothing their further words name. */
const inertGit: ReadonlySet<string> = new Set(
  "add commit status diff log show branch checkout switch restore tag stash rm mv blame init remote rev-parse ls-files merge fetch cat-file reset grep".split(
    " ",
  ),
);

/** True when what a command runs is its program and nothing else, as far as its words say. */
export function isInert(words: readonly (string | null)[]): boolean {
  const name = programName(words[0] ?? "");
  // bash evaluates such words a second time in many places.
  if (words.some((word) => word !== null && /\$\(|`|\$\{/.test(word))) return false;
  if (name === "rg") return !words.some((word) => word !== null && /^--(?:pre|hostname-bin|search-zip)|^-[a-z]*z/.test(word));
  if (name !== "git") return inert.has(name);
  const choice = words[1] === "-C" ? words[3] : words[1];
  return choice !== null && choice !== undefined && inertGit.has(choice) && !words.some((word) => word !== null && runsProgram(word));
}

/** Options by which git runs a program that they name; it takes them shortened, too. */
const gitPrograms = ["--open-files-in-pager", "--upload-pack", "--receive-pack", "--exec", "--ext-diff"];

function runsProgram(word: string): boolean {
  const [option = ""] = word.split("=");
  return option.startsWith("-O") || (option.length > 3 && gitPrograms.some((known) => known.startsWith(option)));
}

/** Places whose files git and its helpers run. */
const hookPlaces = /\.git\b|\.husky\b|\bhooks\//;

export interface NamedText {
  /** The command line with the variables it is called with. */
  readonly text: string;
  /** Its commands. */
  readonly commands: readonly (readonly (string | null)[])[];
}

/**
 * True when a command line holds all words of a rule and one of its programs, or a variable, could put them together: there are
 * more programs that run others (`setpriv`, `gdb -ex`, `expect -c`, aliases by variables of git) than anybody can list.
 */
export function mayBeNamed({ text, commands }: NamedText, rule: RulePattern): boolean {
  const setsVariables = /(?:^|[\s;&|(])[A-Za-z_]\w*\+?=/.test(text);
  const isActing = !commands.every((words) => isInert(words) || isOther(words, rule));
  return (setsVariables || hookPlaces.test(text) || isActing) && namesAll({ text, commands }, rule);
}

/** The program of a rule for one exact command, called with other words: read as a whole, and not the one. */
function isOther(words: readonly (string | null)[], rule: RulePattern): boolean {
  const programs = words.map((word) => (word === null ? null : programName(word)));
  // Named a second time, the program may run itself.
  return rule.exact && programs.lastIndexOf(rule.words[0] ?? "") === 0 && words.every((word) => word !== null && !word.includes("="));
}

/** The text has all words of the rule, wherever: quotes, backslashes and line ends behind one are not looked at. */
export function namesAll({ text, commands }: NamedText, rule: RulePattern): boolean {
  // As bash reads them, `$'...'` says other words than stand there.
  const read = commands.flat().filter((word) => word !== null);
  const plain = [text, ...read].join("\n").replaceAll(/\\\n|["'\\]/g, "");
  const named = new Set(
    plain
      // What a variable becomes when it is not set.
      .replaceAll(/:[-+=?]/g, " ")
      .split(/[^\w.@+-]+/)
      // `alias.p=…`, `git-push`: the parts count, too; options stay whole, or every `--rm` would name `rm`.
      .flatMap((word) => (word.startsWith("-") ? [word] : [word, ...word.split(/[.-]/)])),
  );
  const missing = rule.words.filter((word, at) => {
    const sought = at === 0 ? programName(word) : word;
    if (word.startsWith("-") || named.has(sought)) return false;
    // A word such as `test:e2e` is none of the parts.
    return !(/[^\w.@+-]/.test(sought) && plain.includes(sought));
  });
  if (missing.length === 0) return true;
  const made = madeWords(text);
  return missing.every((word) => isAmong(made, word === rule.words[0] ? programName(word) : word));
}
