import type { ScriptOutcome } from "../../harness/harness.ts";
import type { ToolContext } from "../tool.ts";
import { collectConsoleLines, type ConsoleText } from "./console-lines.ts";
import { limitResult } from "./result-size.ts";

/** A script that ran: how it ended and what it wrote. */
export interface ScriptRun {
  readonly outcome: ScriptOutcome;
  readonly console: ConsoleText;
}

/**
 * Runs code in the harness with this call's context; console lines become `script_log` events and are part of the run.
 * A return value beyond 16 Mi characters fails the run with `too_large`.
 */
export async function runScript(code: string, ctx: ToolContext, toolNames: readonly string[]): Promise<ScriptRun> {
  const lines = collectConsoleLines();
  const outcome = await ctx.harness.run({
    code,
    context: ctx.scriptContext(),
    toolNames,
    limits: ctx.settings.script,
    signal: ctx.signal,
    store: ctx.scriptStore,
    callTool: (call, signal) => ctx.callTool(call, signal),
    onLog(entries) {
      lines.add(entries);
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
  return { outcome: limitResult(outcome), console: lines.read() };
}
