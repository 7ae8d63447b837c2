import { spawn, type ChildProcess } from "node:child_process";
import { accessSync, closeSync, constants as fsConstants, statSync } from "node:fs";
import { constants } from "node:os";
import path from "node:path";
import { SpindleError } from "../../protocol/error.ts";
import type { OutputPipe } from "./child-pipes.ts";
import { type HeldFolder, holdFolder } from "./enter-folder.ts";
import { withoutInherited } from "./inherited-descriptors.ts";
import type { RunRequest } from "./runner.ts";

/** What the runner lends for starting one child. */
export interface SpawnMeans {
  /** Pipes for stdout and stderr; null where only Node's socket pairs are to be had. */
  readonly pipes: readonly [OutputPipe, OutputPipe] | null;
  /** Opens bytes for reading as a file without a name. */
  openInput(bytes: Uint8Array): number;
  /** True when this process holds descriptors that a child would inherit; asked in the moment a child is spawned. */
  closeInherited(): boolean;
}

/** Finds what no child can be started with, before anything is done. Throws `command_not_started`. */
export function checkRequest(request: RunRequest): void {
  const texts = [request.cwd, ...request.argv, ...Object.entries(request.env).flat()];
  if (texts.some((text) => text.includes("\0")))
    throw notStarted("The command, its folder or its environment contains a NUL byte.", "Remove the NUL byte.");
  try {
    if (statSync(request.cwd).isDirectory()) return;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EACCES")
      throw notStarted(`The folder ${request.cwd} may not be entered by this user.`, "Run the command in another folder.", error);
    throw notStarted(`The folder ${request.cwd} does not exist.`, "Run the command in an existing folder.", error);
  }
  throw notStarted(`${request.cwd} is not a folder.`, "Run the command in an existing folder.");
}

/** A child that runs. */
export interface StartedChild {
  readonly process: ChildProcess;
  readonly pid: number;
  readonly ended: Promise<{ readonly exitCode: number; readonly signal: NodeJS.Signals | null }>;
}

/** Starts a child as the leader of a process group of its own. Throws `command_not_started` and `denied`; the pipes are then closed. */
export async function spawnChild(request: RunRequest, means: SpawnMeans): Promise<StartedChild> {
  const handed = request.fd4 !== undefined ? [3, 4] : request.fd3 !== undefined ? [3] : [];
  const opened: number[] = [];
  let folder: HeldFolder | undefined;
  const hand = (bytes: Uint8Array | undefined): number | "ignore" => {
    if (bytes === undefined) return "ignore";
    const fd = means.openInput(bytes);
    opened.push(fd);
    return fd;
  };
  try {
    // A shell stands in front then: it would report a missing program as exit code 127.
    const closeInherited = means.closeInherited();
    if (closeInherited) checkProgram(request);
    const argv = closeInherited ? withoutInherited(request.argv, handed) : request.argv;
    folder = holdFolder(request);
    const child = spawn(argv[0], argv.slice(1), {
      cwd: folder.path,
      env: request.env,
      detached: process.platform !== "win32",
      windowsHide: true,
      stdio: [
        hand(request.stdin),
        means.pipes?.[0].writeFd ?? "pipe",
        means.pipes?.[1].writeFd ?? "pipe",
        ...handed.map((fd) => hand(fd === 3 ? request.fd3 : request.fd4)),
      ],
    });
    const ended = new Promise<{ exitCode: number; signal: NodeJS.Signals | null }>((resolve) => {
      child.once("exit", (code, name) => resolve({ exitCode: code ?? 128 + (name === null ? 0 : constants.signals[name]), signal: name }));
    });
    const failed = new Promise<Error>((resolve) => {
      child.once("error", resolve);
    });
    if (child.pid === undefined) throw await failed;
    return { process: child, pid: child.pid, ended };
  } catch (error) {
    for (const pipe of means.pipes ?? []) pipe.reader.destroy();
    throw error instanceof SpindleError ? error : spawnError(error, request);
  } finally {
    folder?.release();
    for (const pipe of means.pipes ?? []) pipe.release();
    for (const fd of opened) closeSync(fd);
  }
}

/** Throws what `execvp` would fail with. */
function checkProgram(request: RunRequest): void {
  const program = request.argv[0];
  const folders = program.includes("/") ? [""] : (request.env["PATH"] ?? "/usr/bin:/bin").split(":");
  let failure: unknown;
  for (const folder of folders) {
    try {
      accessSync(path.resolve(request.cwd, folder, program), fsConstants.X_OK);
      return;
    } catch (error) {
      if (failure === undefined || (error as NodeJS.ErrnoException).code === "EACCES") failure = error;
    }
  }
  throw failure;
}

function spawnError(error: unknown, request: RunRequest): SpindleError {
  const program = request.argv[0];
  switch ((error as NodeJS.ErrnoException).code) {
    case "ENOENT":
      return notStarted(`The program ${program} was not found.`, "Check its name and PATH.", error);
    case "EACCES":
    case "EPERM":
      return notStarted(`The program ${program} may not be run by this user.`, "Check that it is executable.", error);
    case "E2BIG":
      return notStarted("The command is too long for the system.", "Write long text to a file and pass its path.", error);
    case "EAGAIN":
    case "ENOMEM":
    case "EMFILE":
    case "ENFILE":
      return notStarted("The system has no room for another process.", "Wait until other commands have ended.", error);
    default:
      return notStarted(
        `The program ${program} could not be started: ${error instanceof Error ? error.message : String(error)}`,
        "Check the command.",
        error,
      );
  }
}

function notStarted(message: string, hint: string, cause?: unknown): SpindleError {
  return new SpindleError("command_not_started", message, { hint, cause });
}
