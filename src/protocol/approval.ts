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
  /** The patch, when it is one and not too long: what would be changed. */
  readonly patch?: readonly AskedOperation[];
  /** True when parts of that patch may be left out. */
  readonly choosable?: boolean;
  /** True when it would run outside the sandbox; its rules then allow exactly this command, there too. */
  readonly outside?: boolean;
  /** Rules that would answer this question from now on; absent when no rule can. */
  readonly proposal?: readonly RulePattern[];
}

/** An operation of a patch that asks, with its chunks as they stand in the patch. */
export type AskedOperation =
  | { readonly type: "add"; readonly path: string; readonly content: string }
  | { readonly type: "delete"; readonly path: string }
  | { readonly type: "update"; readonly path: string; readonly movePath?: string | undefined; readonly chunks: readonly AskedChunk[] };

export interface AskedChunk {
  /** Text behind `@@`. */
  readonly header?: string | undefined;
  readonly lines: readonly { readonly kind: "context" | "add" | "remove"; readonly text: string }[];
}

/** A part of a patch that the person leaves out: a chunk of an operation, or all of it (`chunk` null). Counted from 0. */
export const patchPartSchema = z.strictObject({
  operation: z.number().int().min(0).max(10_000),
  chunk: z.number().int().min(0).max(100_000).nullable(),
});
export type PatchPart = z.infer<typeof patchPartSchema>;

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
    /** Parts of the patch that are not applied. Only for this once. */
    leaveOut: z.array(patchPartSchema).min(1).max(20_000).exactOptional(),
  }),
  z.strictObject({
    decision: z.literal("deny"),
    /** For the model. */
    note: z.string().max(4_000).exactOptional(),
  }),
]);
export type ApprovalAnswer = z.infer<typeof approvalAnswerSchema>;
