import { operands, plainOperands, untilConnector, withoutValues } from "./operands.ts";
import { reads, type Summary, unknown } from "./summary.ts";

/** Options with a value of programs that print one file. */
const pagers: Readonly<Record<string, readonly string[]>> = {
  cat: [],
  more: [],
  bat: ["--theme", "--language", "--style", "--terminal-width", "--tabs", "--line-range", "--map-syntax"],
  less: ["-p", "-P", "-x", "-y", "-z", "-j", "--pattern", "--prompt", "--tabs", "--shift", "--jump-target"],
};

/** `cat`, `bat`, `batcat`, `less`, `more`: with exactly one file. Null for another program. */
export function pagerSummary(program: string, words: readonly string[]): Summary | null {
  const withValue = pagers[program === "batcat" ? "bat" : program];
  if (withValue === undefined || !Object.hasOwn(pagers, program === "batcat" ? "bat" : program)) return null;
  const files = operands(words, withValue);
  return files.length === 1 ? reads(files[0]) : unknown;
}

/**
 * `head` and `tail`: a file alone, or behind `-n N` or `-nN` (for `tail` also `+N`). `head` takes a number of no digits for
 * one, `tail` does not (Codex 0.169.0).
 */
export function endSummary(program: "head" | "tail", words: readonly string[]): Summary {
  const isCount = (word: string): boolean => (program === "head" ? /^[0-9]*$/ : /^\+?[0-9]+$/).test(word);
  const [first, second] = words;
  if (first === undefined) return unknown;
  const apart = first === "-n" && second !== undefined && isCount(second);
  if (apart || (first.startsWith("-n") && first !== "-n" && isCount(first.slice(2)))) {
    const file = words.slice(apart ? 2 : 0).find((word) => !word.startsWith("-"));
    if (file !== undefined) return reads(file);
  }
  return words.length === 1 && !first.startsWith("-") ? reads(first) : unknown;
}

/** `awk`: the first file behind the program, or the first at all when the program is in a file. */
export function awkFile(words: readonly string[]): string | undefined {
  const own = untilConnector(words);
  const files = plainOperands(own, ["-F", "-v", "-f", "--field-separator", "--assign", "--file"]);
  return own.some((word) => word === "-f" || word === "--file") ? files[0] : files[1];
}

/** `nl`: the first operand. */
export function nlSummary(words: readonly string[]): Summary {
  return reads(withoutValues(words, ["-s", "-w", "-v", "-i", "-b"]).find((word) => !word.startsWith("-")));
}

/** `sed -n`: with a script that prints one line or a range (`5p`, `1,20p`), the file; otherwise undefined. */
export function sedFile(words: readonly string[]): string | undefined {
  const own = untilConnector(words);
  if (!own.includes("-n") || !printsRange(own)) return undefined;
  const files = plainOperands(own, ["-e", "-f", "--expression", "--file"]);
  return isRange(files[0]) ? files[1] : files[0];
}

function printsRange(words: readonly string[]): boolean {
  for (let at = 0; at < words.length; at++) {
    const word = words[at];
    if (word === "-e" || word === "--expression") {
      if (isRange(words[at + 1])) return true;
      at++;
    } else if (word === "-f" || word === "--file") at++;
  }
  return words.some((word) => !word.startsWith("-") && isRange(word));
}

function isRange(word: string | undefined): boolean {
  return word !== undefined && /^[0-9]+(?:,[0-9]+)?p$/.test(word);
}
