import { spawnInput, spawnResult } from "../../protocol/tools.ts";
import { defineTool } from "./tool.ts";

/** The tool `spawn`: starts a detached task and returns its handle at once. The task outlives the script, the worker and the turn. */
export const spawnTool = defineTool({
  name: "spawn",
  description:
    "Starts long work detached and returns a handle at once: ask (one question to an expert model), agent (a conversation of its own), exec (a long command) or script. Its result arrives later by itself; do not wait for it.",
  input: spawnInput,
  result: spawnResult,
  effect: (input) => ({ kind: "spawn" as const, input }),
  async run(input, ctx) {
    const task = await ctx.spawnTask(input, { callId: ctx.callId, sandboxLevel: ctx.sandboxLevel });
    const result = { id: task.taskId, kind: task.kind, title: task.title, status: task.status };
    return {
      result,
      text: `Task ${task.taskId} (${task.kind}: ${task.title}) is ${task.status}. Its result will be delivered to this conversation when it is done.`,
      summary: `${task.kind}: ${task.title}`,
    };
  },
});
