import type { ErrorCode } from "../../protocol/error.ts";
import type { SandboxInfo } from "../../protocol/ipc.ts";
import type { ApprovalMode, SandboxLevel } from "../../protocol/settings.ts";
import { isInside } from "../lib/paths.ts";

/** What a call is about to do; the same union as the tools' `Effect`, named here because the policy knows no tools. */
export type PolicyEffect =
  | { readonly kind: "read"; readonly paths: readonly string[] }
  | { readonly kind: "write"; readonly paths: readonly string[] }
  | { readonly kind: "command"; readonly cmd: string; readonly workdir: string; readonly escalated: boolean; readonly justification: string | undefined }
  | { readonly kind: "script" }
  | { readonly kind: "spawn"; readonly input: { readonly kind: "ask" | "agent" | "exec" | "script" } };

export interface PolicyFacts {
  readonly effect: PolicyEffect;
  readonly mode: ApprovalMode;
  readonly sandboxLevel: SandboxLevel;
  readonly enforcer: SandboxInfo["enforcer"];
  readonly projectRoot: string;
  readonly readGrants: readonly string[];
}

/** allow: runs with `runLevel`. ask: a person decides; then it runs with `runLevel`. deny: the call fails with `code`. */
export type Decision =
  | { readonly decision: "allow"; readonly runLevel: SandboxLevel }
  | { readonly decision: "ask"; readonly reason: string; readonly runLevel: SandboxLevel }
  | { readonly decision: "deny"; readonly code: ErrorCode; readonly reason: string; readonly hint?: string };

/**
 * The policy: pure, no disk, no clock. Reads are free (the tools keep them inside the project and the grants); a script
 * is free, because each of its calls comes here by itself. What cannot be kept in by the operating system always asks.
 */
export function decide(facts: PolicyFacts): Decision {
  const { effect } = facts;
  switch (effect.kind) {
    case "read":
    case "script":
      return { decision: "allow", runLevel: facts.sandboxLevel };
    case "write":
      return decideWrite(facts, effect.paths);
    case "command":
      return decideCommand(facts, effect.escalated);
    case "spawn":
      return decideSpawn(facts, effect.input.kind);
  }
}

const planHint = "Describe what you would do instead; the person can change the mode to ask or auto.";

function decideWrite(facts: PolicyFacts, paths: readonly string[]): Decision {
  const { mode, sandboxLevel, projectRoot } = facts;
  if (mode === "plan") return { decision: "deny", code: "denied", reason: "Nothing is written in plan mode.", hint: planHint };
  if (sandboxLevel === "read-only") {
    return { decision: "deny", code: "denied", reason: "Writing is blocked by the read-only sandbox.", hint: "The person can allow it with the sandbox level workspace-write." };
  }
  const outside = paths.find((path) => !isInside(projectRoot, path));
  if (outside !== undefined && sandboxLevel !== "full") {
    return { decision: "deny", code: "outside_project", reason: `${outside} is outside the project.`, hint: "Patches may only change files of the project." };
  }
  if (mode === "auto") return { decision: "allow", runLevel: sandboxLevel };
  return { decision: "ask", reason: "Changes to files ask in the mode ask.", runLevel: sandboxLevel };
}

function decideCommand(facts: PolicyFacts, escalated: boolean): Decision {
  const { mode, sandboxLevel, enforcer } = facts;
  const enforced = enforcer !== "none";
  if (mode === "plan") {
    if (escalated || !enforced) return { decision: "deny", code: "denied", reason: "In plan mode commands run only inside an enforced read-only sandbox.", hint: planHint };
    return { decision: "allow", runLevel: "read-only" };
  }
  if (escalated && sandboxLevel !== "full") {
    return { decision: "ask", reason: "The command asks to run outside the sandbox.", runLevel: "full" };
  }
  if (sandboxLevel !== "full" && !enforced) {
    return { decision: "ask", reason: "Nothing keeps commands in on this machine, so every command asks and runs unprotected when allowed.", runLevel: "full" };
  }
  if (mode === "auto") return { decision: "allow", runLevel: sandboxLevel };
  return { decision: "ask", reason: "Commands ask in the mode ask.", runLevel: sandboxLevel };
}

function decideSpawn(facts: PolicyFacts, kind: "ask" | "agent" | "exec" | "script"): Decision {
  // A question only reads; an agent's and a script's own calls pass the policy one by one.
  if (kind !== "exec") return { decision: "allow", runLevel: facts.sandboxLevel };
  return decideCommand(facts, false);
}
