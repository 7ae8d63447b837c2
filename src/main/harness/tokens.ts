/** A piece of code that is no blank and no comment. */
export interface Token {
  /** `word`: names, keywords, numbers. `mark`: one character, or `${` and the `}` of a template's hole. Text and regex: their beginning. */
  readonly kind: "word" | "mark" | "text" | "regex";
  readonly text: string;
  readonly at: number;
}

const piece = /\s+|\/\/[^\n\r\u2028\u2029]*|\/\*[\s\S]*?(?:\*\/|$)|[\p{ID_Start}\d$_][\p{ID_Continue}$\u200c\u200d]*|[\s\S]/uy;
const textRest = { '"': /(?:[^\\\n\r"]|\\[\s\S])*"?/y, "'": /(?:[^\\\n\r']|\\[\s\S])*'?/y } as const;
const templateRest = /(?:[^\\`$]|\\[\s\S]|\$(?!\{))*(?:`|\$\{|$)/y;
const regexRest = /(?:[^\\\n\r[/]|\\.|\[(?:[^\\\n\r\]]|\\.)*\])+\/[a-z]*/y;
const beforeValue = new Set("await case delete do else extends in instanceof new of return throw typeof void yield".split(" "));
const beforeStatement = new Set(["if", "while", "for", "with"]);

/**
 * The tokens of TypeScript that need not be right. Where only a parser could tell a regular expression from a division
 * the usual case is taken: good for messages and rare checks, not to change code by it.
 */
export function* tokensOf(code: string): Generator<Token> {
  /** For each open brace whether it is a template's hole; for each open parenthesis the word before it. */
  const holes: boolean[] = [];
  const heads: string[] = [];
  let before: Token | undefined;
  let headOfLast = "";
  let at = 0;
  const rest = (pattern: RegExp, from: number): number => {
    pattern.lastIndex = from;
    return pattern.test(code) ? pattern.lastIndex : from;
  };
  while (at < code.length) {
    piece.lastIndex = at;
    const text = piece.exec(code)?.[0] ?? code.slice(at, at + 1);
    const start = at;
    at += text.length;
    if (/^\s|^\/[/*]/.test(text)) continue;
    let token: Token = { kind: /^[\p{ID_Start}\d$_]/u.test(text) ? "word" : "mark", text, at: start };
    if (text === '"' || text === "'") {
      at = rest(textRest[text], at);
      token = { ...token, kind: "text" };
    } else if (text === "`" || (text === "}" && holes.at(-1) === true)) {
      if (text === "}") {
        holes.pop();
        yield token;
      } else yield { ...token, kind: "text" };
      at = rest(templateRest, at);
      if (code.startsWith("${", at - 2) && code[at - 3] !== "\\") {
        holes.push(true);
        token = { kind: "mark", text: "${", at: at - 2 };
      } else {
        before = { ...token, kind: "text" };
        continue;
      }
    } else if (text === "/" && startsRegex(code, before, headOfLast, start)) {
      const end = rest(regexRest, at);
      if (end > at) token = { ...token, kind: "regex" };
      at = end;
    } else if (text === "{") holes.push(false);
    else if (text === "}") holes.pop();
    else if (text === "(") heads.push(before?.kind === "word" ? before.text : "");
    else if (text === ")") headOfLast = heads.pop() ?? "";
    yield token;
    before = token;
  }
}

function startsRegex(code: string, before: Token | undefined, headOfLast: string, at: number): boolean {
  if (before === undefined) return true;
  if (before.kind === "word") return beforeValue.has(before.text) && code[before.at - 1] !== ".";
  if (before.kind !== "mark") return false;
  if (before.text === ")") return beforeStatement.has(headOfLast);
  // A block ends with its line; what is divided seldom does.
  if (before.text === "}") return /[\n\r]/.test(code.slice(before.at, at));
  if (before.text === "+" || before.text === "-") return code[before.at - 1] !== before.text;
  return before.text !== "]" && before.text !== "!";
}
