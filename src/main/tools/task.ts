import { SpindleError } from "../../protocol/error.ts";
import { isTaskOver, type TaskRow } from "../../protocol/task.ts";
import { type TaskToolInput, type TaskToolResult, taskInput, taskResult } from "../../protocol/tools.ts";
import { defineTool, type ToolContext } from "./tool.ts";

/** A model that waits keeps its turn waiting: not longer than this unless it says so, ms. */
const directWaitMs = 60_000;

/** The tool `task`: looks after a task that was started before. A wait that times out gives the status; it does not fail. */
export const taskTool = defineTool({
  name: "task",
  description:
    "Looks after a task that spawn started: status, wait, result, message, cancel. In a script tools.task(id) is its handle with status(), wait({ timeout }), result(), message(text), cancel(); what spawn returns there has them too.",
  input: taskInput,
  result: taskResult,
  effect: () => ({ kind: "read" as const, paths: [] }),
  async run(input, ctx) {
    const result = await act(input, ctx);
    return { result, text: textOf(input, result, ctx), summary: `${input.action}: ${result.title}` };
  },
});

async function act(input: TaskToolInput, ctx: ToolContext): Promise<TaskToolResult> {
  const { id } = input;
  switch (input.action) {
    case "status":
      return statusOf(ctx.tasks.row(id));
    case "wait":
      return statusOf(await ctx.tasks.wait(id, input.timeoutMs ?? (ctx.fromScript ? null : directWaitMs), ctx.signal));
    case "result": {
      const row = await ctx.tasks.wait(id, null, ctx.signal);
      const late = row.late?.state;
      const answered = row.status === "succeeded" || (late !== undefined && late !== "expected" && late !== "lost");
      if (!answered)
        throw new SpindleError(
          row.error?.code ?? "internal",
          `The task ${JSON.stringify(row.title)} ${row.status}: ${row.error?.message ?? ""}`,
          {
            ...(row.error?.hint === undefined ? {} : { hint: row.error.hint }),
            details: { taskId: id, status: row.status, result: ctx.tasks.result(id).result },
          },
        );
      return { ...statusOf(row), result: ctx.tasks.result(id).result };
    }
    case "message":
      if (input.text === undefined) throw new SpindleError("invalid_input", "task: a message needs a text.");
      ctx.tasks.message(id, input.text);
      return statusOf(ctx.tasks.row(id));
    case "cancel": {
      const stopped = await ctx.tasks.cancel(id);
      return { ...statusOf(ctx.tasks.row(id)), stopped: [...stopped] };
    }
  }
}

function statusOf(row: TaskRow): TaskToolResult {
  return {
    id: row.taskId,
    kind: row.kind,
    title: row.title,
    status: row.status,
    over: isTaskOver(row.status),
    lastLine: row.lastLine,
    elapsedMs: (row.finishedAt ?? Date.now()) - (row.startedAt ?? row.createdAt),
    used: { tokens: row.used.tokens, calls: row.used.calls },
    ...(row.waitsFor === null ? {} : { waitsFor: row.waitsFor }),
    ...(row.error === null ? {} : { error: { code: row.error.code, message: row.error.message } }),
  };
}

function textOf(input: TaskToolInput, result: TaskToolResult, ctx: ToolContext): string {
  const head = `Task ${result.id} (${result.kind}: ${result.title}) ${result.over ? "ended" : "is"} ${result.status}.`;
  switch (input.action) {
    case "result":
      return `${head}\n${ctx.tasks.result(input.id).text}`;
    case "message":
      return `${head} It reads your message with its next request.`;
    case "cancel":
      return `${head} ${result.stopped?.length === 0 ? "There was nothing to stop." : `Stopped ${result.stopped?.join(", ") ?? ""}.`}`;
    case "status":
    case "wait": {
      const line = result.error?.message ?? result.waitsFor ?? result.lastLine;
      return line === "" ? head : `${head} ${line}`;
    }
  }
}
