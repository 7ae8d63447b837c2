import { countedLines } from "../../protocol/review.ts";
import type { SpindleEvent } from "../../protocol/event.ts";
import type { ConversationRow } from "../../protocol/ipc.ts";

export interface FoldedRow {
  readonly row: ConversationRow;
  readonly projectRoot: string;
  /** Set for the conversation of a task's agent; such rows are not listed among the person's conversations. */
  readonly parentTaskId: string | null;
}

/** The sidebar's row, folded from a log. `running` and `needs_you` are known only to the process that runs the turn. */
export function foldRow(id: string, events: readonly SpindleEvent[]): FoldedRow {
  let projectRoot = "";
  let parentTaskId: string | null = null;
  let title = "";
  let status: ConversationRow["status"] = "idle";
  const patches = new Map<string, { added: number; removed: number }>();
  const undone = new Set<string>();
  for (const event of events) {
    if (event.type === "conversation_started") {
      projectRoot = event.projectRoot;
      parentTaskId = event.parentTaskId ?? null;
    } else if (event.type === "conversation_renamed") title = event.title;
    else if (event.type === "user_message" && title === "") title = titleOf(event.text);
    else if (event.type === "turn_started" || event.type === "turn_finished") status = "idle";
    else if (event.type === "turn_failed") status = "failed";
    else if (event.type === "patch_applied") {
      const sum = patches.get(event.callId) ?? { added: 0, removed: 0 };
      for (const file of event.files) {
        const { added, removed } = countedLines(file, event.takenBack !== undefined);
        sum.added += added;
        sum.removed += removed;
      }
      patches.set(event.callId, sum);
    } else if (event.type === "patch_reverted") {
      for (const callId of event.callIds)
        if (event.kind === "undo") undone.add(callId);
        else undone.delete(callId);
    }
  }
  const standing = [...patches].filter(([callId]) => !undone.has(callId)).map(([, sum]) => sum);
  const first = events[0]?.time ?? 0;
  const row: ConversationRow = {
    id,
    title: title === "" ? "New conversation" : title,
    createdAt: first,
    updatedAt: events.at(-1)?.time ?? first,
    status,
    unread: false,
    added: standing.reduce((total, sum) => total + sum.added, 0),
    removed: standing.reduce((total, sum) => total + sum.removed, 0),
  };
  return { row, projectRoot, parentTaskId };
}

/** First line of the prompt, shortened at a word. */
function titleOf(prompt: string): string {
  const line = prompt.trim().split("\n", 1)[0]?.trim() ?? "";
  if (line.length <= 80) return line;
  const cut = line.slice(0, 80);
  return `${cut.slice(0, Math.max(cut.lastIndexOf(" "), 40))}…`;
}
