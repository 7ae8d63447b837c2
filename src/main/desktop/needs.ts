import type { TaskNeed, TaskRow } from "../../protocol/task.ts";
import type { Engine } from "../engine.ts";

/** Everything that waits for a person in this process: questions of conversations and tasks, and late answers. Oldest first. */
export function openNeeds(engine: Pick<Engine, "tasks" | "approvals" | "conversations">): readonly TaskNeed[] {
  const rows = engine.tasks.rows();
  const tasks = rows
    .filter((row) => row.status === "needs_you" || row.late?.state === "waiting")
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

function placeOf(row: TaskRow): string {
  return row.agentConversationId ?? row.conversationId;
}

function whyOf({ approvals }: Pick<Engine, "approvals">, row: TaskRow): string {
  if (row.status !== "needs_you") return "Its answer came late: decide what becomes of it.";
  const question = row.agentConversationId === null ? undefined : approvals.pending(row.agentConversationId)[0];
  return question?.summary ?? "It waits for your answer.";
}
