import { SpindleError } from "../../protocol/error.ts";
import { patternText, type Rule, type RuleDraft, type RulePattern } from "../../protocol/rule.ts";
import { hiddenCharacters } from "../../grammar/hidden-text.ts";

/** A command line as rules see it. */
export interface RuledCommand {
  readonly cmd: string;
  /** The words of all commands; null when only a shell could say them. */
  readonly words: readonly (readonly string[])[] | null;
  /** The literal words of all commands, wherever they stand; null when it is no valid bash. */
  readonly commands: readonly (readonly string[])[] | null;
  /** The call sets variables: they can change what any command does. */
  readonly setsEnvironment: boolean;
}

/** What the rules say of a command line; null when they say nothing of all of it. */
export type RuleVerdict =
  | { readonly decision: "allow"; readonly outside: boolean; readonly rules: readonly Rule[] }
  | { readonly decision: "ask" | "deny"; readonly rule: Rule }
  | null;

/**
 * Asks the rules about a command line, strictest first. A rule that denies or asks holds for every command that can be seen
 * in it, by the program's own name, whatever is around it; of what is no valid bash, for every text that names its program,
 * and then it asks. Rules that allow must match every command of plain words: a script that only a shell can read, or a call
 * that sets variables, is never allowed by a rule. (Prefixes of exact words, as in Codex's rules.)
 */
export function judgeByRules(command: RuledCommand, rules: readonly Rule[]): RuleVerdict {
  const strict = (["deny", "ask"] as const).flatMap((decision) => rules.filter((rule) => rule.decision === decision));
  for (const rule of strict) {
    const seen = [...(command.words ?? []), ...(command.commands ?? [])];
    if (seen.some((words) => matches(rule, [programName(words[0] ?? ""), ...words.slice(1)]) || matches(rule, words)))
      return { decision: rule.decision === "deny" ? "deny" : "ask", rule };
  }
  if (command.commands === null) {
    const named = strict.find((rule) => namesProgram(command.cmd, rule.words[0] ?? ""));
    if (named !== undefined) return { decision: "ask", rule: named };
  }
  if (command.setsEnvironment || command.words === null || command.words.length === 0) return null;
  const allowing = rules.filter((rule) => rule.decision === "allow");
  const used = command.words.map(
    // One that also allows the way out counts first: the command may need it.
    (words) => allowing.find((rule) => rule.outside && matches(rule, words)) ?? allowing.find((rule) => matches(rule, words)),
  );
  if (!used.every((rule) => rule !== undefined)) return null;
  return { decision: "allow", outside: used.every((rule) => rule.outside), rules: used };
}

function matches(pattern: RulePattern, words: readonly string[]): boolean {
  if (pattern.exact ? pattern.words.length !== words.length : pattern.words.length > words.length) return false;
  return pattern.words.every((word, index) => word === words[index]);
}

function programName(program: string): string {
  return program.slice(program.lastIndexOf("/") + 1);
}

function namesProgram(cmd: string, program: string): boolean {
  return cmd.split(/[^\w.@+-]+/).includes(programName(program));
}

/**
 * Rules that would allow a command line from now on: one pattern for each of its commands that no rule allows yet, as wide as
 * is usual for it (`npm run build …`, `git status …`). Null when no rule can ever allow it. `outside` ones are exact.
 */
export function proposeRules(command: RuledCommand, rules: readonly Rule[], outside: boolean): readonly RulePattern[] | null {
  if (command.setsEnvironment || command.words === null || command.words.length === 0) return null;
  const allowing = rules.filter((rule) => rule.decision === "allow" && (!outside || rule.outside));
  const open = command.words.filter((words) => !allowing.some((rule) => matches(rule, words)));
  const patterns = open.map((words) => (outside ? { words: [...words], exact: true } : usualPattern(words)));
  const usable = patterns.every(({ words }) => words.length <= 100 && words.every((word) => word !== "" && word.length <= 1_000));
  if (!usable || patterns.length === 0 || patterns.length > 10) return null;
  return patterns.filter((one, index) => patterns.findIndex((other) => patternText(other) === patternText(one)) === index);
}

/** Programs whose first words choose what they do; the number of further words that belong to the choice. */
const subcommands: Readonly<Record<string, number>> = {
  git: 1,
  npm: 1,
  pnpm: 1,
  yarn: 1,
  cargo: 1,
  go: 1,
  docker: 1,
  kubectl: 1,
  make: 1,
  gh: 1,
  pip: 1,
  pip3: 1,
  uv: 1,
  poetry: 1,
  dotnet: 1,
  gradle: 1,
  mvn: 1,
  bundle: 1,
  rake: 1,
  composer: 1,
  terraform: 1,
  systemctl: 1,
  apt: 1,
  brew: 1,
  rustup: 1,
  just: 1,
};
/** Second words that only announce the third: `npm run build`, `docker compose up`. */
const announcing: ReadonlySet<string> = new Set(["run", "exec", "compose", "tool", "script", "workspace", "remote", "stash", "config"]);

function usualPattern(words: readonly string[]): RulePattern {
  const [program = ""] = words;
  if (mustBeExact(words)) return { words: [...words], exact: true };
  if (isInterpreter(program)) return { words: words.slice(0, 3), exact: false };
  const more = subcommands[programName(program)] ?? 0;
  let count = 1;
  while (count <= more && isChoice(words[count])) count++;
  if (count === 2 && announcing.has(words[1] ?? "") && isChoice(words[2])) count++;
  return { words: words.slice(0, count), exact: false };
}

function isChoice(word: string | undefined): boolean {
  return word !== undefined && /^[A-Za-z][\w:.-]*$/.test(word);
}

/** Programs that run whatever their further words say. */
const runners: ReadonlySet<string> = new Set(
  "bash sh zsh dash fish ksh env sudo doas su xargs eval exec source . command builtin nohup timeout time nice ionice setsid ssh watch parallel script chroot unshare nsenter strace npx bunx pnpx uvx pipx busybox".split(
    " ",
  ),
);
const interpreters =
  /^(?:node|deno|bun|python[\d.]*|pypy[\d.]*|perl[\d.]*|ruby[\d.]*|php[\d.]*|lua[\d.]*|tclsh|osascript|[gmn]?awk|sed|tsx|ts-node|find|vim?|emacs)$/;

function isInterpreter(program: string): boolean {
  return interpreters.test(programName(program));
}

/** True for commands of which no prefix says what runs. `python -m pytest` does say it. */
function mustBeExact(words: readonly string[]): boolean {
  const [program = "", option, module_] = words;
  if (runners.has(programName(program))) return true;
  return isInterpreter(program) && !(option === "-m" && isChoice(module_));
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
