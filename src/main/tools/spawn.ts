import path from "node:path";
import { folderAt } from "../lib/folder.ts";
import { spawnInput, spawnResult } from "../../protocol/tools.ts";
import type { ShellInspector } from "../shell/inspect.ts";
import { commandEffect, type PatchTool, ruledCommand } from "./exec/command-effect.ts";
import { understand } from "./exec/understand.ts";
import { defineTool } from "./tool.ts";

/** The tool `spawn`: starts a detached task and returns its handle at once. The task outlives the script, the worker and the turn. */
export function createSpawnTool(deps: { readonly inspector: ShellInspector; readonly applyPatch: PatchTool }) {
  return defineTool({
    name: "spawn",
    description:
      "Starts long work detached and returns a handle at once: ask (one question to an expert model), agent (a conversation of its own), exec (a long command) or script. Its result arrives later by itself; `task` looks after it.",
    input: spawnInput,
    result: spawnResult,
    async effect(input, ctx) {
      if (input.kind !== "exec") return { kind: "spawn" as const, input, line: null, folder: null, forcedRm: false };
      const understood = await understand(input, ctx.projectRoot, deps.inspector);
      // A task that will apply a patch is a write from here on: the level it is allowed is that of the patch.
      if (understood.patch !== null)
        return commandEffect({ ...input, justification: undefined, escalated: false }, understood, ctx.projectRoot, deps.applyPatch);
      return {
        kind: "spawn" as const,
        input,
        line: ruledCommand(input, understood.inspection),
        folder: await folderAt(path.resolve(ctx.projectRoot, input.workdir ?? ".")),
        forcedRm: understood.inspection.mayForceRm,
      };
    },
    async run(input, ctx) {
      const { callId, sandboxLevel, clearedFolder: folder, approved } = ctx;
      const task = await ctx.spawnTask(input, { callId, sandboxLevel, folder, approved });
      const result = { id: task.taskId, kind: task.kind, title: task.title };
      return {
        result,
        text: `Task ${task.taskId} (${task.kind}: ${task.title}) is ${task.status}. ${
          task.notify === "silent"
            ? "Its result will not be delivered: ask for it with the tool `task`."
            : "Its result will be delivered to this conversation when it is done."
        }`,
        summary: `${task.kind}: ${task.title}`,
      };
    },
  });
}
