import { literalWord } from "./literal-word.ts";
import { namedChildren, type ParsedScript, type SyntaxNode, walk } from "./syntax.ts";

/** Nodes that a script of plain words may have. */
const plainNodes: ReadonlySet<string> = new Set([
  "program",
  "list",
  "pipeline",
  "command",
  "command_name",
  "word",
  "string",
  "string_content",
  "raw_string",
  "number",
  "concatenation",
]);

/** Tokens that it may have, besides white space. */
const plainTokens: ReadonlySet<string> = new Set(["&&", "||", ";", "|", '"', "'"]);

/**
 * The words of every command of a script, in order, when the script consists of plain words joined by `&&`, `||`, `;`, `|`
 * and line ends; otherwise null, because then what runs is not what stands there. The name of a command must not be quoted.
 * Rules of Codex 0.169.0, measured.
 */
export function plainWords({ script, root, hasError }: ParsedScript): string[][] | null {
  if (hasError) return null;
  const commands: string[][] = [];
  for (const node of walk(root)) {
    if (node.named ? !plainNodes.has(node.type) : !plainTokens.has(node.type) && node.type.trim() !== "") return null;
    if (node.type !== "command") continue;
    const words = wordsOf(node, script);
    if (words === null) return null;
    commands.push(words);
  }
  return commands;
}

function wordsOf(command: SyntaxNode, script: string): string[] | null {
  const words: string[] = [];
  for (const child of namedChildren(command)) {
    const word = child.type === "command_name" ? nameOf(child, script) : literalWord(child, script);
    if (word === null) return null;
    words.push(word);
  }
  return words;
}

function nameOf(name: SyntaxNode, script: string): string | null {
  const [word] = namedChildren(name);
  return word?.type === "word" ? literalWord(word, script) : null;
}
