import type { ApprovalRequest } from "../../protocol/approval.ts";
import type { Attachment } from "../../protocol/attachment.ts";
import type { ErrorData } from "../../protocol/error.ts";
import type { Usage } from "../../protocol/event.ts";
import type { CallId, ConversationId, TaskId, TurnId } from "../../protocol/ids.ts";
import type { Json } from "../../protocol/json.ts";
import type { CommandFile, PatchFile } from "../../protocol/patch.ts";
import type { TakenBack } from "../../protocol/review.ts";
import type { ApprovalMode, ProviderId } from "../../protocol/settings.ts";
import type { TaskKind, TaskStatus } from "../../protocol/task.ts";
import type { UndoScope } from "../../protocol/undo.ts";
import type { CommandLabel } from "./command-label.ts";

/**
 * What the window draws of one conversation: a flat list of steps in order (the rows of the virtual list) and the
 * turns they belong to. Made by `fold` from events and by nothing else; every object is immutable and keeps its
 * identity while it does not change, so a row re-renders only when its step did.
 */
export interface ConversationView {
  readonly conversationId: ConversationId | null;
  readonly title: string | null;
  /** Sequence number of the last logged event that was folded. */
  readonly lastSeq: number;
  readonly steps: readonly Step[];
  readonly turns: readonly TurnView[];
  /** Questions a person has not answered, oldest first. */
  readonly approvals: readonly PendingApproval[];
  /** Every applied patch in order, undone ones too: what the review panel shows. */
  readonly patches: readonly PatchStep[];
  /** What commands changed, in order. */
  readonly commandChanges: readonly CommandChange[];
  /** Marks of the hunks that the person has accepted. */
  readonly accepted: ReadonlySet<string>;
  /** Sequence number of the last request: what stands behind it no model has read. */
  readonly lastRequestSeq: number;
  /** What the last answer cost; null before the first, and for providers that count nothing. */
  readonly lastUsage: Usage | null;
}

/** Files that changed while commands ran. */
export interface CommandChange {
  readonly turnId: TurnId;
  readonly callIds: readonly CallId[];
  readonly files: readonly CommandFile[];
}

export interface TurnView {
  readonly turnId: TurnId;
  readonly status: "running" | "completed" | "interrupted" | "failed";
  readonly startedAt: number;
  /** Set by turn_started. */
  readonly provider: ProviderId | null;
  readonly model: string | null;
  readonly approval: ApprovalMode | null;
  /** Model requests so far. */
  readonly requests: number;
  /** A request is sent and nothing of its answer has arrived. */
  readonly waiting: boolean;
  readonly durationMs: number | null;
  readonly usage: Usage | null;
}

export interface PendingApproval {
  readonly turnId: TurnId;
  readonly request: ApprovalRequest;
  readonly askedAt: number;
}

interface StepBase {
  /** Unique and stable within the conversation: the key of the row. */
  readonly key: string;
  readonly turnId: TurnId | null;
  readonly time: number;
}

export interface UserStep extends StepBase {
  readonly kind: "user";
  readonly seq: number;
  readonly text: string;
  /** Pieces of the text that cannot be seen and are kept from the model. */
  readonly hidden: number;
  readonly attachments: readonly Attachment[];
  readonly source: "user" | "task";
  /** The prompt that is sent again with every turn. */
  readonly original: boolean;
}

export interface TextStep extends StepBase {
  readonly kind: "text" | "reasoning";
  readonly messageId: string;
  readonly text: string;
  readonly streaming: boolean;
}

/**
 * writing: the model is still sending it. cut: the answer ended before it was whole, so it never ran. asking: waits for a
 * person. detached: `spawn` returned or the command was moved to the background, the task lives on.
 */
export type CallStatus = "writing" | "cut" | "asking" | "running" | "done" | "failed" | "cancelled" | "detached";

/** One tool call, made by the model (a step) or by a script (a lane of its card). */
export interface CallView {
  readonly callId: CallId;
  readonly tool: string;
  readonly input: Json;
  /** What the call is about in a few words: a path, a pattern, a command. */
  readonly subject: string;
  /** A quieter name for a command that only looked, or that was a patch call; null for everything else. */
  readonly label: CommandLabel | null;
  readonly status: CallStatus;
  /** Line of the script (1-based), when a script made it. */
  readonly line: number | null;
  readonly startedAt: number;
  readonly finishedAt: number | null;
  readonly durationMs: number | null;
  /** A few words on the outcome: `7 files`, `exit 1`. */
  readonly summary: string;
  readonly exitCode: number | null;
  readonly error: ErrorData | null;
  /** What the model reads of the result, for the detail view. */
  readonly text: string;
  /** Bytes of live output so far; the text itself is in the ring of `log-rings`. */
  readonly outputBytes: number;
  /** The task a `spawn` started. */
  readonly taskId: TaskId | null;
  /** Pieces of its text that cannot be seen and were kept from the model. */
  readonly hiddenRemoved: number;
  /** What ran instead, when the person changed the command. */
  readonly editedCmd: string | null;
  /** Files that changed while this command ran. */
  readonly changed: CommandChanges | null;
}

export interface CommandChanges {
  readonly files: readonly CommandFile[];
  /** All of them, also those that are not named. */
  readonly fileCount: number;
  /** Other commands ran at the same time: it may have been one of them. */
  readonly amongOthers: boolean;
  /** False when not all files of the project were looked at. */
  readonly complete: boolean;
}

export interface CallStep extends StepBase {
  readonly kind: "call";
  readonly call: CallView;
}

export interface ScriptFailure {
  readonly code: string;
  /** Name of the error class in the script; empty when the call itself was refused. */
  readonly name: string;
  readonly message: string;
  readonly hint: string | null;
  readonly line: number | null;
  readonly column: number | null;
  /** A few lines of source with a caret, when the harness made one. */
  readonly frame: string | null;
}

export interface ScriptWarningView {
  readonly message: string;
  readonly line: number | null;
}

export interface ScriptStep extends StepBase {
  readonly kind: "script";
  readonly callId: CallId;
  readonly code: string;
  readonly title: string;
  readonly status: "writing" | "running" | "done" | "failed" | "cancelled";
  readonly startedAt: number;
  readonly finishedAt: number | null;
  readonly durationMs: number | null;
  readonly calls: readonly CallView[];
  /** Most calls that were open at one moment. */
  readonly parallel: number;
  /** Lines logged; the lines themselves are in the ring of `log-rings`. */
  readonly logCount: number;
  readonly lastLog: string;
  readonly summary: string;
  /** What the script returned. */
  readonly value: Json;
  /** What the model reads of the result. */
  readonly text: string;
  readonly cpuMs: number | null;
  readonly warnings: readonly ScriptWarningView[];
  readonly error: ScriptFailure | null;
}

export interface PatchStep extends StepBase {
  readonly kind: "patch";
  readonly callId: CallId;
  /** Line of the script (1-based) that made the call. */
  readonly line: number | null;
  readonly files: readonly PatchFile[];
  readonly added: number;
  readonly removed: number;
  /** The person undid it; it can be redone. */
  readonly undone: boolean;
  /** Set when no call made it: the person took hunks of earlier patches back. */
  readonly takenBack: TakenBack | null;
}

/** The person undid or redid patches. */
export interface RevertStep extends StepBase {
  readonly kind: "revert";
  readonly redo: boolean;
  readonly scope: UndoScope;
  readonly files: readonly PatchFile[];
}

export interface TaskStep extends StepBase {
  readonly kind: "task";
  readonly taskId: TaskId;
  /** The call that started it. */
  readonly callId: CallId | null;
  readonly title: string;
  readonly taskKind: TaskKind;
  readonly status: TaskStatus;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
}

/** A finished task's result reached the conversation. */
export interface DeliveryStep extends StepBase {
  readonly kind: "delivery";
  readonly taskId: TaskId;
  readonly title: string;
  readonly status: TaskStatus;
  readonly text: string;
}

export interface RetryStep extends StepBase {
  readonly kind: "retry";
  readonly attempt: number;
  readonly maxRetries: number;
  /** When the next try starts (Unix ms). */
  readonly until: number;
  readonly error: ErrorData;
  /** False once something happened after it. */
  readonly pending: boolean;
}

export interface NoticeStep extends StepBase {
  readonly kind: "notice";
  readonly level: "info" | "warn";
  readonly code: string;
  readonly message: string;
  /** The task whose page it leads to. */
  readonly taskId?: TaskId;
}

export interface EndStep extends StepBase {
  /** Why it was interrupted; null when it was not, or when an old log does not say. */
  readonly reason: "person" | "closed" | "killed" | null;
  readonly kind: "end";
  readonly status: "completed" | "interrupted" | "failed";
  readonly durationMs: number;
  readonly usage: Usage;
  /** Set when failed. */
  readonly error: { readonly code: string; readonly message: string; readonly hint?: string } | null;
}

export type Step =
  | UserStep
  | TextStep
  | CallStep
  | ScriptStep
  | PatchStep
  | RevertStep
  | TaskStep
  | DeliveryStep
  | RetryStep
  | NoticeStep
  | EndStep;

export const emptyView: ConversationView = {
  conversationId: null,
  title: null,
  lastSeq: 0,
  steps: [],
  turns: [],
  approvals: [],
  patches: [],
  commandChanges: [],
  accepted: new Set(),
  lastRequestSeq: 0,
  lastUsage: null,
};

/** Messages of the person that a running turn has not read yet: it takes them with its next request. */
export function queuedMessages(view: ConversationView): readonly UserStep[] {
  if ((runningTurn(view)?.requests ?? 0) === 0) return [];
  const queued: UserStep[] = [];
  for (let at = view.steps.length - 1; at >= 0; at--) {
    const step = view.steps[at];
    // Every turn begins with a message that was read, or with the end of the turn before.
    if (step === undefined || step.kind === "end" || (step.kind === "user" && step.seq <= view.lastRequestSeq)) break;
    if (step.kind === "user" && step.source === "user") queued.unshift(step);
  }
  return queued;
}

/** The turn that runs now, if one does. */
export function runningTurn(view: ConversationView): TurnView | null {
  const last = view.turns.at(-1);
  return last?.status === "running" ? last : null;
}

/** Totals of all patches of a conversation that are not undone. */
export function patchTotals(view: ConversationView): { readonly files: number; readonly added: number; readonly removed: number } {
  const paths = new Set<string>();
  let added = 0;
  let removed = 0;
  for (const patch of view.patches) {
    if (patch.undone) continue;
    for (const file of patch.files) paths.add(file.path);
    added += patch.added;
    removed += patch.removed;
  }
  return { files: paths.size, added, removed };
}
