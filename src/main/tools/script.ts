import type { Json } from "../../protocol/json.ts";
import { scriptInput } from "../../protocol/tools.ts";
import { z } from "zod";
import type { ScriptOutcome } from "../harness/harness.ts";
import { defineTool, type ToolContext } from "./tool.ts";

/** Names a script finds on `tools`: every tool but `script` itself. */
export interface ScriptToolDeps {
  toolNames(): readonly string[];
}

/** The tool `script`: runs TypeScript in the harness. A failed script is a result the model can repair from, not a thrown error. */
export function createScriptTool(deps: ScriptToolDeps) {
  return defineTool({
    name: "script",
    description:
      "Runs a TypeScript script that calls tools as async functions, in parallel where it helps. Prefer one script over many single calls. The return value and console output come back.",
    input: scriptInput,
    result: z.object({ value: z.unknown(), warnings: z.array(z.unknown()) }),
    effect: () => ({ kind: "script" as const }),
    async run(input, ctx) {
      const outcome = await runScript(input.code, ctx, deps.toolNames());
      if (!outcome.ok && outcome.error.code === "cancelled") ctx.signal.throwIfAborted();
      return {
        result: outcomeJson(outcome),
        text: outcomeText(outcome),
        summary: outcome.ok ? countCalls(outcome.stats.calls) : outcome.error.message,
        ...(outcome.ok ? {} : { ok: false, code: outcome.error.code }),
      };
    },
  });
}

function countCalls(calls: number): string {
  return calls === 1 ? "1 call" : `${calls} calls`;
}

/** Runs code in the harness with this call's context; console lines become `script_log` events. */
export function runScript(code: string, ctx: ToolContext, toolNames: readonly string[]): Promise<ScriptOutcome> {
  return ctx.harness.run({
    code,
    context: ctx.scriptContext(),
    toolNames,
    limits: ctx.settings.script,
    signal: ctx.signal,
    store: ctx.scriptStore,
    callTool: (call, signal) => ctx.callTool(call, signal),
    onLog(entries) {
      for (const entry of entries) {
        ctx.emit({
          type: "script_log",
          callId: ctx.callId,
          level: entry.level,
          text: entry.text,
          ...(entry.line === null ? {} : { scriptLine: entry.line }),
        });
      }
    },
  });
}

/** The outcome as structured data for events. */
export function outcomeJson(outcome: ScriptOutcome) {
  const warnings = outcome.warnings.map((warning) => ({ ...warning }));
  const stats: Json = { ...outcome.stats };
  return outcome.ok ? { value: outcome.value, warnings, stats } : { value: null, warnings, stats, error: { ...outcome.error } };
}

/** The outcome as the model reads it. Console lines are not repeated: scripts return what matters. */
export function outcomeText(outcome: ScriptOutcome): string {
  const { stats } = outcome;
  const seconds = (stats.wallMs / 1000).toFixed(1);
  const parts: string[] = [];
  if (outcome.ok) {
    parts.push(
      `Script completed in ${seconds} s (${countCalls(stats.calls)}).`,
      `Result:\n${typeof outcome.value === "string" ? outcome.value : JSON.stringify(outcome.value, null, 1)}`,
    );
  } else {
    const { error } = outcome;
    const where = error.line === undefined ? "" : ` at line ${error.line}${error.column === undefined ? "" : `:${error.column}`}`;
    parts.push(`Script failed after ${seconds} s (${countCalls(stats.calls)}): ${error.code}: ${error.name}: ${error.message}${where}`);
    if (error.frame !== undefined) parts.push(error.frame);
    if (error.hint !== undefined) parts.push(error.hint);
  }
  for (const warning of outcome.warnings)
    parts.push(`Warning: ${warning.message}${warning.line === undefined ? "" : ` (line ${warning.line})`}`);
  return parts.join("\n\n");
}
