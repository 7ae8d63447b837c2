import { literalWord } from "./literal-word.ts";
import type { ShellParser } from "./parser.ts";
import { namedChildren, type ParsedScript, type SyntaxNode, walk } from "./syntax.ts";

/** Scripts inside scripts (`bash -c "bash -c '…'"`) are followed this deep. */
const maxDepth = 10;

/**
 * The literal words of every command of a script, its program first, wherever it stands (loop, function, substitution), also
 * behind `sudo` and `env`, in `bash -c '…'` and in `trap '…'`. Words that only a shell could say are left out; a command whose
 * name is one of them, and all of a script with a syntax error, is missing. What is looked through is what Codex 0.169.0 looks
 * through (measured).
 */
export function literalCommands(parsed: ParsedScript, parser: ShellParser): string[][] {
  const commands: string[][] = [];
  let level: readonly ParsedScript[] = [parsed];
  for (let depth = 0; depth < maxDepth && level.length > 0; depth++) {
    const inner: ParsedScript[] = [];
    for (const one of level) {
      if (one.hasError) continue;
      for (const node of walk(one.root)) {
        if (node.type !== "command") continue;
        const found = peel(literalWords(node, one.script));
        if ("script" in found) inner.push(parser.parse(found.script));
        else if (found.words.length > 0) commands.push(found.words);
      }
    }
    level = inner;
  }
  return commands;
}

/** The words of a command that stand there literally, its name first; empty when the name does not. */
function literalWords(command: SyntaxNode, script: string): string[] {
  const parts = namedChildren(command);
  const at = parts.findIndex((part) => part.type === "command_name");
  const [nameNode] = at === -1 ? [] : namedChildren(parts[at] as SyntaxNode);
  const name = nameNode === undefined ? null : literalWord(nameNode, script);
  if (name === null) return [];
  return [
    name,
    ...parts.slice(at + 1).flatMap((part) => {
      const word = literalWord(part, script);
      return word === null ? [] : [word];
    }),
  ];
}

/** A command without the programs that only run another one; or the script it runs, when that is given as text. */
function peel(words: string[]): { readonly words: string[] } | { readonly script: string } {
  let [name = "", ...rest] = words;
  for (;;) {
    switch (baseName(name)) {
      case "sudo":
        break;
      case "env":
        rest = behindEnv(rest);
        break;
      case "trap": {
        const script = rest[0] === "--" ? rest[1] : rest[0];
        return script === undefined ? { words: [name, ...rest] } : { script };
      }
      default: {
        const [flag, script] = rest;
        const runs = isShell(name) && rest.length === 2 && (flag === "-c" || flag === "-lc");
        if (runs && script !== undefined) return { script };
        return { words: name === "" ? [] : [name, ...rest] };
      }
    }
    [name = "", ...rest] = rest;
  }
}

/** `env` knows here: assignments, `-i`, and `--` before the command. Any other option ends the search. */
function behindEnv(words: readonly string[]): string[] {
  const at = words.findIndex((word) => !(word === "-i" || word === "--ignore-environment" || /^[^-][^]*=|^=/.test(word)));
  if (at === -1) return [];
  return words[at] === "--" ? words.slice(at + 1) : words.slice(at);
}

/** bash, zsh or sh by any path and with any endings: `/usr/bin/bash`, `bash.exe`. */
function isShell(program: string): boolean {
  return /^(?:bash|zsh|sh)(?:\.|$)/.test(baseName(program));
}

/** The name of a program without its folder. */
export function baseName(program: string): string {
  return program.slice(program.lastIndexOf("/") + 1);
}
