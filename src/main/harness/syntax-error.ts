import type { ErrorCode } from "../../protocol/error.ts";
import { findLoneBracket } from "./brackets.ts";
import { fenceIn } from "./fences.ts";
import { createLines, editorBreak, type Position } from "./lines.ts";
import { codeFrame } from "./stack-map.ts";
import { tokensOf, type Token } from "./tokens.ts";

/** A script that cannot run. */
export interface CompileFailure {
  readonly ok: false;
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string;
  readonly position?: Position;
  readonly frame?: string;
}

interface Explanation {
  readonly message: string;
  readonly hint: string;
}

/** A failure with its place and frame. */
export function syntaxFailure(source: string, message: string, position: Position | undefined, hint: string | undefined): CompileFailure {
  return {
    ok: false,
    code: "script_syntax",
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(position === undefined ? {} : { position, frame: codeFrame(source, position) }),
  };
}

/**
 * A syntax error with its place. Constructs a script cannot have get a sentence that says what to do instead; a bracket
 * without its other half, and text around the code, are named as what they are.
 */
export function describeSyntaxError(source: string, message: string, position: Position | undefined, help?: string): CompileFailure {
  const lines = createLines(source, editorBreak);
  const at = position === undefined ? source.trimEnd().length : (lines.offset(position) ?? source.length);
  const fence = fenceIn(source);
  // A fence of its own is read as an empty template before another, or as operators that want a value in the next line.
  if (fence !== undefined && lines.at(at).line <= lines.at(fence).line + 1)
    return syntaxFailure(source, message, position, "Remove what stands around the code: a script is code only.");
  const special = findUnsupported(source, at);
  if (special !== undefined) return syntaxFailure(source, special.message, lines.at(special.at), special.hint);
  const lone = findLoneBracket(source);
  if (lone?.kind === "surplus" && lone.at <= at)
    return syntaxFailure(
      source,
      `This ${lone.text} closes nothing.`,
      lines.at(lone.at),
      "Remove it, or add the bracket that it should close.",
    );
  if (lone?.kind === "unclosed" && (position === undefined || /\bEOF\b/.test(message)))
    return syntaxFailure(
      source,
      `This ${lone.text} is never closed.`,
      lines.at(lone.at),
      `Add the missing ${lone.text === "(" ? ")" : lone.text === "[" ? "]" : "}"}.`,
    );
  return syntaxFailure(source, message, position, help);
}

const noImport: Explanation = {
  message: "A script cannot import modules.",
  hint: "Everything a script can use is global: tools, context, console, setTimeout. Remove the import.",
};
const noMeta: Explanation = { message: "A script has no import.meta.", hint: "Facts about the project are in context." };
const noExport: Explanation = {
  message: "A script cannot export.",
  hint: "Use return to give the result back; remove the word export.",
};
const noUsing: Explanation = { message: "`using` declarations are not supported in scripts.", hint: "Use const with try … finally." };
const noNamespace: Explanation = {
  message: "Namespaces are not supported in scripts.",
  hint: "Use a const object with functions instead.",
};
const noDecorator: Explanation = { message: "Decorators are not supported in scripts.", hint: "Call the function directly instead." };
const noAccessor: Explanation = {
  message: "`accessor` fields are not supported in scripts.",
  hint: "Use a plain field, or get and set.",
};

/** How many tokens before the error an import or export may begin; and the others. */
const farBack = 60;
const nearBack = 3;

/** What scripts do not have at or shortly before an offset, with its own place. */
function findUnsupported(source: string, offset: number): (Explanation & { readonly at: number }) | undefined {
  const tokens: Token[] = [];
  for (const token of tokensOf(source)) {
    tokens.push(token);
    if (token.at > offset && tokens.length > 2 && (tokens.at(-3)?.at ?? 0) > offset) break;
  }
  let here = tokens.length - 1;
  while (here > 0 && (tokens[here]?.at ?? 0) > offset) here--;
  for (let index = here; index >= 0 && index > here - farBack; index--) {
    const token = tokens[index];
    if (token === undefined || (index < here && token.text === ";" && token.kind === "mark")) break;
    const found = explain(token, tokens[index - 1], tokens[index + 1], here - index <= nearBack);
    if (found !== undefined) return { ...found, at: token.at };
  }
  // Some errors stand at the beginning of what is wrong: `declare module "x" {}`.
  const next = tokens[here + 1];
  const found = next === undefined ? undefined : explain(next, tokens[here], tokens[here + 2], true);
  return next === undefined || found === undefined ? undefined : { ...found, at: next.at };
}

function explain(token: Token, before: Token | undefined, next: Token | undefined, near: boolean): Explanation | undefined {
  if (token.kind === "text" || token.kind === "regex" || before?.text === "." || before?.text === "#") return undefined;
  // A key or a method of that name.
  if (token.kind === "word" && (next?.text === ":" || next?.text === "?" || (next?.text === "(" && token.text !== "import")))
    return undefined;
  const named = next?.kind === "word" && !["in", "of", "instanceof", "as", "satisfies"].includes(next.text);
  switch (token.text) {
    case "import":
      return next?.text === "." ? noMeta : noImport;
    case "export":
      return noExport;
    case "using":
      return near && named ? noUsing : undefined;
    case "namespace":
    case "module":
      return near && (named || next?.kind === "text") ? noNamespace : undefined;
    case "accessor":
      return near && (named || next?.text === "#" || next?.text === "[") ? noAccessor : undefined;
    case "@":
      return near && next?.kind === "word" ? noDecorator : undefined;
    default:
      return undefined;
  }
}

/**
 * A dynamic `import()` or `import.meta` in compiled code, which only fails when it is reached, or without a place; with
 * the offset of its first one.
 */
export function findImport(js: string): (Explanation & { readonly at: number }) | undefined {
  if (!/\bimport\s*[.(]/.test(js)) return undefined;
  const tokens = [...tokensOf(js)];
  for (const [index, token] of tokens.entries()) {
    if (token.kind !== "word" || token.text !== "import") continue;
    const before = tokens[index - 1]?.text;
    const next = tokens[index + 1]?.text;
    if (before === "." || before === "#") continue;
    if (next === ".") return { ...noMeta, at: token.at };
    if (next === "(" && !isMethod(tokens, index + 1)) return { ...noImport, at: token.at };
  }
  return undefined;
}

/** Whether a body follows the parentheses that open at an index: then the word before them is a method's name. */
function isMethod(tokens: readonly Token[], from: number): boolean {
  let depth = 0;
  for (let index = from; index < tokens.length; index++) {
    const token = tokens[index];
    if (token?.kind !== "mark") continue;
    if (token.text === "(") depth++;
    else if (token.text === ")" && --depth === 0) return tokens[index + 1]?.text === "{";
  }
  return false;
}
