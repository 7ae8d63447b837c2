import { SpindleError } from "../../protocol/error.ts";
import type { ConversationId, TaskId } from "../../protocol/ids.ts";
import type { TaskRow } from "../../protocol/task.ts";
import type { Conversation } from "../conversations/conversation.ts";
import type { ConversationStore } from "../conversations/store.ts";
import type { TaskManager } from "../tasks/task-manager.ts";
import { changesText } from "./changed-since.ts";
import type { Deliver } from "./deliver.ts";
import type { CallScene } from "./tool-context.ts";

/** Answers that came after their time-out: they are told, and a person decides what happens with them. */
export interface LateAnswers {
  tell(task: TaskRow, text: string, target: Conversation | CallScene): void;
  /** inject: into the task's conversation, as any result. side: into a new conversation. discard: nowhere. Throws `bad_request`. */
  settle(taskId: TaskId, choice: "inject" | "side" | "discard"): { readonly conversationId: ConversationId | null };
  /** Tells what came while nobody could write it down. */
  start(): void;
}

export function createLateAnswers(deps: {
  readonly tasks: TaskManager;
  readonly store: () => ConversationStore;
  readonly deliver: Deliver;
  readonly target: (conversationId: ConversationId) => Conversation | CallScene | null;
  /** True where no person can decide: then an answer is injected when it comes. */
  readonly automatic: boolean;
}): LateAnswers {
  const { tasks } = deps;
  const textOf = (task: TaskRow, text: string): string => (task.late === null ? text : `${changesText(task.late)}\n\n${text}`);

  const inject = (task: TaskRow, text: string, target: Conversation | CallScene): void => {
    // The log tells whether it stands there: a process killed in between writes it neither twice nor never.
    deps.deliver({ ...task, delivery: "pending" }, textOf(task, text), target, true);
    tasks.settleLate(task.taskId, "injected");
  };
  const tell = (task: TaskRow, text: string, target: Conversation | CallScene): void => {
    if (task.late === null) return;
    const told = target.events.some(
      (event) => event.type === "task_late" && event.taskId === task.taskId && event.late.at === task.late?.at,
    );
    if (!told) target.emit({ type: "task_late", taskId: task.taskId, title: task.title, text, late: task.late });
  };
  /** True when the log holds it: a process that was killed before it said so to the ledger had decided. */
  const isInjected = ({ taskId, run }: TaskRow, target: Conversation | CallScene): boolean =>
    target.events.some(
      (event) => event.type === "task_delivered" && event.taskId === taskId && event.late === true && (event.run ?? 1) === run,
    );
  return {
    tell(task, text, target) {
      tell(task, text, target);
      if (deps.automatic) inject(task, text, target);
    },
    settle(taskId, choice) {
      const task = tasks.row(taskId);
      if (choice === "discard" || task.late?.state !== "waiting") {
        tasks.settleLate(taskId, "discarded");
        return { conversationId: null };
      }
      const { text } = tasks.resultOf(taskId);
      if (choice === "side") {
        const side = deps.store().create(task.projectRoot);
        side.emit({ type: "conversation_renamed", title: `Late: ${task.title}`.slice(0, 200) });
        side.emit({ type: "task_delivered", taskId, title: task.title, status: "succeeded", text: textOf(task, text), late: true });
        tasks.settleLate(taskId, "side");
        return { conversationId: side.id };
      }
      const target = deps.target(task.conversationId);
      if (target === null)
        throw new SpindleError("conversation_not_found", "The conversation of this answer is gone or open in another Spindle.", {
          hint: "Open the answer as a conversation of its own.",
        });
      inject(task, text, target);
      return { conversationId: task.conversationId };
    },
    start() {
      // Another process may have left it for a person: a start decides nothing.
      for (const entry of tasks.waitingLate()) {
        const target = deps.target(entry.row.conversationId);
        if (target === null) continue;
        if (isInjected(entry.row, target)) tasks.settleLate(entry.row.taskId, "injected");
        else tell(entry.row, tasks.textOf(entry), target);
      }
    },
  };
}
