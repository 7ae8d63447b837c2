import type { Folder } from "../lib/folder.ts";
import { SpindleError } from "../../protocol/error.ts";
import type { EventBody, SpindleEvent } from "../../protocol/event.ts";
import type { TaskId, TurnId } from "../../protocol/ids.ts";
import type { Json } from "../../protocol/json.ts";
import type { ApprovalMode, Reach, SandboxLevel, Settings } from "../../protocol/settings.ts";
import type { TaskRow } from "../../protocol/task.ts";
import type { SpawnInput } from "../../protocol/tools.ts";
import type { Harness, ScriptStore } from "../harness/harness.ts";
import type { Runner } from "../runner/runner.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import type { TaskOrigin } from "../tasks/task-manager.ts";
import type { Background } from "./background.ts";
import type { CommandWatch } from "./command-watch.ts";
import type { MadeRepositories } from "./made-repositories.ts";
import { scriptContext } from "./script-context.ts";
import { dispatch, type GateCall, type GateDeps, type GateOutcome } from "../tools/dispatch.ts";
import type { TaskPort, ToolContext } from "../tools/tool.ts";

/** Where calls happen: a conversation's turn, or a script run from the command line. */
export interface CallScene {
  readonly conversationId: string;
  readonly turnId: TurnId;
  readonly projectRoot: string;
  readonly events: readonly SpindleEvent[];
  readonly approval: ApprovalMode;
  readonly sandboxLevel: SandboxLevel;
  readonly settings: Settings;
  readonly scriptStore: ScriptStore;
  /** Real paths of what may be read outside the project: what the person attached, the conversation's output files. */
  readGrants(): readonly string[];
  /** True for the work of a task: nobody waits for its commands. */
  readonly background?: boolean;
  /** The task whose work happens here: an agent's conversation, a script's calls. */
  readonly taskId?: TaskId;
  /** Names of the tools there are here; absent or null: all. */
  readonly toolNames?: readonly string[] | null;
  /** What an agent was given besides its prompt. */
  readonly agent?: { readonly model: string | null; readonly system: string | null };
  /** Given with `spindle run --input`. */
  readonly input?: Json;
  /** Keeps a call's whole output in a file; null where there is no conversation to keep it with. Throws `io_error`. */
  saveOutput(callId: string, text: string): Promise<string | null>;
  emit(event: EventBody): void;
}

export interface CallParts {
  readonly gate: GateDeps;
  readonly runner: Runner;
  readonly sandbox: Sandbox;
  /** What commands in a folder may reach besides files. */
  reachOf(projectRoot: string): Reach;
  isTrusted(projectRoot: string): boolean;
  readonly harness: Harness;
  readonly watch: CommandWatch;
  readonly repositories: MadeRepositories;
  readonly background: Background;
  /** Tasks of this process that wait or run. */
  openTasks(): number;
  spawnTask(
    scene: CallScene,
    input: SpawnInput,
    origin: {
      readonly callId: string;
      readonly scriptLine: number | null;
      readonly sandboxLevel: SandboxLevel;
      readonly folder?: Folder | undefined;
      readonly approved?: true | undefined;
    },
  ): TaskRow;
  /** The tasks that calls of a scene may look at. */
  tasksOf(scene: CallScene): TaskPort;
}

/** The tools of a scene: all, or those an agent was given. */
export function toolsOf<T>(scene: Pick<CallScene, "toolNames">, tools: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
  const { toolNames } = scene;
  return toolNames === undefined || toolNames === null ? tools : new Map([...tools].filter(([name]) => toolNames.includes(name)));
}

/** Passes one call through the gate with everything a tool may use; a script's calls come back in here as children. */
export function runCall(call: GateCall, scene: CallScene, parts: CallParts, signal: AbortSignal): Promise<GateOutcome> {
  return dispatch(call, toolContext(call, scene, parts, signal), { ...parts.gate, tools: toolsOf(scene, parts.gate.tools) });
}

/** Where a task comes from that a command becomes; run again it may do no more than the call's scene. */
function backgroundOrigin(call: GateCall, scene: CallScene): TaskOrigin {
  return {
    conversationId: scene.conversationId,
    projectRoot: scene.projectRoot,
    callId: call.callId,
    scriptLine: call.scriptLine ?? null,
    parentTaskId: scene.taskId ?? null,
    scope: { approval: scene.approval, sandbox: scene.sandboxLevel, tools: scene.toolNames ?? null },
  };
}

/** The context of one call. Children get ids `<call>.<n>` in the order the script made them. */
export function toolContext(call: GateCall, scene: CallScene, parts: CallParts, signal: AbortSignal): ToolContext {
  return {
    conversationId: scene.conversationId,
    turnId: scene.turnId,
    callId: call.callId,
    parentCallId: call.parentCallId,
    scriptLine: call.scriptLine,
    fromScript: call.parentCallId !== undefined,
    projectRoot: scene.projectRoot,
    readGrants: scene.readGrants(),
    approval: scene.approval,
    sandboxLevel: scene.sandboxLevel,
    reach: parts.reachOf(scene.projectRoot),
    settings: scene.settings,
    signal,
    runner: parts.repositories.runner(parts.watch.runner(parts.runner, { scene, callId: call.callId }), scene),
    sandbox: parts.sandbox,
    harness: parts.harness,
    scriptContext: (limits) => scriptContext(scene, limits, parts.openTasks()),
    scriptStore: scene.scriptStore,
    toolNames: [...toolsOf(scene, parts.gate.tools).keys()].filter((name) => name !== "script"),
    tasks: parts.tasksOf(scene),
    saveOutput: (text) => scene.saveOutput(call.callId, text),
    emit(event) {
      parts.watch.sees(scene, event);
      scene.emit(event);
    },
    spawnTask: (input, origin) => Promise.resolve(parts.spawnTask(scene, input, { ...origin, scriptLine: call.scriptLine ?? null })),
    // What a task runs is in the background already.
    background: scene.background === true ? undefined : parts.background.port(backgroundOrigin(call, scene)),
    async callTool(child, childSignal) {
      const outcome = await runCall(
        {
          callId: `${call.callId}.${child.index}`,
          parentCallId: call.callId,
          name: child.name,
          input: child.input,
          ...(child.line === null ? {} : { scriptLine: child.line }),
        },
        scene,
        parts,
        childSignal,
      );
      if (outcome.ok) return outcome.result;
      const { code, message, hint, details } = outcome.error;
      throw new SpindleError(code, message, { ...(hint === undefined ? {} : { hint }), ...(details === undefined ? {} : { details }) });
    },
  };
}
