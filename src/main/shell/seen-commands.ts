import { cookedWord } from "./cooked-word.ts";
import type { ShellParser } from "./parser.ts";
import { peel, type SeenWords } from "./peel.ts";
import { namedChildren, type ParsedScript, type SyntaxNode, textOf, walk } from "./syntax.ts";

/** The commands of a command line, for rules that forbid or ask: rather too many than too few. */
export interface SeenCommands {
  /** Every command that can be seen, also behind others (`sudo`, `env`, `xargs`, `find -exec`) and in texts that a shell is given. */
  readonly commands: readonly SeenWords[];
  /** Something runs that nobody can see: a variable for a program, a text from elsewhere for a shell, no valid bash. */
  readonly unread: boolean;
  /** Code of another language stands in it, which may run commands. */
  readonly code: boolean;
}

/** Nothing was seen of a command line. */
export const unseen: SeenCommands = { commands: [], unread: true, code: false };

/** Commands that are looked at; scripts in scripts in scripts. More of either is not seen, which `unread` says. */
const maxCommands = 2_000;
const maxDepth = 10;

/** Reads a parsed command line as a rule must: what may run counts, not what surely does. */
export function seenCommands(parsed: ParsedScript, parser: ShellParser): SeenCommands {
  const commands: SeenWords[] = [];
  let unread = false;
  let code = false;
  let level: readonly ParsedScript[] = [parsed, ...joined(parsed, parser)];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth >= maxDepth) return { commands, unread: true, code };
    const scripts: string[] = [];
    for (const one of level) {
      if (one.hasError) unread = true;
      scripts.push(...programsInVariables(one));
      const found = commandsOf(one);
      for (let at = 0; at < found.length; at++) {
        if (commands.length >= maxCommands) return { commands, unread: true, code };
        const { words, substituted } = found[at] as Found;
        commands.push(words);
        const behind = peel(words);
        unread ||= behind.unread || behind.readsInput || (substituted && isSource(words));
        code ||= behind.code;
        scripts.push(...behind.scripts, ...(behind.readsInput ? textsIn(one) : []));
        for (const inner of behind.commands) found.push({ words: inner, substituted: false });
      }
    }
    level = [...new Set(scripts)].flatMap((script) => {
      const one = parser.parse(script);
      return [one, ...joined(one, parser)];
    });
  }
  return { commands: commands.filter(([program]) => program !== null), unread, code };
}

/** The script once more, with lines put together that end in a backslash: bash does so in the middle of a word, the grammar does not. */
function joined({ script }: ParsedScript, parser: ShellParser): ParsedScript[] {
  return /\S\\\n\S/.test(script) ? [parser.parse(script.replaceAll("\\\n", ""))] : [];
}

interface Found {
  readonly words: SeenWords;
  /** One of its words is the output of another command, by `<(…)`. */
  readonly substituted: boolean;
}

const evaluating: ReadonlySet<string> = new Set(["test_command", "declaration_command", "unset_command"]);

function commandsOf({ root, script }: ParsedScript): Found[] {
  const found: Found[] = [];
  for (const node of walk(root)) {
    // Bash evaluates text in `[ -v … ]`, `[[ … -eq … ]]` and `declare` a second time.
    if (evaluating.has(node.type) && /\$\(|`/.test(textOf(node, script)))
      found.push({ words: ["test", textOf(node, script)], substituted: false });
    if (node.type !== "command") continue;
    const parts = namedChildren(node).filter(({ type }) => !type.endsWith("_redirect") && type !== "variable_assignment");
    if (parts.length === 0) continue;
    found.push({
      words: parts.map((part) => wordOf(part, script)),
      substituted: parts.some((part) => part.type === "process_substitution"),
    });
  }
  return found;
}

function wordOf(node: SyntaxNode, script: string): string | null {
  if (node.type !== "command_name") return cookedWord(node, script);
  const [name] = namedChildren(node);
  return name === undefined ? null : cookedWord(name, script);
}

/** Variables by which other programs run what they hold. */
const programVariables = /^(?:GIT_\w+|\w*EDITOR|\w*VISUAL|\w*PAGER|BROWSER|BASH_ENV|ENV|PROMPT_COMMAND|LESSOPEN)$/;

function programsInVariables({ root, script }: ParsedScript): string[] {
  const found: string[] = [];
  for (const node of walk(root)) {
    if (node.type !== "variable_assignment") continue;
    const [name, value] = namedChildren(node);
    if (name === undefined || value === undefined || !programVariables.test(textOf(name, script))) continue;
    const text = cookedWord(value, script);
    if (text !== null) found.push(text);
  }
  return found;
}

function isSource([program]: SeenWords): boolean {
  return program === "source" || program === ".";
}

/** Texts of a script that a shell may get on its input: here documents, here strings, what echo and printf say. */
function textsIn({ root, script }: ParsedScript): string[] {
  const texts: string[] = [];
  for (const node of walk(root)) {
    if (node.type === "heredoc_body") texts.push(textOf(node, script));
    if (node.type === "herestring_redirect") {
      for (const part of namedChildren(node)) texts.push(cookedWord(part, script) ?? textOf(part, script));
    }
    if (node.type !== "command") continue;
    const [name, ...rest] = namedChildren(node).map((part) => wordOf(part, script));
    if (name === "echo" || name === "printf") texts.push(rest.filter((word) => word !== null).join(" "));
    if (name === "echo" || name === "printf") texts.push(...rest.flatMap((word) => (word === null ? [] : [word.replaceAll("\\n", "\n")])));
  }
  return texts;
}
