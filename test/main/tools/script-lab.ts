import { afterAll, beforeAll } from "vitest";
import { createScriptTool } from "../../../src/main/tools/script/tool.ts";
import type { ToolContext } from "../../../src/main/tools/tool.ts";
import type { EventBody } from "../../../src/protocol/event.ts";
import { SpindleError } from "../../../src/protocol/error.ts";
import type { Json } from "../../../src/protocol/json.ts";
import { createScriptRunner, sampleTools, type RunOptions, type ScriptRunner } from "../../support/script-runner.ts";
import { toolContext } from "../../support/tool-context.ts";

export interface ScriptToolRun {
  readonly result: { readonly [key: string]: Json };
  readonly text: string;
  readonly summary: string;
  readonly ok?: boolean;
  readonly code?: string;
  readonly events: readonly EventBody[];
}

/** The tool `script` on a real harness; its calls reach functions of the test. */
export function useScriptTool(): (
  code: string,
  options?: { readonly tools?: RunOptions["tools"]; readonly ctx?: Partial<ToolContext> },
) => Promise<ScriptToolRun> {
  let runner: ScriptRunner | undefined;
  beforeAll(async () => {
    runner = await createScriptRunner();
  });
  afterAll(() => runner?.harness.close());
  return async (code, options = {}) => {
    if (runner === undefined) throw new Error("Call it inside a test.");
    const tools = { ...sampleTools, ...options.tools };
    const ctx = toolContext("/p", {
      harness: runner.harness,
      toolNames: Object.keys(tools),
      scriptContext: () => ({}),
      scriptStore: { entries: () => ({}), set: () => undefined },
      async callTool(call, signal) {
        const tool = tools[call.name];
        if (tool === undefined) throw new SpindleError("unknown_tool", call.name);
        return await tool(call.input, call, signal);
      },
      ...options.ctx,
    });
    const outcome = await createScriptTool().run({ code }, ctx);
    return { ...outcome, result: JSON.parse(JSON.stringify(outcome.result)), events: ctx.events };
  };
}
