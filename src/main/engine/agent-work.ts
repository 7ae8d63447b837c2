import { SpindleError } from "../../protocol/error.ts";
import type { SpindleEvent } from "../../protocol/event.ts";
import { isTaskOver } from "../../protocol/task.ts";
import type { SpawnInput } from "../../protocol/tools.ts";
import type { Conversation, TurnResult } from "../conversations/conversation.ts";
import type { TaskOutcome, TaskWork } from "../tasks/work.ts";
import type { TaskWorkDeps } from "./task-work.ts";

type AgentDeps = Pick<TaskWorkDeps, "store" | "tasks" | "atWork">;

const goOn =
  "You were interrupted before you were done. Go on from where you stood: what is in this conversation has happened; look before you do anything a second time.";

/**
 * An agent at work in a conversation of its own. It is done when its turns are over and every task it started that would
 * wake it is over, too. Stopped, it says what it had so far.
 */
export async function agentTask(work: TaskWork, input: Extract<SpawnInput, { kind: "agent" }>, deps: AgentDeps): Promise<TaskOutcome> {
  const { conversation, isNew } = conversationOf(work, deps);
  if (isNew) work.worksIn(conversation.id);
  const questions = new Set<string>();
  const unsubscribe = conversation.subscribe((event) => {
    if (event.type === "tool_started") work.meter.call();
    else if (event.type === "approval_requested") work.needsYou(questions.add(event.request.approvalId).size > 0);
    else if (event.type === "approval_answered") work.needsYou(questions.delete(event.approvalId) && questions.size > 0);
    const line = agentLine(event);
    if (line !== null) work.output(line);
  });
  const stop = (): void => {
    // First: the ends of its tasks, stopped with it, must not wake it again.
    deps.atWork(conversation, false);
    void conversation.stop();
  };
  work.signal.addEventListener("abort", stop, { once: true });
  deps.atWork(conversation, true);
  try {
    work.signal.throwIfAborted();
    const begun = conversation.events.some((event) => event.type === "user_message");
    conversation.send(begun ? goOn : input.prompt, [], "task");
    work.onMessage(({ text, attachments }) => void conversation.send(text, attachments, "task"));
    const end = await toTheEnd(work, conversation, deps);
    const said = conversation.events.findLast((event) => event.type === "assistant_text");
    const text = said?.type === "assistant_text" ? said.text : "The agent ended without a word.";
    const result = { conversationId: conversation.id, answer: text };
    if (work.signal.aborted) return { result: { ...result, partial: true }, text, ok: false };
    if (end !== null && end.error !== null)
      throw new SpindleError(end.error.code, end.error.message, end.error.hint === undefined ? {} : { hint: end.error.hint });
    return { result, text, ok: true };
  } finally {
    // What comes between two tries waits for the next one.
    work.onMessage(null);
    deps.atWork(conversation, false);
    work.signal.removeEventListener("abort", stop);
    unsubscribe();
    await conversation.close();
  }
}

function conversationOf(work: TaskWork, deps: AgentDeps): { readonly conversation: Conversation; readonly isNew: boolean } {
  const { task } = work;
  const known = work.how === "resume" ? task.agentConversationId : null;
  if (known !== null && deps.store.exists(known)) return { conversation: deps.store.open(known), isNew: false };
  return { conversation: deps.store.create(task.projectRoot, task.taskId), isNew: true };
}

/** Turns follow each other as results of its own tasks come in. */
async function toTheEnd(work: TaskWork, conversation: Conversation, deps: AgentDeps): Promise<TurnResult | null> {
  for (;;) {
    const end = await conversation.settled();
    if (work.signal.aborted || (end !== null && end.error !== null)) return end;
    const open = deps
      .tasks()
      .rows()
      .filter((row) => row.conversationId === conversation.id && row.notify === "wake" && !isTaskOver(row.status));
    if (open.length === 0 && !conversation.isRunning()) return end;
    if (open.length === 0) continue;
    const waits = open.map((row) => deps.tasks().wait(row.taskId, { timeoutMs: null, signal: work.signal }));
    // A stop ends the waits: the look above sees it.
    await work.lend(() => Promise.race(waits).catch(() => null));
    await Promise.allSettled(work.signal.aborted ? waits : []);
  }
}

/** What a task row shows of an agent at work. */
function agentLine(event: SpindleEvent): string | null {
  if (event.type === "assistant_text") return `${event.text}\n`;
  if (event.type === "tool_started") return `${event.name} ${event.callId}\n`;
  return null;
}
