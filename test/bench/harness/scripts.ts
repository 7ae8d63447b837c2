import { createRequire } from "node:module";
import path from "node:path";
import { createHarness } from "../../../src/main/harness/create-harness.ts";
import type { Harness, ScriptOutcome } from "../../../src/main/harness/harness.ts";
import type { Json } from "../../../src/protocol/json.ts";
import type { ScriptLimits } from "../../../src/protocol/settings.ts";

/** Of every timed figure: how often its value and its floor are measured, turn by turn. */
export const batches = 21;

/** Resolves packages as the application does; works from wherever the bundle of the bench lies. */
export const { resolve: resolvePackage } = createRequire(path.resolve("package.json"));

const files = {
  workerFile: path.resolve("out/main/worker.cjs"),
  wasmFile: resolvePackage("@jitl/quickjs-wasmfile-release-sync/wasm"),
};

/** Path of QuickJS's WebAssembly. */
export const { wasmFile } = files;

/** Nothing a measured script meets by accident. */
const limits: ScriptLimits = { cpuMs: 10_000, wallMs: 600_000, memoryMb: 128, maxCalls: 1_000_000, maxInFlight: 10_000 };

export interface RunOptions {
  /** What `tools.echo` does on the host. Default: returns its input. */
  tool?(input: Json, signal: AbortSignal): Json | Promise<Json>;
  readonly limits?: Partial<ScriptLimits>;
  readonly signal?: AbortSignal;
}

/** Runs one script whose only tool is `tools.echo`. */
export function runScript(harness: Harness, code: string, options: RunOptions = {}): Promise<ScriptOutcome> {
  const tool = options.tool ?? ((input: Json) => input);
  return harness.run({
    code,
    context: {},
    toolNames: ["echo"],
    limits: { ...limits, ...options.limits },
    signal: options.signal ?? new AbortController().signal,
    callTool: async (call, signal) => tool(call.input, signal),
    onLog: () => undefined,
  });
}

/** `ok`, or the code of the error. */
export function codeOf(outcome: ScriptOutcome): string {
  return outcome.ok ? "ok" : outcome.error.code;
}

/** A harness of the built worker, nothing started. */
export function newHarness(workers: number): Harness {
  return createHarness({ ...files, workers });
}

/** Runs `body` with a harness of two workers, both compiled hot by the compilers of V8, and closes it. */
export async function withWarmHarness<T>(body: (harness: Harness) => Promise<T>): Promise<T> {
  const harness = newHarness(2);
  try {
    harness.prewarm();
    const code =
      "for (let i = 0; i < 200; i++) await tools.echo(i); return await Promise.all(Array.from({ length: 200 }, (_, i) => tools.echo(i)));";
    for (let round = 0; round < 15; round++) await Promise.all([runScript(harness, code), runScript(harness, code)]);
    return await body(harness);
  } finally {
    await harness.close();
  }
}
