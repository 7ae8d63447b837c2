import { isInterpreter, isShell, programName, wrapperWords } from "../lib/programs.ts";

/** A command as it is seen: its words, program first; null is what only a shell can say: one word, several, or none. */
export type SeenWords = readonly (string | null)[];

/** What is behind a command. */
export interface Peeled {
  /** Commands that it runs. */
  readonly commands: readonly SeenWords[];
  /** Texts that it runs as shell scripts. */
  readonly scripts: readonly string[];
  /** It runs what cannot be seen. */
  readonly unread: boolean;
  /** It runs what comes in on its input, as a shell script. */
  readonly readsInput: boolean;
  /** It runs code of another language that stands in the command line. */
  readonly code: boolean;
}

const nothing: Peeled = { commands: [], scripts: [], unread: false, readsInput: false, code: false };
const unreadable: Peeled = { ...nothing, unread: true };

/**
 * One step into a command: what it runs besides itself. Where an option may or may not have a value both are taken, so it sees
 * rather too much; a file it runs is not looked into, nor is what runs on another machine or in a container.
 */
export function peel(words: SeenWords): Peeled {
  const [program] = words;
  if (program === null || program === undefined) return unreadable;
  const name = programName(program);
  if (isShell(program)) return behindShell(words);
  switch (name) {
    case "eval":
      return words.includes(null) ? unreadable : { ...nothing, scripts: [words.slice(1).join(" ")] };
    case "trap": {
      const script = words[1] === "--" ? words[2] : words[1];
      return script === null ? unreadable : { ...nothing, scripts: script === undefined ? [] : [script] };
    }
    case "alias":
      // From then on a name may stand for anything.
      return {
        ...nothing,
        scripts: words.slice(1).flatMap((word) => (word?.includes("=") ? [word.slice(word.indexOf("=") + 1)] : [])),
        unread: words.length > 1,
      };
    case "at":
    case "batch":
      return { ...nothing, readsInput: true };
    case "find":
      return { ...nothing, commands: behindFind(words).map((inner) => filledIn(inner, "{}")) };
    case "git":
      return behindGit(words);
    case "fd":
    case "fdfind":
      return { ...nothing, commands: behindOptions(words, /^(?:-[xX]|--exec(?:-batch)?)$/).map((inner) => filledIn(inner, "{")) };
    case "su":
    case "runuser":
    case "script":
    case "nix-shell":
      return { ...nothing, scripts: valuesOf(words, /^(?:-[A-Za-z]*c|--command|--session-command|--run)$/) };
    default: {
      const own = wrapperWords(words);
      if (own !== null) return behindWrapper(name, words, own);
      return { ...nothing, code: isInterpreter(program) };
    }
  }
}

/** Options of shells that have a value of their own. */
const shellValues = /^(?:[-+][A-Za-z]*[oO]|--rcfile|--init-file)$/;

function behindShell(words: SeenWords): Peeled {
  let at = 1;
  let isText = false;
  for (; at < words.length; at++) {
    const word = words[at];
    if (word === null || word === undefined) return unreadable;
    if (word === "--" || word === "-") {
      at++;
      break;
    }
    if (!/^[-+]./.test(word)) break;
    if (/^-[A-Za-z]*c/.test(word)) isText = true;
    else if (word.startsWith("--command=")) return { ...nothing, scripts: [word.slice("--command=".length)] };
    else if (word === "--command") isText = true;
    if (/^-[A-Za-z]*s/.test(word) && !isText) return { ...nothing, readsInput: true };
    if (shellValues.test(word)) at++;
  }
  const operand = words[at];
  if (isText) return operand === null || operand === undefined ? unreadable : { ...nothing, scripts: [operand] };
  return operand === undefined ? { ...nothing, readsInput: true } : nothing;
}

/** Wrappers that take a script instead of words, by `-c` or by joining their words. */
const joining: ReadonlySet<string> = new Set(["watch", "parallel", "sem", "entr", "tmux"]);
/** Wrappers that put words into the command, or behind it. */
const filling: ReadonlySet<string> = new Set(["xargs", "parallel", "sem", "entr"]);

function behindWrapper(name: string, words: SeenWords, own: number): Peeled {
  const fills = filling.has(name);
  const mark = fills ? placeholder(words) : null;
  const all = startsOf(words, own);
  // Behind an option that may have a value a placeholder is an argument, not the program.
  const starts = all.filter((start) => start === Math.min(...all) || mark === null || words[start]?.includes(mark) !== true);
  const commands = starts.map((start) => [...filledIn(words.slice(start), mark), ...(fills ? [null] : [])]);
  const scripts = valuesOf(words, /^(?:-[A-Za-z]*c|--command|-S|--split-string|--call)$/);
  // parallel ::: 'one command' 'another'
  const lists = name === "parallel" || name === "sem" ? words.findIndex((word) => /^:{3,4}\+?$/.test(word ?? "")) : -1;
  if (lists !== -1) scripts.push(...words.slice(lists + 1).filter((word) => word !== null));
  for (const word of words)
    if (/^(?:-S.|--split-string=)/.test(word ?? "")) scripts.push((word ?? "").replace(/^(?:-S|--split-string=)/, ""));
  if (joining.has(name))
    for (const start of starts)
      scripts.push(
        words
          .slice(start)
          .filter((word) => word !== null)
          .join(" "),
      );
  return { ...nothing, commands, scripts };
}

/** What stands for the words that are put in: `{}`, or what `-I` says. */
function placeholder(words: SeenWords): string {
  const at = words.findIndex((word) => /^-[iI]/.test(word ?? ""));
  const given = (words[at] ?? "").slice(2);
  if (given !== "") return given;
  return words[at] === "-I" ? (words[at + 1] ?? "{}") : "{";
}

/** A word with a placeholder may be anything. */
function filledIn(words: SeenWords, mark: string | null): SeenWords {
  return mark === null ? words : words.map((word) => (word?.includes(mark) === true ? null : word));
}

/** Places where the command of a wrapper may begin. */
function startsOf(words: SeenWords, own: number): number[] {
  const found = new Set<number>();
  const seen = new Set<string>();
  const open: (readonly [at: number, left: number])[] = [[1, own]];
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    const [at, left] = state;
    const word = words[at];
    if (word === undefined || seen.has(`${at} ${left}`)) continue;
    seen.add(`${at} ${left}`);
    if (word === null) {
      // It may be an option, a word of the wrapper's own, or the command.
      found.add(at);
      open.push([at + 1, left], [at + 1, Math.max(0, left - 1)]);
    } else if (/^[-+]./.test(word)) {
      open.push([at + 1, left]);
      if (word !== "--" && !word.includes("=")) open.push([at + 2, left]);
    } else if (/^[A-Za-z_]\w*=/.test(word)) {
      open.push([at + 1, left]);
    } else if (left > 0) {
      open.push([at + 1, left - 1]);
    } else {
      found.add(at);
    }
  }
  return [...found];
}

function behindFind(words: SeenWords): SeenWords[] {
  return words.flatMap((word, at) => {
    if (!/^-(?:exec|ok)(?:dir)?$/.test(word ?? "")) return [];
    const end = words.findIndex((one, index) => index > at && (one === ";" || one === "+"));
    return [words.slice(at + 1, end === -1 ? undefined : end)];
  });
}

function behindOptions(words: SeenWords, option: RegExp): SeenWords[] {
  return words.flatMap((word, at) => (word !== null && option.test(word) ? [words.slice(at + 1)] : []));
}

function valuesOf(words: SeenWords, option: RegExp): string[] {
  return words.flatMap((word, at) => {
    const value = words[at + 1];
    return word !== null && option.test(word) && value !== null && value !== undefined ? [value] : [];
  });
}

/** git runs commands by aliases given on the spot, and by some of its own words. */
function behindGit(words: SeenWords): Peeled {
  const commands: SeenWords[] = [];
  const scripts = valuesOf(words, /^(?:-x|--exec|foreach)$/);
  for (const word of words) {
    // A setting on the spot: an alias, or one that names a program (`core.pager`, `core.editor`, `core.sshCommand`, …).
    const [, key = "", value] = /^([\w-]+\.[\w.-]+)=([^]*)$/.exec(word ?? "") ?? [];
    if (value !== undefined) scripts.push(value.replace(/^!/, ""));
    if (value !== undefined && key.startsWith("alias.")) commands.push(["git", ...value.split(/\s+/).filter((one) => one !== "")]);
    if (word?.startsWith("--exec=")) scripts.push(word.slice("--exec=".length));
  }
  const run = words.findIndex((word) => word === "run" || word === "foreach");
  if (run !== -1 && (words.includes("bisect") || words.includes("submodule"))) {
    for (const start of startsOf(words.slice(run), 0)) commands.push(words.slice(run + start));
  }
  return { ...nothing, commands, scripts };
}
