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

let last: { readonly key: string; readonly at: number } | null = null;

/** Shows the next thing that waits for the person, in whatever project; once round, it begins again. */
export function jumpToNextNeed(): void {
  const jump = async () => {
    const needs = await call("attention.list", {});
    const at = nextPlace(needs.map(keyOf), last);
    const next = needs[at];
    if (next === undefined) return sayOfTasks("Nothing needs you.");
    sayOfTasks(`${next.title}: ${next.why}`, "unseen");
    last = { key: keyOf(next), at };
    await showNeed(next);
  };
  jump().catch(reportError);
}

/** Where to jump from the last place: to what follows it; when it is gone, to what came in its place; at the end to the first. */
export function nextPlace(keys: readonly string[], last: { readonly key: string; readonly at: number } | null): number {
  if (last === null) return 0;
  const found = keys.indexOf(last.key);
  const next = found === -1 ? last.at : found + 1;
  return next < keys.length ? next : 0;
}

async function showNeed({ place, taskId, projectRoot, conversationId }: TaskNeed): Promise<void> {
  await openTask(place === "task" ? taskId : null);
  if (place === "conversation") await showConversation(projectRoot, conversationId);
}

function keyOf(need: TaskNeed): string {
  return need.taskId ?? need.conversationId;
}
