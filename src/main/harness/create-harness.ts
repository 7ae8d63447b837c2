import { readFile } from "node:fs/promises";
import os from "node:os";
import { SpindleError } from "../../protocol/error.ts";
import type { Json } from "../../protocol/json.ts";
import type { ScriptLimits } from "../../protocol/settings.ts";
import { createBjsonWriter } from "./bjson.ts";
import { createCompiler, type CompiledScript } from "./compile.ts";
import type { Harness, ScriptError, ScriptOutcome, ScriptRequest } from "./harness.ts";
import { stopError } from "./judge.ts";
import { createPool } from "./pool.ts";
import type { WasmModule } from "./quickjs.ts";
import { startScript, type RunningScript } from "./run-script.ts";
import { createRuntimes, type RuntimeTurn } from "./runtimes.ts";
import { compileError } from "./script-error.ts";

export interface HarnessOptions {
  /** Absolute path of the built worker entry (`worker.cjs`). */
  readonly workerFile: string;
  /** Absolute path of QuickJS's `.wasm`: `require.resolve("@jitl/quickjs-wasmfile-release-sync/wasm")`. */
  readonly wasmFile: string;
  /** Workers kept ready. Default 2, up to 4 with more cores. */
  readonly workers?: number;
  /** Further workers while all others only wait for tools. Default 4. */
  readonly extraWorkers?: number;
  /** Memory of the engines prepared ahead; a script with another limit gets a new one (about 1 ms). Default 128. */
  readonly memoryMb?: number;
  /** Default 250. */
  readonly graceMs?: number;
}

/** Default for `graceMs`. */
const defaultGraceMs = 250;
const closeMs = 30_000;

/** The harness of an application. Nothing is started before `prewarm` or the first `run`. */
export function createHarness(options: HarnessOptions): Harness {
  const compiler = createCompiler();
  let wasm: Promise<WasmModule> | undefined;
  const cores = os.availableParallelism();
  const pool = createPool({
    workerFile: options.workerFile,
    wasm: () =>
      (wasm ??= readFile(options.wasmFile)
        .then((bytes) => WebAssembly.compile(bytes))
        .catch((error: unknown) => {
          wasm = undefined;
          throw error;
        })),
    size: options.workers ?? Math.max(2, Math.min(4, cores - 1)),
    extra: options.extraWorkers ?? 4,
    memoryMb: options.memoryMb ?? 128,
  });
  const runtimes = createRuntimes();
  const writer = createBjsonWriter();
  const running = new Set<RunningScript>();
  let closed = false;
  let runs = 0;
  const refuseWhenClosed = (): void => {
    if (closed) throw new SpindleError("cancelled", "The script harness is closed.");
  };

  /** One compiled script, in its place of a named runtime or in a realm of its own. */
  const run = async (request: ScriptRequest, compiled: CompiledScript, turn: RuntimeTurn | undefined): Promise<ScriptOutcome> => {
    // The number is compared in an int32 shared with the worker; 0 means none.
    runs = (runs % 0x7ffffff0) + 1;
    const script = startScript(request, compiled, { run: runs, graceMs: options.graceMs ?? defaultGraceMs, closeMs, pool, turn, writer });
    const { stop } = script;
    running.add(script);
    request.signal.addEventListener("abort", stop, { once: true });
    if (request.signal.aborted) stop();
    try {
      return await script.outcome;
    } finally {
      running.delete(script);
      request.signal.removeEventListener("abort", stop);
      turn?.leave(script.image());
    }
  };

  return {
    async run(request) {
      refuseWhenClosed();
      const compiled = await compiler.compile(request.code);
      refuseWhenClosed();
      if (!compiled.ok) return notRun(compileError(compiled));
      if (request.runtime === undefined) return run(request, compiled, undefined);
      const key = `${request.runtime} ${request.toolNames.join(" ")}`;
      const turn = await runtimes.enter(key, ({ snapshot }) => snapshot.image.end < mostOf(request.limits), request.signal);
      if (turn === undefined || closed) {
        turn?.leave(null);
        return notRun(stopError("cancelled", request.limits));
      }
      return run(withRuntime(request, turn), compiled, turn);
    },
    prewarm() {
      // A compiler that does not load is reported by the first script.
      compiler.prepare().catch(() => undefined);
      pool.prewarm();
    },
    info() {
      const { hits, misses } = compiler.stats();
      return { ...pool.info(), cacheHits: hits, cacheMisses: misses };
    },
    async close() {
      closed = true;
      const left = [...running];
      for (const script of left) script.stop();
      await Promise.allSettled(left.map((script) => script.outcome));
      await pool.close();
    },
  };
}

function notRun(error: ScriptError): ScriptOutcome {
  return { ok: false, error, warnings: [], stats: { cpuMs: 0, wallMs: 0, calls: 0, logLines: 0, compileCached: false } };
}

/** What the image of a runtime may take of a script's memory, in bytes. */
function mostOf(limits: ScriptLimits): number {
  return limits.memoryMb * 0.75 * 1024 * 1024;
}

/** Tells the script which runtime it is in and how many scripts were there before it. */
function withRuntime(request: ScriptRequest, turn: RuntimeTurn): ScriptRequest {
  const { context, runtime = "" } = request;
  if (!isObject(context)) return request;
  const name = runtime.slice(runtime.lastIndexOf("/") + 1);
  return { ...request, context: { ...context, runtime: { name, scripts: turn.scripts } } };
}

function isObject(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
