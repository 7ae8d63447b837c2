import type { ConversationRow } from "../../../protocol/ipc.ts";
import { dayGroup } from "../../lib/format.ts";

export interface ConversationGroup {
  readonly name: ReturnType<typeof dayGroup>;
  readonly rows: readonly ConversationRow[];
}

/** Rows by the day of their last change. The order of the rows is kept, so the newest group comes first. */
export function groupConversations(rows: readonly ConversationRow[], now: number): readonly ConversationGroup[] {
  const groups = new Map<ConversationGroup["name"], ConversationRow[]>();
  for (const row of rows) {
    const name = dayGroup(row.updatedAt, now);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [row]);
    else group.push(row);
  }
  return [...groups].map(([name, members]) => ({ name, rows: members }));
}

/** The state of a row in words; what is unread and idle is news. */
export function rowState(row: ConversationRow): "running" | "needs_you" | "failed" | "unread" | "idle" {
  if (row.status !== "idle") return row.status;
  return row.unread ? "unread" : "idle";
}

const words = { running: "Running", needs_you: "Needs you", failed: "Failed", unread: "Done, not read", idle: "" } as const;

export function rowStateWords(row: ConversationRow): string {
  return words[rowState(row)];
}
