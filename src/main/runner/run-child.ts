import { SpindleError } from "../../protocol/error.ts";
import { createOutputDeltas, type OutputStream } from "./output-deltas.ts";
import { createOutputRing } from "./output-ring.ts";
import { groupGone, signalGroup, terminateGroup } from "./process-group.ts";
import { drain, readStream } from "./read-streams.ts";
import type { RunRequest, RunResult } from "./runner.ts";
import { spawnChild, type SpawnMeans, type StartedChild } from "./spawn-child.ts";
import type { Watchdog } from "./watchdog.ts";

/** What the runner lends to one run. */
export interface RunMeans extends SpawnMeans {
  readonly watchdog: Watchdog | undefined;
}

export type OnOutput = (stream: OutputStream, text: string) => void;

/** Time between SIGTERM and SIGKILL. */
const graceMs = 500;
const defaultMaxBytes = 1_048_576;

/** Runs one child to its end; see `Runner.run`. The child leads a process group of its own, which is dead when this settles. */
export async function runChild(
  request: RunRequest,
  signal: AbortSignal,
  onOutput: OnOutput | undefined,
  expiry: AbortSignal | undefined,
  means: RunMeans,
): Promise<RunResult> {
  const startedAt = performance.now();
  const child = await spawnWatched(request, means);
  const maxBytes = request.maxBytes ?? defaultMaxBytes;
  const rings = { stdout: createOutputRing(maxBytes), stderr: createOutputRing(maxBytes), output: createOutputRing(maxBytes) };
  const deltas = onOutput === undefined ? undefined : createOutputDeltas(onOutput, request.wholeOutputBytes);
  const take = (stream: OutputStream, bytes: Buffer): void => {
    rings[stream].push(bytes);
    rings.output.push(bytes);
    deltas?.push(stream, bytes);
  };
  const readers = [
    readStream(means.pipes?.[0].reader ?? child.process.stdout, (bytes) => take("stdout", bytes)),
    readStream(means.pipes?.[1].reader ?? child.process.stderr, (bytes) => take("stderr", bytes)),
  ];

  let timedOut = false;
  let kill: NodeJS.Timeout | undefined;
  const terminate = (): void => {
    if (kill !== undefined) return;
    terminateGroup(child.pid, request.wrapper === true);
    kill = setTimeout(() => signalGroup(child.pid, "SIGKILL"), graceMs);
  };
  const expire = (): void => {
    timedOut = true;
    terminate();
  };
  const timeout = setTimeout(expire, request.timeoutMs);
  expiry?.addEventListener("abort", expire, { once: true });
  if (expiry?.aborted === true) expire();
  signal.addEventListener("abort", terminate, { once: true });
  if (signal.aborted) terminate();

  try {
    const end = await child.ended;
    clearTimeout(timeout);
    expiry?.removeEventListener("abort", expire);
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
    expiry?.removeEventListener("abort", expire);
    for (const reader of readers) reader.destroy();
    deltas?.flush();
    means.watchdog?.remove(child.pid);
  }
}

/** Whoever kills this process at any moment: the child is known to the watchdog before there is one, and by its group afterwards. */
async function spawnWatched(request: RunRequest, means: RunMeans): Promise<StartedChild> {
  const { watchdog } = means;
  if (watchdog === undefined) return spawnChild(request, means);
  const announced = await watchdog.announce();
  try {
    const child = await spawnChild({ ...request, env: { ...request.env, ...announced.env } }, means);
    watchdog.add(announced, child.pid);
    return child;
  } catch (error) {
    watchdog.forget(announced);
    throw error;
  }
}

/** The error of a run that was stopped by its signal. */
export function cancelled(): SpindleError {
  return new SpindleError("cancelled", "The command was stopped.");
}
