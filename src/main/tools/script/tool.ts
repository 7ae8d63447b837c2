import { z } from "zod";
import { scriptInput } from "../../../protocol/tools.ts";
import { defineTool } from "../tool.ts";
import { fitOutput } from "./fit-output.ts";
import { countCalls, outcomeJson, outcomeText } from "./outcome.ts";
import { runScript } from "./run.ts";

/** The tool `script`: runs TypeScript in the harness. A failed or stopped script is a result the model can repair from, not a thrown error. */
export function createScriptTool() {
  return defineTool({
    name: "script",
    description:
      'Runs a TypeScript script that calls tools as async functions, in parallel where it helps. Prefer one script over many single calls. The return value and console output come back; what is too long is in a file whose path you get. An optional first line // @script {"limits":{"cpuMs":20000}} sets its limits.',
    input: scriptInput,
    result: z.object({ value: z.unknown(), warnings: z.array(z.unknown()) }),
    effect: () => ({ kind: "script" as const }),
    async run(input, ctx) {
      const run = await runScript(input.code, ctx, ctx.toolNames);
      const { outcome } = run;
      return {
        result: outcomeJson(run),
        text: await fitOutput(outcomeText(run), ctx),
        summary: outcome.ok ? countCalls(outcome.stats.calls) : outcome.error.message,
        ...(outcome.ok ? {} : { ok: false, code: outcome.error.code }),
      };
    },
  });
}
