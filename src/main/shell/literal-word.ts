import { namedChildren, type SyntaxNode, textOf } from "./syntax.ts";

/**
 * What bash (or zsh) will make of a bare word is known only without these: globs, braces, home folders, escapes, history,
 * variables. Codex 0.169.0, measured; `=` first is an expansion of zsh.
 */
const expanding = /^=|[#*?[\]^{}~\\$`]/;

/** In double quotes a backslash is removed only in front of these, and then the text is not what stands there. */
const removedEscape = /\\[$`"\\\n]/;

/**
 * The text that a node of a command stands for, or null when only a shell could say (expansion, escape, substitution).
 * Quoted and bare parts next to each other are one word.
 */
export function literalWord(node: SyntaxNode, script: string): string | null {
  switch (node.type) {
    case "word":
    case "number":
      return bareWord(node, script);
    case "string":
      return doubleQuoted(node, script);
    case "raw_string":
      return singleQuoted(node, script);
    case "concatenation":
      return concatenated(node, script);
    default:
      return null;
  }
}

function bareWord(node: SyntaxNode, script: string): string | null {
  const text = textOf(node, script);
  return namedChildren(node).length > 0 || expanding.test(text) ? null : text;
}

function doubleQuoted(node: SyntaxNode, script: string): string | null {
  const inner = unquoted(textOf(node, script), '"');
  if (inner === null || removedEscape.test(inner)) return null;
  return namedChildren(node).every((part) => part.type === "string_content") ? inner : null;
}

/** The text of a single-quoted string without its quotes; null when it has none. */
export function singleQuoted(node: SyntaxNode, script: string): string | null {
  return unquoted(textOf(node, script), "'");
}

function concatenated(node: SyntaxNode, script: string): string | null {
  let joined = "";
  for (const part of namedChildren(node)) {
    // Concatenations are not nested by the grammar, so this ends.
    const word = literalWord(part, script);
    if (word === null) return null;
    joined += word;
  }
  return joined === "" ? null : joined;
}

function unquoted(text: string, quote: string): string | null {
  return text.length >= 2 && text.startsWith(quote) && text.endsWith(quote) ? text.slice(1, -1) : null;
}
