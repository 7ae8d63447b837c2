import type { ApprovalAnswer, ApprovalRequest } from "./approval.ts";
import type { Attachment } from "./attachment.ts";
import type { CommandAction } from "./command-action.ts";
import type { ErrorData } from "./error.ts";
import type { CallId, ConversationId, TaskId, TurnId } from "./ids.ts";
import type { Json } from "./json.ts";
import type { CommandFile, PatchFile } from "./patch.ts";
import type { ScriptReport } from "./script-report.ts";
import type { ApprovalMode, ProviderId, SandboxLevel } from "./settings.ts";
import type { LateResult, TaskRow } from "./task.ts";
import type { TakenBack } from "./review.ts";
import type { UndoScope } from "./undo.ts";

/** Tokens as the provider reported them. */
export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cachedTokens?: number;
  /** True when the server reported nothing and the figures are a rule of thumb. */
  readonly estimated?: boolean;
}

export type LogLevel = "debug" | "log" | "info" | "warn" | "error";

/** What a person says in a turn. `source` is `task` when it is for the agent of a task: its prompt, a message while it works. */
export interface UserMessage {
  readonly type: "user_message";
  readonly turnId: TurnId;
  readonly text: string;
  readonly attachments: readonly Attachment[];
  readonly source: "user" | "task";
}

/**
 * The spine: what the agent loop emits is one line of the conversation's log, one push to the window, one line of
 * `--json` and the input of every fold. Types named in `ephemeralTypes` are pushed but never logged: everything they
 * carry comes again in a logged event.
 */
export type EventBody =
  | {
      readonly type: "conversation_started";
      readonly projectRoot: string;
      readonly version: 1;
      /** Set when a task's agent runs in this conversation. */
      readonly parentTaskId?: TaskId;
    }
  | { readonly type: "conversation_renamed"; readonly title: string }
  | UserMessage
  | {
      readonly type: "turn_started";
      readonly turnId: TurnId;
      readonly provider: ProviderId;
      readonly model: string;
      readonly approval: ApprovalMode;
      readonly sandbox: SandboxLevel;
    }
  /** A request is about to be sent. `requestNumber` counts within the turn from 1. */
  | { readonly type: "request_started"; readonly turnId: TurnId; readonly requestNumber: number; readonly taskIds: readonly TaskId[] }
  /** An answer has ended, with what it cost. Not for a provider that counts nothing (the Demo). */
  | { readonly type: "request_finished"; readonly turnId: TurnId; readonly requestNumber: number; readonly usage: Usage }
  /** Ephemeral: text as it arrives. */
  | { readonly type: "assistant_delta"; readonly turnId: TurnId; readonly messageId: string; readonly text: string }
  | { readonly type: "assistant_text"; readonly turnId: TurnId; readonly messageId: string; readonly text: string }
  /** Ephemeral: reasoning summary as it arrives. */
  | { readonly type: "reasoning_delta"; readonly turnId: TurnId; readonly messageId: string; readonly text: string }
  | {
      readonly type: "assistant_reasoning";
      readonly turnId: TurnId;
      readonly messageId: string;
      readonly text: string;
      /** Opaque item of the provider, replayed to the same provider so that it keeps its thoughts. */
      readonly replay?: Json;
    }
  /** Ephemeral: the input of a call as it arrives (for a script its code, for a patch its text). */
  | { readonly type: "call_delta"; readonly turnId: TurnId; readonly callId: CallId; readonly name: string; readonly text: string }
  | {
      readonly type: "tool_started";
      readonly turnId: TurnId;
      readonly callId: CallId;
      readonly parentCallId?: CallId;
      readonly name: string;
      readonly input: Json;
      /** The call's id on the wire, for direct calls of a model. */
      readonly wireCallId?: string;
      /** How the model sent it: a freeform tool (`custom`) or a JSON function. */
      readonly wireFormat?: "custom" | "function";
      /** Line of the script (1-based) that made the call. */
      readonly scriptLine?: number;
    }
  /** Ephemeral: output of a running command; replaced by `tool_finished`. */
  | { readonly type: "tool_output"; readonly callId: CallId; readonly stream: "stdout" | "stderr"; readonly text: string }
  | {
      readonly type: "tool_finished";
      readonly turnId: TurnId;
      readonly callId: CallId;
      readonly parentCallId?: CallId;
      readonly name: string;
      readonly ok: boolean;
      /** Error code when not ok. */
      readonly code?: string;
      readonly error?: ErrorData;
      readonly durationMs: number;
      /** A few words for a row: `7 files`, `exit 1`, `212 lines`. */
      readonly summary: string;
      /** What a command did, for display, when that is known: reads, listings, searches. */
      readonly actions?: readonly CommandAction[];
      /** What the model reads (direct calls) or a shortened form of it (calls of a script). */
      readonly text: string;
      /** Hidden characters and escape sequences that were taken out of `text`. */
      readonly hiddenRemoved?: number;
      /** Structured result; shortened when large (`resultTruncated`). */
      readonly result: Json;
      readonly resultTruncated?: boolean;
    }
  | { readonly type: "script_log"; readonly callId: CallId; readonly level: LogLevel; readonly text: string; readonly scriptLine?: number }
  | {
      readonly type: "patch_applied";
      readonly turnId: TurnId;
      readonly callId: CallId;
      /** Line of the script (1-based) that made the call. */
      readonly scriptLine?: number;
      readonly files: readonly PatchFile[];
      /** Set when no call made it: the person took hunks of earlier patches back. */
      readonly takenBack?: TakenBack;
    }
  /** The person said that hunks are right, or took that back. Hunks are named by what they change. */
  | { readonly type: "hunks_marked"; readonly accepted: boolean; readonly hunks: readonly string[] }
  /**
   * Files that changed while commands ran, found by looking at the project afterwards: one of the commands did it, unless
   * somebody else saved a file at that very moment. They cannot be undone.
   */
  | {
      readonly type: "files_changed_by_command";
      readonly turnId: TurnId;
      /** The commands that ran then. */
      readonly callIds: readonly CallId[];
      /** True when a command of another conversation ran then, too. */
      readonly shared: boolean;
      /** At most 100. */
      readonly files: readonly CommandFile[];
      readonly fileCount: number;
      /** False when the project has more files than are looked at (20,000), so that some changes may be missing here. */
      readonly complete: boolean;
    }
  /** The person undid patches, or redid undone ones. */
  | {
      readonly type: "patch_reverted";
      readonly kind: "undo" | "redo";
      readonly scope: UndoScope;
      /** The calls whose patches were put back or forth. */
      readonly callIds: readonly CallId[];
      /** Id of the change in the journal. */
      readonly changeId: string;
      /** True when files had changed since and were put back all the same. */
      readonly forced: boolean;
      /** What changed on disk, one entry per place, without texts; a moved file is one that went and one that came. */
      readonly files: readonly PatchFile[];
    }
  | { readonly type: "approval_requested"; readonly turnId: TurnId; readonly request: ApprovalRequest }
  | {
      readonly type: "approval_answered";
      readonly approvalId: string;
      readonly callId: CallId;
      readonly answer: ApprovalAnswer;
      /** `rule`: a rule that was made meanwhile allows it. */
      readonly by: "user" | "nobody" | "stop" | "rule";
    }
  | {
      readonly type: "provider_retry";
      readonly turnId: TurnId;
      readonly attempt: number;
      readonly maxRetries: number;
      readonly delayMs: number;
      readonly error: ErrorData;
    }
  | { readonly type: "notice"; readonly level: "info" | "warn"; readonly code: string; readonly message: string }
  | { readonly type: "task_created"; readonly task: TaskRow }
  | { readonly type: "task_started"; readonly taskId: TaskId; readonly at: number }
  /** Ephemeral: last line of a running task. */
  | { readonly type: "task_progress"; readonly taskId: TaskId; readonly at: number; readonly lastLine: string }
  | { readonly type: "task_finished"; readonly task: TaskRow }
  /** An answer came after its time-out. It waits for a person: inject it, open it beside, or discard it. */
  | { readonly type: "task_late"; readonly taskId: TaskId; readonly title: string; readonly text: string; readonly late: LateResult }
  /** The result stands in this conversation's log from here on and belongs to the context of the next request. */
  | {
      readonly type: "task_delivered";
      readonly taskId: TaskId;
      readonly title: string;
      readonly status: TaskRow["status"];
      readonly text: string;
      /** Which run of the task it is from; absent for the first. */
      readonly run?: number;
      /** True for an answer that came after its time-out. */
      readonly late?: boolean;
    }
  | {
      readonly type: "turn_finished";
      readonly turnId: TurnId;
      readonly status: "completed" | "interrupted";
      /** Why it was interrupted: by the person, because Spindle was closed, or found dead at the next start. */
      readonly reason?: "person" | "closed" | "killed";
      readonly usage: Usage;
      readonly durationMs: number;
    }
  | {
      readonly type: "turn_failed";
      readonly turnId: TurnId;
      readonly code: string;
      readonly message: string;
      readonly hint?: string;
      readonly usage: Usage;
      readonly durationMs: number;
    }
  /** Last line of `spindle run --json`. */
  | {
      readonly type: "script_finished";
      readonly ok: boolean;
      readonly value?: Json;
      readonly error?: ErrorData;
      /** What a failed script had done. */
      readonly report?: ScriptReport;
      /** What it should know besides: calls never awaited, lines dropped. Absent when there is nothing. */
      readonly warnings?: readonly { readonly code: string; readonly message: string; readonly line?: number }[];
    };

/** Every event knows its conversation, its place (`seq` from 1, never reused in a log) and its time (Unix ms). */
export type SpindleEvent = EventBody & { readonly conversationId: ConversationId; readonly seq: number; readonly time: number };

export type EventType = EventBody["type"];
export type EventOf<T extends EventType> = Extract<SpindleEvent, { type: T }>;

/** Pushed, never logged. They carry the seq of the last logged event. */
export const ephemeralTypes: ReadonlySet<EventType> = new Set<EventType>([
  "assistant_delta",
  "reasoning_delta",
  "call_delta",
  "tool_output",
  "task_progress",
]);
