import { baseName } from "./literal-commands.ts";

/**
 * True when one of a script's literal commands (`literalCommands`) is `rm` with a force option. Rules of Codex 0.169.0,
 * measured.
 */
export function hasForcedRm(commands: readonly (readonly string[])[]): boolean {
  return commands.some(([name = "", ...rest]) => baseName(name) === "rm" && isForced(rest));
}

/**
 * True when the text names `rm` and, behind it in the same piece, a force option: quotes, backslashes and syntax are not
 * looked at. So it also sees what `hasForcedRm` does not (`xargs rm -f`, `timeout 5 rm -f`, `eval "rm -f x"`, a script with an
 * error) and says yes too often (`echo rm -f`). Approvals ask on either: it guards against accidents, not against malice.
 */
export function namesForcedRm(cmd: string): boolean {
  // Quotes and backslashes change nothing about which program runs: \rm, 'rm' and r"m" are rm.
  const plain = cmd.replace(/\\\n/g, " ").replace(/["'\\]/g, "");
  return plain.split(/[;&|\n(){}`]/).some((part) => {
    const words = part.split(/\s+/).filter((word) => word !== "");
    const at = words.findIndex((word) => baseName(word) === "rm");
    return at !== -1 && isForced(words.slice(at + 1));
  });
}

function isForced(options: readonly string[]): boolean {
  const end = options.indexOf("--");
  return (end === -1 ? options : options.slice(0, end)).some((word) => word === "--force" || /^-(?!-)[^]*f/.test(word));
}
