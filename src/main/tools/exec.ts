import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import path from "node:path";
import { SpindleError } from "../../protocol/error.ts";
import { execInput, execResult, type ExecResult } from "../../protocol/tools.ts";
import { fileError, isInside, realpathOfExisting } from "../lib/paths.ts";
import { commandEnvironment } from "../sandbox/command-environment.ts";
import { sandboxFailure } from "../sandbox/sandbox-failure.ts";
import { defineTool, type ToolContext } from "./tool.ts";

/**
 * The tool `exec`: one command line to its end, in the sandbox the gate decided on. A non-zero exit is a result, not an
 * error; errors are a missing folder, a command that could not be started and a cancelled call.
 */
export const execTool = defineTool({
  name: "exec",
  description: "Runs a command line with bash in the project and waits for its end. Commands run in a sandbox without network; use spawn for work of many minutes.",
  input: execInput,
  result: execResult,
  effect: (input, ctx) => ({
    kind: "command" as const,
    cmd: input.cmd,
    workdir: path.resolve(ctx.projectRoot, input.workdir ?? "."),
    escalated: input.escalated ?? false,
    justification: input.justification,
  }),
  async run(input, ctx) {
    const cwd = await workdirOf(input.workdir ?? ".", ctx);
    const timeoutMs = input.timeoutMs ?? ctx.settings.exec.timeoutMs;
    const env = commandEnvironment(process.env, { allow: ctx.settings.exec.allowEnv, extra: input.env ?? {} });
    const wrapped = await ctx.sandbox.wrap([shell(), "-c", input.cmd], { level: ctx.sandboxLevel, projectRoot: ctx.projectRoot, writableFolders: [], cwd, env });
    const { omittedBytes: _omitted, ...run } = await ctx.runner.run({ ...wrapped, timeoutMs }, ctx.signal, (stream, text) =>
      ctx.emit({ type: "tool_output", callId: ctx.callId, stream, text }),
    );
    const failure = sandboxFailure(wrapped, run);
    if (failure !== null) throw new SpindleError("sandbox_unavailable", failure, { hint: "The command did not run." });
    return { result: run, text: modelText(run, timeoutMs), summary: summaryOf(run, timeoutMs) };
  },
});

function shell(): string {
  return existsSync("/bin/bash") || existsSync("/usr/bin/bash") ? "bash" : "sh";
}

async function workdirOf(given: string, ctx: ToolContext): Promise<string> {
  const absolute = path.resolve(ctx.projectRoot, given);
  try {
    const real = await realpathOfExisting(absolute);
    if (ctx.sandboxLevel !== "full" && !isInside(ctx.projectRoot, real)) {
      throw new SpindleError("outside_project", `${given} is outside the project.`, { hint: "Run the command in a folder of the project." });
    }
    if (!(await stat(real)).isDirectory()) throw new SpindleError("not_a_folder", `${given} is not a folder.`);
    return real;
  } catch (error) {
    throw error instanceof SpindleError ? error : fileError(error, given);
  }
}

/** As Codex's classic shell tool words it (measured). */
function modelText(result: ExecResult, timeoutMs: number): string {
  const timedOut = result.timedOut ? `command timed out after ${timeoutMs} milliseconds\n` : "";
  const seconds = Number((result.durationMs / 1000).toFixed(1));
  return `Exit code: ${result.exitCode}\nWall time: ${seconds} seconds\nOutput:\n${timedOut}${result.output}`;
}

function summaryOf(result: ExecResult, timeoutMs: number): string {
  if (result.timedOut) return `timed out after ${timeoutMs / 1000} s`;
  return result.signal === null ? `exit ${result.exitCode}` : `killed by ${result.signal}`;
}
