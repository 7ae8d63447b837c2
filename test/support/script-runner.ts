import { SpindleError } from "../../src/protocol/error.ts";
import type { Json } from "../../src/protocol/json.ts";
import type { ScriptLimits } from "../../src/protocol/settings.ts";
import { createHarness, type HarnessOptions } from "../../src/main/harness/create-harness.ts";
import type { Harness, ScriptCall, ScriptLogEntry, ScriptOutcome, ScriptStore } from "../../src/main/harness/harness.ts";
import { harnessFiles } from "./worker-file.ts";

export interface RunOptions {
  readonly limits?: Partial<ScriptLimits>;
  readonly context?: Json;
  readonly store?: ScriptStore;
  readonly runtime?: string;
  readonly signal?: AbortSignal;
  readonly tools?: Readonly<Record<string, (input: Json, call: ScriptCall, signal: AbortSignal) => Json | Promise<Json>>>;
}

export interface ScriptRunner {
  readonly harness: Harness;
  run(
    code: string,
    options?: RunOptions,
  ): Promise<ScriptOutcome & { readonly logs: readonly ScriptLogEntry[]; readonly calls: readonly ScriptCall[] }>;
}

export const defaultLimits: ScriptLimits = { cpuMs: 10_000, wallMs: 60_000, memoryMb: 128, maxCalls: 10_000, maxInFlight: 100 };

/** Tools every test script has, unless it brings its own: each shows one way a call can go. */
export const sampleTools: NonNullable<RunOptions["tools"]> = {
  echo: (input) => input,
  fail: () => {
    throw new SpindleError("not_found", "missing.txt does not exist.", {
      hint: "List the folder first.",
      details: { path: "missing.txt" },
    });
  },
  never: (_input, _call, signal) =>
    new Promise((_, reject) => {
      signal.addEventListener("abort", () => reject(new SpindleError("cancelled", "Stopped.")), { once: true });
    }),
  wait: (input, _call, signal) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => resolve("waited"), Number(input));
      signal.addEventListener(
        "abort",
        () => {
          clearTimeout(timer);
          reject(new SpindleError("cancelled", "Stopped."));
        },
        { once: true },
      );
    }),
};

/** A real harness with real workers, whose scripts call functions of the test. */
export async function createScriptRunner(options: Partial<HarnessOptions> = {}): Promise<ScriptRunner> {
  const harness = createHarness({ ...(await harnessFiles()), workers: 2, ...options });
  return {
    harness,
    async run(code, run = {}) {
      const tools = run.tools ?? sampleTools;
      const logs: ScriptLogEntry[] = [];
      const calls: ScriptCall[] = [];
      const outcome = await harness.run({
        code,
        context: run.context ?? {},
        ...(run.store === undefined ? {} : { store: run.store }),
        ...(run.runtime === undefined ? {} : { runtime: run.runtime }),
        toolNames: Object.keys(tools),
        limits: { ...defaultLimits, ...run.limits },
        signal: run.signal ?? new AbortController().signal,
        async callTool(call, signal) {
          calls.push(call);
          const tool = tools[call.name];
          if (tool === undefined) throw new SpindleError("unknown_tool", call.name);
          return await tool(call.input, call, signal);
        },
        onLog: (entries) => logs.push(...entries),
      });
      return { ...outcome, logs, calls };
    },
  };
}
