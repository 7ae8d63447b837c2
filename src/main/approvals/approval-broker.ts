import { setMaxListeners } from "node:events";
import type { ApprovalAnswer, ApprovalRequest } from "../../protocol/approval.ts";
import { assertNever, SpindleError } from "../../protocol/error.ts";
import type { EventBody } from "../../protocol/event.ts";
import type { TurnId } from "../../protocol/ids.ts";
import type { ReasonKind } from "./policy.ts";

/** A question as the gate asks it. */
export interface ApprovalQuestion {
  readonly turnId: TurnId;
  readonly request: Omit<ApprovalRequest, "approvalId">;
  readonly reasonKind: ReasonKind;
}

export interface ApprovalBrokerOptions {
  /** Gets `approval_requested` and `approval_answered`: exactly one of each per question that is put. */
  emit(event: EventBody): void;
  /** `nobody`: there is no one to ask (command line), every question is answered by no at once. */
  readonly audience: "person" | "nobody";
}

/** The open questions of one conversation. */
export interface ApprovalBroker {
  /**
   * Puts a question and waits for its answer. Rejects with `cancelled` when `signal` aborts first (the turn was stopped);
   * the question is then answered by `stop`.
   */
  ask(question: ApprovalQuestion, signal: AbortSignal): Promise<ApprovalAnswer>;
  /** The person's answer. Throws `bad_request` when the question is not open (answered meanwhile, or never put). */
  answer(approvalId: string, answer: ApprovalAnswer): void;
  /** Open questions, oldest first. */
  pending(): readonly ApprovalRequest[];
}

interface Open {
  readonly request: ApprovalRequest;
  readonly key: string;
  settle(answer: ApprovalAnswer, by: "user" | "nobody" | "stop"): void;
}

/**
 * Makes the broker of one conversation. An answer with scope `conversation` holds for further questions of the same tool
 * with the same kind of reason (and the same summary, where the kind reaches outside the sandbox), also for those that are
 * open already; it is forgotten with the broker.
 */
export function createApprovalBroker(options: ApprovalBrokerOptions): ApprovalBroker {
  const open = new Map<string, Open>();
  const remembered = new Set<string>();

  const put = (question: ApprovalQuestion, signal: AbortSignal): Promise<ApprovalAnswer> =>
    new Promise((resolve, reject) => {
      const { callId } = question.request;
      const request: ApprovalRequest = { approvalId: `a_${callId}`, ...question.request };
      if (open.has(request.approvalId)) throw new SpindleError("internal", `The call ${callId} asks twice at the same time.`);
      const settle: Open["settle"] = (answer, by) => {
        open.delete(request.approvalId);
        signal.removeEventListener("abort", stop);
        options.emit({ type: "approval_answered", approvalId: request.approvalId, callId, answer, by });
        if (by === "stop") reject(new SpindleError("cancelled", "The turn was stopped before the question was answered."));
        else resolve(answer);
      };
      const stop = (): void => settle({ decision: "deny" }, "stop");
      open.set(request.approvalId, { request, key: keyOf(question), settle });
      // A script may have hundreds of calls open on one signal: no leak, no warning.
      setMaxListeners(0, signal);
      signal.addEventListener("abort", stop, { once: true });
      options.emit({ type: "approval_requested", turnId: question.turnId, request });
      if (options.audience === "nobody") settle({ decision: "deny", note: nobodyNote(question.reasonKind) }, "nobody");
    });

  return {
    async ask(question, signal) {
      if (signal.aborted) throw new SpindleError("cancelled", "The turn was stopped.");
      if (remembered.has(keyOf(question))) return { decision: "allow", scope: "conversation" };
      return put(question, signal);
    },
    answer(approvalId, answer) {
      const asked = open.get(approvalId);
      if (asked === undefined)
        throw new SpindleError("bad_request", "This question is not open any more.", {
          hint: "It was answered already, or the turn was stopped.",
          details: { approvalId },
        });
      asked.settle(answer, "user");
      if (answer.decision !== "allow" || answer.scope !== "conversation") return;
      remembered.add(asked.key);
      for (const other of [...open.values()].filter((one) => one.key === asked.key)) other.settle(answer, "user");
    },
    pending: () => [...open.values()].map((one) => one.request),
  };
}

/** Kinds that reach outside the sandbox: a yes to one of them is a yes to exactly this, not to the next of its kind. */
const exactKinds: ReadonlySet<ReasonKind> = new Set(["escalated", "forced_rm", "write_outside", "write_guarded"]);

function keyOf({ request, reasonKind }: ApprovalQuestion): string {
  return `${request.tool} ${reasonKind}${exactKinds.has(reasonKind) ? ` ${request.summary}` : ""}`;
}

/** Why nobody said yes and what to do about it, for the model and for who reads the output. */
function nobodyNote(kind: ReasonKind): string {
  switch (kind) {
    case "write":
    case "command":
    case "spawn":
      return "Nobody is there to approve it. Start with `--approval auto` to allow what the sandbox level allows.";
    case "write_outside":
    case "write_guarded":
    case "command_unsandboxed":
    case "command_landlock":
    case "escalated":
      return "Nobody is there to approve it. Start with `--approval auto --sandbox full` to allow everything without a sandbox.";
    case "fan_out":
      return "Nobody is there to approve it. Raise tasks.askAbove in settings.json to allow it.";
    case "forced_rm":
      return "Nobody is there to approve it. Delete without force (`rm -r`).";
    default:
      return assertNever(kind);
  }
}
