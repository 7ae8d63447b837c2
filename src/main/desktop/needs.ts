import type { ApprovalRequest } from "../../protocol/approval.ts";
import type { TaskNeed, TaskRow } from "../../protocol/task.ts";
import type { Engine } from "../engine.ts";

/** Everything that waits for a person in this process: questions of conversations and tasks, and late answers. Oldest first. */
export function openNeeds(engine: Pick<Engine, "tasks" | "approvals" | "conversations">): readonly TaskNeed[] {
  const rows = engine.tasks.rows();
  const asking = rows.filter((row) => row.status === "needs_you");
  const tasks = rows
    // A question of what an agent started stands in the agent's conversation, and both wait for it: it is one need, of the one that asks.
    .filter((row) => (row.status === "needs_you" ? !asking.some((other) => isBelow(other, row)) : row.late?.state === "waiting"))
    .toSorted((a, b) => a.lastEventAt - b.lastEventAt);
  // Of a script's question its task and the conversation it stands in both know; it is answered in one place.
  const covered = new Set(tasks.filter((row) => row.status === "needs_you").map(placeOf));
  const conversations = engine.conversations
    .rows()
    .filter(({ row }) => !covered.has(row.id) && engine.approvals.pending(row.id).length > 0);
  return [
    ...conversations.map(({ row, projectRoot }) => ({
      projectRoot,
      conversationId: row.id,
      taskId: null,
      title: row.title,
      why: engine.approvals.pending(row.id)[0]?.summary ?? "It waits for your answer.",
      place: "conversation" as const,
    })),
    ...tasks.map((row) => needOf(row, whyOf(engine, row))),
  ];
}

/** What a notification about a task says and shows. */
export function needOf(row: TaskRow, why: string): TaskNeed {
  const { projectRoot, taskId, title, status } = row;
  // A question is answered where it stands; the rest is on the page.
  return { projectRoot, conversationId: placeOf(row), taskId, title, why, place: status === "needs_you" ? "conversation" : "task" };
}

/** True when a question of `row` stands in the conversation of the agent `agent`, which started it. */
function isBelow(row: TaskRow, agent: TaskRow): boolean {
  return row.agentConversationId === null && row.parentTaskId === agent.taskId && row.conversationId === agent.agentConversationId;
}

/** Where a task's question stands. */
export function placeOf(row: TaskRow): string {
  return row.agentConversationId ?? row.conversationId;
}

function whyOf({ approvals }: Pick<Engine, "approvals">, row: TaskRow): string {
  if (row.status !== "needs_you") return "Its answer came late: decide what becomes of it.";
  return questionOf(approvals, row)?.summary ?? "It waits for your answer.";
}

/** What a task asks a person; undefined when that is not known. */
export function questionOf(approvals: Engine["approvals"], row: TaskRow): ApprovalRequest | undefined {
  const open = approvals.pending(placeOf(row));
  if (row.agentConversationId !== null) return open[0];
  // Calls of a script and a command have the id of the call that started them, with what follows it.
  const own = row.callId;
  return open.find(({ callId }) => own !== null && (callId === own || callId.startsWith(`${own}.`)));
}
