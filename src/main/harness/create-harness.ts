import { readFile } from "node:fs/promises";
import os from "node:os";
import { SpindleError } from "../../protocol/error.ts";
import { createCompiler } from "./compile.ts";
import type { Harness } from "./harness.ts";
import { createPool } from "./pool.ts";
import type { WasmModule } from "./quickjs.ts";
import { runScript } from "./run-script.ts";
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
    wasm: () => (wasm ??= readFile(options.wasmFile).then((bytes) => WebAssembly.compile(bytes))),
    size: options.workers ?? Math.max(2, Math.min(4, cores - 1)),
    extra: options.extraWorkers ?? 4,
    memoryMb: options.memoryMb ?? 128,
  });
  const closing = new AbortController();
  const running = new Set<Promise<unknown>>();
  let runs = 0;

  return {
    async run(request) {
      if (closing.signal.aborted) throw new SpindleError("cancelled", "The script harness is closed.");
      const compiled = await compiler.compile(request.code);
      if (!compiled.ok) {
        return { ok: false, error: compileError(compiled), warnings: [], stats: { cpuMs: 0, wallMs: 0, calls: 0, logLines: 0, compileCached: false } };
      }
      // The number is compared in an int32 shared with the worker; 0 means none.
      runs = (runs % 0x7ffffff0) + 1;
      const stop = new AbortController();
      const forward = (): void => stop.abort(request.signal.reason);
      const shut = (): void => stop.abort(closing.signal.reason);
      request.signal.addEventListener("abort", forward, { once: true });
      closing.signal.addEventListener("abort", shut, { once: true });
      if (request.signal.aborted) forward();
      const work = runScript({ ...request, callTool: (call, signal) => request.callTool(call, signal), onLog: (entries) => request.onLog(entries), signal: stop.signal }, compiled, {
        run: runs,
        graceMs: options.graceMs ?? defaultGraceMs,
        closeMs,
        lease: (listener, signal) => pool.lease(listener, signal),
      });
      running.add(work);
      try {
        return await work;
      } finally {
        running.delete(work);
        request.signal.removeEventListener("abort", forward);
        closing.signal.removeEventListener("abort", shut);
      }
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
      closing.abort(new SpindleError("cancelled", "The script harness is closed."));
      await Promise.allSettled(running);
      await pool.close();
    },
  };
}
