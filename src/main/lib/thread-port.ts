import { type MessagePort, parentPort } from "node:worker_threads";

/**
 * The way of a worker thread to whoever started it; its entry takes it before it waits for anything. It keeps the thread's loop
 * turning: a thread with nothing to turn for waits in Node until all background work of V8, of every thread, is done, and answers
 * nothing meanwhile. Background work that asks it to collect its garbage (compiling WebAssembly, above all) then waits for it in turn,
 * and no thread of the process compiles again. Throws in a main thread.
 */
export function threadPort(): MessagePort {
  if (parentPort === null) throw new Error("This file is the entry of a thread.");
  parentPort.ref();
  return parentPort;
}
