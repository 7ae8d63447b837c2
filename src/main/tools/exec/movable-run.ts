import type { ExecInput } from "../../../protocol/tools.ts";
import type { TaskRow } from "../../../protocol/task.ts";
import { createOutputRing } from "../../runner/output-ring.ts";
import type { RunResult } from "../../runner/runner.ts";
import type { BackgroundOutcome, ToolContext } from "../tool.ts";

/** Starts a command; `expiry` ends it as its timeout would. */
export type StartRun = (
  signal: AbortSignal,
  onOutput: (stream: "stdout" | "stderr", text: string) => void,
  expiry: AbortSignal,
) => Promise<RunResult>;

/** What a command had printed when it was moved, as far as it was shown. */
export interface SoFar {
  readonly stdout: string;
  readonly stderr: string;
  readonly output: string;
  readonly truncated: boolean;
  readonly durationMs: number;
}

export type MovableEnd =
  | { readonly moved: false; readonly run: RunResult }
  | { readonly moved: true; readonly task: TaskRow; readonly soFar: SoFar };

/** Per stream, as a result keeps it. */
const keptBytes = 1_048_576;

/**
 * Runs a command of a call that the person may move to the background. Until then the call's signal and its timeout hold;
 * from then on only the task's, and output goes to the task instead of the conversation.
 */
export async function runMovable(
  input: Pick<ExecInput, "cmd" | "workdir" | "env">,
  timeoutMs: number,
  ctx: Pick<ToolContext, "signal" | "background" | "emit" | "callId">,
  start: StartRun,
  outcome: (run: RunResult) => BackgroundOutcome,
): Promise<MovableEnd> {
  const startedAt = performance.now();
  const stop = new AbortController();
  const expiry = new AbortController();
  const rings = { stdout: createOutputRing(keptBytes), stderr: createOutputRing(keptBytes), output: createOutputRing(keptBytes) };
  let toTask: ((text: string) => void) | null = null;
  const cancel = (): void => stop.abort(ctx.signal.reason);
  ctx.signal.addEventListener("abort", cancel, { once: true });
  if (ctx.signal.aborted) cancel();
  const timer = setTimeout(() => expiry.abort(), timeoutMs);

  const running = start(
    stop.signal,
    (stream, text) => {
      if (toTask !== null) {
        toTask(text);
        return;
      }
      if (ctx.background !== undefined) {
        rings[stream].push(Buffer.from(text));
        rings.output.push(Buffer.from(text));
      }
      ctx.emit({ type: "tool_output", callId: ctx.callId, stream, text });
    },
    expiry.signal,
  );
  let withdraw = (): void => undefined;
  const letGo = (): void => {
    clearTimeout(timer);
    ctx.signal.removeEventListener("abort", cancel);
    withdraw();
  };
  const moved = new Promise<MovableEnd>((resolve) => {
    const { background } = ctx;
    if (background === undefined) return;
    withdraw = background.offer(() => {
      const soFar: SoFar = {
        stdout: rings.stdout.text(),
        stderr: rings.stderr.text(),
        output: rings.output.text(),
        truncated: Object.values(rings).some((ring) => ring.omittedBytes() > 0),
        durationMs: Math.round(performance.now() - startedAt),
      };
      const { cmd, workdir, env } = input;
      const task = background.adopt(
        { kind: "exec", cmd, ...(workdir === undefined ? {} : { workdir }), ...(env === undefined ? {} : { env }) },
        async (work) => {
          toTask = work.output;
          if (soFar.output !== "") work.output(soFar.output);
          const end = (): void => stop.abort(work.signal.reason);
          work.signal.addEventListener("abort", end, { once: true });
          if (work.signal.aborted) end();
          return outcome(await running);
        },
      );
      letGo();
      resolve({ moved: true, task, soFar });
      return task;
    });
  });
  try {
    return await Promise.race([running.then((run): MovableEnd => ({ moved: false, run })), moved]);
  } finally {
    letGo();
  }
}
