/** Below this length no text can nest deeply enough to matter: the compiler needs more than 100 bytes of stack per character. */
const harmlessLength = 12_000;

/**
 * An upper estimate of how deep a parser must recurse for this code: brackets plus chains of operators. The compiler is
 * native code without a check of its own: some 5,000 levels overflow its stack and end the whole process (oxc-transform
 * 0.158, measured for 26 kinds of nesting), so deep code must be refused before it gets there. Linear in the length.
 */
export function nestingDepth(code: string): number {
  if (code.length < harmlessLength) return 0;
  let deepest = 0;
  /** Chain lengths of the enclosing brackets, and their sum. */
  const outer: number[] = [];
  let sum = 0;
  let chain = 0;
  /** For template literals: the bracket depth at which each `${` was opened. */
  const templates: number[] = [];
  let wordBefore = false;
  let at = 0;

  const open = (): void => {
    outer.push(chain + 1);
    sum += chain + 1;
    chain = 0;
  };
  const close = (): void => {
    const before = outer.pop();
    if (before === undefined) return;
    sum -= before;
    // What follows a bracket continues the chain before it: a()()(), if (a) {} else if …
    chain = before;
  };

  while (at < code.length) {
    const char = code.charCodeAt(at);
    if (char === 0x2f /* / */ && code.charCodeAt(at + 1) === 0x2f) {
      at = endOf(code, "\n", at);
      continue;
    }
    if (char === 0x2f && code.charCodeAt(at + 1) === 0x2a) {
      at = endOf(code, "*/", at + 2);
      continue;
    }
    if (char === 0x22 || char === 0x27) {
      at = skipString(code, at, char);
      wordBefore = true;
      continue;
    }
    if (char === 0x60) {
      at = skipTemplate(code, at + 1);
      if (code.charCodeAt(at - 1) === 0x7b) {
        open();
        templates.push(outer.length);
      }
      wordBefore = true;
      continue;
    }
    at++;
    if (isWord(char)) {
      if (!wordBefore) chain++;
      wordBefore = true;
    } else if (char === 0x28 || char === 0x5b || char === 0x7b) {
      open();
      wordBefore = false;
    } else if (char === 0x29 || char === 0x5d || char === 0x7d) {
      if (char === 0x7d && templates.at(-1) === outer.length) {
        at = skipTemplate(code, at);
        // The holes of one template lie side by side: the next one takes the place of this one.
        if (code.charCodeAt(at - 1) === 0x7b) chain = 0;
        else {
          templates.pop();
          close();
        }
      } else {
        close();
        // A block ends a statement unless `else` or an operator follows, which then counts by itself.
        if (char === 0x7d && !/^\s*(?:else|[.(=?:&|+*,)\]`])/.test(code.slice(at, at + 40))) chain = 0;
      }
      wordBefore = false;
    } else if (char === 0x3b || char === 0x2c) {
      if (char === 0x2c || !/^\s*else\b/.test(code.slice(at, at + 40))) chain = 0;
      wordBefore = false;
    } else if (char === 0x0a) {
      if (startsStatement(code, at)) chain = 0;
      wordBefore = false;
    } else if (char > 0x20) {
      chain++;
      wordBefore = false;
    } else wordBefore = false;
    if (sum + chain > deepest) deepest = sum + chain;
  }
  return deepest;
}

function isWord(char: number): boolean {
  return (
    (char >= 0x61 && char <= 0x7a) ||
    (char >= 0x41 && char <= 0x5a) ||
    (char >= 0x30 && char <= 0x39) ||
    char === 0x5f ||
    char === 0x24 ||
    char > 0x7f
  );
}

/** A new statement without a semicolon before it: the line ended with a word or bracket and the next starts with a word. */
function startsStatement(code: string, at: number): boolean {
  if (!endsStatement(code, at - 2)) return false;
  const next = code.slice(at, at + 200);
  if (!/^\s*[A-Za-z_$}]/.test(next) || /^\s*(?:else|in|instanceof|as|satisfies)\b/.test(next)) return false;
  const line = code.slice(code.lastIndexOf("\n", at - 2) + 1, at - 1);
  // A control statement without braces goes on in the next line.
  return !/^\s*(?:if|while|for|with)\s*\(/.test(line.slice(0, 200));
}

function endsStatement(code: string, at: number): boolean {
  let back = at;
  while (back >= 0 && (code.charCodeAt(back) === 0x20 || code.charCodeAt(back) === 0x09 || code.charCodeAt(back) === 0x0d)) back--;
  const char = code.charCodeAt(back);
  if (char === 0x29 || char === 0x5d || char === 0x7d || char === 0x22 || char === 0x27 || char === 0x60) return true;
  return (
    isWord(char) &&
    !/\b(?:await|new|typeof|void|delete|throw|in|of|instanceof|else|do|yield|as|extends)$/.test(
      code.slice(Math.max(0, back - 12), back + 1),
    )
  );
}

function endOf(code: string, mark: string, from: number): number {
  const found = code.indexOf(mark, from);
  return found < 0 ? code.length : found + mark.length - (mark === "\n" ? 1 : 0);
}

function skipString(code: string, from: number, quote: number): number {
  for (let at = from + 1; at < code.length; at++) {
    const char = code.charCodeAt(at);
    if (char === 0x5c) at++;
    else if (char === quote) return at + 1;
    else if (char === 0x0a) return at;
  }
  return code.length;
}

/** From inside a template: after its end, or after the `${` of its next hole. */
function skipTemplate(code: string, from: number): number {
  for (let at = from; at < code.length; at++) {
    const char = code.charCodeAt(at);
    if (char === 0x5c) at++;
    else if (char === 0x60) return at + 1;
    else if (char === 0x24 && code.charCodeAt(at + 1) === 0x7b) return at + 2;
  }
  return code.length;
}
