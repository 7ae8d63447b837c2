import { SpindleError } from "../../../protocol/error.ts";
import type { ScriptReport } from "../../../protocol/script-report.ts";
import type { ScriptOutcome } from "../../harness/harness.ts";
import type { ToolContext } from "../tool.ts";
import { collectConsoleLines, type ConsoleText } from "./console-lines.ts";
import { watchEffects } from "./effects.ts";
import { scriptOptions } from "./options.ts";
import { scriptReport } from "./report.ts";
import { limitResult } from "./result-size.ts";

/** A script that ran: how it ended, what it wrote and, when it failed, what it had done by then. */
export interface ScriptRun {
  readonly outcome: ScriptOutcome;
  readonly console: ConsoleText;
  /** Null when the script succeeded. */
  readonly report: ScriptReport | null;
}

/**
 * Runs code in the harness with this call's context; console lines become `script_log` events and are part of the run.
 * A return value beyond 16 Mi characters fails the run with `too_large`. Throws `invalid_input` for a wrong options line.
 */
export async function runScript(code: string, ctx: ToolContext, toolNames: readonly string[]): Promise<ScriptRun> {
  const { limits, runtime } = scriptOptions(code, ctx.settings.script);
  const lines = collectConsoleLines();
  const effects = watchEffects();
  const ended = await ctx.harness.run({
    code,
    context: ctx.scriptContext(limits),
    toolNames,
    limits,
    ...(runtime === undefined ? {} : { runtime: `${ctx.conversationId}/${runtime}` }),
    signal: ctx.signal,
    store: ctx.scriptStore,
    callTool: (call, signal) => effects.watch(call, ctx.callTool(call, signal)),
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
  const outcome = limitResult(withReason(ended, ctx.signal));
  return { outcome, console: lines.read(), report: outcome.ok ? null : scriptReport(outcome.error, effects.seen()) };
}

/** A stopped script says why it was stopped: by the person, with Spindle, or because its task took too long. */
function withReason(outcome: ScriptOutcome, signal: AbortSignal): ScriptOutcome {
  const reason: unknown = signal.reason;
  if (outcome.ok || outcome.error.code !== "cancelled" || !(reason instanceof SpindleError)) return outcome;
  return { ...outcome, error: { ...outcome.error, code: reason.code, message: reason.message } };
}
