import type { ConversationId } from "../../protocol/ids.ts";
import type { TaskRow } from "../../protocol/task.ts";
import { openProject, useApp } from "./app.ts";
import { useConversation } from "./conversation.ts";
import { showUnlisted } from "./conversations.ts";
import { jumpToCall, openReview } from "./layout.ts";

/** How long a conversation may take to be read before a jump into it is given up, ms. */
const readMs = 10_000;

/** Shows a conversation of any project, an agent's as well; opens its project first. Resolves when it can be seen. Rejects with ApiError. */
export async function showConversation(projectRoot: string, id: ConversationId): Promise<void> {
  if (useApp.getState().app?.project?.root !== projectRoot) await openProject(projectRoot);
  showUnlisted(id, projectRoot);
  await conversationReady(id);
}

/** Shows the call that started a task: in its script, at its line. */
export async function showStartOf(row: TaskRow): Promise<void> {
  await showConversation(row.projectRoot, row.conversationId);
  if (row.callId !== null) jumpToCall(row.callId);
}

/** Shows what a task changed, in the review: of an agent its conversation's changes, of scripts and commands their newest patch, from where the review leads to the others. */
export async function showDiffOf(row: TaskRow): Promise<void> {
  await showConversation(row.projectRoot, row.agentConversationId ?? row.conversationId);
  if (row.agentConversationId !== null || row.callId === null) return openReview();
  const { callId } = row;
  const patch = useConversation.getState().view.patches.findLast((each) => each.callId === callId || each.callId.startsWith(`${callId}.`));
  openReview(patch === undefined ? {} : { callId: patch.callId });
}

/** Resolves when the conversation is drawn, or cannot be read: that is shown in its place. */
function conversationReady(id: ConversationId): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      stop();
      clearTimeout(timer);
      // A frame to mount the rows, one for the list to find its end.
      requestAnimationFrame(() => requestAnimationFrame(() => resolve()));
    };
    const look = (state: ReturnType<typeof useConversation.getState>) => {
      if (state.id === id && (state.status === "ready" || state.status === "failed")) done();
    };
    const timer = setTimeout(done, readMs);
    const stop = useConversation.subscribe(look);
    look(useConversation.getState());
  });
}
