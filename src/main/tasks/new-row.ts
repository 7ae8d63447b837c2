import { makeId } from "../../protocol/ids.ts";
import type { Json } from "../../protocol/json.ts";
import { type TaskRow, taskRowDefaults } from "../../protocol/task.ts";
import type { SpawnInput } from "../../protocol/tools.ts";
import type { ProcessIdentity } from "../lib/process-identity.ts";
import type { TaskOrigin } from "./task-manager.ts";

/** The row of a task that is about to be queued. */
export function newRow(
  input: SpawnInput,
  { now, ...origin }: TaskOrigin & { readonly depth: number; readonly owner: ProcessIdentity; readonly now: number },
): TaskRow {
  return {
    ...taskRowDefaults,
    taskId: makeId("task", now),
    kind: input.kind,
    title: input.title ?? titleOf(input),
    status: "queued",
    ...origin,
    budget: input.budget ?? null,
    notify: input.notify ?? "wake",
    createdAt: now,
    startedAt: null,
    finishedAt: null,
    lastEventAt: now,
    lastLine: "",
    delivery: "pending",
    result: null,
    error: null,
    input: JSON.parse(JSON.stringify(input)) as Json,
  };
}

function titleOf(input: SpawnInput): string {
  const text = input.kind === "ask" ? input.question : input.kind === "agent" ? input.prompt : input.kind === "exec" ? input.cmd : "Script";
  const line = text.trim().split("\n", 1)[0] ?? "";
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}
