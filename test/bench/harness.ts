import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { Worker } from "node:worker_threads";
import { createCompiler } from "../../src/main/harness/compile.ts";
import { createHarness } from "../../src/main/harness/create-harness.ts";
import type { Harness, ScriptOutcome } from "../../src/main/harness/harness.ts";
import { createEngine } from "../../src/main/harness/quickjs.ts";
import type { Json } from "../../src/protocol/json.ts";
import type { ScriptLimits } from "../../src/protocol/settings.ts";
import { startEcho, startReusedContext, type Echo } from "../support/harness-floors.ts";

/** One line of `out/bench/harness.json`. `ratio` is value / floor, both measured in this run, interleaved. */
export interface Figure {
  readonly metric: string;
  readonly value: number;
  readonly unit: string;
  readonly floor?: number;
  readonly ratio?: number;
  readonly target: string;
  readonly ok: boolean;
}

export interface HarnessBenchFiles {
  readonly workerFile: string;
  readonly wasmFile: string;
}

const batches = 21;
const limits: ScriptLimits = { cpuMs: 10_000, wallMs: 600_000, memoryMb: 128, maxCalls: 1_000_000, maxInFlight: 10_000 };
const require = createRequire(path.resolve("package.json"));
const builtFiles: HarnessBenchFiles = {
  workerFile: path.resolve("out/main/worker.cjs"),
  wasmFile: require.resolve("@jitl/quickjs-wasmfile-release-sync/wasm"),
};

/** Measures the script harness against what a bare worker thread costs. Run by `npm run bench -- harness`. */
export async function bench(report: (figure: Figure) => void, _ready: unknown, files: HarnessBenchFiles = builtFiles): Promise<void> {
  const harness = createHarness({ ...files, workers: 2 });
  const echo = await startEcho();
  try {
    harness.prewarm();
    for (let warmUp = 0; warmUp < 30; warmUp++)
      await run(
        harness,
        "for (let i = 0; i < 200; i++) await tools.echo(i); return await Promise.all(Array.from({ length: 200 }, (_, i) => tools.echo(i)));",
      );
    await latency(report, harness, echo);
    await compileTime(report, files);
    await endings(report, harness);
    await memory(report, files);
    await endurance(report, files);
  } finally {
    await harness.close();
    await echo.close();
  }
}

async function latency(report: (figure: Figure) => void, harness: Harness, echo: Echo): Promise<void> {
  const reused = await startReusedContext(require.resolve);
  const trivial = "return 1 + 1;";
  const wall = async (code: string): Promise<number> => (await run(harness, code)).stats.wallMs;
  const samples = collector();
  const big = "x".repeat(1024 * 1024);
  for (let batch = 0; batch < batches; batch++) {
    for (let repeat = 0; repeat < 5; repeat++) {
      samples.add("ping", (await time(async () => repeatAsync(200, () => echo.send("x")))) / 200);
      samples.add("call", await sequentialCall(harness));
    }
    for (let repeat = 0; repeat < 20; repeat++) {
      samples.add("reused", await time(() => reused.run()));
      await idle();
      samples.add("trivial", await time(() => run(harness, trivial)));
      await idle();
    }
    for (const count of [100, 1_000, 10_000]) {
      for (let repeat = 0; repeat < (count > 1_000 ? 1 : 4); repeat++) {
        samples.add(`pings ${count}`, await time(() => Promise.all(Array.from({ length: count }, () => echo.send("x")))));
        await idle();
        const all = `await Promise.all(Array.from({ length: ${count} }, (_, i) => tools.echo(i)));`;
        samples.add(`all ${count}`, await wall(all));
        await idle();
      }
    }
    samples.add("ping 1 MB", (await time(() => repeatAsync(10, () => echo.send(big)))) / 10);
    samples.add("call 1 MB", await largeResult(harness, big));
  }
  reused.close();
  const compare = (metric: string, value: string, floor: string, factor: number, unit: "ms" | "us", target: string): void => {
    const scale = unit === "us" ? 1_000 : 1;
    const [measured, base] = [samples.median(value) * scale, samples.median(floor) * scale];
    report({
      metric,
      value: round(measured),
      unit,
      floor: round(base),
      ratio: round(measured / base),
      target,
      ok: measured / base <= factor,
    });
  };
  compare("sequential host call / message there and back", "call", "ping", 4, "us", "<= 4 x floor");
  compare("Promise.all of 100 calls / 100 parallel messages", "all 100", "pings 100", 5, "ms", "<= 5 x floor");
  compare("Promise.all of 1,000 calls / 1,000 parallel messages", "all 1000", "pings 1000", 7, "ms", "<= 7 x floor");
  compare("Promise.all of 10,000 calls / 10,000 parallel messages", "all 10000", "pings 10000", 10, "ms", "<= 10 x floor");
  compare("1 MB text result / 1 MB message there and back", "call 1 MB", "ping 1 MB", 1, "ms", "<= 1 x floor");
  compare("trivial script, warm / a QuickJS context used again", "trivial", "reused", 1, "ms", "<= 1 x floor");
  const seconds = (await time(() => repeatAsync(500, () => run(harness, trivial)))) / 1_000;
  report({
    metric: "trivial scripts in a row",
    value: round(500 / seconds),
    unit: "per second",
    target: ">= 300",
    ok: 500 / seconds >= 300,
  });
}

/** Between the first call's start and the last one's: what a call costs in a loop, without the script around it. */
async function sequentialCall(harness: Harness): Promise<number> {
  let first = 0;
  let last = 0;
  const count = 200;
  await run(harness, `for (let i = 0; i < ${count + 1}; i++) await tools.echo(i);`, (input) => {
    last = performance.now();
    if (input === 0) first = last;
    return input;
  });
  return (last - first) / count;
}

async function largeResult(harness: Harness, text: string): Promise<number> {
  let first = 0;
  let last = 0;
  await run(harness, "for (let i = 0; i < 11; i++) await tools.echo(i);", (input) => {
    last = performance.now();
    if (input === 0) first = last;
    return text;
  });
  return (last - first) / 10;
}

async function compileTime(report: (figure: Figure) => void, files: HarnessBenchFiles): Promise<void> {
  const samples = collector();
  const compiler = createCompiler();
  const engine = await createEngine(await WebAssembly.compile(await readFile(files.wasmFile)), 128);
  const body = Array.from(
    { length: 70 },
    (_, index) =>
      `async function step${index}(input: { readonly path: string; limit?: number }): Promise<number> {\n  const found = await tools.readFile({ path: input.path });\n  return found.lines > ${index} ? 1 : 0;\n}\n`,
  ).join("");
  for (let batch = 0; batch < batches * 3; batch++) {
    const code = `// ${batch}\n${body}`.slice(0, 10_240);
    const whole = `${code.slice(0, code.lastIndexOf("}\n") + 2)}return ${batch};`;
    let compiled: Awaited<ReturnType<typeof compiler.compile>> | undefined;
    samples.add("compile", await time(async () => (compiled = await compiler.compile(whole))));
    if (compiled?.ok !== true) throw new Error("The sample does not compile.");
    const { realm } = engine;
    const { js } = compiled;
    samples.add("parse", await time(() => realm.evaluate(js, "bench.js")));
    samples.add("cached", await time(() => compiler.compile(whole)));
  }
  const [value, floor] = [samples.median("compile"), samples.median("parse")];
  report({
    metric: "10 KB TypeScript compiled / parsed by QuickJS",
    value: round(value),
    unit: "ms",
    floor: round(floor),
    ratio: round(value / floor),
    target: "<= 0.5 x floor",
    ok: value / floor <= 0.5,
  });
  report({
    metric: "10 KB TypeScript from the cache",
    value: round(samples.median("cached")),
    unit: "ms",
    target: "<= 0.1 ms",
    ok: samples.median("cached") <= 0.1,
  });
}

async function endings(report: (figure: Figure) => void, harness: Harness): Promise<void> {
  const samples = collector();
  for (let batch = 0; batch < 15; batch++) {
    const loop = await run(harness, "for (;;) {}", undefined, { cpuMs: 100 });
    samples.add("overshoot", loop.stats.cpuMs - 100);
    const controller = new AbortController();
    const aborted = { at: 0 };
    setTimeout(() => {
      aborted.at = performance.now();
      controller.abort();
    }, 30);
    await run(harness, "for (;;) {}", undefined, {}, controller.signal);
    samples.add("abort", performance.now() - aborted.at);
  }
  for (let batch = 0; batch < 5; batch++)
    samples.add("kill", (await time(() => run(harness, "return new Array(2 ** 28).join('x');", undefined, { cpuMs: 100 }))) - 100);
  const limit = (metric: string, key: string, most: number): void =>
    report({ metric, value: round(samples.median(key)), unit: "ms", target: `<= ${most} ms`, ok: samples.median(key) <= most });
  limit("time limit overshoot, interruptible", "overshoot", 10);
  limit("abort -> stopped, endless loop", "abort", 10);
  limit("un-interruptible script dead after its limit", "kill", 300);
}

async function memory(report: (figure: Figure) => void, files: HarnessBenchFiles): Promise<void> {
  const count = 8;
  const rss = (): number => process.memoryUsage().rss / 1024 / 1024;
  const measure = async (start: () => Promise<() => Promise<unknown>>): Promise<number> => {
    const before = rss();
    const stop = await start();
    await new Promise((resolve) => setTimeout(resolve, 300));
    const used = rss() - before;
    await stop();
    return used / count;
  };
  const empty = async (): Promise<() => Promise<unknown>> => {
    const workers = Array.from(
      { length: count },
      () => new Worker("require('node:worker_threads').parentPort.on('message', () => {}).postMessage(1)", { eval: true }),
    );
    await Promise.all(workers.map((worker) => once(worker, "message")));
    return () => Promise.all(workers.map((worker) => worker.terminate()));
  };
  const warm = async (): Promise<() => Promise<unknown>> => {
    const harness = createHarness({ ...files, workers: count });
    harness.prewarm();
    await Promise.all(
      Array.from({ length: count }, () => run(harness, "await tools.echo(1); const end = Date.now() + 200; while (Date.now() < end);")),
    );
    return () => harness.close();
  };
  const samples = collector();
  for (let batch = 0; batch < 5; batch++) {
    samples.add("empty", await measure(empty));
    samples.add("warm", await measure(warm));
  }
  const [value, floor] = [samples.median("warm"), samples.median("empty")];
  report({
    metric: "memory of a warm worker / of an empty one",
    value: round(value),
    unit: "MB",
    floor: round(floor),
    ratio: round(value / floor),
    target: "<= 1.3 x floor",
    ok: value / floor <= 1.3,
  });
}

/** Many scripts, a tenth of them killed or out of memory: nothing may be left of them. */
async function endurance(report: (figure: Figure) => void, files: HarnessBenchFiles): Promise<void> {
  const harness = createHarness({ ...files, workers: 2 });
  harness.prewarm();
  let wrong = 0;
  let slowest = 0;
  const one = async (index: number): Promise<void> => {
    const bomb = index % 20 === 0 ? "memory" : index % 20 === 10 ? (index % 100 === 10 ? "stuck" : "loop") : "none";
    const code = {
      memory: "const a = []; for (;;) a.push(new Uint8Array(1_000_000));",
      loop: "for (;;) {}",
      stuck: "return new Array(2 ** 28).join('x');",
      none: `return await tools.echo(${index});`,
    }[bomb];
    const started = performance.now();
    const outcome = await run(harness, code, undefined, bomb === "none" || bomb === "memory" ? {} : { cpuMs: 50 });
    if (bomb === "memory") slowest = Math.max(slowest, performance.now() - started);
    const expected = { memory: "script_out_of_memory", loop: "script_timeout", stuck: "script_timeout", none: "ok" }[bomb];
    if ((outcome.ok ? "ok" : outcome.error.code) !== expected) wrong++;
  };
  const round300 = async (from: number): Promise<number> => {
    for (let index = from; index < from + 300; index += 2) await Promise.all([one(index), one(index + 1)]);
    await new Promise((resolve) => setTimeout(resolve, 200));
    return process.memoryUsage().rss / 1024 / 1024;
  };
  await round300(0);
  const first = await round300(300);
  let last = first;
  for (let from = 600; from < 3_000; from += 300) last = await round300(from);
  report({
    metric: "memory after 3,000 scripts, 300 of them bombs / after 600",
    value: round(last),
    unit: "MB",
    floor: round(first),
    ratio: round(last / first),
    target: "<= 1.1 x floor",
    ok: last / first <= 1.1,
  });
  report({ metric: "wrong outcomes among them", value: wrong, unit: "scripts", target: "0", ok: wrong === 0 });
  report({
    metric: "threads and busy workers left",
    value: harness.info().workers - 2 + harness.info().busy,
    unit: "workers",
    target: "0",
    ok: harness.info().workers === 2 && harness.info().busy === 0,
  });
  report({ metric: "memory bomb of 128 MB, slowest end", value: round(slowest), unit: "ms", target: "<= 2000 ms", ok: slowest <= 2_000 });
  await harness.close();
}

async function run(
  harness: Harness,
  code: string,
  tool: (input: Json) => Json = (input) => input,
  changed: Partial<ScriptLimits> = {},
  signal = new AbortController().signal,
): Promise<ScriptOutcome> {
  return harness.run({
    code,
    context: {},
    toolNames: ["echo"],
    limits: { ...limits, ...changed },
    signal,
    callTool: async (call) => tool(call.input),
    onLog: () => undefined,
  });
}

function collector() {
  const samples = new Map<string, number[]>();
  return {
    add(name: string, value: number): void {
      const list = samples.get(name);
      if (list === undefined) samples.set(name, [value]);
      else list.push(value);
    },
    median(name: string): number {
      const list = [...(samples.get(name) ?? [])].sort((a, b) => a - b);
      return list[Math.floor(list.length / 2)] ?? Number.NaN;
    },
  };
}

async function time(work: () => unknown): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

async function repeatAsync(count: number, work: () => Promise<unknown>): Promise<void> {
  for (let index = 0; index < count; index++) await work();
}

/** A pause as between two scripts of a person: the threads sleep, the next realm is ready. */
function idle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 4));
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
