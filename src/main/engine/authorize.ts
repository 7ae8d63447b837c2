import type { Folder } from "../lib/folder.ts";
import { repositoryAround } from "../lib/git-folder.ts";
import { holdsStartup } from "../lib/home-folder.ts";
import { createHash } from "node:crypto";
import type { ApprovalRequest, AskedOperation } from "../../protocol/approval.ts";
import { assertNever, SpindleError } from "../../protocol/error.ts";
import type { ApprovalMode, SandboxLevel } from "../../protocol/settings.ts";
import { assignments, describeEffect } from "../approvals/describe-effect.ts";
import { displayPath } from "../lib/paths.ts";
import { decide, type Exposed, leftOpen, type PolicyDecision } from "../approvals/policy.ts";
import { proposeRules, rulesIn } from "../approvals/rules.ts";
import type { RulesFile } from "../settings/rules.ts";
import type { Clearance, GateCall } from "../tools/dispatch.ts";
import type { Effect, ToolContext } from "../tools/tool.ts";
import type { ApprovalDesk } from "./approval-desk.ts";
import type { MadeRepositories } from "./made-repositories.ts";

/** What decides about a call besides its mode and level. */
export interface Judges {
  readonly desk: ApprovalDesk;
  readonly rules: RulesFile;
  readonly repositories: Pick<MadeRepositories, "isOpen" | "accept">;
  /** Folders that count as trusted in this process (the command line names its folder). */
  isTrusted(root: string): boolean;
}

/**
 * Asks the policy, and the person where the policy says so. Resolves with the sandbox level the call runs with, and with the
 * command the person put in its place; rejects with `denied`.
 */
export async function authorize(call: GateCall, effect: Effect, ctx: ToolContext, judges: Judges): Promise<Clearance> {
  return follow(decideNow(effect, ctx, judges), call, effect, ctx, judges);
}

/** When, and by which mode, a command was cleared that starts only later. */
export interface Cleared {
  readonly at: number;
  readonly mode: ApprovalMode;
  /** A person said yes to it. */
  readonly approved: boolean;
}

/**
 * For a command that was cleared before and starts now: what has become forbidden since is refused, what would be asked only
 * since then is asked. What a person said yes to is not asked twice; what a rule allowed that is gone now is.
 */
export async function authorizeStart(
  call: GateCall,
  effect: Effect,
  ctx: ToolContext,
  cleared: Cleared,
  judges: Judges,
): Promise<Clearance> {
  const decision = decideNow(effect, ctx, judges);
  if (decision.decision !== "ask") return follow(decision, call, effect, ctx, judges);
  if (!cleared.approved) return follow(decision, call, effect, ctx, judges);
  const before = decideNow(effect, { ...ctx, approval: cleared.mode }, judges, cleared.at);
  return before.decision === "ask" ? { sandboxLevel: decision.runLevel } : follow(decision, call, effect, ctx, judges);
}

async function follow(decision: PolicyDecision, call: GateCall, effect: Effect, ctx: ToolContext, judges: Judges): Promise<Clearance> {
  switch (decision.decision) {
    case "allow":
      return { sandboxLevel: decision.runLevel };
    case "deny":
      throw refusal(decision);
    case "ask": {
      const answer = await judges.desk.brokerOf(ctx, ctx.emit).ask(
        {
          turnId: ctx.turnId,
          request: requestOf(call, effect, decision, ctx, judges),
          reasonKind: decision.reasonKind,
          subject: subjectOf(effect, decision.runLevel, ctx),
          allowedByRules: () => decideNow(effect, ctx, judges).decision === "allow",
        },
        ctx.signal,
      );
      if (answer.decision === "allow") {
        const { cmd, leaveOut } = answer;
        if (decision.reasonKind === "command_new_repository") judges.repositories.accept(ctx.projectRoot);
        // A rule that was made meanwhile may have answered.
        const isPersons = decideNow(effect, ctx, judges).decision !== "allow";
        return {
          sandboxLevel: decision.runLevel,
          ...(isPersons ? { approved: true } : {}),
          ...(cmd === undefined ? {} : { cmd }),
          ...(leaveOut === undefined ? {} : { leaveOut }),
        };
      }
      throw new SpindleError("denied", `This call was declined${answer.note === undefined ? "." : `: ${answer.note}`}`, {
        hint: "Do something else, or say what you would need.",
        details: { reason: decision.reason },
      });
    }
    default:
      return assertNever(decision);
  }
}

/** The level for a call that the person wrote themselves: what would ask is their yes, what is refused stays refused. */
export function authorizeWritten(effect: Effect, ctx: ToolContext, judges: Judges): SandboxLevel {
  const decision = decideNow(effect, ctx, judges);
  if (decision.decision === "deny") throw refusal(decision);
  return decision.runLevel;
}

/** By the rules that there were at `at`. */
function decideNow(effect: Effect, ctx: ToolContext, { rules, isTrusted, repositories }: Judges, at = Infinity): PolicyDecision {
  return decide({
    effect,
    mode: ctx.approval,
    sandboxLevel: ctx.sandboxLevel,
    enforcer: ctx.sandbox.info.enforcer,
    projectRoot: ctx.projectRoot,
    exposed: exposedIn(ctx.projectRoot, repositories),
    trusted: isTrusted(ctx.projectRoot),
    rules: rules.in(ctx).filter(({ createdAt }) => createdAt <= at),
  });
}

function exposedIn(projectRoot: string, repositories: Judges["repositories"]): Exposed | null {
  if (repositoryAround(projectRoot) !== null) return "repository";
  if (holdsStartup(projectRoot)) return "startup";
  return repositories.isOpen(projectRoot) ? "new-repository" : null;
}

function requestOf(
  call: GateCall,
  effect: Effect,
  decision: Extract<PolicyDecision, { decision: "ask" }>,
  ctx: ToolContext,
  { rules, repositories }: Judges,
) {
  const justification = effect.kind === "command" ? effect.justification : undefined;
  const line = effect.kind === "command" || effect.kind === "spawn" ? effect.line : null;
  const outside = decision.runLevel === "full" && ctx.sandboxLevel !== "full";
  // No rule answers these: they are about single cases, about a rule itself, about what the sandbox cannot hold back.
  const isSingle = ["forced_rm", "rule", "command_landlock", "command_home", "command_repository", "command_new_repository"].includes(
    decision.reasonKind,
  );
  const isOpen =
    leftOpen(decision.runLevel, { enforcer: ctx.sandbox.info.enforcer, exposed: exposedIn(ctx.projectRoot, repositories) }) !== null;
  const proposal =
    line === null || isSingle || isOpen
      ? null
      : proposeRules(line, rulesIn(folderOf(effect)?.path ?? ctx.projectRoot, ctx.projectRoot, rules.in(ctx)), outside);
  return {
    hash: questionHash(ctx, call),
    callId: call.callId,
    // A patch in a command is asked about as the patch it is, and an answer for this conversation holds for both.
    tool: effect.kind === "write" ? "applyPatch" : call.name,
    summary: describeEffect(effect, ctx.projectRoot),
    reason: decision.reason,
    ...(call.scriptLine === undefined ? {} : { scriptLine: call.scriptLine }),
    ...(justification === undefined ? {} : { justification }),
    ...(line === null ? {} : { cmd: line.cmd, ...surroundings(effect, ctx.projectRoot) }),
    ...shownPatch(effect, call.name),
    ...(outside ? { outside } : {}),
    ...(proposal === null ? {} : { proposal }),
  };
}

function folderOf(effect: Effect): Folder | null {
  return effect.kind === "command" || effect.kind === "spawn" ? effect.folder : null;
}

/** UTF-16 units of a patch that a card shows; a longer one is only named by its files. */
const maxShownPatch = 100_000;

/** The patch for the card. Parts of one in a command cannot be left out: its text is the command's. */
function shownPatch(effect: Effect, tool: string): Pick<ApprovalRequest, "patch" | "choosable"> {
  if (effect.kind !== "write" || sizeOf(effect.operations) > maxShownPatch) return {};
  return { patch: effect.operations, ...(tool === "applyPatch" ? { choosable: true } : {}) };
}

function sizeOf(operations: readonly AskedOperation[]): number {
  return operations.reduce((sum, operation) => {
    if (operation.type === "delete") return sum + operation.path.length;
    if (operation.type === "add") return sum + operation.content.length;
    return operation.chunks.reduce((chars, { lines }) => lines.reduce((all, { text }) => all + text.length + 2, chars), sum);
  }, 0);
}

/** What stays when the person changes the command. */
function surroundings(effect: Effect, projectRoot: string): { readonly runsIn?: string; readonly variables?: string } {
  const given =
    effect.kind === "command"
      ? { folder: effect.folder.path, variables: effect.cmd.slice(0, effect.cmd.length - effect.line.cmd.length) }
      : effect.kind === "spawn" && effect.input.kind === "exec"
        ? { folder: effect.folder?.path ?? projectRoot, variables: assignments(effect.input.env ?? {}) }
        : null;
  if (given === null) return {};
  const runsIn = displayPath(projectRoot, given.folder);
  const variables = given.variables.trim();
  return { ...(runsIn === "." ? {} : { runsIn }), ...(variables === "" ? {} : { variables }) };
}

/** All that makes one question another, field by field: the text of a card is for people, and two may look alike. */
function subjectOf(effect: Effect, runLevel: SandboxLevel, ctx: ToolContext): string {
  const where = [runLevel, ctx.reach, ctx.projectRoot];
  switch (effect.kind) {
    case "command":
      return JSON.stringify([where, effect.line.cmd, effect.cmd, effect.folder, effect.escalated]);
    case "spawn":
      return JSON.stringify([where, effect.input, effect.folder]);
    case "write":
    case "read":
      return JSON.stringify([where, effect.paths]);
    case "script":
      return JSON.stringify(where);
    default:
      return assertNever(effect);
  }
}

/** What a question is about, as a short text that an answer must name. */
export function questionHash(ctx: ToolContext, call: Pick<GateCall, "callId" | "name" | "input">): string {
  return createHash("sha256")
    .update(JSON.stringify([ctx.conversationId, ctx.turnId, call.callId, call.name, call.input]))
    .digest("hex");
}

function refusal({ code, reason, hint }: Extract<PolicyDecision, { decision: "deny" }>): SpindleError {
  return new SpindleError(code, reason, { hint });
}
