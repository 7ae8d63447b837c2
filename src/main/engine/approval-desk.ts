import type { ApprovalAnswer, ApprovalRequest } from "../../protocol/approval.ts";
import { SpindleError } from "../../protocol/error.ts";
import type { EventBody } from "../../protocol/event.ts";
import type { ConversationId } from "../../protocol/ids.ts";
import { type ApprovalBroker, createApprovalBroker } from "../approvals/approval-broker.ts";

/** The open questions of all conversations of this process. */
export interface ApprovalDesk {
  /** The broker of a conversation; made with its first question. */
  brokerOf(conversationId: ConversationId, emit: (event: EventBody) => void): ApprovalBroker;
  pending(conversationId: ConversationId): readonly ApprovalRequest[];
  /** Called when a conversation is deleted: its standing answers go with it. */
  forget(conversationId: ConversationId): void;
  /** Throws `bad_request` when the question is not open. */
  answer(conversationId: ConversationId, approvalId: string, answer: ApprovalAnswer): void;
}

/** `nobody`: no person can answer (command line). */
export function createApprovalDesk(audience: "person" | "nobody"): ApprovalDesk {
  const brokers = new Map<ConversationId, ApprovalBroker>();
  return {
    brokerOf(conversationId, emit) {
      const known = brokers.get(conversationId);
      if (known !== undefined) return known;
      const made = createApprovalBroker({ audience, emit });
      brokers.set(conversationId, made);
      return made;
    },
    pending: (conversationId) => brokers.get(conversationId)?.pending() ?? [],
    forget: (conversationId) => void brokers.delete(conversationId),
    answer(conversationId, approvalId, answer) {
      const broker = brokers.get(conversationId);
      if (broker === undefined) throw new SpindleError("bad_request", "This conversation has no open question.");
      broker.answer(approvalId, answer);
    },
  };
}
