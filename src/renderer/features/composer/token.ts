/** What stands before the caret and opens a list: `@path` anywhere, `/command` at the very start. */
export interface Token {
  readonly kind: "path" | "command";
  /** Where its sign stands. */
  readonly start: number;
  /** Where it ends: the caret. */
  readonly end: number;
  /** Without the sign. */
  readonly query: string;
}

/** The token at the caret; null when there is none. An `@` inside a word (an address) opens nothing. */
export function tokenAt(text: string, caret: number): Token | null {
  const before = text.slice(0, caret);
  const command = /^\/([\w. -]*)$/.exec(before);
  // Words after a command that is not one are a text that begins with a slash.
  if (command !== null && !/^\s|\s\s/.test(command[1] ?? "")) return { kind: "command", start: 0, end: caret, query: command[1] ?? "" };
  const path = /(?:^|[\s([{"'`])@([^\s@]{0,200})$/.exec(before);
  const query = path?.[1];
  return query === undefined ? null : { kind: "path", start: caret - query.length - 1, end: caret, query };
}

/** The text with a token replaced, and where the caret stands then. One space follows, unless there is one. */
export function replaceToken(text: string, token: Token, by: string): { readonly text: string; readonly caret: number } {
  const rest = text.slice(token.end);
  const space = by === "" || /^\s/.test(rest) ? "" : " ";
  return { text: `${text.slice(0, token.start)}${by}${space}${rest}`, caret: token.start + by.length + (by === "" ? 0 : 1) };
}
