import type { CallId } from "./ids.ts";

/** Why a call asks, as shown on the card. */
export interface ApprovalRequest {
  readonly approvalId: string;
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
}

/** once: this call. conversation: further calls of the same tool that ask for the same reason, until the conversation ends. */
export type ApprovalAnswer =
  | { readonly decision: "allow"; readonly scope: "once" | "conversation" }
  | { readonly decision: "deny"; readonly note?: string };
