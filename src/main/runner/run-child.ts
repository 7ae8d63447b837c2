import { spawn, type ChildProcess } from "node:child_process";
import { accessSync, closeSync, constants as fsConstants, statSync } from "node:fs";
import { constants } from "node:os";
import path from "node:path";
import type { Readable } from "node:stream";
import { SpindleError } from "../../protocol/error.ts";
import type { OutputPipe } from "./child-pipes.ts";
import { withoutInherited } from "./inherited-descriptors.ts";
import { createOutputDeltas, type OutputStream } from "./output-deltas.ts";
import { completeLength, createOutputRing } from "./output-ring.ts";
import { groupGone, signalGroup, terminateGroup } from "./process-group.ts";
import type { RunRequest, RunResult } from "./runner.ts";
import type { Watchdog } from "./watchdog.ts";

export type OnOutput = (stream: OutputStream, text: string) => void;

/** What the runner lends to one run. */
export interface RunMeans {
  /** Pipes for stdout and stderr; null where only Node's socket pairs are to be had. */
  readonly pipes: readonly [OutputPipe, OutputPipe] | null;
  /** Opens bytes for reading as a file without a name. */
  openInput(bytes: Uint8Array): number;
  /** True when this process holds descriptors that a child would inherit. */
  readonly closeInherited: boolean;
  readonly watchdog: Watchdog | undefined;
}

/** Time between SIGTERM and SIGKILL. */
const graceMs = 500;
/** How long output is read after the command has ended while somebody else still holds the pipe. */
const drainMs = 250;
const defaultMaxBytes = 1_048_576;

/** Runs one child to its end; see `Runner.run`. The child leads a process group of its own, which is dead when this settles. */
export async function runChild(request: RunRequest, signal: AbortSignal, onOutput: OnOutput | undefined, means: RunMeans): Promise<RunResult> {
  const startedAt = performance.now();
  const child = await spawnChild(request, means);
  const maxBytes = request.maxBytes ?? defaultMaxBytes;
  const rings = { stdout: createOutputRing(maxBytes), stderr: createOutputRing(maxBytes), output: createOutputRing(maxBytes) };
  const deltas = onOutput === undefined ? undefined : createOutputDeltas(onOutput);
  const take = (stream: OutputStream, bytes: Buffer): void => {
    rings[stream].push(bytes);
    rings.output.push(bytes);
    deltas?.push(stream, bytes);
  };
  const readers = [
    readStream(means.pipes?.[0].reader ?? child.process.stdout, (bytes) => take("stdout", bytes)),
    readStream(means.pipes?.[1].reader ?? child.process.stderr, (bytes) => take("stderr", bytes)),
  ];
  means.watchdog?.add(child.pid);

  let timedOut = false;
  let kill: NodeJS.Timeout | undefined;
  const terminate = (): void => {
    if (kill !== undefined) return;
    terminateGroup(child.pid, request.wrapper === true);
    kill = setTimeout(() => signalGroup(child.pid, "SIGKILL"), graceMs);
  };
  const timeout = setTimeout(() => {
    timedOut = true;
    terminate();
  }, request.timeoutMs);
  signal.addEventListener("abort", terminate, { once: true });
  if (signal.aborted) terminate();

  try {
    const end = await child.ended;
    clearTimeout(timeout);
    await drain(readers, child.pid);
    const durationMs = Math.round(performance.now() - startedAt);
    const left = signalGroup(child.pid, "SIGKILL");
    // With the wrapper its whole process namespace ends: only who was stopped by force is worth the look (3-6 ms).
    if (left && (request.wrapper !== true || kill !== undefined)) await groupGone(child.pid, graceMs);
    if (signal.aborted) throw cancelled();
    const omitted = [rings.stdout.omittedBytes(), rings.stderr.omittedBytes(), rings.output.omittedBytes()] as const;
    return {
      exitCode: timedOut ? 124 : end.exitCode,
      signal: end.signal,
      stdout: rings.stdout.text(),
      stderr: rings.stderr.text(),
      output: rings.output.text(),
      durationMs,
      timedOut,
      truncated: omitted.some((bytes) => bytes > 0),
      omittedBytes: omitted[0] + omitted[1],
    };
  } finally {
    clearTimeout(timeout);
    clearTimeout(kill);
    signal.removeEventListener("abort", terminate);
    for (const reader of readers) reader.destroy();
    deltas?.flush();
    means.watchdog?.remove(child.pid);
  }
}

/** The error of a run that was stopped by its signal. */
export function cancelled(): SpindleError {
  return new SpindleError("cancelled", "The command was stopped.");
}

/** Finds what no child can be started with, before anything is done. Throws `command_not_started`. */
export function checkRequest(request: RunRequest): void {
  const texts = [request.cwd, ...request.argv, ...Object.entries(request.env).flat()];
  if (texts.some((text) => text.includes("\0"))) throw notStarted("The command, its folder or its environment contains a NUL byte.", "Remove the NUL byte.");
  try {
    if (statSync(request.cwd).isDirectory()) return;
  } catch (error) {
    throw notStarted(`The folder ${request.cwd} does not exist.`, "Run the command in an existing folder.", error);
  }
  throw notStarted(`${request.cwd} is not a folder.`, "Run the command in an existing folder.");
}

interface StartedChild {
  readonly process: ChildProcess;
  readonly pid: number;
  readonly ended: Promise<{ readonly exitCode: number; readonly signal: NodeJS.Signals | null }>;
}

async function spawnChild(request: RunRequest, means: RunMeans): Promise<StartedChild> {
  const handed = request.fd4 !== undefined ? [3, 4] : request.fd3 !== undefined ? [3] : [];
  const opened: number[] = [];
  const hand = (bytes: Uint8Array | undefined): number | "ignore" => {
    if (bytes === undefined) return "ignore";
    const fd = means.openInput(bytes);
    opened.push(fd);
    return fd;
  };
  try {
    // A shell stands in front then: it would report a missing program as exit code 127.
    if (means.closeInherited) checkProgram(request);
    const argv = means.closeInherited ? withoutInherited(request.argv, handed) : request.argv;
    const child = spawn(argv[0], argv.slice(1), {
      cwd: request.cwd,
      env: request.env,
      detached: process.platform !== "win32",
      windowsHide: true,
      stdio: [hand(request.stdin), means.pipes?.[0].writeFd ?? "pipe", means.pipes?.[1].writeFd ?? "pipe", ...handed.map((fd) => hand(fd === 3 ? request.fd3 : request.fd4))],
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
    throw spawnError(error, request);
  } finally {
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
      return notStarted(`The program ${program} could not be started: ${error instanceof Error ? error.message : String(error)}`, "Check the command.", error);
  }
}

function notStarted(message: string, hint: string, cause?: unknown): SpindleError {
  return new SpindleError("command_not_started", message, { hint, cause });
}

interface StreamReader {
  readonly closed: Promise<void>;
  isClosed(): boolean;
  /** Bytes so far. */
  total(): number;
  destroy(): void;
}

/** Passes on what arrives, but never a part of a character while the rest may still come. */
function readStream(stream: Readable | null, take: (bytes: Buffer) => void): StreamReader {
  if (stream === null) throw new SpindleError("internal", "A child without output streams was started.");
  let carry: Buffer = Buffer.alloc(0);
  let total = 0;
  let closed = false;
  const finish = (): void => {
    if (closed) return;
    closed = true;
    if (carry.length > 0) take(carry);
  };
  stream.on("data", (chunk: Buffer) => {
    total += chunk.length;
    const bytes = carry.length === 0 ? chunk : Buffer.concat([carry, chunk]);
    const complete = completeLength(bytes);
    carry = bytes.subarray(complete);
    take(bytes.subarray(0, complete));
  });
  // A read error ends the stream like its end does: what arrived is kept.
  stream.on("error", () => undefined);
  return {
    closed: new Promise((resolve) => {
      stream.once("close", () => {
        finish();
        resolve();
      });
    }),
    isClosed: () => closed,
    total: () => total,
    destroy() {
      finish();
      stream.destroy();
    },
  };
}

/**
 * Reads on after the command has ended until the pipes close. When somebody in the background holds them, the group is
 * killed after 250 ms; a process that left the group may hold them still: then what is in the pipe is read and no more.
 */
async function drain(readers: readonly StreamReader[], group: number): Promise<void> {
  const closed = Promise.all(readers.map((reader) => reader.closed)).then(() => true);
  if (await within(closed, drainMs)) return;
  signalGroup(group, "SIGKILL");
  const end = performance.now() + drainMs;
  let seen: number;
  do {
    seen = total(readers);
    if (await within(closed, 20)) return;
    // A busy event loop may not have read what was written in time: go on while bytes arrive.
  } while (total(readers) > seen && performance.now() < end);
}

function total(readers: readonly StreamReader[]): number {
  return readers.reduce((sum, reader) => sum + reader.total(), 0);
}

async function within(promise: Promise<boolean>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
