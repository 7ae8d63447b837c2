import type { SpindleEvent } from "../../protocol/event.ts";
import type { Json } from "../../protocol/json.ts";
import type { ScriptLimits } from "../../protocol/settings.ts";
import type { CallScene } from "./tool-context.ts";

/**
 * The frozen facts of `context.*`, as they are when a script starts. `openTasks` are the tasks of this process that wait or run.
 *
 * `originalPrompt` is what the person said first, whoever woke the turn. `changedFiles` are those of every patch of the
 * conversation that is not undone; what commands changed is not claimed. `budget.requests` is null where no turn runs (a
 * spawned script, `spindle run`).
 */
export function scriptContext(scene: CallScene, limits: ScriptLimits, openTasks: number): Json {
  const { events, settings } = scene;
  let originalPrompt: string | null = null;
  const attachments: Json[] = [];
  const changes = new Map<string, readonly string[]>();
  const undone = new Set<string>();
  let requests = 0;
  for (const event of events) {
    if (event.type === "user_message") {
      originalPrompt ??= event.text;
      for (const { path, name, kind, size, range } of event.attachments)
        attachments.push({ path, name, kind, size, ...(range === undefined ? {} : { range }) });
    } else if (event.type === "patch_applied") {
      changes.set(event.callId, [...(changes.get(event.callId) ?? []), ...event.files.flatMap(placesOf)]);
    } else if (event.type === "patch_reverted") {
      for (const callId of event.callIds) {
        if (event.kind === "undo") undone.add(callId);
        else undone.delete(callId);
      }
    } else if (event.type === "request_started" && event.turnId === scene.turnId) requests++;
  }
  return {
    project: scene.projectRoot,
    cwd: scene.projectRoot,
    originalPrompt: originalPrompt ?? "",
    attachments,
    changedFiles: [...new Set([...changes].flatMap(([callId, paths]) => (undone.has(callId) ? [] : paths)))],
    limits: { ...limits },
    budget: {
      requests: requests === 0 ? null : Math.max(0, settings.maxRequestsPerTurn - requests),
      tasks: Math.max(0, settings.maxRunningTasks - openTasks),
    },
    date: new Date().toISOString(),
    ...(scene.input === undefined ? {} : { input: scene.input }),
  };
}

/** A moved file changed in both places. */
function placesOf(file: Extract<SpindleEvent, { type: "patch_applied" }>["files"][number]): readonly string[] {
  return file.fromPath === undefined ? [file.path] : [file.fromPath, file.path];
}
