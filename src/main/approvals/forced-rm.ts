/**
 * True when a command line may delete by force: a word `rm` (with any path, quotes or backslashes) and behind it, in the same
 * simple command, a force option. Looks at words only, so it rather says yes too often (`echo rm -f`) and cannot see
 * through variables, `eval` or encodings: it guards against accidents, not against malice.
 */
export function hasForcedRm(cmd: string): boolean {
  // Quotes and backslashes change nothing about which program runs: \rm, 'rm' and r"m" are rm.
  const plain = cmd.replace(/\\\n/g, " ").replace(/["'\\]/g, "");
  return plain.split(/[;&|\n(){}`]/).some((part) => {
    const words = part.split(/\s+/).filter((word) => word !== "");
    const at = words.findIndex((word) => word === "rm" || word.endsWith("/rm"));
    if (at === -1) return false;
    const end = words.indexOf("--", at);
    const options = words.slice(at + 1, end === -1 ? undefined : end);
    return options.some((word) => word === "--force" || /^-[a-zA-Z]*f/.test(word));
  });
}
