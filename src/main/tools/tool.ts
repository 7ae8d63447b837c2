import type { z } from "zod";
import type { CommandAction } from "../../protocol/command-action.ts";
import type { EventBody } from "../../protocol/event.ts";
import type { CallId, ConversationId, TaskId, TurnId } from "../../protocol/ids.ts";
import type { Json } from "../../protocol/json.ts";
import type { ApprovalMode, Reach, SandboxLevel, ScriptLimits, Settings } from "../../protocol/settings.ts";
import type { TaskRow } from "../../protocol/task.ts";
import type { SpawnInput } from "../../protocol/tools.ts";
import type { PolicyEffect } from "../approvals/policy.ts";
import type { Folder } from "../lib/folder.ts";
import type { Harness, ScriptStore } from "../harness/harness.ts";
import type { ReadScope } from "../lib/read-scope.ts";
import type { Runner } from "../runner/runner.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";

/** What a tool may use while it runs one call. Everything above the tools comes in here, as a port. */
export interface ToolContext {
  readonly conversationId: ConversationId;
  readonly turnId: TurnId;
  readonly callId: CallId;
  readonly parentCallId: CallId | undefined;
  /** Line of the script (1-based) that made the call. */
  readonly scriptLine: number | undefined;
  /** True when a script made the call: then a structured result matters, not the text. */
  readonly fromScript: boolean;
  /** Absolute real path of the project. */
  readonly projectRoot: string;
  /** Files and folders outside the project that the person attached: reading them is granted. */
  readonly readGrants: readonly string[];
  readonly approval: ApprovalMode;
  readonly sandboxLevel: SandboxLevel;
  /** The folder that a command was cleared for; it runs nowhere else. Absent before it is cleared. */
  readonly clearedFolder?: Folder;
  /** A person said yes to this call; absent before it is cleared, and when nobody was asked. */
  readonly approved?: true;
  /** What commands in this folder may reach besides files. */
  readonly reach: Reach;
  readonly settings: Settings;
  readonly signal: AbortSignal;
  readonly runner: Runner;
  readonly sandbox: Sandbox;
  readonly harness: Harness;
  /** Facts for a script's `context.*`; JSON, made when a script starts. `limits` are those it runs with. */
  scriptContext(limits: ScriptLimits): Json;
  /** Values that scripts of this conversation keep. */
  readonly scriptStore: ScriptStore;
  /**
   * Keeps a text that is too long for a model in a file that `readFile` may read; resolves with its path, or null where
   * there is no conversation to keep it with. Throws `io_error`.
   */
  saveOutput(text: string): Promise<string | null>;
  /** Emits an event of this call (`tool_output`, `script_log`, `patch_applied`). */
  emit(event: EventBody): void;
  /** Names a script of this call finds on `tools`. */
  readonly toolNames: readonly string[];
  /** Starts a detached task with a sandbox level the gate allowed; returns when it is in the ledger, not when it is done. */
  spawnTask(
    input: SpawnInput,
    origin: {
      readonly callId: CallId;
      readonly sandboxLevel: SandboxLevel;
      readonly folder: Folder | undefined;
      readonly approved: true | undefined;
    },
  ): Promise<TaskRow>;
  /** The tasks this call may look at: those its conversation or its own task started, and what these started. */
  readonly tasks: TaskPort;
  /** Where a running command can go when the person wishes; undefined for the work of a task, which is there already. */
  readonly background: BackgroundPort | undefined;
  /** The gate, for calls a script makes. Throws `SpindleError` when the call fails. `index` counts the script's calls from 1. */
  callTool(
    call: { readonly name: string; readonly input: Json; readonly index: number; readonly line: number | null },
    signal: AbortSignal,
  ): Promise<Json>;
}

/** What `task` does with tasks. Every function throws `task_not_found` for a task that is none of the caller's. */
export interface TaskPort {
  row(taskId: TaskId): TaskRow;
  /** The row when it is over, or as it is after `timeoutMs` (null: no limit). Rejects only when `signal` aborts. */
  wait(taskId: TaskId, timeoutMs: number | null, signal: AbortSignal): Promise<TaskRow>;
  result(taskId: TaskId): { readonly result: Json; readonly text: string };
  message(taskId: TaskId, text: string): void;
  cancel(taskId: TaskId): Promise<readonly string[]>;
}

/** How work that was moved to the background ends; failures are thrown. */
export interface BackgroundOutcome {
  readonly result: Json;
  readonly text: string;
  readonly ok: boolean;
}

/** The way of a call that runs to the background; one call, one port. */
export interface BackgroundPort {
  /** From now on the person may move the call: `move` is then called, once, and returns the task. The result withdraws the offer. */
  offer(move: () => TaskRow): () => void;
  /**
   * Makes a task of work that runs already, whatever the limit on tasks. `work` is called before this returns; what it gives
   * to `output` is kept in the task's file; the task is stopped by `signal`. Throws `cancelled` when the application closes.
   */
  adopt(
    input: SpawnInput,
    work: (task: { readonly signal: AbortSignal; output(text: string): void }) => Promise<BackgroundOutcome>,
  ): TaskRow;
}

/** What a call is about to do: pure data made from the parsed input before anything runs. The policy decides by it. */
export type Effect = PolicyEffect;

export interface ToolOutcome<R> {
  readonly result: R;
  /** What the model reads. The gate caps it. */
  readonly text: string;
  /** A few words for a row: `7 files`, `exit 1`, `212 lines`. */
  readonly summary: string;
  /** False when the tool worked but the outcome is a failure the model should see as one (a failed script). Default true. */
  readonly ok?: boolean;
  readonly code?: string;
  /** What a command did, for display; absent when that is not known. */
  readonly actions?: readonly CommandAction[];
}

/** A tool: every one has this same shape. `run` throws `SpindleError`; it must honour `ctx.signal`. */
export interface Tool<I = unknown, R = unknown> {
  readonly name: string;
  /** First sentence says what it does; for the model. */
  readonly description: string;
  readonly input: z.ZodType<I>;
  readonly result: z.ZodType<R>;
  /** May throw `SpindleError` (for example `invalid_patch`): then nothing runs. `run` gets the same input object. */
  effect(input: I, ctx: Pick<ToolContext, "projectRoot">): Effect | Promise<Effect>;
  run(input: I, ctx: ToolContext): Promise<ToolOutcome<R>>;
}

/** Gives a tool its types from its schemas. */
export function defineTool<I, R>(tool: Tool<I, R>): Tool<I, R> {
  return tool;
}

/** What a call may read. */
export function readScopeOf(ctx: Pick<ToolContext, "projectRoot" | "readGrants" | "sandboxLevel" | "sandbox">): ReadScope {
  const { projectRoot, readGrants, sandboxLevel, sandbox } = ctx;
  return { projectRoot, readGrants, hidden: sandbox.hidden(), anywhere: sandboxLevel === "full" };
}
