import { Worker } from "node:worker_threads";
import { SpindleError } from "../../protocol/error.ts";
import type { WasmModule } from "./quickjs.ts";
import { controlBytes, controlDeadline, openControl, type Control, type FromWorker, type ToWorker, type WorkerStart } from "./wire.ts";

export interface PoolOptions {
  /** Path of the built worker entry. */
  readonly workerFile: string;
  wasm(): Promise<WasmModule>;
  /** Workers kept ready. */
  readonly size: number;
  /** Further workers while every busy one only waits for its tools. */
  readonly extra: number;
  /** Memory of the engine a new worker prepares. */
  readonly memoryMb: number;
}

/** A worker lent to one run. */
export interface Lease {
  readonly control: Control;
  post(message: ToWorker, transfer?: readonly ArrayBuffer[]): void;
  /** Gives the worker back: it has reported the end of the run. */
  release(): void;
  /** Ends the thread whatever it does, and has it replaced. Resolves when it is gone. */
  kill(): Promise<void>;
}

export interface LeaseListener {
  message(message: FromWorker): void;
  /** The thread died by itself. The lease is over. */
  died(message: string): void;
}

interface WaitingLease {
  /** Undefined when it was given up or the pool was closed. Rejects when no worker can be started. */
  readonly lease: Promise<Lease | undefined>;
  /** Gives up the place in the line; too late once `lease` has settled. */
  cancel(): void;
}

export interface Pool {
  /** Stands in line for a worker. */
  lease(listener: LeaseListener): WaitingLease;
  prewarm(): void;
  info(): { readonly workers: number; readonly busy: number };
  /** Ends all threads; whoever waits in line gets none. */
  close(): Promise<void>;
}

interface Slot {
  readonly worker: Worker;
  readonly control: Control;
  ready: boolean;
  listener: LeaseListener | undefined;
  gone: Promise<unknown> | undefined;
  idleTimer: NodeJS.Timeout | undefined;
}

interface Waiting {
  readonly listener: LeaseListener;
  resolve(lease: Lease | undefined): void;
  reject(error: unknown): void;
}

/**
 * The thread's stack, which QuickJS's own stack check is fitted to; and limits for the thread's own JavaScript. The small
 * young generation costs no time here and saves 2 MB a worker.
 */
const resourceLimits = { stackSizeMb: 16, maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 2 };
/** How often a line of waiting scripts looks whether all workers only wait. */
const extraCheckMs = 25;
const extraIdleMs = 5_000;

/** Threads for scripts: one script each, first come first served, a dead one replaced at once. */
export function createPool(options: PoolOptions): Pool {
  const slots = new Set<Slot>();
  /** Threads on their way out. */
  const leaving = new Set<Promise<unknown>>();
  const line: Waiting[] = [];
  let starting = 0;
  let closed = false;
  /** Workers that are kept up: what was needed so far, or all after a prewarm. */
  let target = 0;
  let extraTimer: NodeJS.Timeout | undefined;
  let failures = 0;

  const spawn = (): void => {
    starting++;
    options.wasm().then(
      (wasm) => {
        starting--;
        if (!closed) start(wasm);
      },
      (error: unknown) => {
        starting--;
        refuse(error);
      },
    );
  };
  const start = (wasm: WasmModule): void => {
    const buffer = new SharedArrayBuffer(controlBytes);
    const workerData: WorkerStart = { wasm, control: buffer, memoryMb: options.memoryMb };
    const worker = new Worker(options.workerFile, { workerData, resourceLimits, name: "spindle-script" });
    const slot: Slot = { worker, control: openControl(buffer), ready: false, listener: undefined, gone: undefined, idleTimer: undefined };
    slots.add(slot);
    let cause: unknown;
    worker.on("message", (message: FromWorker) => {
      if (message.type === "ready") {
        slot.ready = true;
        failures = 0;
        if (slot.listener === undefined) worker.unref();
        serve();
      } else slot.listener?.message(message);
    });
    worker.on("error", (error) => {
      cause = error;
    });
    worker.on("exit", (code) => {
      slots.delete(slot);
      clearTimeout(slot.idleTimer);
      const { listener } = slot;
      slot.listener = undefined;
      if (slot.gone !== undefined || closed) return;
      const message = cause instanceof Error ? cause.message : `exit code ${code}`;
      listener?.died(message);
      if (slot.ready) return refill();
      // A worker that cannot even start would be replaced for ever.
      failures++;
      if (failures >= 2)
        refuse(
          new SpindleError("internal", `The script worker does not start: ${message}`, {
            hint: "Reinstall Spindle; its worker file may be damaged.",
            cause,
          }),
        );
      else refill();
    });
  };
  /** Nothing can be started: whoever waits learns why. */
  const refuse = (error: unknown): void => {
    if (slots.size > 0 || starting > 0) return;
    for (const waiting of line.splice(0)) waiting.reject(error);
  };
  const refill = (): void => {
    if (closed) return;
    for (let count = slots.size + starting; count < target; count++) spawn();
    serve();
  };

  const serve = (): void => {
    for (const slot of slots) {
      if (line.length === 0) break;
      if (!slot.ready || slot.listener !== undefined || slot.gone !== undefined) continue;
      const waiting = line.shift();
      if (waiting === undefined) break;
      clearTimeout(slot.idleTimer);
      slot.listener = waiting.listener;
      slot.worker.ref();
      waiting.resolve(lend(slot));
    }
    considerExtra();
  };
  const lend = (slot: Slot): Lease => ({
    control: slot.control,
    post: (message, transfer) => slot.worker.postMessage(message, transfer ?? []),
    release() {
      if (slot.listener === undefined) return;
      slot.listener = undefined;
      slot.worker.unref();
      if (slots.size > options.size && line.length === 0) {
        slot.idleTimer = setTimeout(() => void end(slot), extraIdleMs);
        slot.idleTimer.unref();
      }
      serve();
    },
    async kill() {
      await end(slot);
    },
  });
  const end = (slot: Slot): Promise<unknown> => {
    if (slot.gone === undefined) {
      slot.listener = undefined;
      slots.delete(slot);
      const gone = slot.worker.terminate().finally(() => leaving.delete(gone));
      slot.gone = gone;
      leaving.add(gone);
      refill();
    }
    return slot.gone;
  };

  /** A script that waits for its tools holds its worker without using it: the line may have further ones. */
  const considerExtra = (): void => {
    if (closed || line.length === 0 || extraTimer !== undefined || slots.size + starting >= options.size + options.extra) return;
    extraTimer = setTimeout(() => {
      extraTimer = undefined;
      if (closed || line.length === 0) return;
      const idle = [...slots].every((slot) => slot.listener !== undefined && slot.control.numbers[controlDeadline] === 0);
      if (idle && starting === 0 && slots.size < options.size + options.extra) spawn();
      considerExtra();
    }, extraCheckMs);
    extraTimer.unref();
  };

  return {
    lease(listener) {
      let waiting: Waiting | undefined;
      const lease = new Promise<Lease | undefined>((resolve, reject) => {
        if (closed) return resolve(undefined);
        waiting = { listener, resolve, reject };
        line.push(waiting);
        failures = 0;
        serve();
        const free = [...slots].filter((slot) => slot.listener === undefined).length;
        if (free + starting < line.length && slots.size + starting < options.size) {
          target = Math.max(target, slots.size + starting + 1);
          spawn();
        }
      });
      return {
        lease,
        cancel() {
          const at = waiting === undefined ? -1 : line.indexOf(waiting);
          if (at < 0) return;
          line.splice(at, 1);
          waiting?.resolve(undefined);
        },
      };
    },
    prewarm() {
      if (closed) return;
      target = options.size;
      refill();
    },
    info: () => ({ workers: slots.size, busy: [...slots].filter((slot) => slot.listener !== undefined).length }),
    async close() {
      closed = true;
      clearTimeout(extraTimer);
      for (const waiting of line.splice(0)) waiting.resolve(undefined);
      const running = [...slots];
      for (const slot of running) {
        clearTimeout(slot.idleTimer);
        slot.listener = undefined;
      }
      await Promise.all([...leaving, ...running.map((slot) => (slot.gone ??= slot.worker.terminate()))]);
      slots.clear();
    },
  };
}
