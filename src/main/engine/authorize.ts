import { assertNever, SpindleError } from "../../protocol/error.ts";
import type { SandboxLevel } from "../../protocol/settings.ts";
import { describeEffect } from "../approvals/describe-effect.ts";
import { decide } from "../approvals/policy.ts";
import type { GateCall } from "../tools/dispatch.ts";
import type { Effect, ToolContext } from "../tools/tool.ts";
import type { ApprovalDesk } from "./approval-desk.ts";
import type { FanOut } from "./fan-out.ts";

/** Asks the policy, and the person where the policy says so. Resolves with the sandbox level the call runs with; rejects with `denied`. */
export async function authorize(
  call: GateCall,
  effect: Effect,
  ctx: ToolContext,
  desk: ApprovalDesk,
  fanOut: FanOut,
): Promise<SandboxLevel> {
  await fanOut.admit(call, ctx);
  const decision = decide({
    effect,
    mode: ctx.approval,
    sandboxLevel: ctx.sandboxLevel,
    enforcer: ctx.sandbox.info.enforcer,
    projectRoot: ctx.projectRoot,
  });
  switch (decision.decision) {
    case "allow":
      return decision.runLevel;
    case "deny":
      throw new SpindleError(decision.code, decision.reason, { hint: decision.hint });
    case "ask": {
      const justification = effect.kind === "command" ? effect.justification : undefined;
      const request = {
        callId: call.callId,
        // A patch in a command is asked about as the patch it is, and an answer for this conversation holds for both.
        tool: effect.kind === "write" ? "applyPatch" : call.name,
        summary: describeEffect(effect, ctx.projectRoot),
        reason: decision.reason,
        ...(call.scriptLine === undefined ? {} : { scriptLine: call.scriptLine }),
        ...(justification === undefined ? {} : { justification }),
      };
      const answer = await desk
        .brokerOf(ctx.conversationId, ctx.emit)
        .ask({ turnId: ctx.turnId, request, reasonKind: decision.reasonKind }, ctx.signal);
      if (answer.decision === "allow") return decision.runLevel;
      throw new SpindleError("denied", `This call was declined${answer.note === undefined ? "." : `: ${answer.note}`}`, {
        hint: "Do something else, or say what you would need.",
        details: { reason: decision.reason },
      });
    }
    default:
      return assertNever(decision);
  }
}
