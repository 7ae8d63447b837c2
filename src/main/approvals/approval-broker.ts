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
  /** Names what is asked about in full: questions with the same one are the same question. Not shown. */
  readonly subject: string;
  /** True when the rules of now allow it, so that nobody need be asked any more. */
  allowedByRules?(): boolean;
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
  /** The open question. Throws `bad_request` when it is not open (answered meanwhile, or never put) or asks about something else. */
  question(named: NamedQuestion): ApprovalRequest;
  /** The person's answer. Throws as `question` does. */
  answer(named: NamedQuestion, answer: ApprovalAnswer): void;
  /** Answers by yes what the rules of now allow. Called after rules were added. */
  rulesChanged(): void;
  /** Open questions, oldest first. */
  pending(): readonly ApprovalRequest[];
}

/** Which question an answer is for, and what the person saw when giving it. */
export interface NamedQuestion {
  readonly approvalId: string;
  readonly hash: string;
}

interface Open {
  readonly request: ApprovalRequest;
  readonly key: string;
  allowedByRules(): boolean;
  settle(answer: ApprovalAnswer, by: "user" | "nobody" | "stop" | "rule"): void;
}

/**
 * Makes the broker of one conversation. An answer with scope `conversation` holds for further questions of the same tool
 * with the same kind of reason (and the same subject, where it is a command or reaches outside the sandbox), also for those that
 * are open already; it is forgotten with the broker.
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
      open.set(request.approvalId, {
        request,
        key: keyOf(question),
        settle,
        allowedByRules: () => question.allowedByRules?.() ?? false,
      });
      // A script may have hundreds of calls open on one signal: no leak, no warning.
      setMaxListeners(0, signal);
      signal.addEventListener("abort", stop, { once: true });
      options.emit({ type: "approval_requested", turnId: question.turnId, request });
      if (options.audience === "nobody") settle({ decision: "deny", note: nobodyNote(question.reasonKind) }, "nobody");
    });

  const find = ({ approvalId, hash }: NamedQuestion): Open => {
    const asked = open.get(approvalId);
    if (asked === undefined)
      throw new SpindleError("bad_request", "This question is not open any more.", {
        hint: "It was answered already, or the turn was stopped.",
        details: { approvalId },
      });
    if (asked.request.hash !== hash)
      throw new SpindleError("bad_request", "This answer was given to another question.", {
        hint: "Look at what is asked now, then answer.",
        details: { approvalId },
      });
    return asked;
  };

  return {
    async ask(question, signal) {
      if (signal.aborted) throw new SpindleError("cancelled", "The turn was stopped.");
      if (remembered.has(keyOf(question))) return { decision: "allow", scope: "conversation" };
      return put(question, signal);
    },
    question: (named) => find(named).request,
    answer(named, answer) {
      const asked = find(named);
      asked.settle(answer, "user");
      // Rules say what they are for; without them the answer holds for what is of the same kind.
      if (answer.decision !== "allow" || answer.scope !== "conversation" || answer.rules !== undefined) return;
      remembered.add(asked.key);
      for (const other of [...open.values()].filter((one) => one.key === asked.key)) other.settle(answer, "user");
    },
    rulesChanged() {
      for (const one of [...open.values()].filter((each) => each.allowedByRules()))
        one.settle({ decision: "allow", scope: "once" }, "rule");
    },
    pending: () => [...open.values()].map((one) => one.request),
  };
}

/** Kinds of which a yes is one to exactly this, not to the next: every command, and what reaches outside the sandbox. */
const exactKinds: ReadonlySet<ReasonKind> = new Set<ReasonKind>([
  "command",
  "command_unsandboxed",
  "command_landlock",
  "command_home",
  "command_repository",
  "command_new_repository",
  "rule",
  "escalated",
  "forced_rm",
  "write_outside",
  "write_guarded",
]);

function keyOf({ request, reasonKind, subject }: ApprovalQuestion): string {
  return JSON.stringify([request.tool, reasonKind, ...(exactKinds.has(reasonKind) ? [subject] : [])]);
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
    case "command_home":
      return "Nobody is there to approve it. Work in a folder inside the home folder, or start with `--sandbox read-only`.";
    case "command_new_repository":
    case "command_repository":
      return "Nobody is there to approve it. Work in a worktree of the repository, or start with `--sandbox read-only`.";
    case "rule":
      return "Nobody is there to approve it, and a rule asks for it. See `spindle rules`.";
    case "fan_out":
      return "Nobody is there to approve it. Raise tasks.askAbove in settings.json to allow it.";
    case "forced_rm":
      return "Nobody is there to approve it. Delete without force (`rm -r`).";
    default:
      return assertNever(kind);
  }
}
