/** A stand-in for what is known only when the command runs. */
const anything = "\uE000";

/**
 * Words of a command line whose text is made by the shell: file patterns, braces, escapes, variables and substitutions in the middle
 * of a word. Each as an expression for what it may become; rather too much than too little. A word that is a variable, a substitution
 * or `*` and nothing else is none of them: it names nothing.
 */
export function madeWords(text: string): readonly RegExp[] {
  return [...new Set(withoutSubstitutions(text.replaceAll("\\\n", "")).split(/[\s;&|<>()=]+/))].flatMap((raw) => {
    const escaped = raw.replaceAll(/\$'((?:[^'\\]|\\.)*)'/g, (_, inner: string) => inner.replaceAll(escapes, anything));
    const word = escaped.replaceAll(/["'\\]/g, "");
    if (!special.test(word) || !/\p{L}/u.test(word)) return [];
    return [new RegExp(`^(?:${sourceOf(word)})$`, "su")];
  });
}

const special = /[*?[{\uE000]/;
const escapes = /\\(?:x[0-9a-f]{1,2}|u[0-9a-f]{1,4}|U[0-9a-f]{1,8}|[0-7]{1,3}|c.|.)/gi;

/** From the inside out, as often as they may be nested by anybody who means well. */
function withoutSubstitutions(text: string): string {
  let now = text.replaceAll(/\$(?:\{[^{}]*\}|\w+)|`[^`]*`/g, anything);
  for (let depth = 0; depth < 10; depth++) {
    const next = now.replaceAll(/\$\([^()]*\)/g, anything);
    if (next === now) break;
    now = next;
  }
  return now;
}

function sourceOf(word: string): string {
  let source = "";
  let depth = 0;
  for (let at = 0; at < word.length; at++) {
    const letter = word[at] ?? "";
    const close = letter === "[" ? word.indexOf("]", at + 2) : -1;
    if (letter === anything || letter === "*") source += ".*";
    else if (letter === "?") source += ".";
    else if (close !== -1) {
      // Whatever the class holds: one character.
      source += ".";
      at = close;
    } else if (letter === "{" && word.indexOf("}", at) !== -1) {
      source += "(?:";
      depth++;
    } else if (letter === "}" && depth > 0) {
      source += ")";
      depth--;
    } else if (letter === "," && depth > 0) source += "|";
    else source += letter.replace(/[\\^$.+()|[\]{}/]/u, "\\$&");
  }
  return source + ")".repeat(depth);
}
