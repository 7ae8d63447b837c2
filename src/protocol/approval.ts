import { z } from "zod";
import type { CallId } from "./ids.ts";
import { type RulePattern, rulePatternSchema } from "./rule.ts";

/** Why a call asks, as shown on the card. */
export interface ApprovalRequest {
  readonly approvalId: string;
  /** Hash of what is asked about (conversation, turn, call, arguments). An answer names it: a yes holds for nothing else. */
  readonly hash: string;
  readonly callId: CallId;
  readonly tool: string;
  /** One line: what will happen, raw and escaped, never markdown. */
  readonly summary: string;
  /** Why it has to ask: the rule or mode that says so. */
  readonly reason: string;
  /** Line of the script that made the call, when a script did. */
  readonly scriptLine?: number;
  /** The model's own words on why it needs this. */
  readonly justification?: string;
  /** The command as it would run, when it is one: the person may change it. */
  readonly cmd?: string;
  /** Folder of that command, relative to the project; absent when it is the project's. */
  readonly runsIn?: string;
  /** Variables of that command as they would stand in front of it; absent when it sets none. */
  readonly variables?: string;
  /** True when it would run outside the sandbox; its rules then allow exactly this command, there too. */
  readonly outside?: boolean;
  /** Rules that would answer this question from now on; absent when no rule can. */
  readonly proposal?: readonly RulePattern[];
}

/** How far a yes goes. Beyond `once` commands are remembered by rules, and without rules by tool and reason for the conversation. */
export const approvalScopes = ["once", "conversation", "project", "always"] as const;

export const approvalAnswerSchema = z.discriminatedUnion("decision", [
  z.strictObject({
    decision: z.literal("allow"),
    scope: z.enum(approvalScopes),
    /** What is allowed from now on; needed for `project` and `always`. Not with `cmd`. */
    rules: z.array(rulePatternSchema).min(1).max(10).exactOptional(),
    /** Another command instead of the one that asked. */
    cmd: z.string().min(1).max(131_071).exactOptional(),
  }),
  z.strictObject({
    decision: z.literal("deny"),
    /** For the model. */
    note: z.string().max(4_000).exactOptional(),
  }),
]);
export type ApprovalAnswer = z.infer<typeof approvalAnswerSchema>;
