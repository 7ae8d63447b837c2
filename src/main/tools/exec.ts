import { existsSync, statSync } from "node:fs";
import path from "node:path";
import { SpindleError } from "../../protocol/error.ts";
import { execInput, execResult, type ExecInput, type ExecResult } from "../../protocol/tools.ts";
import { type Folder, folderAt } from "../lib/folder.ts";
import { isInside } from "../lib/paths.ts";
import type { RunRequest, RunResult } from "../runner/runner.ts";
import { commandEnvironment } from "../sandbox/command-environment.ts";
import type { SandboxedCommand } from "../sandbox/sandbox.ts";
import { sandboxFailure } from "../sandbox/sandbox-failure.ts";
import type { ShellInspector } from "../shell/inspect.ts";
import { assertSame } from "./exec/cleared-folder.ts";
import { commandEffect, type PatchTool } from "./exec/command-effect.ts";
import { type MovableEnd, runMovable, type StartRun } from "./exec/movable-run.ts";
import { runPatch } from "./exec/run-patch.ts";
import { understand, type Understood } from "./exec/understand.ts";
import { defineTool, type ToolContext, type ToolOutcome } from "./tool.ts";

/** What one command needs of a call's context. */
type CommandContext = Pick<
  ToolContext,
  "projectRoot" | "sandboxLevel" | "clearedFolder" | "reach" | "settings" | "signal" | "runner" | "sandbox"
>;

/** The time is kept by the call, which may lose its command to a task; the runner only has an end that is later than both. */
const longestMs = 86_400_000 + 60_000;
/** Output of a task that its file gets whole; a flood beyond is thinned out. */
const wholeTaskBytes = 64 * 1024 * 1024;
/** For a command that does nothing, in a sandbox that may not work. */
const idleMs = 10_000;
/** Longest command line: the kernel takes no longer single argument (128 KiB with its final zero). */
const maxCommandBytes = 131_071;
const maxEnvironmentBytes = 1_048_576;

/**
 * The tool `exec`: runs one command line to its end and returns all of it. A command that fails or runs into its timeout is
 * a result like any other; only a command that could not start is an error. A command line that is nothing but a call of
 * `apply_patch` is a patch call: the policy sees a write, `applyPatch` does it.
 */
export function createExecTool(deps: { readonly inspector: ShellInspector; readonly applyPatch: PatchTool }) {
  // By the input object of the call, so that `run` need not read again what `effect` has read.
  const read = new WeakMap<ExecInput, Understood>();
  return defineTool({
    name: "exec",
    description:
      "Runs a command line with bash and returns its exit code and output when it has ended. Commands run in a sandbox: the project is writable except .git, there is no network unless the environment says so. Long commands: use spawn.",
    input: execInput,
    result: execResult,
    async effect(input, ctx) {
      const escalated = escalation(input);
      const understood = await understand(input, ctx.projectRoot, deps.inspector);
      read.set(input, understood);
      return commandEffect({ ...input, escalated }, understood, ctx.projectRoot, deps.applyPatch);
    },
    async run(input, ctx) {
      const { inspection, patch } = read.get(input) ?? (await understand(input, ctx.projectRoot, deps.inspector));
      if (patch !== null) return runPatch(patch, ctx, deps.applyPatch);
      const timeoutMs = input.timeoutMs ?? ctx.settings.exec.timeoutMs;
      const command = await prepareCommand(input, ctx);
      const end = await runMovable(
        input,
        timeoutMs,
        ctx,
        async (signal, onOutput, expiry) => {
          const run = await runCommand(command, ctx, signal, onOutput, expiry);
          const failure = await sandboxFailure(command, run, () => runIdle(ctx, signal));
          if (failure === null) return run;
          throw new SpindleError("sandbox_unavailable", `The sandbox could not be set up: ${failure}`, {
            hint: "Try again; if it fails again, ask to run the command outside the sandbox.",
          });
        },
        (run) => ({ result: resultOf(run), text: modelText(run, timeoutMs, ctx), ok: run.exitCode === 0 }),
      );
      if (end.moved) return movedOutcome(end);
      const { run } = end;
      const isKnown = inspection.actions.length > 0 && inspection.actions.every((action) => action.type !== "unknown");
      return {
        result: resultOf(run),
        text: modelText(run, timeoutMs, ctx),
        summary: summaryOf(run, timeoutMs),
        ...(isKnown ? { actions: inspection.actions } : {}),
      };
    },
  });
}

function resultOf(run: RunResult): ExecResult {
  const { omittedBytes: _, ...result } = run;
  return result;
}

/** The call of a command that goes on in the background: it has no end of its own, so it cannot have an exit code. */
function movedOutcome({ task, soFar }: Extract<MovableEnd, { moved: true }>): ToolOutcome<ExecResult> {
  const said = soFar.output === "" ? "It has printed nothing so far." : `Output so far:\n${soFar.output}`;
  return {
    result: { exitCode: -1, signal: null, ...soFar, timedOut: false, backgroundTask: task.taskId },
    text: `The person moved this command to the background: it goes on as task ${task.taskId}. Its result will be delivered to this conversation when it is done; do not wait for it and do not run it again.\nWall time: ${seconds(soFar.durationMs)} seconds\n${said}`,
    summary: "in the background",
  };
}

/**
 * Makes the process of a command line in the sandbox of `ctx.sandboxLevel`. Throws `outside_project` for a folder outside
 * (unless the level is full), `command_not_started`, `sandbox_unavailable`.
 */
async function prepareCommand(input: Pick<ExecInput, "cmd" | "workdir" | "env" | "arg0">, ctx: CommandContext): Promise<PreparedCommand> {
  if (Buffer.byteLength(input.cmd) > maxCommandBytes) {
    throw new SpindleError("command_not_started", "The command line is longer than 128 KiB.", {
      hint: "Write long text to a file and pass its path.",
    });
  }
  if (input.cmd.includes("\0"))
    throw new SpindleError("command_not_started", "The command line contains a NUL byte.", { hint: "Remove the NUL byte." });
  const folder = await workingFolder(input.workdir, ctx);
  const env = commandEnvironment(process.env, { allow: ctx.settings.exec.allowEnv, extra: input.env ?? {} });
  checkSize(env);
  const command = await ctx.sandbox.wrap([findShell(), "-c", input.cmd, ...(input.arg0 === undefined ? [] : [input.arg0])], {
    level: ctx.sandboxLevel,
    projectRoot: ctx.projectRoot,
    writableFolders: [],
    reach: ctx.reach,
    cwd: folder.path,
    signal: ctx.signal,
    env,
  });
  // In a sandbox the wrapper enters it, and wherever that leads is inside.
  return ctx.sandboxLevel === "full" && folder.id !== null ? { ...command, folderId: folder.id } : command;
}

type PreparedCommand = SandboxedCommand & Pick<RunRequest, "folderId">;

/**
 * A command that does nothing, in the same sandbox, in the project's own folder: the command before may have removed its own. Null
 * when it cannot even be prepared: that says nothing about the command before.
 */
async function runIdle(ctx: CommandContext, signal: AbortSignal): Promise<RunResult | null> {
  const { clearedFolder: _, ...atRoot } = ctx;
  try {
    return await ctx.runner.run({ ...(await prepareCommand({ cmd: "exit 0" }, atRoot)), timeoutMs: idleMs }, signal);
  } catch (error) {
    if (signal.aborted) throw error;
    return null;
  }
}

/** Runs it to its end. Throws `command_not_started`, `cancelled`. */
function runCommand(
  command: PreparedCommand,
  { runner, background }: Pick<ToolContext, "runner" | "background">,
  ...[signal, onOutput, expiry]: Parameters<StartRun>
): Promise<RunResult> {
  // What a task prints is kept in its file; of other commands only what is shown while they run is asked for.
  const wholeOutputBytes = background === undefined ? wholeTaskBytes : 0;
  return runner.run({ ...command, timeoutMs: longestMs, wholeOutputBytes }, signal, onOutput, expiry);
}

async function workingFolder(given: string | undefined, ctx: CommandContext): Promise<Folder> {
  if (given?.includes("\0")) throw new SpindleError("invalid_input", "A path must not contain a NUL byte.");
  const absolute = path.resolve(ctx.projectRoot, given ?? ".");
  const folder = await folderAt(absolute);
  const real = folder.path;
  if (ctx.sandboxLevel !== "full" && !isInside(ctx.projectRoot, real)) {
    throw new SpindleError("outside_project", `${given ?? "."} is outside the project.`, {
      hint: "Run the command in a folder of the project.",
      details: { path: real },
    });
  }
  if (ctx.clearedFolder !== undefined) assertSame(given ?? ".", folder, ctx.clearedFolder, ctx.sandboxLevel);
  // One that was not there a moment ago is not known, and what is not known is not entered.
  const found = folder.id === null ? undefined : statSync(real, { throwIfNoEntry: false });
  if (found?.isDirectory() !== true)
    throw new SpindleError(
      "command_not_started",
      found === undefined ? `The folder ${given ?? "."} does not exist.` : `${given ?? "."} is not a folder.`,
      {
        hint: "Run the command in an existing folder.",
        details: { path: real },
      },
    );
  return folder;
}

/** The kernel takes 128 KiB in one variable and, with a usual stack, 2 MiB in all, the command line among them. */
function checkSize(env: Readonly<Record<string, string>>): void {
  const sizes = Object.entries(env).map(([name, value]) => Buffer.byteLength(name) + Buffer.byteLength(value) + 2);
  if (sizes.every((size) => size <= maxCommandBytes) && sizes.reduce((sum, size) => sum + size, 0) <= maxEnvironmentBytes) return;
  throw new SpindleError(
    "command_not_started",
    "The variables of the command are longer than the system takes (128 KiB each, 1 MiB in all).",
    {
      hint: "Write long text to a file and pass its path.",
    },
  );
}

const shells = ["/bin/bash", "/usr/bin/bash", "/usr/local/bin/bash", "/bin/sh"] as const;

/** bash, or sh on a system without it. */
function findShell(): string {
  const found = shells.find((file) => existsSync(file));
  if (found !== undefined) return found;
  throw new SpindleError("command_not_started", "There is neither bash nor sh on this system.", { hint: "Install bash." });
}

function escalation(input: ExecInput): boolean {
  if (input.escalated !== true) return false;
  if (input.justification === undefined || input.justification.trim() === "") {
    throw new SpindleError("invalid_input", "`escalated` needs a `justification`: the person who approves reads it.", {
      hint: "Say in one sentence why the command must run outside the sandbox.",
    });
  }
  return true;
}

/** As the classic shell tool of Codex gives it; see docs/exec.md. */
function modelText(run: RunResult, timeoutMs: number, ctx: CommandContext): string {
  const lines = [`Exit code: ${run.exitCode}`, `Wall time: ${seconds(run.durationMs)} seconds`];
  if (findShell().endsWith("/sh")) lines.push("Shell: sh (this system has no bash)");
  lines.push("Output:");
  if (run.timedOut) lines.push(`command timed out after ${timeoutMs} milliseconds`);
  const note =
    ctx.sandboxLevel !== "full" && !run.timedOut && run.exitCode !== 0 && looksDenied(run) ? `\n${deniedNote(ctx.sandboxLevel)}` : "";
  return `${lines.join("\n")}\n${run.output}${note}`;
}

/** Words that a command says when the sandbox stopped it (the list of Codex, plus what a missing network gives). */
const deniedWords =
  /operation not permitted|permission denied|read-only file system|network is unreachable|could not resolve host|temporary failure in name resolution|EAI_AGAIN|ENETUNREACH|EROFS/i;

function looksDenied(run: RunResult): boolean {
  return deniedWords.test(run.output.slice(-20_000));
}

function deniedNote(level: Exclude<CommandContext["sandboxLevel"], "full">): string {
  const what = level === "read-only" ? "nothing but /tmp can be written" : "only the project (without .git) and /tmp can be written";
  return `[Perhaps the sandbox: ${what}, and there is no network. If the command needs more, call exec again with escalated: true and a justification.]`;
}

function summaryOf(run: RunResult, timeoutMs: number): string {
  if (run.timedOut) return `timed out after ${seconds(timeoutMs)} s`;
  return `exit ${run.exitCode}`;
}

/** One decimal, none for whole seconds. */
function seconds(ms: number): string {
  return String(Math.round(ms / 100) / 10);
}
