import { mayBecome, parsePattern, unknownText, type WordPattern } from "./word-pattern.ts";

/**
 * Words of a command line whose text is made by the shell: file patterns, braces, escapes, variables and substitutions in the middle
 * of a word. Each as a pattern for what it may become; rather too much than too little, and a path as well by its last part. A word
 * that is a variable, a substitution or `*` and nothing else is none of them: it names nothing. Takes a time that grows with the
 * length of the text.
 */
export function madeWords(text: string): readonly WordPattern[] {
  const plain = withoutSubstitutions(text.replaceAll("\\\n", "")).replaceAll(/["'\\]/g, "");
  const words = plain.split(/[\s;&|<>()=]+/).filter((word) => special.test(word));
  const parts = words.flatMap((word) => [word, word.slice(word.lastIndexOf("/") + 1)]);
  return [...new Set(parts)].filter((word) => special.test(word) && /\p{L}/u.test(word)).map(parsePattern);
}

/** Whether one of the words may be this one. */
export function isAmong(made: readonly WordPattern[], word: string): boolean {
  return made.some((pattern) => mayBecome(pattern, word));
}

const special = /[*?[{\uE000]/;

/**
 * The text with a stand-in for each substitution, variable and escape of `$'...'`, nested ones as a whole. What stands in substitutions
 * comes behind it as text of its own: quotes are not looked at, so that a bracket in them may open or close one that bash does not see.
 */
function withoutSubstitutions(text: string): string {
  let out = "";
  /** Open parentheses and braces of the substitutions the place is in. */
  let open = 0;
  let inside = "";
  for (let at = 0; at < text.length; at++) {
    const here = text[at] ?? "";
    const next = text[at + 1] ?? "";
    if (open > 0) {
      inside += here;
      if (here === "\\") at++;
      else if (here === "(" || here === "{") open++;
      else if ((here === ")" || here === "}") && --open === 0) out += unknownText;
    } else if (here === "$" && (next === "(" || next === "{")) {
      open = 1;
      inside += " ";
      at++;
    } else if (here === "$" && next === "'") {
      const [whole = "", inner = ""] = quoted(text, at);
      out += inner.replaceAll(escapes, unknownText);
      at += whole.length - 1;
    } else if (here === "$" && /[\w@*#?!$-]/.test(next)) {
      out += unknownText;
      at += (parameter(text, at + 1) || next).length;
    } else if (here === "`") {
      const end = text.indexOf("`", at + 1);
      out += unknownText;
      at = end === -1 ? text.length : end;
    } else out += here;
  }
  return `${out}${open > 0 ? unknownText : ""} ${inside}`;
}

const escapes = /\\(?:x[0-9a-f]{1,2}|u[0-9a-f]{1,4}|U[0-9a-f]{1,8}|[0-7]{1,3}|c.|.)/gis;

function quoted(text: string, at: number): readonly string[] {
  const pattern = /\$'((?:[^'\\]|\\.)*)'?/sy;
  pattern.lastIndex = at;
  return pattern.exec(text) ?? ["$'", ""];
}

function parameter(text: string, at: number): string {
  const pattern = /\w+/y;
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? "";
}
