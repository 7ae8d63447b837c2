import type { Json } from "../../protocol/json.ts";
import { createBjsonWriter, decodeBjson, type BjsonWriter } from "./bjson.ts";
import { callHelper } from "./helpers.ts";
import { preludeFile, preludeSource, scriptFile } from "./prelude.ts";
import { EngineError, thrownByEngine, type Engine, type Handle, type Realm } from "./quickjs.ts";
import { controlDeadline, controlUsed, sharedClock, type Control, type ToWorker, type WorkerEnd } from "./wire.ts";

/** What a guest reports while a script runs. */
interface GuestEvents {
  records(text: string): void;
  /** `text`: the last records, or nothing. */
  end(end: WorkerEnd, text: string): void;
}

export interface Guest {
  /** Runs a script. Ends with exactly one `end`, unless `stop` comes first. `parsed`: the script in this realm, when it is known. */
  start(request: Extract<ToWorker, { type: "run" }>, events: GuestEvents, parsed?: Handle): void;
  answers(bytes: Uint8Array): void;
  /** Ends it for good: nothing is reported any more. What it holds goes with the next `restore` of the engine. */
  stop(): void;
  /** Lets the jobs of an ended script run out; what they do reaches nobody. False when they do not come to an end. */
  rest(): boolean;
}

/** The functions the prelude returns. */
export interface PreludeHandles {
  readonly prepare: Handle;
  readonly start: Handle;
  readonly run: Handle;
  readonly main: Handle;
  readonly deliver: Handle;
  readonly fire: Handle;
  readonly pull: Handle;
  readonly pullPiece: Handle;
  readonly idle: Handle;
  readonly stuck: Handle;
  readonly describe: Handle;
  readonly renew: Handle;
}

/** Jobs between two looks at deadline and cancel: an interrupt inside a job only ends that job, without a word. */
const sliceJobs = 500;
/** A drain that takes longer hands out what it has so far: calls start and console lines appear. */
const pullEveryMs = 20;
/** How much may be spent on finding the line of an interrupted script. */
const traceMs = 5;
const traceJobs = 200;
/** What a script of a named runtime may leave behind. */
const restMs = 20;
const restJobs = 10_000;

export interface GuestParts {
  /** Just restored: its realm is as the prelude left it. */
  readonly engine: Engine;
  readonly handles: PreludeHandles;
  readonly control: Control;
  /** True when the engine failed the binary JSON self-test: then values go in as JSON text. */
  readonly json: boolean;
  readonly writer: BjsonWriter;
}

/** One script in an engine's realm. */
export function createGuest({ engine, handles, control, json, writer }: GuestParts): Guest {
  let run = 0;
  let budgetEnd = Infinity;
  let stopped: "cpu" | "cancelled" | undefined;
  let events: GuestEvents | undefined;
  let over = false;
  let limitMs = Infinity;
  let finished = false;
  let lastRecords = "";
  const timers = new Map<number, NodeJS.Timeout>();
  /** File name of the script in stacks. */
  let file = scriptFile;
  let wallEnd = Infinity;

  const shouldStop = (): boolean => {
    if (stopped !== undefined) return true;
    if (run !== 0 && Atomics.load(control.cancel, 0) === run) stopped = "cancelled";
    else if (performance.now() > budgetEnd) stopped = "cpu";
    return stopped !== undefined;
  };
  const { realm } = engine;
  const give = createGiver(realm, json, writer);
  engine.shouldStop = shouldStop;
  engine.onHostCall = (bytes) =>
    answerHelper(writer, bytes, () =>
      [budgetEnd - performance.now(), wallEnd - performance.now()].map((left) => Math.max(0, Math.round(left))),
    );
  /** In a named runtime the script goes by another name; for the host it is the script. */
  const asScript = (text: string): string => (file === scriptFile ? text : text.replaceAll(`${file}:`, `${scriptFile}:`));

  /** Runs host code that enters the guest, with the CPU clock running; then drains what it caused. */
  const enter = (work: () => void): void => {
    if (over) return;
    const started = performance.now();
    const used = control.numbers[controlUsed] ?? 0;
    const left = limitMs - used;
    budgetEnd = started + left;
    control.numbers[controlDeadline] = sharedClock() + left;
    let end: WorkerEnd | undefined;
    try {
      work();
      end = drain();
    } catch (error) {
      end = failure(error);
    }
    control.numbers[controlUsed] = used + (performance.now() - started);
    control.numbers[controlDeadline] = 0;
    if (end !== undefined) finish(end);
  };
  const finish = (end: WorkerEnd): void => {
    if (over) return;
    over = true;
    clearTimers();
    events?.end(end, lastRecords);
  };
  const clearTimers = (): void => {
    for (const timer of timers.values()) clearTimeout(timer);
    timers.clear();
  };
  const invoke = (fn: Handle, ...args: Handle[]): Handle => {
    const outcome = realm.call(fn, ...args);
    if (outcome.ok) return outcome.value;
    // The prelude catches what the script throws: what comes through is an interrupt, a lack of memory or our mistake.
    if (shouldStop()) throw new Stopped();
    const message = realm.string(outcome.error);
    realm.free(outcome.error);
    throw thrownByEngine(message);
  };
  const pull = (): void => {
    const pulled = invoke(handles.pull);
    const text = realm.string(pulled);
    realm.free(pulled);
    if (text === "") return;
    const bar = text.indexOf("|");
    const line = text.indexOf("\n");
    if (line > bar + 1) setTimers(text.slice(bar + 1, line));
    const records = asScript(bar === 1 ? text.slice(line + 1) : pullPieces(Number(text.slice(1, bar))) + text.slice(line + 1));
    finished = text.startsWith("F");
    if (finished) lastRecords = records;
    else if (records !== "") events?.records(records);
  };
  const pullPieces = (count: number): string => {
    let joined = "";
    for (let index = 0; index < count; index++) {
      const number = realm.number(index);
      const piece = invoke(handles.pullPiece, number);
      joined += realm.string(piece);
      realm.free(piece);
      realm.free(number);
    }
    return joined;
  };

  const drain = (): WorkerEnd | undefined => {
    let lastPull = performance.now();
    for (;;) {
      const ran = realm.runJobs(sliceJobs);
      if (shouldStop()) throw new Stopped();
      const now = performance.now();
      if (ran < sliceJobs || now - lastPull > pullEveryMs) {
        lastPull = now;
        pull();
        if (finished) return { kind: "finished" };
        if (ran < sliceJobs) return whenQuiet();
      }
    }
  };

  /** No job is left: the script waits, or waits for ever. */
  const whenQuiet = (): WorkerEnd | undefined => {
    const idle = invoke(handles.idle);
    const waitingFor = realm.toNumber(idle);
    realm.free(idle);
    if (waitingFor < 0) return { kind: "memory" };
    if (waitingFor > 0) return undefined;
    const stuck = invoke(handles.stuck);
    const places = realm.string(stuck);
    realm.free(stuck);
    return { kind: "deadlock", places };
  };

  const setTimers = (operations: string): void => {
    for (const operation of operations.split(";")) {
      const id = Number(operation.slice(1, operation.indexOf(":")));
      if (operation.startsWith("+")) {
        const delay = Number(operation.slice(operation.indexOf(":") + 1));
        timers.set(
          id,
          setTimeout(() => {
            timers.delete(id);
            enter(() => {
              const number = realm.number(id);
              realm.free(invoke(handles.fire, number));
              realm.free(number);
            });
          }, delay),
        );
      } else if (operation.startsWith("-")) {
        clearTimeout(timers.get(id));
        timers.delete(id);
      }
    }
  };

  /**
   * Where an interrupted script stood. The engine rejects the promise of the interrupted function; a few more jobs carry
   * that to the script's own promise. What the script does in them reaches nobody: the outbox is not pulled any more.
   */
  const whereInterrupted = (): string => {
    let stack: string | undefined;
    try {
      const main = invoke(handles.main);
      for (let jobs = 0; jobs < traceJobs && stack === undefined; jobs++) {
        stack = realm.rejectionStack(main);
        if (stack === undefined && realm.runJobs(1) === 0) break;
      }
    } catch {
      // Only the line is lost.
    }
    return asScript(stack ?? "");
  };
  /** What an interrupted script had written, and where it stood. Its code gets no further than a few more jobs. */
  const interrupted = (cause: "cpu" | "cancelled"): WorkerEnd => {
    stopped = undefined;
    budgetEnd = performance.now() + traceMs;
    run = 0;
    try {
      pull();
    } catch {
      // Its last console lines are lost.
    }
    const stack = cause === "cpu" ? whereInterrupted() : "";
    stopped = cause;
    return cause === "cpu" ? { kind: cause, stack } : { kind: cause };
  };
  const failure = (error: unknown): WorkerEnd => {
    if (stopped !== undefined) return interrupted(stopped);
    if (error instanceof EngineError && error.kind === "memory") return { kind: "memory" };
    return { kind: "crashed", message: error instanceof Error ? error.message : String(error) };
  };

  return {
    start(request, given, parsed) {
      run = request.run;
      events = given;
      limitMs = request.cpuMs;
      wallEnd = performance.now() + request.wallMs;
      control.numbers[controlUsed] = 0;
      enter(() => {
        if (request.runtime !== null && request.runtime.image !== null) {
          file = `${scriptFile}#${request.runtime.scripts}`;
          const name = realm.text(file);
          realm.free(invoke(handles.renew, name));
          realm.free(name);
        }
        const config = give({
          context: request.context,
          store: request.store,
          maxCalls: request.maxCalls,
          seed: [randomInt(), randomInt(), randomInt(), randomInt()],
        });
        realm.free(invoke(handles.start, config));
        realm.free(config);
        const compiled = parsed === undefined ? realm.evaluate(request.code, file) : { ok: true as const, value: parsed };
        if (!compiled.ok) {
          if (shouldStop()) throw new Stopped();
          const described = invoke(handles.describe, compiled.error);
          const thrown = asScript(realm.string(described));
          realm.free(described);
          realm.free(compiled.error);
          finish({ kind: "syntax", thrown });
          return;
        }
        realm.free(invoke(handles.run, compiled.value));
        realm.free(compiled.value);
      });
    },
    answers(bytes) {
      enter(() => {
        const batch = json ? give(decodeBjson(bytes) ?? null) : realm.decode(bytes);
        realm.free(invoke(handles.deliver, batch));
        realm.free(batch);
      });
    },
    stop() {
      over = true;
      clearTimers();
    },
    rest() {
      stopped = undefined;
      run = 0;
      budgetEnd = performance.now() + restMs;
      try {
        return realm.runJobs(restJobs) < restJobs && !shouldStop();
      } catch {
        return false;
      }
    },
  };
}

/** `[true, result]` or `[false, message]`, for `helper` in the prelude. `left`: CPU and wall-clock milliseconds of the script. */
function answerHelper(writer: BjsonWriter, bytes: Uint8Array, left: () => Json): Uint8Array {
  try {
    const sent = decodeBjson(bytes);
    const [name, ...args] = Array.isArray(sent) ? (sent as Json[]) : [];
    if (name === "@left") return writer.encode([true, left()]);
    return writer.encode([true, callHelper(typeof name === "string" ? name : "", args)]);
  } catch (error) {
    return writer.encode([false, error instanceof Error ? error.message : String(error)]);
  }
}

function randomInt(): number {
  return (Math.random() * 2 ** 32) | 0;
}

/** Makes `tools` for a list of names. The engine must be as the prelude left it. */
export function prepareTools({ engine, handles, json, writer }: GuestParts, names: readonly string[]): void {
  const { realm } = engine;
  const list = createGiver(realm, json, writer)(names);
  realm.free(unwrap(realm, realm.call(handles.prepare, list)));
  realm.free(list);
}

/** Parses a script in a realm without running it; undefined when it does not parse. */
export function parseScript({ engine }: GuestParts, code: string): Handle | undefined {
  const parsed = engine.realm.evaluate(code, scriptFile);
  return parsed.ok ? parsed.value : undefined;
}

/** Brings values into a realm: as binary JSON, or as JSON text. */
function createGiver(realm: Realm, json: boolean, writer: BjsonWriter): (value: Json) => Handle {
  if (!json) return (value) => realm.decode(writer.encode(value));
  return (value) => unwrap(realm, realm.evaluate(`JSON.parse(${JSON.stringify(JSON.stringify(value))})`, preludeFile));
}

/** Proves that the engine's binary JSON is the dialect written here. */
export function speaksBjson(engine: Engine): boolean {
  const sample = {
    text: "a\0b\ud800\u0416é",
    big: "x".repeat(100),
    list: [1, -1, 300, -70_000, 2 ** 31, 0.5, true, false, null],
    ["__proto__"]: { deep: [] },
    7: "seven",
  };
  const { realm } = engine;
  try {
    const value = realm.decode(createBjsonWriter().encode(sample));
    const check = unwrap(realm, realm.evaluate("(value) => JSON.stringify(value)", preludeFile));
    const text = unwrap(realm, realm.call(check, value));
    const inGuest = realm.string(text);
    for (const handle of [value, check, text]) realm.free(handle);
    return inGuest === JSON.stringify(sample);
  } catch {
    return false;
  }
}

/** Thrown on the host side when the guest was stopped on purpose. */
class Stopped extends Error {}

function unwrap(realm: Realm, outcome: ReturnType<Realm["evaluate"]>): Handle {
  if (outcome.ok) return outcome.value;
  const text = realm.string(outcome.error);
  realm.free(outcome.error);
  throw new EngineError("broken", text);
}

/** Installs a script's globals in a new engine; the state to take the snapshot of. */
export function evaluatePrelude(engine: Engine): PreludeHandles {
  const { realm } = engine;
  const guest = unwrap(realm, realm.evaluate(preludeSource, preludeFile));
  const setHost = realm.property(guest, "setHost");
  const host = engine.hostFunction();
  realm.free(unwrap(realm, realm.call(setHost, host)));
  realm.free(host);
  realm.free(setHost);
  const of = (name: keyof PreludeHandles): Handle => realm.property(guest, name);
  const handles: PreludeHandles = {
    prepare: of("prepare"),
    start: of("start"),
    run: of("run"),
    main: of("main"),
    deliver: of("deliver"),
    fire: of("fire"),
    pull: of("pull"),
    pullPiece: of("pullPiece"),
    idle: of("idle"),
    stuck: of("stuck"),
    describe: of("describe"),
    renew: of("renew"),
  };
  realm.free(guest);
  return handles;
}
