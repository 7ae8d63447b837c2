import { once } from "node:events";
import { Worker } from "node:worker_threads";

/** A worker that sends back what it gets: what a message there and back costs. */
export interface Echo {
  send(message: string): Promise<void>;
  close(): Promise<unknown>;
}

/** Starts the echo; close it. */
export async function startEcho(): Promise<Echo> {
  const worker = new Worker(
    "const { parentPort } = require('node:worker_threads'); parentPort.on('message', (message) => parentPort.postMessage(message)); parentPort.postMessage('ready');",
    { eval: true },
  );
  await once(worker, "message");
  const waiting: (() => void)[] = [];
  worker.on("message", () => waiting.shift()?.());
  return {
    send: (message) =>
      new Promise((resolve) => {
        waiting.push(resolve);
        worker.postMessage(message);
      }),
    close: () => worker.terminate(),
  };
}

/** The floor of a script: QuickJS in a worker with one context that is never cleaned, asked to evaluate `1 + 1`. */
export async function startReusedContext(resolve: (id: string) => string): Promise<{ run(): Promise<unknown>; close(): void }> {
  const worker = new Worker(
    `const { parentPort, workerData } = require('node:worker_threads');
    const { newQuickJSWASMModuleFromVariant } = require(workerData.core);
    newQuickJSWASMModuleFromVariant(require(workerData.variant).default).then((quickjs) => {
      const context = quickjs.newContext();
      parentPort.on('message', (code) => {
        const promise = context.unwrapResult(context.evalCode(code));
        context.runtime.executePendingJobs();
        const state = context.getPromiseState(promise);
        parentPort.postMessage(context.dump(state.value));
        state.value.dispose();
        promise.dispose();
      });
      parentPort.postMessage('ready');
    });`,
    {
      eval: true,
      workerData: { core: resolve("quickjs-emscripten-core"), variant: resolve("@jitl/quickjs-wasmfile-release-sync") },
    },
  );
  await once(worker, "message");
  return {
    async run() {
      const answer = once(worker, "message");
      worker.postMessage("(async () => { return 1 + 1; })()");
      return await answer;
    },
    close: () => void worker.terminate(),
  };
}
