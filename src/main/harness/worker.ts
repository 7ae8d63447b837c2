import { parentPort, workerData } from "node:worker_threads";
import { createGuest, speaksBjson, type Guest } from "./guest.ts";
import { createEngine, type Engine } from "./quickjs.ts";
import { controlUsed, openControl, type FromWorker, type ToWorker, type WorkerEnd, type WorkerStart } from "./wire.ts";

/** A new engine after this many scripts, whatever they did. */
const scriptsPerEngine = 200;
/** A script that touched more than this leaves its engine to the garbage collector, so that the memory goes back. */
const keepBelowMb = 24;
/** A script with less CPU time cannot have touched much memory: not worth a look. */
const quickMs = 5;
/** Memory written to this close to its end was full at some time. */
const fullWithinMb = 2;

/** Entry of a worker thread: one script at a time, one prepared realm ahead. */
async function main(port: NonNullable<typeof parentPort>, start: WorkerStart): Promise<void> {
  const control = openControl(start.control);
  const post = (message: FromWorker): void => port.postMessage(message);
  let engine: Engine = await createEngine(start.wasm, start.memoryMb);
  const json = !speaksBjson(engine);
  let scripts = 0;
  let spare: Guest | undefined = createGuest(engine, control, json);
  let current: { readonly guest: Guest; readonly run: number } | undefined;
  let ended: { readonly guest: Guest; readonly usedMs: number; readonly spoiled: boolean } | undefined;
  /** Messages that arrive while an engine is being made wait their turn. */
  let work: Promise<void> = Promise.resolve();

  const renew = async (memoryMb: number): Promise<void> => {
    spare = undefined;
    engine = await createEngine(start.wasm, memoryMb);
    scripts = 0;
  };
  /** Frees what the last script held; decides whether its engine can serve again. */
  const clean = async (): Promise<void> => {
    if (ended === undefined) return;
    const { guest, usedMs, spoiled } = ended;
    ended = undefined;
    scripts++;
    const healthy = !spoiled && guest.dispose();
    if (!healthy || scripts >= scriptsPerEngine || (usedMs > quickMs && engine.touchedBeyond(keepBelowMb))) await renew(engine.memoryMb);
  };
  const later = (task: () => Promise<void> | void): void => {
    work = work.then(task).catch((error: unknown) => {
      // Nothing sensible can run in this thread any more: the pool sees it end and makes another.
      setImmediate(() => {
        throw error;
      });
    });
  };
  const prepareSpare = async (): Promise<void> => {
    await clean();
    if (current === undefined) spare ??= createGuest(engine, control, json);
  };
  const finish = (run: number, reported: WorkerEnd): void => {
    if (current?.run !== run) return;
    const end = withMemory(reported, engine);
    ended = { guest: current.guest, usedMs: control.numbers[controlUsed] ?? 0, spoiled: end.kind === "memory" || end.kind === "crashed" };
    current = undefined;
    post({ type: "end", run, end });
    // The answer is on its way before the cleaning starts.
    setImmediate(() => later(prepareSpare));
  };

  const begin = async (request: Extract<ToWorker, { type: "run" }>): Promise<void> => {
    await clean();
    if (engine.memoryMb !== request.memoryMb) {
      spare?.dispose();
      await renew(request.memoryMb);
    }
    const guest = spare ?? createGuest(engine, control, json);
    spare = undefined;
    current = { guest, run: request.run };
    guest.start(request, {
      records: (text) => post({ type: "records", run: request.run, text }),
      end: (end) => finish(request.run, end),
    });
  };

  port.on("message", (message: ToWorker) => {
    switch (message.type) {
      case "run":
        return later(() => begin(message));
      case "answers":
        if (current?.run === message.run) current.guest.answers(message.bytes);
        return;
      case "stop":
        return later(() => {
          if (current?.run !== message.run) return;
          current.guest.stop();
          finish(message.run, { kind: "cancelled" });
        });
    }
  });
  post({ type: "ready" });
}

/** Without memory the engine cannot always make the error it should throw, and sometimes traps. */
function withMemory(end: WorkerEnd, engine: Engine): WorkerEnd {
  if ((end.kind !== "finished" && end.kind !== "crashed") || !engine.touchedBeyond(engine.memoryMb - fullWithinMb)) return end;
  return end.kind === "crashed" ? { kind: "memory" } : { kind: "finished", full: true };
}

if (parentPort !== null) void main(parentPort, workerData as WorkerStart);
