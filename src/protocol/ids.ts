/**
 * Identifiers. All are plain strings so that they survive JSON, logs and IPC unchanged.
 *
 * - conversation: `c_<base36 time>_<random>`; sorts by creation time.
 * - turn: `t1`, `t2`, … inside one conversation.
 * - call: `c1`, `c2`, … inside one conversation; a call made by a script is `<script call>.<n>`, for example `c1.3`.
 * - task: `task_<base36 time>_<random>`; unique in the data folder.
 */
export type ConversationId = string;
export type TurnId = string;
export type CallId = string;
export type TaskId = string;

const alphabet = "0123456789abcdefghijklmnopqrstuvwxyz";

/** Makes an id that sorts by time of creation. `prefix` is `c` for conversations and `task` for tasks. */
export function makeId(prefix: "c" | "task", now: number, random: () => number = Math.random): string {
  let tail = "";
  for (let i = 0; i < 6; i++) tail += alphabet[Math.floor(random() * alphabet.length)];
  return `${prefix}_${now.toString(36)}_${tail}`;
}
