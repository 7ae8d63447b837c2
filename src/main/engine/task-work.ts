import { readFile } from "node:fs/promises";
import { SpindleError } from "../../protocol/error.ts";
import type { SpindleEvent } from "../../protocol/event.ts";
import type { Json } from "../../protocol/json.ts";
import type { SandboxLevel } from "../../protocol/settings.ts";
import type { SpawnInput } from "../../protocol/tools.ts";
import { originalUserPrompt } from "../agent/prompt.ts";
import type { ConversationStore } from "../conversations/store.ts";
import { fileError, resolveForReading } from "../lib/paths.ts";
import type { Provider } from "../providers/provider.ts";
import type { TaskOutcome, TaskWork } from "../tasks/manager.ts";
import type { createExecTool } from "../tools/exec.ts";
import { fitOutput } from "../tools/script/fit-output.ts";
import { outcomeJson, outcomeText } from "../tools/script/outcome.ts";
import { runScript } from "../tools/script/run.ts";
import { type CallParts, type CallScene, toolContext } from "./tool-context.ts";

export interface TaskWorkDeps {
  readonly store: ConversationStore;
  readonly parts: CallParts;
  readonly execTool: ReturnType<typeof createExecTool>;
  /** The scene of the conversation that started the task, with its settings of now. */
  sceneOf(conversationId: string): CallScene;
  provider(): { readonly provider: Provider; readonly model: string };
  /** The sandbox level the gate allowed when the task was spawned. */
  levelOf(taskId: string): SandboxLevel | undefined;
  /** Remembers the model of an agent's conversation before its first turn. */
  setModel(conversationId: string, model: string): void;
  scriptToolNames(): readonly string[];
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

/** The scene of a task: its events go to the conversation, command output and logs to the task's own file. */
function taskScene(work: TaskWork, deps: TaskWorkDeps): CallScene {
  const scene = deps.sceneOf(work.task.conversationId);
  return {
    ...scene,
    background: true,
    sandboxLevel: deps.levelOf(work.task.taskId) ?? scene.sandboxLevel,
    emit(event) {
      if (event.type === "tool_output") work.output(event.text);
      else if (event.type === "script_log") work.output(`${event.text}\n`);
      else scene.emit(event);
    },
  };
}

function taskCallId(work: TaskWork): string {
  return work.task.callId ?? work.task.taskId;
}

async function execTask(work: TaskWork, input: Extract<SpawnInput, { kind: "exec" }>, deps: TaskWorkDeps): Promise<TaskOutcome> {
  const ctx = toolContext({ callId: taskCallId(work), name: "exec", input: null }, taskScene(work, deps), deps.parts, work.signal);
  // The manager's own timer ends the task; the command only needs a limit that is not shorter.
  const { result, text } = await deps.execTool.run(
    {
      cmd: input.cmd,
      timeoutMs: input.timeoutMs ?? 3_600_000,
      ...(input.workdir === undefined ? {} : { workdir: input.workdir }),
      ...(input.env === undefined ? {} : { env: input.env }),
    },
    ctx,
  );
  return { result: { ...result }, text, ok: result.exitCode === 0 };
}

async function scriptTask(work: TaskWork, input: Extract<SpawnInput, { kind: "script" }>, deps: TaskWorkDeps): Promise<TaskOutcome> {
  const ctx = toolContext({ callId: taskCallId(work), name: "script", input: null }, taskScene(work, deps), deps.parts, work.signal);
  const run = await runScript(input.code, ctx, deps.scriptToolNames());
  return { result: outcomeJson(run) as Json, text: await fitOutput(outcomeText(run), ctx), ok: run.outcome.ok };
}

async function askTask(work: TaskWork, input: Extract<SpawnInput, { kind: "ask" }>, deps: TaskWorkDeps): Promise<TaskOutcome> {
  const scene = deps.sceneOf(work.task.conversationId);
  const { provider, model } = deps.provider();
  const files = await Promise.all((input.files ?? []).map((file) => attachText(scene.projectRoot, file)));
  const first = scene.events.find((event) => event.type === "user_message");
  let text = "";
  for await (const event of provider.stream(
    {
      model: input.model ?? model,
      system: askSystem,
      messages: [
        { role: "user", text: originalUserPrompt(first?.type === "user_message" ? first.text : input.question) },
        { role: "user", text: [`<question>\n${input.question}\n</question>`, ...files].join("\n\n") },
      ],
      tools: [],
    },
    work.signal,
  )) {
    if (event.type === "text_delta") work.output(event.text);
    else if (event.type === "text") text += event.text;
    else if (event.type === "retry") work.output(`\n${event.error.message} Trying again in ${Math.round(event.delayMs / 1000)} s.\n`);
    else if (event.type === "failed") {
      throw new SpindleError(event.error.code, event.error.message, event.error.hint === undefined ? {} : { hint: event.error.hint });
    }
  }
  return { result: { answer: text }, text, ok: true };
}

async function attachText(projectRoot: string, file: string): Promise<string> {
  const absolute = await resolveForReading({ projectRoot, readGrants: [], anywhere: false }, file);
  try {
    return `<file path=${JSON.stringify(file)}>\n${await readFile(absolute, "utf8")}\n</file>`;
  } catch (error) {
    throw fileError(error, file);
  }
}

async function agentTask(work: TaskWork, input: Extract<SpawnInput, { kind: "agent" }>, deps: TaskWorkDeps): Promise<TaskOutcome> {
  const conversation = deps.store.create(work.task.projectRoot, work.task.taskId);
  if (input.model !== undefined) deps.setModel(conversation.id, input.model);
  const unsubscribe = conversation.subscribe((event) => {
    const line = agentLine(event);
    if (line !== null) work.output(line);
  });
  const stop = (): void => void conversation.stop();
  work.signal.addEventListener("abort", stop, { once: true });
  try {
    work.signal.throwIfAborted();
    const end = await conversation.send(input.prompt, []).done;
    if (end.error !== null)
      throw new SpindleError(end.error.code, end.error.message, end.error.hint === undefined ? {} : { hint: end.error.hint });
    const said = conversation.events.filter((event) => event.type === "assistant_text").at(-1);
    const text = said?.type === "assistant_text" ? said.text : "The agent ended without a word.";
    return { result: { conversationId: conversation.id, answer: text }, text, ok: true };
  } finally {
    work.signal.removeEventListener("abort", stop);
    unsubscribe();
    await conversation.close();
  }
}

/** What a task row shows of an agent at work. */
function agentLine(event: SpindleEvent): string | null {
  if (event.type === "assistant_text") return `${event.text}\n`;
  if (event.type === "tool_started") return `${event.name} ${event.callId}\n`;
  return null;
}
