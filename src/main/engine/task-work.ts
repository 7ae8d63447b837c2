import { assertSame } from "../tools/exec/cleared-folder.ts";
import { SpindleError } from "../../protocol/error.ts";
import type { Json } from "../../protocol/json.ts";
import type { ExecResult, SpawnInput } from "../../protocol/tools.ts";
import { originalUserPrompt } from "../agent/prompt.ts";
import type { Conversation } from "../conversations/conversation.ts";
import type { ConversationStore } from "../conversations/store.ts";
import { fileError } from "../lib/paths.ts";
import { openForReading, type ReadScope } from "../lib/read-scope.ts";
import type { Provider } from "../providers/provider.ts";
import type { TaskManager } from "../tasks/task-manager.ts";
import type { TaskOutcome, TaskWork } from "../tasks/work.ts";
import { clearedFor, runCleared } from "../tools/dispatch.ts";
import type { createExecTool } from "../tools/exec.ts";
import { fitOutput } from "../tools/script/fit-output.ts";
import { outcomeJson, outcomeText } from "../tools/script/outcome.ts";
import { runScript } from "../tools/script/run.ts";
import { agentTask } from "./agent-work.ts";
import type { Authority } from "./authority.ts";
import { rememberFiles } from "./changed-since.ts";
import { leastApproval, leastSandbox } from "./task-scope.ts";
import { type CallParts, type CallScene, toolContext } from "./tool-context.ts";

export interface TaskWorkDeps {
  readonly store: ConversationStore;
  readonly parts: CallParts;
  readonly execTool: ReturnType<typeof createExecTool>;
  tasks(): TaskManager;
  /** The scene of the conversation that started the task, with its settings of now. */
  sceneOf(conversationId: string): CallScene;
  readonly authorizeStart: Authority["authorizeStart"];
  /** The provider for one request outside a conversation, watched for a task. */
  provider(work: TaskWork): { readonly provider: Provider; readonly model: string };
  /** An agent begins or ends to work in a conversation: its tasks' results wake it meanwhile. */
  atWork(conversation: Conversation, begins: boolean): void;
}

const askSystem =
  "You answer one question for another agent. You cannot use tools. Answer from what you are given, in plain prose with file names and lines; say what you are not sure of.";

/** Does the work of a task of any kind. Failures are thrown; a command with a non-zero exit is an outcome that is not ok. */
export async function doTaskWork(work: TaskWork, deps: TaskWorkDeps): Promise<TaskOutcome> {
  const { input } = work;
  switch (input.kind) {
    case "exec":
      return execTask(work, input, deps);
    case "script":
      return scriptTask(work, input, deps);
    case "ask":
      return askTask(work, input, deps);
    case "agent":
      return agentTask(work, input, deps);
  }
}

/**
 * The scene of a task: its events go to the conversation, command output and logs to the task's own file. What it may do
 * was taken when it was started; where the settings allow less by now, less.
 */
function taskScene(work: TaskWork, deps: TaskWorkDeps): CallScene {
  const { task } = work;
  const scene = deps.sceneOf(task.conversationId);
  const questions = new Set<string>();
  return {
    ...scene,
    background: true,
    taskId: task.taskId,
    toolNames: task.scope.tools,
    approval: leastApproval(task.scope.approval, scene.approval),
    sandboxLevel: leastSandbox(task.scope.sandbox, scene.sandboxLevel),
    emit(event) {
      if (event.type === "tool_started") work.meter.call();
      else if (event.type === "approval_requested") work.needsYou(questions.add(event.request.approvalId).size > 0);
      else if (event.type === "approval_answered") work.needsYou(questions.delete(event.approvalId) && questions.size > 0);
      if (event.type === "tool_output") work.output(event.text, event.stream);
      else if (event.type === "script_log") work.output(`${event.text}\n`);
      else scene.emit(event);
    },
  };
}

/** Calls of a second run have ids of their own. */
function taskCallId({ task }: TaskWork): string {
  const id = task.callId ?? task.taskId;
  return task.run === 1 ? id : `${id}.r${task.run}`;
}

/** May have waited for a place, or run before: what the person said since counts. Their own click on retry is their yes. */
async function execTask(work: TaskWork, input: Extract<SpawnInput, { kind: "exec" }>, deps: TaskWorkDeps): Promise<TaskOutcome> {
  const { task } = work;
  const scene = taskScene(work, deps);
  // The manager's own timer ends the task; the command only needs a limit that is not shorter.
  const { cmd, workdir, env, timeoutMs = 3_600_000 } = input;
  const command = { cmd, timeoutMs, ...(workdir === undefined ? {} : { workdir }), ...(env === undefined ? {} : { env }) };
  const call = { callId: taskCallId(work), name: "exec", input: command };
  const ctx = toolContext(call, { ...scene, sandboxLevel: deps.sceneOf(task.conversationId).sandboxLevel }, deps.parts, work.signal);
  const effect = await deps.execTool.effect(command, ctx);
  const clearance =
    task.run === 1
      ? await deps.authorizeStart(call, effect, ctx, {
          at: task.createdAt,
          mode: task.scope.approval,
          approved: task.scope.approved === true,
        })
      : { sandboxLevel: deps.parts.gate.authorizeWritten(effect, ctx) };
  const sandboxLevel = leastSandbox(task.scope.sandbox, clearance.sandboxLevel);
  // Their own click on retry is about the folder as it is now.
  if (task.run === 1 && task.scope.folder !== undefined && effect.kind === "command")
    assertSame(workdir ?? ".", effect.folder, task.scope.folder, sandboxLevel);
  const { result, text } = await runCleared(
    deps.execTool,
    command,
    { ...clearance, sandboxLevel },
    clearedFor(effect, ctx),
    deps.parts.gate,
  );
  return { result: result as ExecResult & Json, text, ok: (result as ExecResult).exitCode === 0 };
}

async function scriptTask(work: TaskWork, input: Extract<SpawnInput, { kind: "script" }>, deps: TaskWorkDeps): Promise<TaskOutcome> {
  const ctx = toolContext({ callId: taskCallId(work), name: "script", input: null }, taskScene(work, deps), deps.parts, work.signal);
  const run = await runScript(input.code, ctx, ctx.toolNames);
  return { result: outcomeJson(run) as Json, text: await fitOutput(outcomeText(run), ctx), ok: run.outcome.ok };
}

async function askTask(work: TaskWork, input: Extract<SpawnInput, { kind: "ask" }>, deps: TaskWorkDeps): Promise<TaskOutcome> {
  const scene = deps.sceneOf(work.task.conversationId);
  const { provider, model } = deps.provider(work);
  const scope = { projectRoot: scene.projectRoot, readGrants: [], hidden: deps.parts.sandbox.hidden(), anywhere: false };
  const files = await Promise.all((input.files ?? []).map((file) => attachText(scope, file)));
  const remembered = rememberFiles(scene.projectRoot, new Map(files.map((file) => [file.absolute, file.text])));
  const first = scene.events.find((event) => event.type === "user_message");
  let text = "";
  let arrived = "";
  for await (const event of provider.stream(
    {
      model: input.model ?? model,
      system: input.system ?? askSystem,
      messages: [
        { role: "user", text: originalUserPrompt(first?.type === "user_message" ? first.text : input.question) },
        { role: "user", text: [`<question>\n${input.question}\n</question>`, ...files.map((file) => file.shown)].join("\n\n") },
      ],
      tools: [],
    },
    work.signal,
  )) {
    if (event.type === "text_delta") {
      work.output(event.text);
      arrived += event.text;
    } else if (event.type === "text") text += event.text;
    else if (event.type === "retry") work.output(`\n${event.error.message} Trying again in ${Math.round(event.delayMs / 1000)} s.\n`);
    else if (event.type === "failed" && !work.signal.aborted) {
      throw new SpindleError(event.error.code, event.error.message, event.error.hint === undefined ? {} : { hint: event.error.hint });
    }
  }
  if (work.signal.aborted) return { result: { answer: arrived, partial: true }, text: arrived, ok: false };
  const changedSince = async () => (await remembered)();
  return { result: { answer: text }, text, ok: true, changedSince };
}

interface AttachedText {
  readonly absolute: string;
  readonly text: string;
  readonly shown: string;
}

async function attachText(scope: ReadScope, file: string): Promise<AttachedText> {
  try {
    const { handle, absolute } = await openForReading(scope, file);
    try {
      const text = await handle.readFile("utf8");
      return { absolute, text, shown: `<file path=${JSON.stringify(file)}>\n${text}\n</file>` };
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw error instanceof SpindleError ? error : fileError(error, file);
  }
}
