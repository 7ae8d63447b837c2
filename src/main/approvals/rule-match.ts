import type { RulePattern } from "../../protocol/rule.ts";
import { programName } from "../lib/programs.ts";
import { isInert, mayBeNamed, namesAll } from "./named-in-text.ts";
import type { RuledCommand } from "./rules.ts";

/** Whether a command line runs what a rule names; `maybe` when not all of it can be read. */
export type Match = "yes" | "maybe" | "no";

/** Looks for the command of a rule that forbids or asks, wherever it may run. */
export function ruleMatch(rule: RulePattern, { cmd, variables, words, seen }: RuledCommand): Match {
  let best: Match = "no";
  const commands = [...(words ?? []), ...seen.commands];
  for (const command of commands) {
    const match = wordsMatch(rule, command);
    if (match === "yes") return "yes";
    if (match === "maybe" || mayRun(rule, command)) best = "maybe";
  }
  const text = `${variables}${cmd}`;
  if (best === "maybe" || seen.unread || (seen.code && namesAll({ text, commands }, rule)) || mayBeNamed({ text, commands }, rule))
    return "maybe";
  return "no";
}

/** A command that may run what its words name has the program of the rule among them, and the rest of the rule may be what only a shell can say. */
function mayRun(rule: RulePattern, words: readonly (string | null)[]): boolean {
  if (!words.includes(null) || isInert(words)) return false;
  const named = programName(rule.words[0] ?? "");
  return words.some((word, at) => at > 0 && word !== null && programName(word) === named && wordsMatch(rule, words.slice(at)) !== "no");
}

function wordsMatch(rule: RulePattern, words: readonly (string | null)[]): Match {
  const [program] = words;
  const [named = ""] = rule.words;
  if (program === undefined || program === null) return "no";
  if (program !== named && programName(program) !== named) return joinedMatch(rule, programName(program));
  return rule.exact ? exactMatch(rule.words, words) : restMatch(rule.words, words);
}

/** `git-push` is `git push` under another name; with more words than a rule has, who knows. */
function joinedMatch({ words }: RulePattern, program: string): Match {
  return words.length > 1 && (program === words.join("-") || words.join("-").startsWith(`${program}-`)) && program.includes("-")
    ? "maybe"
    : "no";
}

function exactMatch(wanted: readonly string[], words: readonly (string | null)[]): Match {
  const unknown = words.indexOf(null);
  if (unknown === -1) return wanted.length === words.length && wanted.every((word, at) => at === 0 || word === words[at]) ? "yes" : "no";
  return words.slice(1, unknown).every((word, at) => word === wanted[at + 1]) ? "maybe" : "no";
}

/**
 * The words of a rule in their order, with options between them: `git -C . push` is `git push`. Whether an option has a value is
 * not known, so both ways count.
 */
function restMatch(wanted: readonly string[], words: readonly (string | null)[]): Match {
  let states = new Set([1]);
  let maybe = false;
  // One round for each word of the rule: where in the command may its next word stand?
  for (const word of wanted.slice(1)) {
    const next = new Set<number>();
    const open = [...states];
    const seen = new Set(states);
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      const here = words[at];
      if (here === null) maybe = true;
      if (here === null || here === undefined) continue;
      if (here === word) next.add(at + 1);
      if (!/^-./.test(here)) continue;
      for (const further of here.includes("=") ? [at + 1] : [at + 1, at + 2]) {
        if (seen.has(further)) continue;
        seen.add(further);
        open.push(further);
      }
    }
    states = next;
    if (states.size === 0) return maybe ? "maybe" : "no";
  }
  return "yes";
}
