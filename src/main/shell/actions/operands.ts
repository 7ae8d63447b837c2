const connectors: ReadonlySet<string> = new Set(["|", "&&", "||", ";"]);

/** Words up to the first one that is (quoted) a connector. */
export function untilConnector(words: readonly string[]): readonly string[] {
  const at = words.findIndex((word) => connectors.has(word));
  return at === -1 ? words : words.slice(0, at);
}

/**
 * Words without options that carry a value: `--x=y` goes, an option of `withValue` goes with the word behind it, other
 * options stay. Everything behind `--` stays, `--` itself goes.
 */
export function withoutValues(words: readonly string[], withValue: readonly string[]): readonly string[] {
  const left: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    if (word === "--") return [...left, ...words.slice(at + 1)];
    if (word.startsWith("--") && word.includes("=")) continue;
    if (withValue.includes(word)) at++;
    else left.push(word);
  }
  return left;
}

/** The same, and then all that looks like an option goes, even behind `--`. */
export function plainOperands(words: readonly string[], withValue: readonly string[]): readonly string[] {
  return withoutValues(words, withValue).filter((word) => !word.startsWith("-"));
}

/** Operands by the book: behind `--` everything is one, whatever it looks like. */
export function operands(words: readonly string[], withValue: readonly string[]): readonly string[] {
  const end = words.indexOf("--");
  // A `--` that is the value of an option ends nothing.
  if (end !== -1 && !withValue.includes(words[end - 1] ?? "")) {
    return [...plainOperands(words.slice(0, end), withValue), ...words.slice(end + 1)];
  }
  return plainOperands(words, withValue);
}

const quietNames: ReadonlySet<string> = new Set(["build", "dist", "node_modules", "src"]);

/** A path for display: its last part that says something (`packages/app/src/` is `app`), or the path without its final slashes. */
export function shortPath(given: string): string {
  const trimmed = given.replaceAll("\\", "/").replace(/\/+$/, "");
  return trimmed.split("/").findLast((part) => part !== "" && !quietNames.has(part)) ?? trimmed;
}
