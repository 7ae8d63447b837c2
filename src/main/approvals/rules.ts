import { SpindleError } from "../../protocol/error.ts";
import { patternText, type Rule, type RuleDraft, type RulePattern } from "../../protocol/rule.ts";
import { hiddenCharacters } from "../../grammar/hidden-text.ts";
import { ruleMatch } from "./rule-match.ts";
import { runsNamedProgram } from "./run-options.ts";
import { mustBeExact, usualPattern } from "./usual-pattern.ts";

/** A command line as rules see it. */
export interface RuledCommand {
  readonly cmd: string;
  /** The words of all commands; null when only a shell could say them. What rules that allow look at. */
  readonly words: readonly (readonly string[])[] | null;
  /** What may run, as far as it can be seen. What rules that forbid or ask look at. */
  readonly seen: {
    /** Program first; null is what only a shell can say: one word, several, or none. */
    readonly commands: readonly (readonly (string | null)[])[];
    /** Something runs that cannot be seen. */
    readonly unread: boolean;
    /** Code of another language stands in it. */
    readonly code: boolean;
  };
  /** Variables that the call sets, as they would be written in front: they can change what any command does. Empty for none. */
  readonly variables: string;
}

/** What the rules say of a command line; null when they say nothing of all of it. */
export type RuleVerdict =
  | { readonly decision: "allow"; readonly outside: boolean; readonly rules: readonly Rule[] }
  | { readonly decision: "deny"; readonly rule: Rule }
  /** `sure`: it runs what the rule names; else it may. */
  | { readonly decision: "ask"; readonly rule: Rule; readonly sure: boolean }
  | null;

/**
 * Asks the rules about a command line, strictest first. A rule that denies or asks holds for every command that can be seen in
 * it, by the program's own name, behind whatever runs it, with options anywhere between its words. What cannot be read may hold
 * it, and then it asks. Rules that allow must match every command of plain words: a script that only a shell can read, or a call
 * that sets variables, is never allowed by a rule. (Prefixes of exact words, as in Codex's rules.)
 */
export function judgeByRules(command: RuledCommand, rules: readonly Rule[]): RuleVerdict {
  const strict = (["deny", "ask"] as const).flatMap((decision) => rules.filter((rule) => rule.decision === decision));
  const found = strict.map((rule) => ({ rule, match: ruleMatch(rule, command) }));
  const sure = found.find(({ match }) => match === "yes");
  if (sure?.rule.decision === "deny") return { decision: "deny", rule: sure.rule };
  const asking = sure ?? found.find(({ match }) => match === "maybe");
  if (asking !== undefined) return { decision: "ask", rule: asking.rule, sure: asking.match === "yes" };
  if (command.variables !== "" || command.words === null || command.words.length === 0) return null;
  const allowing = rules.filter((rule) => rule.decision === "allow");
  const acting = withoutSteps(command.words);
  const used = acting.map(
    // One that also allows the way out counts first: the command may need it.
    (words) => allowing.find((rule) => rule.outside && matches(rule, words)) ?? allowing.find((rule) => matches(rule, words)),
  );
  if (!used.every((rule) => rule !== undefined)) return null;
  // One that lets a command out does so in the folder it starts in.
  const outside = acting.length === command.words.length && used.every((rule) => rule.outside);
  return { decision: "allow", outside, rules: used };
}

/** The rules as they hold for a command that runs in `folder`: those that let one out of the sandbox do so in their own folder only. */
export function rulesIn(folder: string, projectRoot: string, rules: readonly Rule[]): readonly Rule[] {
  return rules.map((rule) => (rule.outside && (rule.folder ?? projectRoot) !== folder ? { ...rule, outside: false } : rule));
}

/** Without those that go to a folder and do nothing (`cd src && npm test`), unless there are no others. */
function withoutSteps(commands: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const acting = commands.filter(
    ([program, folder, more]) => !(program === "cd" && folder?.startsWith("-") === false && more === undefined),
  );
  return acting.length === 0 ? commands : acting;
}

function matches(pattern: RulePattern, words: readonly string[]): boolean {
  // Text that bash would run where it evaluates a word a second time (`test -v`, `let`): only a rule of exactly these words means it.
  if (!pattern.exact && words.some((word) => /\$\(|`|\$\{[ \t\n|]/.test(word))) return false;
  if (!pattern.exact && runsNamedProgram(words, pattern.words.length)) return false;
  if (pattern.exact ? pattern.words.length !== words.length : pattern.words.length > words.length) return false;
  return pattern.words.every((word, index) => word === words[index]);
}

/**
 * Rules that would allow a command line from now on: one pattern for each of its commands that no rule allows yet, as wide as
 * is usual for it (`npm run build …`, `git status …`). Null when no rule can ever allow it. `outside` ones are exact.
 */
export function proposeRules(command: RuledCommand, rules: readonly Rule[], outside: boolean): readonly RulePattern[] | null {
  if (command.variables !== "" || command.words === null || command.words.length === 0) return null;
  const allowing = rules.filter((rule) => rule.decision === "allow" && (!outside || rule.outside));
  // Outside the sandbox a rule is for one command in the folder it starts in.
  const open = (outside ? command.words : withoutSteps(command.words)).filter((words) => !allowing.some((rule) => matches(rule, words)));
  const patterns = open.map((words) => (outside ? { words: [...words], exact: true } : usualPattern(words)));
  const usable = patterns.every(({ words }) => words.length <= 100 && words.every((word) => word !== "" && word.length <= 1_000));
  if (!usable || patterns.length === 0 || patterns.length > 10) return null;
  return patterns.filter((one, index) => patterns.findIndex((other) => patternText(other) === patternText(one)) === index);
}

/** Throws `invalid_input` for a rule that would allow more than a person can oversee, or that does not show what it is. */
export function assertOverseeable(rule: RuleDraft): void {
  if (rule.words.some((word) => hiddenCharacters(word) > 0))
    throw new SpindleError("invalid_input", "The words of a rule contain characters that do not show.", { hint: "Type the words anew." });
  if (rule.decision !== "allow" || rule.exact) return;
  if (rule.outside)
    throw new SpindleError("invalid_input", "Outside the sandbox a rule can only allow one exact command.", {
      hint: "Allow exactly this command, or let it run in the sandbox.",
    });
  if (mustBeExact(rule.words))
    throw new SpindleError(
      "invalid_input",
      `A rule cannot allow everything that begins with ${rule.words.join(" ")}: that can run any program.`,
      {
        hint: "Allow exactly this command, with all its words.",
      },
    );
}
