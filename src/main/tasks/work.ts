import type { Attachment } from "../../protocol/attachment.ts";
import type { ErrorCode } from "../../protocol/error.ts";
import type { ConversationId } from "../../protocol/ids.ts";
import type { Json } from "../../protocol/json.ts";
import type { LateResult, TaskRow } from "../../protocol/task.ts";
import type { SpawnInput } from "../../protocol/tools.ts";
import type { TaskMeter } from "./meter.ts";

/** A word for an agent, with files it may read from then on. */
export interface TaskMessage {
  readonly text: string;
  readonly attachments: readonly Attachment[];
}

/** What a task is doing: handed to the code that does the work. */
export interface TaskWork {
  readonly task: TaskRow;
  readonly input: SpawnInput;
  /** resume: go on from what an earlier run or try had; else from the start. */
  readonly how: "new" | "resume" | "retry";
  readonly signal: AbortSignal;
  readonly meter: TaskMeter;
  /** Keeps output in the task's file and shows its last line. Text comes in pieces of any size, by their source. */
  output(text: string, source?: "stdout" | "stderr"): void;
  /** What is output from here on is the answer of an ask: what stood before it (a try that failed) is not. */
  beginAnswer(): void;
  /** Questions of the task are open; the row says so while there are any. */
  needsYou(open: boolean): void;
  /** Remembers the conversation an agent works in, on disk, before it begins. */
  worksIn(conversationId: ConversationId): void;
  /** Words for an agent, also those that came before this was called. One listener; with null they wait for the next one. */
  onMessage(listener: ((message: TaskMessage) => void) | null): void;
  /** Lets another task have the place while this one only waits. */
  lend<T>(wait: () => Promise<T>): Promise<T>;
}

/** How a piece of work ended: the value for scripts, the text for the conversation. Failures are thrown. */
export interface TaskOutcome {
  readonly result: Json;
  readonly text: string;
  /** False for work that ended but failed by its own account (a command with a non-zero exit), or was stopped and says what it had. */
  readonly ok: boolean;
  /** What changed in the project since the work began; asked for when the outcome comes late. */
  changedSince?(): Promise<Pick<LateResult, "changed" | "changedCount" | "incomplete">>;
}

/** Errors that may pass by themselves: a task's retry policy tries again. */
const passing: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "rate_limited",
  "provider_error",
  "provider_unreachable",
  "provider_timeout",
  "malformed_stream",
  "stream_cut",
  "command_not_started",
]);

export function mayPass(code: ErrorCode): boolean {
  return passing.has(code);
}
