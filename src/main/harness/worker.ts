import { type MessagePort, workerData } from "node:worker_threads";
import { threadPort } from "../lib/thread-port.ts";
import { createBjsonWriter } from "./bjson.ts";
import { createGuest, evaluatePrelude, parseScript, prepareTools, speaksBjson, type Guest, type PreludeHandles } from "./guest.ts";
import { createKeptScripts } from "./kept-scripts.ts";
import { createEngine, type Engine, type Snapshot } from "./quickjs.ts";
import { openControl, type FromWorker, type ToWorker, type WorkerEnd, type WorkerStart } from "./wire.ts";

/** A thread whose script used more memory than this ends, so that the memory goes back to the system at once. */
const keepBelowMb = 24;
/** A named runtime that needs more memory is not kept. */
const runtimeMb = 24;
/** From this share of the memory on, one large request (a table that doubles) can fail. */
const scarceFrom = 0.4;
const threwNull = "The script threw null";

/** Entry of a worker thread: one script at a time, its realm ready before it comes. */
async function main(port: MessagePort, start: WorkerStart): Promise<void> {
  const control = openControl(start.control);
  const post = (message: FromWorker): void => port.postMessage(message);
  let engine: Engine = await createEngine(start.wasm, start.memoryMb);
  let handles = evaluatePrelude(engine);
  const json = !speaksBjson(engine);
  const writer = createBjsonWriter();
  /** What a script with these tools starts from; nearly all scripts of a project have the same. Undefined before the first one. */
  let prepared: { readonly names: string; readonly snapshot: Snapshot } | undefined;
  const kept = createKeptScripts();
  let current:
    | { readonly guest: Guest; readonly run: number; readonly handles: PreludeHandles; readonly named: boolean; readonly code: string }
    | undefined;
  /** Since the last cleaning. */
  let used = false;
  /** Messages that arrive while an engine is being made wait their turn. */
  let work: Promise<void> = Promise.resolve();

  /** Puts a realm into the engine, or into a new one. */
  const become = async (snapshot: Snapshot, memoryMb: number): Promise<void> => {
    if (engine.memoryMb === memoryMb && engine.fits(snapshot)) engine.restore(snapshot);
    else engine = await createEngine(start.wasm, memoryMb, snapshot);
  };
  /** Makes the engine as it was before the last script. */
  const clean = async (memoryMb = engine.memoryMb): Promise<void> => {
    if (prepared !== undefined && (used || engine.memoryMb !== memoryMb)) await become(prepared.snapshot, memoryMb);
    used = false;
  };
  /** A clean engine with the tools of the next script. */
  const prepare = async (toolNames: readonly string[], memoryMb: number): Promise<void> => {
    const names = toolNames.join(" ");
    if (names === prepared?.names) return clean(memoryMb);
    if (prepared !== undefined || engine.memoryMb !== memoryMb) {
      engine = await createEngine(start.wasm, memoryMb);
      handles = evaluatePrelude(engine);
    }
    prepareTools({ engine, handles, control, json, writer }, toolNames);
    prepared = { names, snapshot: engine.snapshot() };
    used = false;
    kept.clear();
  };
  /** After a script that came again: its parsed form is kept. The engine must be clean, and is so afterwards. */
  const remember = (code: string): void => {
    if (prepared === undefined || !kept.ran(code)) return;
    const script = parseScript({ engine, handles, control, json, writer }, code);
    if (script !== undefined) kept.keep(code, { script, snapshot: engine.snapshot() });
    engine.restore(prepared.snapshot);
  };
  const later = (task: () => Promise<void> | void): void => {
    work = work.then(task).catch((error: unknown) => {
      // Nothing sensible can run in this thread any more: the pool sees it end and makes another.
      setImmediate(() => {
        throw error;
      });
    });
  };
  const finish = (run: number, reported: WorkerEnd, text: string): void => {
    if (current?.run !== run) return;
    const end = withMemory(reported, text, engine);
    const { guest, named, code } = current;
    guest.stop();
    const atRest = named && end.kind === "finished" && guest.rest() && engine.usedMb() <= runtimeMb;
    const image = atRest ? { snapshot: engine.snapshot(true), handles: current.handles } : null;
    current = undefined;
    used = true;
    const worn = reported.kind === "crashed" || engine.usedMb() > keepBelowMb;
    post({ type: "end", run, text, end, worn, image });
    // The answer is on its way before the cleaning starts.
    if (!worn) setImmediate(() => later(() => afterwards(named ? "" : code)));
  };

  const afterwards = async (code: string): Promise<void> => {
    if (current !== undefined) return;
    await clean();
    remember(code);
  };

  const begin = async (request: Extract<ToWorker, { type: "run" }>): Promise<void> => {
    await prepare(request.names, request.memoryMb);
    const image = request.runtime?.image ?? null;
    const parsed = request.runtime === null ? kept.find(request.code) : undefined;
    const from = image?.snapshot ?? parsed?.snapshot;
    if (from !== undefined) await become(from, request.memoryMb);
    const own = image?.handles ?? handles;
    const guest = createGuest({ engine, handles: own, control, json, writer });
    current = { guest, run: request.run, handles: own, named: request.runtime !== null, code: request.code };
    guest.start(
      request,
      {
        records: (text) => post({ type: "records", run: request.run, text }),
        end: (end, text) => finish(request.run, end, text),
      },
      parsed?.script,
    );
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
          finish(message.run, { kind: "cancelled" }, "");
        });
    }
  });
  post({ type: "ready" });
}

/** Without memory the engine cannot always make the error it should throw, and sometimes traps. */
function withMemory(end: WorkerEnd, text: string, engine: Engine): WorkerEnd {
  const suspicious = end.kind === "crashed" || (end.kind === "finished" && text.includes(threwNull));
  if (!suspicious || engine.usedMb() < engine.memoryMb * scarceFrom) return end;
  return end.kind === "crashed" ? { kind: "memory" } : { kind: "finished", full: true };
}

void main(threadPort(), workerData as WorkerStart);
