import { setMaxListeners } from "node:events";
import { SpindleError } from "../../protocol/error.ts";
import type { BrokerLink } from "./broker-link.ts";
import { decodeError, encodeRequest } from "./broker-protocol.ts";
import { cancelled, type OnOutput } from "./run-child.ts";
import type { Runner, RunResult } from "./runner.ts";

/**
 * The runner of the desktop application: commands run in another process (`broker.ts`), because children of Electron's main
 * process inherit its descriptors, which is a way out of every sandbox. Runs that are open when the broker dies reject with
 * `interrupted`; the next one starts a new broker. `close` closes the link.
 */
export function createBrokerRunner(link: BrokerLink): Runner {
  interface Open {
    readonly resolve: (result: RunResult) => void;
    readonly reject: (error: SpindleError) => void;
    readonly onOutput: OnOutput | undefined;
  }
  const open = new Map<number, Open>();
  let nextId = 1;

  link.onLost((reason) => {
    const error = new SpindleError("interrupted", `The process that runs commands ended (${reason}); the command was killed.`, {
      hint: "Run the command again.",
    });
    for (const run of open.values()) run.reject(error);
    open.clear();
  });
  link.onMessage((message) => {
    if (message.type !== "output" && message.type !== "done" && message.type !== "failed") return;
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
  });

  return {
    async run(request, signal, onOutput, expiry) {
      if (signal.aborted || link.isClosed()) throw cancelled();
      const id = nextId++;
      const cancel = (): void => {
        if (open.has(id)) link.postIfRunning({ type: "cancel", id });
      };
      const expire = (): void => {
        if (open.has(id)) link.postIfRunning({ type: "expire", id });
      };
      try {
        return await new Promise<RunResult>((resolve, reject) => {
          open.set(id, { resolve, reject, onOutput });
          // A script may have hundreds of calls open on one signal: no leak, no warning.
          setMaxListeners(0, signal);
          signal.addEventListener("abort", cancel, { once: true });
          link.post({ type: "run", id, watched: onOutput !== undefined, request: encodeRequest(request) });
          expiry?.addEventListener("abort", expire, { once: true });
          if (expiry?.aborted === true) expire();
        });
      } finally {
        open.delete(id);
        signal.removeEventListener("abort", cancel);
        expiry?.removeEventListener("abort", expire);
      }
    },
    close: () => link.close(),
  };
}
