import path from "node:path";
import type { ApprovalAnswer, ApprovalRequest } from "../../protocol/approval.ts";
import { SpindleError } from "../../protocol/error.ts";
import type { EventBody } from "../../protocol/event.ts";
import type { ConversationId } from "../../protocol/ids.ts";
import type { RuleScope } from "../../protocol/rule.ts";
import { type ApprovalBroker, createApprovalBroker, type NamedQuestion } from "../approvals/approval-broker.ts";
import { assertOverseeable } from "../approvals/rules.ts";
import type { RulesFile } from "../settings/rules.ts";

/** The open questions of all conversations of this process. */
export interface ApprovalDesk {
  /** The broker of a conversation; made with its first question. */
  brokerOf(
    place: { readonly conversationId: ConversationId; readonly projectRoot: string },
    emit: (event: EventBody) => void,
  ): ApprovalBroker;
  pending(conversationId: ConversationId): readonly ApprovalRequest[];
  /** Called when a conversation is deleted: its standing answers go with it. */
  forget(conversationId: ConversationId): void;
  /**
   * The person's answer. Rules that come with it are kept first, then every open question that they answer is. Throws
   * `bad_request` when the question is not open, `invalid_input` for a rule that allows too much.
   */
  answer(conversationId: ConversationId, named: NamedQuestion, answer: ApprovalAnswer): void;
  /** Called when rules were added in another way. */
  rulesChanged(): void;
}

/** `nobody`: no person can answer (command line). */
export function createApprovalDesk(audience: "person" | "nobody", rules: RulesFile): ApprovalDesk {
  const brokers = new Map<ConversationId, { readonly broker: ApprovalBroker; readonly projectRoot: string }>();
  const rulesChanged = (): void => {
    for (const { broker } of brokers.values()) broker.rulesChanged();
  };
  return {
    brokerOf({ conversationId, projectRoot }, emit) {
      const known = brokers.get(conversationId);
      if (known !== undefined) return known.broker;
      const broker = createApprovalBroker({ audience, emit });
      brokers.set(conversationId, { broker, projectRoot });
      return broker;
    },
    pending: (conversationId) => brokers.get(conversationId)?.broker.pending() ?? [],
    forget: (conversationId) => {
      brokers.delete(conversationId);
      rules.forget(conversationId);
    },
    answer(conversationId, named, answer) {
      const place = brokers.get(conversationId);
      if (place === undefined) throw new SpindleError("bad_request", "This conversation has no open question.");
      const { broker, projectRoot } = place;
      const asked = broker.question(named);
      if (answer.decision === "allow" && answer.cmd !== undefined && asked.cmd === undefined)
        throw new SpindleError("invalid_input", "Only a command can be changed.", { hint: "Allow it as it is, or deny it with a note." });
      if (answer.decision === "allow" && answer.leaveOut !== undefined && (asked.choosable !== true || answer.scope !== "once"))
        throw new SpindleError("invalid_input", "Parts can only be left out of a patch, for this once.", {
          hint: "Allow it as it is, or deny it with a note.",
        });
      const scope = answer.decision === "allow" ? scopeOf(answer.scope, conversationId, projectRoot) : null;
      if (answer.decision === "allow" && scope !== null && (answer.rules !== undefined || answer.scope !== "conversation")) {
        if (asked.proposal === undefined || answer.rules === undefined || answer.cmd !== undefined)
          throw new SpindleError("invalid_input", "This question cannot be answered for later ones.", { hint: "Answer it for this once." });
        const outside = asked.outside === true;
        const place = outside ? { outside, folder: path.resolve(projectRoot, asked.runsIn ?? ".") } : { outside };
        const drafts = answer.rules.map((pattern) => ({ ...pattern, ...place, decision: "allow" as const, scope }));
        for (const draft of drafts) assertOverseeable(draft);
        rules.add(drafts);
      }
      broker.answer(named, answer);
      rulesChanged();
    },
    rulesChanged,
  };
}

function scopeOf(scope: "once" | "conversation" | "project" | "always", id: ConversationId, root: string): RuleScope | null {
  if (scope === "once") return null;
  if (scope === "project") return { kind: "project", root };
  return scope === "always" ? { kind: "always" } : { kind: "conversation", id };
}
