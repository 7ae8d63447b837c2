import { setMaxListeners } from "node:events";
import { SpindleError } from "../../protocol/error.ts";
import { decodeError, encodeRequest, fromBrokerSchema, type FromBroker, type ToBroker } from "./broker-protocol.ts";
import { cancelled, type OnOutput } from "./run-child.ts";
import type { Runner, RunResult } from "./runner.ts";

/**
 * A running broker process, whatever started it: Electron's `utilityProcess.fork`, or `child_process.fork`. `onMessage` and
 * `onExit` are called once, right after the start, each with its only listener.
 */
export interface BrokerPort {
  post(message: ToBroker): void;
  onMessage(listener: (message: unknown) => void): void;
  /** `reason` ends the sentence "the process that runs commands ended (…)", for example `exit code 1`. */
  onExit(listener: (reason: string) => void): void;
  /** Ends the process at once; only used when it does not close in time. */
  kill(): void;
}

/** How long the broker has to kill its children when it is told to close. */
const closeMs = 3_000;

/**
 * The runner of the desktop application: commands run in another process (`broker.ts`), because children of Electron's main
 * process inherit its descriptors, which is a way out of every sandbox. `start` is called at the first run, and again at
 * the first run after the broker died; runs that were open then reject with `interrupted`.
 */
export function createBrokerRunner(start: () => BrokerPort): Runner {
  interface Open {
    readonly resolve: (result: RunResult) => void;
    readonly reject: (error: SpindleError) => void;
    readonly onOutput: OnOutput | undefined;
  }
  const open = new Map<number, Open>();
  let port: BrokerPort | undefined;
  let nextId = 1;
  let onClosed: (() => void) | undefined;
  let closed: Promise<void> | undefined;

  const lost = (reason: string): void => {
    port = undefined;
    onClosed?.();
    const error = new SpindleError("interrupted", `The process that runs commands ended (${reason}); the command was killed.`, {
      hint: "Run the command again.",
    });
    for (const run of open.values()) run.reject(error);
    open.clear();
  };

  const receive = (message: FromBroker): void => {
    if (message.type === "closed") {
      onClosed?.();
      return;
    }
    const run = open.get(message.id);
    // A run that is not open any more was cancelled together with its broker.
    if (run === undefined) return;
    if (message.type === "output") {
      run.onOutput?.(message.stream, message.text);
      return;
    }
    open.delete(message.id);
    if (message.type === "done") run.resolve(message.result);
    else run.reject(decodeError(message.error));
  };

  const connect = (): BrokerPort => {
    const started = start();
    started.onMessage((message) => {
      if (port === started) receive(fromBrokerSchema.parse(message));
    });
    started.onExit((reason) => {
      if (port === started) lost(reason);
    });
    return started;
  };

  return {
    async run(request, signal, onOutput) {
      if (signal.aborted || closed !== undefined) throw cancelled();
      port ??= connect();
      const through = port;
      const id = nextId++;
      const cancel = (): void => {
        if (open.has(id)) through.post({ type: "cancel", id });
      };
      try {
        return await new Promise<RunResult>((resolve, reject) => {
          open.set(id, { resolve, reject, onOutput });
          // A script may have hundreds of calls open on one signal: no leak, no warning.
          setMaxListeners(0, signal);
          signal.addEventListener("abort", cancel, { once: true });
          through.post({ type: "run", id, watched: onOutput !== undefined, request: encodeRequest(request) });
        });
      } finally {
        open.delete(id);
        signal.removeEventListener("abort", cancel);
      }
    },
    close() {
      closed ??= (async () => {
        const through = port;
        if (through === undefined) return;
        let timer: NodeJS.Timeout | undefined;
        await new Promise<void>((resolve) => {
          onClosed = resolve;
          timer = setTimeout(resolve, closeMs);
          through.post({ type: "close" });
        });
        clearTimeout(timer);
        through.kill();
        if (port !== undefined) lost("it was closed");
      })();
      return closed;
    },
  };
}
