import type { ApprovalAnswer, ApprovalRequest } from "../../protocol/approval.ts";
import { SpindleError } from "../../protocol/error.ts";
import type { EventBody } from "../../protocol/event.ts";
import type { ConversationId, TurnId } from "../../protocol/ids.ts";
import type { PolicyEffect } from "./policy.ts";

/** A question as the gate puts it. */
export interface ApprovalQuestion {
  readonly conversationId: ConversationId;
  readonly turnId: TurnId;
  readonly callId: string;
  readonly tool: string;
  readonly effect: PolicyEffect;
  readonly reason: string;
  readonly scriptLine?: number;
}

/** Open questions to the person. One broker per engine; answers come from any window. */
export interface ApprovalBroker {
  /** Emits `approval_requested` and waits. Rejects with `denied` when nobody can answer, with the abort reason when the turn is stopped. */
  ask(question: ApprovalQuestion, emit: (event: EventBody) => void, signal: AbortSignal): Promise<ApprovalAnswer>;
  /** Answers an open question; an unknown or answered id is `bad_request`. */
  answer(approvalId: string, answer: ApprovalAnswer): void;
  pending(conversationId: ConversationId): readonly ApprovalRequest[];
}

interface Open {
  readonly request: ApprovalRequest;
  readonly conversationId: ConversationId;
  readonly settle: (answer: ApprovalAnswer) => void;
}

/** `nobody`: why no person can answer (command line); null when a window can. */
export function createApprovalBroker(options: { readonly nobody: string | null }): ApprovalBroker {
  const open = new Map<string, Open>();
  /** Kinds of calls the person allowed for the rest of a conversation. */
  const standing = new Set<string>();
  let count = 0;
  return {
    async ask(question, emit, signal) {
      signal.throwIfAborted();
      const scope = `${question.conversationId} ${question.tool} ${question.reason}`;
      if (standing.has(scope)) return { decision: "allow", scope: "conversation" };
      const approvalId = `${question.conversationId}-${question.callId}-${++count}`;
      const request = requestOf(approvalId, question);
      emit({ type: "approval_requested", turnId: question.turnId, request });
      const answered = (answer: ApprovalAnswer, by: "user" | "nobody" | "stop"): void =>
        emit({ type: "approval_answered", approvalId, callId: question.callId, answer, by });
      if (options.nobody !== null) {
        answered({ decision: "deny", note: options.nobody }, "nobody");
        throw new SpindleError("denied", `${question.reason} ${options.nobody}`, { hint: "Use --approval auto to allow what the sandbox keeps in." });
      }
      try {
        const answer = await wait(question.conversationId, request, signal, open);
        if (answer.decision === "allow" && answer.scope === "conversation") standing.add(scope);
        answered(answer, "user");
        return answer;
      } catch (error) {
        answered({ decision: "deny" }, "stop");
        throw error;
      } finally {
        open.delete(approvalId);
      }
    },
    answer(approvalId, answer) {
      const question = open.get(approvalId);
      if (question === undefined) throw new SpindleError("bad_request", "That question is not open any more.", { hint: "It was answered, or its turn was stopped." });
      open.delete(approvalId);
      question.settle(answer);
      if (answer.decision !== "allow" || answer.scope !== "conversation") return;
      // Sisters of the same kind that wait already are covered by the same word.
      for (const [id, other] of [...open]) {
        if (other.conversationId === question.conversationId && other.request.tool === question.request.tool && other.request.reason === question.request.reason) {
          open.delete(id);
          other.settle(answer);
        }
      }
    },
    pending: (conversationId) => [...open.values()].filter((item) => item.conversationId === conversationId).map((item) => item.request),
  };
}

function wait(conversationId: ConversationId, request: ApprovalRequest, signal: AbortSignal, open: Map<string, Open>): Promise<ApprovalAnswer> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason instanceof Error ? signal.reason : new SpindleError("cancelled", "The call was cancelled."));
    signal.addEventListener("abort", abort, { once: true });
    open.set(request.approvalId, {
      request,
      conversationId,
      settle(answer) {
        signal.removeEventListener("abort", abort);
        resolve(answer);
      },
    });
  });
}

function requestOf(approvalId: string, question: ApprovalQuestion): ApprovalRequest {
  const { effect } = question;
  return {
    approvalId,
    callId: question.callId,
    tool: question.tool,
    summary: summaryOf(effect),
    reason: question.reason,
    ...(question.scriptLine === undefined ? {} : { scriptLine: question.scriptLine }),
    ...(effect.kind === "command" && effect.justification !== undefined ? { justification: effect.justification } : {}),
  };
}

/** Raw and escaped: control and direction characters become visible, so that nothing can hide what will run. */
function summaryOf(effect: PolicyEffect): string {
  switch (effect.kind) {
    case "command":
      return visible(effect.cmd);
    case "write":
    case "read":
      return visible(`${effect.kind} ${effect.paths.join(", ")}`);
    case "script":
      return "run a script";
    case "spawn":
      return visible(`spawn ${JSON.stringify(effect.input)}`);
  }
}

function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, (character) => (character === "\n" ? "\n" : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`));
}
