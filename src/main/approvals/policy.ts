import path from "node:path";
import type { AskedOperation } from "../../protocol/approval.ts";
import { assertNever, type ErrorCode } from "../../protocol/error.ts";
import type { SandboxInfo } from "../../protocol/ipc.ts";
import type { ApprovalMode, SandboxLevel } from "../../protocol/settings.ts";
import type { SpawnInput } from "../../protocol/tools.ts";
import type { Rule } from "../../protocol/rule.ts";
import { patternText } from "../../protocol/rule.ts";
import { hiddenCharacters } from "../../grammar/hidden-text.ts";
import type { Folder } from "../lib/folder.ts";
import { isInside } from "../lib/paths.ts";
import { assignments } from "./describe-effect.ts";
import { judgeByRules, rulesIn, type RuledCommand, type RuleVerdict } from "./rules.ts";

/** What a call is about to do. A script runs only in the harness; each of its calls comes to the policy by itself. */
export type PolicyEffect =
  | { readonly kind: "read"; readonly paths: readonly string[] }
  | {
      readonly kind: "write";
      readonly paths: readonly string[];
      /** Those of `paths` that are in a folder of the project whose content others trust and run (`.git`, `.spindle`, a bare repository). */
      readonly guarded: readonly string[];
      /** What the patch says, for who is asked. */
      readonly operations: readonly AskedOperation[];
    }
  | {
      readonly kind: "command";
      /** With its variables in front: what a card shows. */
      readonly cmd: string;
      readonly line: RuledCommand;
      readonly folder: Folder;
      readonly escalated: boolean;
      readonly justification: string | undefined;
      /** It may delete by force. Read from the command line before, so that the policy stays pure. */
      readonly forcedRm: boolean;
    }
  | { readonly kind: "script" }
  | {
      readonly kind: "spawn";
      readonly input: SpawnInput;
      /** The command of a task; null for the other kinds. */
      readonly line: RuledCommand | null;
      /** Where the command of a task will run; null for the other kinds. */
      readonly folder: Folder | null;
      /** The command of a task may delete by force; false for the other kinds. */
      readonly forcedRm: boolean;
    };

/**
 * What a command that writes the project could change although others trust and run it: what the person's shell or desktop starts
 * with (the home folder, `~/bin`), a repository that the project is the inside of, or one that a command made and nobody has looked at.
 */
export type Exposed = "startup" | "repository" | "new-repository";

export interface PolicyInput {
  readonly effect: PolicyEffect;
  readonly mode: ApprovalMode;
  readonly sandboxLevel: SandboxLevel;
  readonly enforcer: SandboxInfo["enforcer"];
  /** Absolute real path. */
  readonly projectRoot: string;
  readonly exposed: Exposed | null;
  /** The person has said that this folder's content is trusted; without it nothing of it is run. */
  readonly trusted: boolean;
  /** Those that hold here: always, in this project, in this conversation. */
  readonly rules: readonly Rule[];
}

/** Names the reason of a question: an answer "for this conversation" holds for the same tool and the same kind. */
export type ReasonKind =
  | "write"
  | "write_outside"
  | "write_guarded"
  | "command"
  | "command_unsandboxed"
  | "command_landlock"
  | "command_home"
  | "command_repository"
  | "command_new_repository"
  | "forced_rm"
  | "rule"
  | "escalated"
  | "spawn"
  | "fan_out";

/** `runLevel` is the sandbox level the call runs with: at once when allowed, after the person's yes when asked. */
export type PolicyDecision =
  | { readonly decision: "allow"; readonly runLevel: SandboxLevel }
  | { readonly decision: "ask"; readonly runLevel: SandboxLevel; readonly reason: string; readonly reasonKind: ReasonKind }
  | { readonly decision: "deny"; readonly code: ErrorCode; readonly reason: string; readonly hint: string };

/**
 * Decides whether a call runs, asks or is refused. Pure: the same input gives the same answer. Whether a file may be read
 * is the reading tool's own business (project and grants); a script is free because each of its calls comes here by itself.
 */
export function decide(input: PolicyInput): PolicyDecision {
  const { effect } = input;
  switch (effect.kind) {
    case "read":
    case "script":
      return allow(input.sandboxLevel);
    case "write":
      return decideWrite(effect, input);
    case "command":
      return decideCommand({ ...effect, shown: [effect.cmd, effect.folder.path] }, input);
    case "spawn":
      return decideSpawn(effect, input);
    default:
      return assertNever(effect);
  }
}

function decideWrite(write: Extract<PolicyEffect, { kind: "write" }>, input: PolicyInput): PolicyDecision {
  const absolute = write.paths.map((given) => path.resolve(input.projectRoot, given));
  const outside = absolute.find((file) => !isInside(input.projectRoot, file));
  const [guarded] = write.guarded;
  switch (input.mode) {
    case "plan":
      return deny("denied", "Plan mode writes nothing.", "Describe the change in words; the person can leave plan mode.");
    case "ask":
      if (outside !== undefined) return ask("full", "write_outside", `${outside} is outside the project.`);
      if (guarded !== undefined) return ask("full", "write_guarded", `${guarded} is in a folder that other programs trust and run.`);
      return ask(input.sandboxLevel === "full" ? "full" : "workspace-write", "write", "Approval mode ask: every change of files asks.");
    case "auto":
      if (input.sandboxLevel === "full") return input.trusted ? allow("full") : askUntrusted("full");
      if (input.sandboxLevel === "read-only")
        return deny(
          "denied",
          "The sandbox level read-only allows no change of files.",
          "Describe the change in words; the person can choose the level workspace-write.",
        );
      if (outside !== undefined)
        return deny(
          "outside_project",
          `${outside} is outside the project, and the sandbox level workspace-write allows changes only inside.`,
          "Change files inside the project only.",
        );
      if (guarded !== undefined) return ask("full", "write_guarded", `${guarded} is in a folder that other programs trust and run.`);
      return input.trusted ? allow("workspace-write") : askUntrusted("workspace-write");
    default:
      return assertNever(input.mode);
  }
}

/** Nothing of the folder's content has a say yet, so neither has what a model made of that content. */
function askUntrusted(runLevel: SandboxLevel): PolicyDecision {
  return ask(runLevel, "write", "The person has not said that they trust this folder: every change of its files asks.");
}

interface CommandFacts {
  readonly line: RuledCommand;
  readonly escalated: boolean;
  readonly forcedRm: boolean;
  /** Where it runs. */
  readonly folder: Folder;
  /** All that is shown of it: the command, its variables, its folder. */
  readonly shown: readonly string[];
}

function decideCommand(command: CommandFacts, input: PolicyInput): PolicyDecision {
  if (!input.trusted)
    return deny(
      "untrusted_folder",
      "Nothing is run in a folder that the person has not said they trust.",
      "Read files with the tools for it, or ask the person to trust the folder.",
    );
  const decision = refuseHidden(command, byRules(command, decideOrdinaryCommand(command.escalated, input), input));
  // Nothing holds it back there, and neither a rule nor an earlier "for this conversation" meant this one.
  if (decision.decision !== "deny" && decision.runLevel === "full" && command.forcedRm) {
    return ask("full", "forced_rm", "It deletes by force, outside the sandbox.");
  }
  return decision;
}

/** What the mode decided, made stricter or easier by the rules. Never easier than plan mode, or than a refusal. */
function byRules(command: CommandFacts, decision: PolicyDecision, input: PolicyInput): PolicyDecision {
  if (decision.decision === "deny") return decision;
  const verdict = judgeByRules(command.line, rulesIn(command.folder.path, input.projectRoot, input.rules));
  switch (verdict?.decision) {
    case undefined:
      return decision;
    case "deny": {
      const { rule } = verdict;
      return deny(
        "denied",
        `A rule of the person forbids ${patternText(rule)}${rule.note === undefined ? "." : `: ${rule.note}`}`,
        "Do it another way, or say what you would need.",
      );
    }
    case "ask":
      return decision.decision === "ask" ? decision : ask(decision.runLevel, "rule", askedBy(verdict));
    case "allow": {
      if (decision.decision === "allow" || input.mode === "plan") return decision;
      // A rule was made for what the sandbox holds back, and it does not hold back this.
      const open = leftOpen(decision.runLevel, input);
      if (open !== null && !verdict.outside) return open;
      return decision.runLevel !== "full" || input.sandboxLevel === "full" || verdict.outside ? allow(decision.runLevel) : decision;
    }
    default:
      return assertNever(verdict);
  }
}

function askedBy({ rule, sure }: Extract<RuleVerdict, { decision: "ask" }>): string {
  if (sure) return `A rule asks for ${patternText(rule)}.`;
  return `A rule ${rule.decision === "deny" ? "forbids" : "asks for"} ${patternText(rule)}, and this may run it: not all of it can be read.`;
}

/** A person cannot say yes to what they cannot see. */
function refuseHidden(command: CommandFacts, decision: PolicyDecision): PolicyDecision {
  const count = command.shown.reduce((sum, text) => sum + hiddenCharacters(text), 0);
  if (decision.decision !== "ask" || count === 0) return decision;
  return deny(
    "denied",
    `The command contains ${count === 1 ? "a character" : `${count} characters`} that cannot be seen, so nobody can approve it.`,
    "Write it without control, zero-width and direction characters; in quotes use escapes such as $'\\u200b'.",
  );
}

function decideOrdinaryCommand(escalated: boolean, input: PolicyInput): PolicyDecision {
  const enforced = input.enforcer !== "none";
  switch (input.mode) {
    case "plan":
      if (escalated)
        return deny("denied", "Plan mode runs no command outside the sandbox.", "Run it without `escalated`; nothing can be written then.");
      if (!enforced)
        return deny(
          "denied",
          "Plan mode runs commands only in a read-only sandbox, and this system has none.",
          "Read files with the tools for it.",
        );
      return allow("read-only");
    case "ask":
      if (escalated) return ask("full", "escalated", "It asks to run outside the sandbox.");
      if (input.sandboxLevel !== "full" && !enforced)
        return ask("full", "command_unsandboxed", "This system has no sandbox: the command could change anything.");
      return ask(input.sandboxLevel, "command", "Approval mode ask: every command asks.");
    case "auto":
      if (input.sandboxLevel === "full") return allow("full");
      if (escalated) return ask("full", "escalated", "It asks to run outside the sandbox.");
      if (!enforced) return ask("full", "command_unsandboxed", "This system has no sandbox: the command could change anything.");
      return leftOpen(input.sandboxLevel, input) ?? allow(input.sandboxLevel);
    default:
      return assertNever(input.mode);
  }
}

/** The question for commands at a level at which the sandbox leaves something open that others trust and run; null when it does not. */
export function leftOpen(
  runLevel: SandboxLevel,
  { enforcer, exposed }: Pick<PolicyInput, "enforcer" | "exposed">,
): Extract<PolicyDecision, { decision: "ask" }> | null {
  if (runLevel !== "workspace-write") return null;
  const question = (reasonKind: ReasonKind, reason: string) => ({ decision: "ask", runLevel, reasonKind, reason }) as const;
  if (enforcer === "landlock")
    return question("command_landlock", "The sandbox of this system (Landlock) cannot protect .git in the project.");
  if (exposed === "repository")
    return question(
      "command_repository",
      "The project is the inside of a git repository: a command could change hooks and settings that git runs.",
    );
  if (exposed === "new-repository")
    return question(
      "command_new_repository",
      "A command made a git repository in this project: look at .git/config and .git/hooks, they run when you use git here.",
    );
  if (exposed === "startup")
    return question("command_home", "The project holds what your shell and desktop start with, and a command could change it.");
  return null;
}

function decideSpawn(
  { input: spawn, line, folder, forcedRm }: Extract<PolicyEffect, { kind: "spawn" }>,
  input: PolicyInput,
): PolicyDecision {
  switch (spawn.kind) {
    case "ask":
      return allow(input.sandboxLevel);
    case "exec":
      return decideCommand(
        {
          line: line ?? unseen(spawn.cmd),
          escalated: false,
          forcedRm,
          folder: folder ?? { path: path.resolve(input.projectRoot, spawn.workdir ?? "."), id: null },
          shown: [`${assignments(spawn.env ?? {})}${spawn.cmd}`, spawn.workdir ?? "", folder?.path ?? ""],
        },
        input,
      );
    case "agent":
    case "script":
      // Their own calls come here with the same mode; in mode ask the person should know that somebody starts to work.
      return input.mode === "ask"
        ? ask(input.sandboxLevel, "spawn", `Approval mode ask: starting ${spawn.kind === "agent" ? "an agent" : "a script"} asks.`)
        : allow(input.sandboxLevel);
    default:
      return assertNever(spawn);
  }
}

/** A command that nobody has read: no rule can allow it. */
function unseen(cmd: string): RuledCommand {
  return { cmd, words: null, seen: { commands: [], unread: true, code: false }, variables: "" };
}

function allow(runLevel: SandboxLevel): PolicyDecision {
  return { decision: "allow", runLevel };
}
function ask(runLevel: SandboxLevel, reasonKind: ReasonKind, reason: string): PolicyDecision {
  return { decision: "ask", runLevel, reasonKind, reason };
}
function deny(code: ErrorCode, reason: string, hint: string): PolicyDecision {
  return { decision: "deny", code, reason, hint };
}
