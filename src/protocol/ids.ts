/**
 * Identifiers. All are plain strings so that they survive JSON, logs and IPC unchanged.
 *
 * - conversation: `c_<base36 time>_<random>`; sorts by creation time. A script run from the command line has `run_…` in its place.
 * - turn: `t1`, `t2`, … inside one conversation.
 * - call: `c1`, `c2`, … inside one conversation; a call made by a script is `<script call>.<n>`, for example `c1.3`.
 * - task: `task_<base36 time>_<random>`; unique in the data folder.
 */
export type ConversationId = string;
export type TurnId = string;
export type CallId = string;
export type TaskId = string;

const alphabet = "0123456789abcdefghijklmnopqrstuvwxyz";

/** Makes an id that sorts by time of creation. `prefix` is `c` for conversations, `run` for scripts without one, `task` for tasks. */
export function makeId(prefix: "c" | "run" | "task", now: number, random: () => number = Math.random): string {
  let tail = "";
  for (let i = 0; i < 6; i++) tail += alphabet[Math.floor(random() * alphabet.length)];
  return `${prefix}_${now.toString(36)}_${tail}`;
}

/** True for the id of a script that was run without a conversation. */
export function isRunId(id: ConversationId): boolean {
  return id.startsWith("run_");
}
