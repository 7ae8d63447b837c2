import { namedChildren, type SyntaxNode, textOf } from "./syntax.ts";

/**
 * The word that bash makes of a node of a command: quotes and backslashes are taken off, `g\it` and `g''it` are `git`. Null when
 * it depends on what is there when it runs (variables, substitutions, globs, braces): then it may be any words, or none.
 */
export function cookedWord(node: SyntaxNode, script: string): string | null {
  switch (node.type) {
    case "word":
    case "number":
      return bare(node, script);
    case "string":
      return doubleQuoted(node, script);
    case "raw_string":
      return textOf(node, script).slice(1, -1);
    case "ansi_c_string":
      return unescaped(textOf(node, script).slice(2, -1));
    case "translated_string": {
      const [inner] = namedChildren(node);
      return inner === undefined ? null : cookedWord(inner, script);
    }
    case "concatenation": {
      const parts = namedChildren(node).map((part) => cookedWord(part, script));
      if (braces.test(skeleton(node, script))) return null;
      // What stands between the parts belongs to none of them: then the word is not understood.
      const covered = namedChildren(node).reduce((sum, part) => sum + part.end - part.start, 0);
      return parts.includes(null) || covered !== node.end - node.start ? null : parts.join("");
    }
    default:
      return null;
  }
}

/** `{a,b}` and `{1..3}` are several words. */
const braces = /\{[^}]*(?:,|\.\.)[^]*\}/;

/** A concatenation with its quoted parts as one letter each. */
function skeleton(node: SyntaxNode, script: string): string {
  return namedChildren(node)
    .map((part) => (part.type === "word" ? textOf(part, script).replace(/\\[^]/g, "") : "x"))
    .join("");
}

function bare(node: SyntaxNode, script: string): string | null {
  const text = textOf(node, script);
  if (namedChildren(node).length > 0) return null;
  const unquoted = text.replace(/\\[^]/g, "");
  if (/[*?[$`]/.test(unquoted) || braces.test(unquoted)) return null;
  return text.replace(/\\\n/g, "").replace(/\\([^])/g, "$1");
}

function doubleQuoted(node: SyntaxNode, script: string): string | null {
  if (namedChildren(node).some((part) => part.type !== "string_content")) return null;
  const inner = textOf(node, script).slice(1, -1);
  if (/[$`]/.test(inner.replace(/\\[^]/g, ""))) return null;
  return inner.replace(/\\\n/g, "").replace(/\\([$`"\\])/g, "$1");
}

const escapes: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  e: "\x1b",
  E: "\x1b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

/** The text of `$'…'` (bash manual, ANSI-C quoting). Null when it has a NUL: bash ends the word there. */
function unescaped(text: string): string | null {
  const cooked = text.replace(
    /\\(?:([0-7]{1,3})|x([\da-fA-F]{1,2})|u([\da-fA-F]{1,4})|U([\da-fA-F]{1,8})|c([^])|([^]))/g,
    (_all, octal?: string, hex?: string, short?: string, long?: string, control?: string, other?: string) => {
      const code = hex ?? short ?? long;
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
      if (code !== undefined) return fromCode(Number.parseInt(code, 16));
      if (control !== undefined) return String.fromCharCode(control.charCodeAt(0) & 0x1f);
      return escapes[other ?? ""] ?? (/["'?\\]/.test(other ?? "") ? (other ?? "") : `\\${other ?? ""}`);
    },
  );
  return cooked.includes("\0") ? null : cooked;
}

function fromCode(code: number): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd";
}
