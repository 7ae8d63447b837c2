import { setMaxListeners } from "node:events";
import { existsSync } from "node:fs";
import { createChildPipes } from "./child-pipes.ts";
import { inheritedDescriptors } from "./inherited-descriptors.ts";
import { cancelled, runChild, type OnOutput } from "./run-child.ts";
import type { Runner, RunRequest, RunResult } from "./runner.ts";
import { checkRequest } from "./spawn-child.ts";
import { startWatchdog, type Watchdog } from "./watchdog.ts";

/**
 * Runs children of this very process: for the command line, the tests, and inside the broker. In Electron's main process
 * use `createBrokerRunner` instead. `holdsTerminals`: true once this process has opened a terminal, whose descriptor no
 * command may get. Commands that are still running when this process dies, even by SIGKILL, are killed.
 */
export function createLocalRunner(holdsTerminals: () => boolean = () => false): Runner {
  const open = new Map<AbortController, Promise<unknown>>();
  const pipes = createChildPipes();
  let watchdog: Watchdog | undefined;
  let startedWithInherited: boolean | undefined;
  let closed: Promise<void> | undefined;

  const start = async (
    request: RunRequest,
    signal: AbortSignal,
    onOutput: OnOutput | undefined,
    expiry?: AbortSignal,
  ): Promise<RunResult> => {
    checkRequest(request);
    startedWithInherited ??= inheritedDescriptors().length > 0 && existsSync("/bin/bash");
    const closeInherited = (): boolean => startedWithInherited === true || holdsTerminals();
    // Before there is anything in the folder: whoever kills this process from now on leaves nothing behind.
    if (process.platform !== "win32") watchdog ??= startWatchdog(pipes.folder);
    const pair = await pipes.openPair();
    if (signal.aborted) {
      for (const pipe of pair ?? []) {
        pipe.release();
        pipe.reader.destroy();
      }
      throw cancelled();
    }
    return runChild(request, signal, onOutput, expiry, { pipes: pair, openInput: pipes.openInput, closeInherited, watchdog });
  };

  return {
    async run(request, signal, onOutput, expiry) {
      if (signal.aborted || closed !== undefined) throw cancelled();
      const stop = new AbortController();
      const abort = (): void => stop.abort();
      // A script may have hundreds of calls open on one signal: no leak, no warning.
      setMaxListeners(0, signal);
      signal.addEventListener("abort", abort, { once: true });
      const done = start(request, stop.signal, onOutput, expiry);
      open.set(stop, done);
      try {
        return await done;
      } finally {
        open.delete(stop);
        signal.removeEventListener("abort", abort);
      }
    },
    close() {
      closed ??= (async () => {
        for (const stop of open.keys()) stop.abort();
        await Promise.allSettled(open.values());
        pipes.close();
        await watchdog?.close();
      })();
      return closed;
    },
  };
}
