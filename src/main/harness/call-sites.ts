/** A place in compiled code where a tool is called by its name. */
export interface CallSite {
  /** Offset of `tools` in `tools.NAME(`. */
  readonly at: number;
  readonly tool: string;
}

/**
 * Every `tools.NAME(` of compiled code, in order; null when that cannot be told for certain. Then a call finds its place
 * by a stack, which costs more than the rest of the call.
 *
 * Certain means: `tools` is the global in the whole script, because no other use of the word stands in it than
 * `tools.`, and each `/` is clearly a division, a comment or a regular expression. Expects the compiler's layout: one
 * blank on both sides of a division.
 */
export function findCallSites(js: string): readonly CallSite[] | null {
  const sites: CallSite[] = [];
  /** Open braces inside each template hole, innermost last. */
  const holes: number[] = [];
  const interesting = /["'`/\\{}]|\btools\b/g;
  for (let match = interesting.exec(js); match !== null; match = interesting.exec(js)) {
    const { index } = match;
    switch (match[0]) {
      case '"':
      case "'":
        interesting.lastIndex = endOfString(js, index);
        break;
      case "`":
        interesting.lastIndex = endOfTemplate(js, index + 1, holes);
        break;
      case "{":
        if (holes.length > 0) holes.push((holes.pop() ?? 0) + 1);
        break;
      case "}": {
        const open = holes.pop();
        if (open === 0) interesting.lastIndex = endOfTemplate(js, index + 1, holes);
        else if (open !== undefined) holes.push(open - 1);
        break;
      }
      case "/": {
        const end = endOfSlash(js, index);
        if (end === null) return null;
        interesting.lastIndex = end;
        break;
      }
      // An escape in a name could spell `tools` another way.
      case "\\":
        return null;
      default: {
        const before = js.charCodeAt(index - 1);
        // `x.tools` is another thing; `...tools` can be a parameter.
        if (before === dot && js.slice(index - 3, index) !== "...") break;
        if (before === hash || before === dollar || before > 0x7f) break;
        if (js.charCodeAt(index + 5) !== dot) return null;
        const name = calledName(js, index + 6);
        if (name !== "") sites.push({ at: index, tool: name });
      }
    }
  }
  return sites;
}

const dot = 0x2e;
const hash = 0x23;
const dollar = 0x24;
const backslash = 0x5c;

/** The name in front of `(` at an offset; empty when what stands there is no call. */
function calledName(js: string, from: number): string {
  nameAndParenthesis.lastIndex = from;
  return nameAndParenthesis.exec(js)?.[1] ?? "";
}
const nameAndParenthesis = /([A-Za-z_][\w]*)\(/y;

/** Behind the string that begins at `from`. */
function endOfString(js: string, from: number): number {
  const quote = js[from] ?? '"';
  for (let at = js.indexOf(quote, from + 1); at >= 0; at = js.indexOf(quote, at + 1)) if (!isEscaped(js, at)) return at + 1;
  return js.length;
}

/** Behind the template whose text begins at `from`, or behind the `${` of its next hole. */
function endOfTemplate(js: string, from: number, holes: number[]): number {
  const mark = /`|\$\{/g;
  mark.lastIndex = from;
  for (let match = mark.exec(js); match !== null; match = mark.exec(js)) {
    if (isEscaped(js, match.index)) {
      // `\${`: only the dollar is escaped, and no hole begins with the brace.
      mark.lastIndex = match.index + 1;
      continue;
    }
    if (match[0] !== "`") holes.push(0);
    return mark.lastIndex;
  }
  return js.length;
}

function isEscaped(js: string, at: number): boolean {
  let backslashes = 0;
  while (js.charCodeAt(at - 1 - backslashes) === backslash) backslashes++;
  return backslashes % 2 === 1;
}

/** Behind a comment, a regular expression or a division sign; null when it could be either of the last two. */
function endOfSlash(js: string, at: number): number | null {
  const next = js[at + 1];
  if (next === "/") return behind(js, "\n", at);
  if (next === "*") return behind(js, "*/", at + 2);
  let back = at - 1;
  while (back >= 0 && /\s/.test(js[back] ?? "")) back--;
  const before = js[back] ?? "";
  if (before === ")" || before === "}" || before === "/") {
    // A division has no second slash in its line, a regular expression must have one.
    const lineEnd = js.indexOf("\n", at);
    const other = js.indexOf("/", at + 1);
    return before !== "/" && (other < 0 || (lineEnd >= 0 && other > lineEnd)) ? at + 1 : null;
  }
  if (before === "]" || before === '"' || before === "'" || before === "`") return at + 1;
  if (/[\w$]/.test(before) || before > "\x7f") {
    const word = /[\w$.#]+$/.exec(js.slice(Math.max(0, back - 12), back + 1))?.[0] ?? "";
    // A name, or the keyword of a loop.
    if (word === "of") return null;
    return keywordsBeforeValue.has(word) ? behindRegex(js, at) : at + 1;
  }
  // `a++ / b` and `++ /x/.lastIndex`.
  if (before === "+" || before === "-") return js[back - 1] === before ? null : behindRegex(js, at);
  return behindRegex(js, at);
}

const keywordsBeforeValue = new Set(
  "await case delete do else extends in instanceof new return throw typeof void yield default".split(" "),
);

function behindRegex(js: string, from: number): number | null {
  let inClass = false;
  for (let at = from + 1; at < js.length; at++) {
    const char = js[at];
    if (char === "\n") return null;
    if (char === "\\") at++;
    else if (char === "[") inClass = true;
    else if (char === "]") inClass = false;
    else if (char === "/" && !inClass) return at + 1;
  }
  return null;
}

function behind(js: string, mark: string, from: number): number {
  const found = js.indexOf(mark, from);
  return found < 0 ? js.length : found + mark.length;
}
