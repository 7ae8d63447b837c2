import path from "node:path";
import type { Redactor } from "../lib/redact.ts";
import { SpindleError } from "../../protocol/error.ts";
import type { EventBody } from "../../protocol/event.ts";
import type { ConversationId, TaskId } from "../../protocol/ids.ts";
import type { Settings } from "../../protocol/settings.ts";
import type { TaskRow } from "../../protocol/task.ts";
import type { Conversation } from "../conversations/conversation.ts";
import type { ConversationStore } from "../conversations/store.ts";
import type { Logger } from "../lib/logger.ts";
import type { Provider } from "../providers/provider.ts";
import { openLedger } from "../tasks/ledger.ts";
import { createTaskManager } from "../tasks/manager.ts";
import { isAskedAgain } from "../tasks/reconcile.ts";
import type { TaskEvent, TaskManager } from "../tasks/task-manager.ts";
import { isStoppedByPerson } from "../tasks/stop-task.ts";
import { inputOf } from "../tasks/task-input.ts";
import { treeOf } from "../tasks/tree.ts";
import type { createExecTool } from "../tools/exec.ts";
import type { TaskPort } from "../tools/tool.ts";
import type { Authority } from "./authority.ts";
import { createDelivery, openOrNull, tellFinished } from "./deliver.ts";
import { createLeftResults } from "./deliver-left.ts";
import { createLateAnswers, type LateAnswers } from "./late-answers.ts";
import { leastApproval, leastSandbox, scopeOf } from "./task-scope.ts";
import { doTaskWork } from "./task-work.ts";
import type { CallParts, CallScene } from "./tool-context.ts";
import { watchedProvider } from "./watched-provider.ts";

export interface TaskDeskDeps {
  /** The data folder. */
  readonly home: string;
  readonly settings: () => Settings;
  readonly redact: Redactor;
  readonly logger: Logger;
  readonly audience: "person" | "nobody";
  /** True when a finished task may start a turn of a conversation of the person by itself. */
  readonly wake: boolean;
  readonly store: () => ConversationStore;
  readonly parts: () => CallParts;
  readonly execTool: ReturnType<typeof createExecTool>;
  readonly authorizeStart: Authority["authorizeStart"];
  /** The provider that is set right now, as it is. */
  readonly provider: () => Provider;
  /** Agents and scripts at work at once, at most, those that only wait included. */
  readonly scriptPlaces: number;
  /** The scene of a conversation outside a turn. */
  readonly sceneOf: (conversation: Conversation) => CallScene;
  readonly onTask: (task: TaskRow) => void;
}

/** Tasks, wired to conversations, gate and providers. */
export interface TaskDesk {
  readonly tasks: TaskManager;
  readonly late: LateAnswers;
  readonly spawnTask: CallParts["spawnTask"];
  readonly tasksOf: CallParts["tasksOf"];
  /** Narrows the scene of an agent's conversation to what its task may do; leaves others as they are. */
  narrow(scene: CallScene): CallScene;
  /** Provider and model for a turn, watched for the budget of the task it belongs to. */
  providerOf(scene: CallScene): { readonly provider: Provider; readonly model: string };
  /** A script run without a conversation (`spindle run`): its tasks find it by its id. */
  addLooseScene(scene: CallScene): void;
  /** Delivers what ended while nobody was there. Called once, when everything is wired. */
  start(): void;
  /** Brings what waits for a conversation, before a turn of it makes its first request. */
  deliverTo(conversation: Conversation): void;
  close(): Promise<void>;
}

export function createTaskDesk(deps: TaskDeskDeps): TaskDesk {
  const looseScenes = new Map<ConversationId, CallScene>();
  /** Conversations in which agents work right now. */
  const atWork = new Set<ConversationId>();
  let closing = false;

  const target = (id: ConversationId): Conversation | CallScene | null => looseScenes.get(id) ?? openOrNull(deps.store(), id, deps.logger);
  const sceneOf = (id: ConversationId): CallScene => {
    const found = target(id);
    if (found === null) throw new SpindleError("conversation_not_found", `The conversation ${id} of this task is gone.`);
    return "isRunning" in found ? deps.sceneOf(found) : found;
  };
  const providerFor = (taskId: TaskId | undefined, model: string | null) => {
    const { providers } = deps.settings();
    const chosen = deps.provider();
    const own = providers[chosen.id];
    const meter = taskId === undefined ? null : tasks.meterOf(taskId);
    return {
      provider: watchedProvider(chosen, { meter, guard: tasks.guard, price: own.price ?? null }),
      model: model ?? own.model ?? chosen.defaultModel(),
    };
  };

  const tasks = createTaskManager({
    ledger: openLedger(path.join(deps.home, "tasks", "ledger.jsonl"), deps.redact),
    outputFolder: path.join(deps.home, "tasks", "output"),
    maxRunning: () => deps.settings().maxRunningTasks,
    settings: () => deps.settings().tasks,
    scriptPlaces: deps.scriptPlaces,
    providerOf: (input) => (input.kind === "ask" || input.kind === "agent" ? deps.provider().id : null),
    now: Date.now,
    redact: deps.redact,
    work: (work) =>
      doTaskWork(work, {
        store: deps.store(),
        parts: deps.parts(),
        execTool: deps.execTool,
        authorizeStart: deps.authorizeStart,
        tasks: () => tasks,
        sceneOf,
        provider: ({ task }) => providerFor(task.taskId, null),
        atWork: ({ id }, begins) => void (begins ? atWork.add(id) : atWork.delete(id)),
      }),
    onEvent,
    onFault: (error) => deps.logger.error("A task could not be ended", error),
  });

  /** Another look may have asked it again meanwhile. */
  function resume(taskId: TaskId): void {
    const row = tasks.row(taskId);
    if (!closing && isAskedAgain(row)) left.askAgain(row);
  }

  function onEvent(event: TaskEvent): void {
    deps.onTask(event.task);
    // A process that starts no turns leaves what it only noticed to one that does.
    if (event.type === "finished" && event.isLost && !deps.wake) return;
    const { task } = event;
    const { taskId } = task;
    if (event.type === "changed") return;
    const to = target(task.conversationId);
    if (to === null) return;
    const emit = (body: EventBody): void => void to.emit(body);
    switch (event.type) {
      case "created":
        if (task.run === 1) emit({ type: "task_created", task });
        break;
      case "started":
        emit({ type: "task_started", taskId, at: task.startedAt ?? Date.now() });
        break;
      case "progress":
        emit({ type: "task_progress", taskId, at: task.lastEventAt, lastLine: task.lastLine });
        break;
      case "stalled": {
        const minutes = Math.round(deps.settings().tasks.stallMs / 6_000) / 10;
        const message = `The task ${JSON.stringify(task.title)} has given no sign of life for ${minutes} minutes. It still runs; stop it if that is wrong.`;
        emit({ type: "notice", level: "warn", code: "task_stalled", message });
        break;
      }
      case "finished":
        tellFinished(task, to);
        // No news yet: the next start of the window asks again.
        if (!deps.wake || !isAskedAgain(task)) deliver(task, event.text, to);
        // Its process was killed while this window lives on.
        else if (!closing) setImmediate(() => resume(taskId));
        break;
      case "late":
        late.tell(task, event.text, to);
        break;
    }
  }

  const deliver = createDelivery({
    tasks: () => tasks,
    mayWake: (conversation, task) =>
      !closing && (isAgents(conversation) ? atWork.has(conversation.id) : deps.wake && !isStoppedByPerson(task)),
  });
  const left = createLeftResults({ tasks, store: deps.store, deliver, logger: deps.logger, wake: deps.wake });
  const late = createLateAnswers({ tasks, store: deps.store, deliver, target, automatic: deps.audience === "nobody" });

  const agentRow = (scene: CallScene): TaskRow | null => {
    const first = scene.events[0];
    if (first?.type !== "conversation_started" || first.parentTaskId === undefined) return null;
    return tasks.rows().find((row) => row.taskId === first.parentTaskId) ?? null;
  };

  return {
    tasks,
    late,
    spawnTask(scene, input, { sandboxLevel, callId, scriptLine, folder, approved }) {
      if (input.budget?.usd !== undefined && deps.settings().providers[deps.provider().id].price === undefined)
        throw new SpindleError("invalid_input", `A budget in dollars needs the price of ${deps.provider().id}.`, {
          hint: "Give a budget in tokens, or set providers.<name>.price in settings.json.",
        });
      const from = { approval: scene.approval, sandbox: sandboxLevel, tools: scene.toolNames ?? null };
      return tasks.spawn(input, {
        conversationId: scene.conversationId,
        projectRoot: scene.projectRoot,
        callId,
        scriptLine,
        parentTaskId: scene.taskId ?? null,
        scope: {
          ...scopeOf(input, from, [...deps.parts().gate.tools.keys()]),
          ...(folder === undefined ? {} : { folder }),
          ...(approved === true ? { approved } : {}),
        },
      });
    },
    tasksOf: (scene) => taskPort(tasks, scene),
    narrow(scene) {
      const row = agentRow(scene);
      if (row === null) return scene;
      const input = inputOf(row);
      return {
        ...scene,
        taskId: row.taskId,
        toolNames: row.scope.tools,
        approval: leastApproval(row.scope.approval, scene.approval),
        sandboxLevel: leastSandbox(row.scope.sandbox, scene.sandboxLevel),
        agent: input.kind === "agent" ? { model: input.model ?? null, system: input.system ?? null } : { model: null, system: null },
      };
    },
    providerOf: (scene) => providerFor(scene.taskId, scene.agent?.model ?? null),
    addLooseScene: (scene) => void looseScenes.set(scene.conversationId, scene),
    deliverTo: left.deliverTo,
    start() {
      left.start();
      late.start();
    },
    async close() {
      closing = true;
      left.close();
      await tasks.close();
    },
  };
}

/** True for a conversation that a task's agent works in: without its task nothing starts a turn there. */
function isAgents(conversation: Conversation): boolean {
  const first = conversation.events[0];
  return first?.type === "conversation_started" && first.parentTaskId !== undefined;
}

/** What calls of a scene may do with tasks: only with those that the conversation, or the scene's own task, started. */
function taskPort(tasks: TaskManager, scene: CallScene): TaskPort {
  const own = (taskId: TaskId): TaskRow => {
    const row = tasks.row(taskId);
    const rows = new Map(tasks.rows().map((one) => [one.taskId, { row: one }]));
    const roots = scene.taskId === undefined ? [...rows.values()].filter((one) => one.row.conversationId === scene.conversationId) : [];
    const trees = scene.taskId === undefined ? roots.map((root) => treeOf(rows, root.row.taskId)) : [treeOf(rows, scene.taskId).slice(1)];
    if (trees.some((tree) => tree.includes(taskId))) return row;
    throw new SpindleError("task_not_found", `The task ${JSON.stringify(taskId)} is none of this conversation's.`);
  };
  return {
    row: own,
    wait(taskId, timeoutMs, signal) {
      own(taskId);
      return tasks.lend(scene.taskId ?? null, () => tasks.wait(taskId, { timeoutMs, signal }));
    },
    result: (taskId) => tasks.resultOf(own(taskId).taskId),
    message: (taskId, text) => tasks.message(own(taskId).taskId, text),
    async cancel(taskId) {
      return tasks.cancel(own(taskId).taskId, "starter");
    },
  };
}
