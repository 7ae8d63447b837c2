import { SpindleError } from "../../protocol/error.ts";
import type { SandboxLevel } from "../../protocol/settings.ts";
import type { ApprovalBroker } from "../approvals/broker.ts";
import { decide } from "../approvals/policy.ts";
import type { GateCall } from "../tools/dispatch.ts";
import type { Effect, ToolContext } from "../tools/tool.ts";

/** Asks the policy, and the person where the policy says so. Resolves with the sandbox level the call runs with. */
export async function authorize(call: GateCall, effect: Effect, ctx: ToolContext, broker: ApprovalBroker): Promise<SandboxLevel> {
  const decision = decide({
    effect,
    mode: ctx.approval,
    sandboxLevel: ctx.sandboxLevel,
    enforcer: ctx.sandbox.info.enforcer,
    projectRoot: ctx.projectRoot,
    readGrants: ctx.readGrants,
  });
  switch (decision.decision) {
    case "allow":
      return decision.runLevel;
    case "deny":
      throw new SpindleError(decision.code, decision.reason, decision.hint === undefined ? {} : { hint: decision.hint });
    case "ask": {
      const answer = await broker.ask(
        {
          callId: call.callId,
          tool: call.name,
          effect,
          reason: decision.reason,
          conversationId: ctx.conversationId,
          turnId: ctx.turnId,
          ...(call.scriptLine === undefined ? {} : { scriptLine: call.scriptLine }),
        },
        (event) => ctx.emit(event),
        ctx.signal,
      );
      if (answer.decision === "allow") return decision.runLevel;
      throw new SpindleError("denied", answer.note === undefined ? "The person declined this call." : `The person declined this call: ${answer.note}`, {
        hint: "Do something else, or ask what they would accept.",
      });
    }
  }
}
