import { SpindleError } from "../../protocol/error.ts";
import { isTaskOver, type TaskRow } from "../../protocol/task.ts";
import type { GateCall } from "../tools/dispatch.ts";
import type { ToolContext } from "../tools/tool.ts";
import type { ApprovalDesk } from "./approval-desk.ts";
import { questionHash } from "./authorize.ts";

/** Asks once before a script, or a turn itself, starts more tasks than `tasks.askAbove`, whatever the approval mode: each of them may cost. */
export interface FanOut {
  /** Called for every call; only spawns count. Rejects with `denied`, then for every further one of that script or turn. */
  admit(call: GateCall, ctx: ToolContext): Promise<void>;
}

interface Script {
  count: number;
  answer: Promise<void> | null;
}

/** Scripts that are remembered, at most; a script that is forgotten counts from the start. */
const maxScripts = 1_000;

export function createFanOut(desk: ApprovalDesk, rows: () => readonly TaskRow[]): FanOut {
  const scripts = new Map<string, Script>();
  const scriptOf = (key: string): Script => {
    const known = scripts.get(key);
    if (known !== undefined) return known;
    const [oldest] = scripts.keys();
    if (scripts.size >= maxScripts && oldest !== undefined) scripts.delete(oldest);
    const made: Script = { count: 0, answer: null };
    scripts.set(key, made);
    return made;
  };
  const ask = async (call: GateCall, ctx: ToolContext): Promise<void> => {
    const { askAbove } = ctx.settings.tasks;
    const who = call.parentCallId === undefined ? "turn" : "script";
    const callId = call.parentCallId ?? call.callId;
    const request = {
      hash: questionHash(ctx, { ...call, callId, input: askAbove }),
      callId,
      tool: "spawn",
      summary: `start more than ${askAbove} tasks from one ${who}. ${estimate(ctx, rows())}`,
      reason: `A ${who} that starts more than ${askAbove} tasks asks once (tasks.askAbove).`,
      ...(call.scriptLine === undefined ? {} : { scriptLine: call.scriptLine }),
    };
    const answer = await desk.brokerOf(ctx, ctx.emit).ask({ turnId: ctx.turnId, request, reasonKind: "fan_out", subject: "" }, ctx.signal);
    if (answer.decision === "allow") return;
    throw new SpindleError(
      "denied",
      `The ${who} may start no more than ${askAbove} tasks${answer.note === undefined ? "." : `: ${answer.note}`}`,
      {
        hint: "Go on with those that were started, or do several things in one task.",
      },
    );
  };
  return {
    async admit(call, ctx) {
      if (call.name !== "spawn") return;
      const script = scriptOf(`${ctx.conversationId} ${call.parentCallId ?? ctx.turnId}`);
      script.count++;
      if (script.count <= ctx.settings.tasks.askAbove) return;
      for (;;) {
        // Many spawns of a Promise.all come at once: one question for all of them.
        const asked = (script.answer ??= ask(call, ctx));
        try {
          return await asked;
        } catch (error) {
          // Only the call that asked was stopped: the question is put again.
          const stopped = error instanceof SpindleError && error.code === "cancelled";
          if (stopped && script.answer === asked) script.answer = null;
          if (!stopped || ctx.signal.aborted) throw error;
        }
      }
    },
  };
}

/** What is known of such tasks: how many run at once, what those of this conversation took. */
function estimate(ctx: ToolContext, rows: readonly TaskRow[]): string {
  const own = rows.filter((row) => row.conversationId === ctx.conversationId);
  const over = own.filter((row) => isTaskOver(row.status) && row.startedAt !== null && row.finishedAt !== null);
  const places = `${own.length} were started so far; ${ctx.settings.maxRunningTasks} run at once`;
  if (over.length === 0) return `${places}, and none has ended yet.`;
  const mean = (value: (row: TaskRow) => number): number => over.reduce((sum, row) => sum + value(row), 0) / over.length;
  const took = mean((row) => (row.finishedAt ?? 0) - (row.startedAt ?? 0)) / 1_000;
  return `${places}; the ${over.length} that ended took ${took.toFixed(1)} s and ${Math.round(mean((row) => row.used.tokens))} tokens each.`;
}
