import { afterEach, expect, test } from "vitest";
import { createHarness } from "../../../src/main/harness/create-harness.ts";
import { createScriptRunner, type ScriptRunner } from "../../support/script-runner.ts";
import { harnessFiles } from "../../support/worker-file.ts";

const runners: ScriptRunner[] = [];
async function start(...options: Parameters<typeof createScriptRunner>): Promise<ScriptRunner> {
  const runner = await createScriptRunner(...options);
  runners.push(runner);
  return runner;
}
afterEach(async () => {
  for (const runner of runners.splice(0)) await runner.harness.close();
  // Worker threads are message ports; a leaked one would still be listed.
  expect(process.getActiveResourcesInfo().filter((name) => name === "MessagePort" || name === "Worker")).toEqual([]);
});

/** Waits for a state that another thread brings about. */
async function until(condition: () => boolean): Promise<void> {
  for (let waited = 0; !condition(); waited += 5) {
    if (waited > 10_000) throw new Error("It did not happen within 10 s.");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test("nothing is started before it is needed, and prewarming starts all workers once", async () => {
  const runner = await start({ workers: 2 });
  expect(runner.harness.info()).toEqual({ workers: 0, busy: 0, cacheHits: 0, cacheMisses: 0 });
  runner.harness.prewarm();
  runner.harness.prewarm();
  await until(() => runner.harness.info().workers === 2);
  expect(await runner.run("return 1;")).toMatchObject({ ok: true, value: 1 });
  expect(runner.harness.info()).toEqual({ workers: 2, busy: 0, cacheHits: 0, cacheMisses: 1 });
});

test("scripts that compute wait their turn, first come first served", async () => {
  const runner = await start({ workers: 1, extraWorkers: 0 });
  const order: number[] = [];
  await Promise.all(
    [1, 2, 3, 4].map(async (number) =>
      order.push(Number((await runner.run(`const end = Date.now() + 30; while (Date.now() < end); return ${number};`)).ok && number)),
    ),
  );
  expect([order, runner.harness.info().workers]).toEqual([[1, 2, 3, 4], 1]);
});

test("scripts that only wait for tools do not hold up others", async () => {
  const runner = await start({ workers: 1, extraWorkers: 2 });
  const controller = new AbortController();
  const waiting = [
    runner.run("await tools.never();", { signal: controller.signal }),
    runner.run("await tools.never();", { signal: controller.signal }),
  ];
  expect(await runner.run("return await tools.echo('through');")).toMatchObject({ ok: true, value: "through" });
  controller.abort();
  expect((await Promise.all(waiting)).map((outcome) => (outcome.ok ? "ok" : outcome.error.code))).toEqual(["cancelled", "cancelled"]);
});

test("a killed worker is replaced at once and the queue goes on", async () => {
  const runner = await start({ workers: 1, extraWorkers: 0 });
  const bomb = runner.run("return new Array(2 ** 28).join('x');", { limits: { cpuMs: 60 } });
  const next = runner.run("return 'next';");
  expect(await bomb).toMatchObject({ ok: false, error: { code: "script_timeout" } });
  expect(await next).toMatchObject({ ok: true, value: "next" });
  expect(runner.harness.info()).toMatchObject({ workers: 1, busy: 0 });
});

test("closing stops running and waiting scripts, closes their calls and leaves no thread", async () => {
  const runner = await start({ workers: 1, extraWorkers: 0 });
  const runs = [runner.run("await tools.never();"), runner.run("for (;;) {}"), runner.run("return 1;")];
  await until(() => runner.harness.info().busy === 1);
  await runner.harness.close();
  expect((await Promise.all(runs)).map((outcome) => (outcome.ok ? "ok" : outcome.error.code))).toEqual([
    "cancelled",
    "cancelled",
    "cancelled",
  ]);
  await expect(
    runner.harness.run({
      code: "",
      context: {},
      toolNames: [],
      limits: { cpuMs: 50, wallMs: 100, memoryMb: 32, maxCalls: 1, maxInFlight: 1 },
      signal: new AbortController().signal,
      callTool: async () => null,
      onLog: () => undefined,
    }),
  ).rejects.toMatchObject({ code: "cancelled" });
  await runner.harness.close();
});

test("a worker file that cannot start is an error that says so, and not an endless loop", async () => {
  const { wasmFile, workerFile } = await harnessFiles();
  for (const files of [
    { workerFile: `${workerFile}.missing`, wasmFile },
    { workerFile, wasmFile: `${wasmFile}.missing` },
  ]) {
    const harness = createHarness({ ...files, workers: 2 });
    const request = {
      code: "return 1;",
      context: {},
      toolNames: [],
      limits: { cpuMs: 1_000, wallMs: 5_000, memoryMb: 64, maxCalls: 1, maxInFlight: 1 },
      signal: new AbortController().signal,
      callTool: async () => null,
      onLog: () => undefined,
    };
    await expect(harness.run(request)).rejects.toThrow(/does not start|no such file/);
    await harness.close();
  }
});

test("a long row of scripts, many of them bombs, leaves threads and memory as they were", async () => {
  const runner = await start({ workers: 2 });
  const script = (index: number): Promise<{ ok: boolean }> =>
    index % 40 === 0
      ? runner.run("const a = []; for (;;) a.push(new Uint8Array(1_000_000));", { limits: { memoryMb: 64 } })
      : index % 40 === 20
        ? runner.run("for (;;) {}", { limits: { cpuMs: 50 } })
        : runner.run(`return await tools.echo(${index % 7});`);
  const round = async (from: number): Promise<number> => {
    for (let index = from; index < from + 200; index += 2) await Promise.all([script(index), script(index + 1)]);
    // What the last bombs used goes with their threads.
    await new Promise((resolve) => setTimeout(resolve, 300));
    return process.memoryUsage().rss;
  };
  await round(0);
  const before = await round(200);
  const after = await round(400);
  expect(after / before, `${Math.round(before / 1e6)} MB -> ${Math.round(after / 1e6)} MB`).toBeLessThan(1.25);
  expect(runner.harness.info()).toMatchObject({ workers: 2, busy: 0 });
});
