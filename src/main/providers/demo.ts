import { setTimeout as sleep } from "node:timers/promises";
import type { ErrorData } from "../../protocol/error.ts";
import { toErrorData } from "../../protocol/error.ts";
import type { Usage } from "../../protocol/event.ts";
import { answerQuestion, askMark } from "./demo/answer.ts";
import { planNext, type Plan } from "./demo/plan.ts";
import type { ModelEvent, ModelRequest, Provider } from "./provider.ts";

/** The Demo uses no tokens: nothing is sent anywhere. */
const noUsage: Usage = { inputTokens: 0, outputTokens: 0 };

export interface DemoOptions {
  /** Pause between two pieces of what it says, so that a person can watch. 0 = none. */
  readonly pauseMs: number;
}

/**
 * The provider that needs no key, no network and no model: rules read the conversation and write real scripts, so the
 * application does its main job anywhere. It is labelled as what it is, everywhere.
 */
export function createDemoProvider(options: DemoOptions): Provider {
  return {
    id: "demo",
    label: "Demo (no model; scripted rules)",
    missing: () => null,
    defaultModel: () => "rules",
    stream: (request, signal) => streamPlan(request, signal, options.pauseMs),
  };
}

async function* streamPlan(request: ModelRequest, signal: AbortSignal, pauseMs: number): AsyncGenerator<ModelEvent> {
  try {
    yield* speak(makePlan(request), request, signal, pauseMs);
  } catch (error) {
    const data: ErrorData = signal.aborted ? { code: "cancelled", message: "The answer was stopped." } : toErrorData(error);
    yield { type: "failed", error: data, usage: noUsage };
  }
}

function makePlan(request: ModelRequest): Plan {
  if (request.system.includes(askMark)) return { say: answerQuestion(request.messages) };
  const plan = planNext(request.messages);
  if (plan.script === undefined || request.tools.some((tool) => tool.name === "script")) return plan;
  return { say: "As Demo I work with scripts only, and this request does not offer the tool `script`." };
}

async function* speak(plan: Plan, request: ModelRequest, signal: AbortSignal, pauseMs: number): AsyncGenerator<ModelEvent> {
  const messageId = `m_${crypto.randomUUID()}`;
  for (const text of pieces(plan.say, 14)) {
    await pause(pauseMs, signal);
    yield { type: "text_delta", messageId, text };
  }
  yield { type: "text", messageId, text: plan.say };
  if (plan.script !== undefined) {
    const wireCallId = `call_${crypto.randomUUID()}`;
    const tool = request.tools.find((one) => one.name === "script");
    for (const text of pieces(plan.script, 48)) {
      await pause(pauseMs, signal);
      yield { type: "call_delta", wireCallId, name: "script", text };
    }
    const custom = tool?.format !== "function";
    yield {
      type: "call",
      wireCallId,
      name: "script",
      format: custom ? "custom" : "function",
      input: custom ? plan.script : JSON.stringify({ code: plan.script }),
    };
  }
  signal.throwIfAborted();
  yield { type: "finished", usage: noUsage, stopReason: "completed" };
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (ms > 0) await sleep(ms, undefined, { signal });
}

/** Cuts text into pieces of about `size` characters, at word ends where there are some near, never inside a surrogate pair. */
function pieces(text: string, size: number): string[] {
  return text.match(new RegExp(`[\\s\\S]{1,${size}}(?:\\S{0,${size}}\\s+)?`, "gu")) ?? [text];
}
