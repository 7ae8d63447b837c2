import { tokensOf, type Token } from "./tokens.ts";

/** A bracket without its other half. */
export interface LoneBracket {
  readonly kind: "unclosed" | "surplus";
  readonly text: string;
  readonly at: number;
}

const closes: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}", "${": "}" };

/**
 * The first bracket that closes nothing, or the last one that is never closed; undefined when all match. Of several that
 * could be the unclosed one the indentation decides: a bracket whose closing line stands further left than its own line.
 */
export function findLoneBracket(code: string): LoneBracket | undefined {
  const open: Token[] = [];
  let indented: Token | undefined;
  for (const token of tokensOf(code)) {
    if (token.kind !== "mark") continue;
    if (token.text in closes) {
      open.push(token);
      continue;
    }
    if (token.text !== ")" && token.text !== "]" && token.text !== "}") continue;
    const top = open.at(-1);
    if (top !== undefined && closes[top.text] === token.text) {
      open.pop();
      if (startsLine(code, token.at) && indentAt(code, token.at) < indentAt(code, top.at)) indented ??= top;
    } else if (top !== undefined && open.some(({ text }) => closes[text] === token.text)) return { ...top, kind: "unclosed" };
    else return { ...token, kind: "surplus" };
  }
  const last = open.length === 0 ? undefined : (indented ?? open.at(-1));
  return last === undefined ? undefined : { kind: "unclosed", text: last.text, at: last.at };
}

function lineAt(code: string, at: number): string {
  return code.slice(code.lastIndexOf("\n", at - 1) + 1, at);
}

function startsLine(code: string, at: number): boolean {
  return lineAt(code, at).trim() === "";
}

function indentAt(code: string, at: number): number {
  return /^\s*/.exec(lineAt(code, at))?.[0].length ?? 0;
}
