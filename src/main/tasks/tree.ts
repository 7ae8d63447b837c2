import { SpindleError } from "../../protocol/error.ts";
import type { ConversationId, TaskId } from "../../protocol/ids.ts";
import type { TaskSettings } from "../../protocol/settings.ts";
import type { TaskRow } from "../../protocol/task.ts";

/** All that is needed of tasks to know who started whom. */
type Rows = ReadonlyMap<TaskId, { readonly row: TaskRow }>;

/** A task with all tasks below it, parents first. */
export function treeOf(entries: Rows, taskId: TaskId): readonly TaskId[] {
  const children = new Map<TaskId, TaskId[]>();
  for (const { row } of entries.values()) {
    if (row.parentTaskId === null) continue;
    const known = children.get(row.parentTaskId);
    if (known === undefined) children.set(row.parentTaskId, [row.taskId]);
    else known.push(row.taskId);
  }
  const tree = [taskId];
  for (const id of tree) tree.push(...(children.get(id) ?? []));
  return tree;
}

/** The conversation of the person at the root of a task's tree. */
function rootConversation(entries: Rows, row: TaskRow): ConversationId {
  let top = row;
  for (let parent = top.parentTaskId; parent !== null; parent = top.parentTaskId) {
    const entry = entries.get(parent);
    if (entry === undefined) break;
    top = entry.row;
  }
  return top.conversationId;
}

/** Throws `too_many_tasks` when a conversation (or a task of it) may start no further one. Gives the depth of the new task. */
export function depthOfNew(
  entries: Rows,
  origin: { readonly conversationId: ConversationId; readonly parentTaskId: TaskId | null },
  limits: TaskSettings,
): number {
  const parent = origin.parentTaskId === null ? undefined : entries.get(origin.parentTaskId)?.row;
  const depth = (parent?.depth ?? 0) + 1;
  if (depth > limits.maxDepth)
    throw new SpindleError("too_many_tasks", `Tasks start tasks at most ${limits.maxDepth} deep.`, {
      hint: "Do it here instead of in a further task, or raise tasks.maxDepth in the settings.",
      details: { depth, maxDepth: limits.maxDepth },
    });
  const root = parent === undefined ? origin.conversationId : rootConversation(entries, parent);
  let count = 0;
  for (const { row } of entries.values()) if (rootConversation(entries, row) === root) count++;
  if (count >= limits.maxPerConversation)
    throw new SpindleError("too_many_tasks", `This conversation has started ${count} tasks, which is the most it may.`, {
      hint: "Begin a new conversation, or raise tasks.maxPerConversation in the settings.",
      details: { count, maxPerConversation: limits.maxPerConversation },
    });
  return depth;
}
