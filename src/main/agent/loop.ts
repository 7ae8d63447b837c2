import type { ErrorData } from "../../protocol/error.ts";
import type { EventBody, Usage } from "../../protocol/event.ts";
import type { TurnId } from "../../protocol/ids.ts";
import type { ModelRequest, Provider } from "../providers/provider.ts";
import { type RequestedCall, runRequest } from "./turn.ts";

/** What the loop needs from the house around it; all of it are functions, so a test is a provider and a list of events. */
export interface LoopPorts {
  readonly provider: Provider;
  readonly turnId: TurnId;
  readonly maxRequests: number;
  readonly signal: AbortSignal;
  /** Logs and pushes; also announces the request, with the tasks whose results it carries. */
  emit(event: EventBody): void;
  nextCallId(): string;
  /** The request for what the log holds when it is called; it folds the log before it waits for anything. */
  buildRequest(): Promise<ModelRequest>;
  /** Called right before `buildRequest`: emits `request_started`. What is logged from then on belongs to a later request. */
  requestStarted(requestNumber: number): void;
  /** The gate, for a call of the model; never throws: a failed call is recorded as one. */
  runCall(call: RequestedCall, signal: AbortSignal): Promise<void>;
  /** True when the call may run beside others; others run alone, in order. */
  isParallel(call: RequestedCall): boolean;
}

export interface LoopOutcome {
  readonly status: "completed" | "interrupted" | "failed";
  readonly error: ErrorData | null;
  readonly usage: Usage;
}

/** One turn: asks the model, runs its calls, asks again, until it says something without a call. */
export async function runTurn(ports: LoopPorts): Promise<LoopOutcome> {
  let usage: Usage = { inputTokens: 0, outputTokens: 0, cachedTokens: 0 };
  for (let requestNumber = 1; ; requestNumber++) {
    if (ports.signal.aborted) return { status: "interrupted", error: null, usage };
    if (requestNumber > ports.maxRequests) {
      const error: ErrorData = {
        code: "too_many_calls",
        message: `The turn was stopped after ${ports.maxRequests} model requests.`,
        hint: "Send another message to go on, or raise maxRequestsPerTurn in the settings.",
      };
      return { status: "failed", error, usage };
    }
    ports.requestStarted(requestNumber);
    const request = await ports.buildRequest();
    const outcome = await runRequest({ ...ports, request, nextCallId: ports.nextCallId, emit: ports.emit });
    usage = addUsage(usage, outcome.usage);
    if (outcome.usage.inputTokens > 0) ports.emit({ type: "request_finished", turnId: ports.turnId, requestNumber, usage: outcome.usage });
    if (ports.signal.aborted) return { status: "interrupted", error: null, usage };
    if (outcome.error !== null) return { status: "failed", error: outcome.error, usage };
    if (outcome.calls.length === 0) {
      if (!outcome.cut) return { status: "completed", error: null, usage };
      const error: ErrorData = {
        code: "provider_error",
        message: "The model's answer was cut at its output limit.",
        hint: "Send \u201cgo on\u201d to continue.",
      };
      return { status: "failed", error, usage };
    }
    await runCalls(outcome.calls, ports);
  }
}

/** Runs the calls of one response: neighbours that may run in parallel do, the others alone and in order (as Codex 0.169.0, measured). */
async function runCalls(calls: readonly RequestedCall[], ports: LoopPorts): Promise<void> {
  let together: Promise<void>[] = [];
  for (const call of calls) {
    if (!ports.isParallel(call)) {
      await Promise.all(together);
      together = [];
      await ports.runCall(call, ports.signal);
    } else {
      together.push(ports.runCall(call, ports.signal));
    }
  }
  await Promise.all(together);
}

function addUsage(a: Usage, b: Usage): Usage {
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    cachedTokens: (a.cachedTokens ?? 0) + (b.cachedTokens ?? 0),
    ...(a.estimated === true || b.estimated === true ? { estimated: true } : {}),
  };
}
