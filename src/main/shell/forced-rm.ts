import { literalWord } from "./literal-word.ts";
import type { ShellParser } from "./parser.ts";
import { namedChildren, type ParsedScript, type SyntaxNode, walk } from "./syntax.ts";

/** Scripts inside scripts (`bash -c "bash -c '…'"`) are followed this deep. */
const maxDepth = 10;

/**
 * True when a command of the script is `rm` with a force option, wherever it stands (loop, function, substitution), also
 * behind `sudo` and `env`, in `bash -c '…'` and in `trap '…'`. Only words that stand there literally count; a script with a
 * syntax error has none. Rules of Codex 0.169.0, measured.
 */
export function hasForcedRm(parsed: ParsedScript, parser: ShellParser): boolean {
  let level: readonly ParsedScript[] = [parsed];
  for (let depth = 0; depth < maxDepth && level.length > 0; depth++) {
    const inner: ParsedScript[] = [];
    for (const one of level) {
      if (one.hasError) continue;
      for (const node of walk(one.root)) {
        if (node.type !== "command") continue;
        const found = look(literalWords(node, one.script));
        if (found === "forced") return true;
        if (found !== null) inner.push(parser.parse(found.script));
      }
    }
    level = inner;
  }
  return false;
}

/**
 * True when the text names `rm` and, behind it in the same piece, a force option: quotes, backslashes and syntax are not
 * looked at. So it also sees what `hasForcedRm` does not (`xargs rm -f`, `timeout 5 rm -f`, `eval "rm -f x"`, a script with an
 * error) and says yes too often (`echo rm -f`). Approvals ask on either: it guards against accidents, not against malice.
 */
export function namesForcedRm(cmd: string): boolean {
  // Quotes and backslashes change nothing about which program runs: \rm, 'rm' and r"m" are rm.
  const plain = cmd.replace(/\\\n/g, " ").replace(/["'\\]/g, "");
  return plain.split(/[;&|\n(){}`]/).some((part) => {
    const words = part.split(/\s+/).filter((word) => word !== "");
    const at = words.findIndex((word) => baseName(word) === "rm");
    return at !== -1 && isForced(words.slice(at + 1));
  });
}

/** The words of a command that stand there literally, its name first; empty when the name does not. */
function literalWords(command: SyntaxNode, script: string): readonly string[] {
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

/** What a command is: a forced rm, one that runs a script given as text, or neither. */
function look(words: readonly string[]): "forced" | { readonly script: string } | null {
  let [name = "", ...rest] = words;
  for (;;) {
    switch (baseName(name)) {
      case "rm":
        return isForced(rest) ? "forced" : null;
      case "sudo":
        break;
      case "env":
        rest = [...behindEnv(rest)];
        break;
      case "trap": {
        const script = rest[0] === "--" ? rest[1] : rest[0];
        return script === undefined ? null : { script };
      }
      default: {
        const [flag, script] = rest;
        const runs = isShell(name) && rest.length === 2 && (flag === "-c" || flag === "-lc");
        return runs && script !== undefined ? { script } : null;
      }
    }
    [name = "", ...rest] = rest;
  }
}

function isForced(options: readonly string[]): boolean {
  const end = options.indexOf("--");
  return (end === -1 ? options : options.slice(0, end)).some((word) => word === "--force" || /^-(?!-)[^]*f/.test(word));
}

/** `env` knows here: assignments, `-i`, and `--` before the command. Any other option ends the search. */
function behindEnv(words: readonly string[]): readonly string[] {
  const at = words.findIndex((word) => !(word === "-i" || word === "--ignore-environment" || /^[^-][^]*=|^=/.test(word)));
  if (at === -1) return [];
  return words[at] === "--" ? words.slice(at + 1) : words.slice(at);
}

/** bash, zsh or sh by any path and with any endings: `/usr/bin/bash`, `bash.exe`. */
function isShell(program: string): boolean {
  return /^(?:bash|zsh|sh)(?:\.|$)/.test(baseName(program));
}

function baseName(program: string): string {
  return program.slice(program.lastIndexOf("/") + 1);
}
