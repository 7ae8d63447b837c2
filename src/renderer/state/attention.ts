import type { TaskNeed } from "../../protocol/task.ts";
import { call, on } from "../lib/api.ts";
import { playTone } from "../lib/tone.ts";
import { reportError } from "./notices.ts";
import { showConversation } from "./task-places.ts";
import { openTask, sayOfTasks } from "./tasks.ts";

/** Plays the sounds main asks for, and shows what a clicked notification is about; returns the function that stops. */
export function followAttention(): () => void {
  return on("attention", (push) => {
    (push.type === "sound" ? playTone(push.kind) : showNeed(push.need)).catch(reportError);
  });
}

let last: string | null = null;

/** Shows the next thing that waits for the person, in whatever project; once round, it begins again. */
export function jumpToNextNeed(): void {
  const jump = async () => {
    const needs = await call("attention.list", {});
    const next = needs[needs.findIndex((need) => keyOf(need) === last) + 1] ?? needs[0];
    if (next === undefined) return sayOfTasks("Nothing needs you.");
    sayOfTasks(`${next.title}: ${next.why}`, "unseen");
    last = keyOf(next);
    await showNeed(next);
  };
  jump().catch(reportError);
}

async function showNeed({ place, taskId, projectRoot, conversationId }: TaskNeed): Promise<void> {
  await openTask(place === "task" ? taskId : null);
  if (place === "conversation") await showConversation(projectRoot, conversationId);
}

function keyOf(need: TaskNeed): string {
  return need.taskId ?? need.conversationId;
}
