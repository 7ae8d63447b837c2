import { afterAll, beforeAll, expect, test } from "vitest";
import { createScriptRunner, type ScriptRunner } from "../../support/script-runner.ts";

let runner: ScriptRunner;
beforeAll(async () => {
  runner = await createScriptRunner();
});
afterAll(() => runner.harness.close());

const inRuntime = (runtime: string, code: string, options: Parameters<ScriptRunner["run"]>[1] = {}) =>
  runner.run(code, { runtime, ...options });
const value = async (outcome: ReturnType<ScriptRunner["run"]>): Promise<unknown> => {
  const ended = await outcome;
  return ended.ok ? ended.value : ended.error;
};

test("globals stay for the next script of the runtime, in whatever worker, and nowhere else", async () => {
  await inRuntime("c1/a", "globalThis.index = new Map([['x', [1, 2]]]); globalThis.lookUp = (key) => index.get(key);");
  // Every worker gets its turn: the runtime is not bound to one.
  await Promise.all(Array.from({ length: 4 }, () => runner.run("globalThis.index = 'mine'; await tools.wait(20);")));
  expect(
    await value(inRuntime("c1/a", "index.get('x').push(3); return [lookUp('x'), context.runtime];", { context: { project: "p" } })),
  ).toEqual([[1, 2, 3], { name: "a", scripts: 1 }]);
  expect(await value(inRuntime("c1/a", "return [lookUp('x').length, context.runtime.scripts];", { context: {} }))).toEqual([3, 2]);
  expect(await value(inRuntime("c2/a", "return typeof index;"))).toBe("undefined");
  expect(await value(runner.run("return typeof index;"))).toBe("undefined");
});

test("each script of a runtime has its own calls, console, limits, context and lines", async () => {
  const first = await inRuntime(
    "c1/lines",
    "globalThis.read = async (x) => await tools.echo(x);\nglobalThis.boom = () => { throw new Error('old code'); };\nconsole.log('one');\nreturn await read(1);",
    { limits: { maxCalls: 2 }, context: { n: 1 } },
  );
  expect(first).toMatchObject({ ok: true, value: 1, calls: [{ index: 1, line: 1 }], logs: [{ text: "one", line: 3 }] });
  const second = await inRuntime(
    "c1/lines",
    "\n\nconsole.log('two');\nconst mine = await tools.echo(5);\nreturn [mine, await read(2), context.n];",
    { limits: { maxCalls: 2 }, context: { n: 2 } },
  );
  // A call of an earlier script's function has no line in this one.
  expect(second).toMatchObject({
    ok: true,
    value: [5, 2, 2],
    calls: [
      { index: 1, line: 4 },
      { index: 2, line: null },
    ],
    logs: [{ text: "two", line: 3 }],
  });
  const third = await inRuntime("c1/lines", "const a = 1;\nboom();");
  expect(third).toMatchObject({ ok: false, error: { message: "old code", line: 2, frame: expect.stringContaining("boom()") } });
  const fourth = await inRuntime("c1/lines", "\nnull.x;");
  expect(fourth).toMatchObject({ ok: false, error: { name: "TypeError", line: 2 } });
});

test("what an ended script left running neither goes on nor speaks in the next one", async () => {
  await inRuntime(
    "c1/rest",
    "globalThis.said = []; void tools.never({}).then(() => said.push('never')); void tools.wait(30).then(() => tools.echo('late')); setTimeout(() => said.push('timer'), 5); void Promise.resolve().then(() => { said.push('job'); return tools.echo('after the end'); });",
  );
  const next = await inRuntime("c1/rest", "await tools.wait(60); return said;");
  expect(next).toMatchObject({ ok: true, value: ["job"], warnings: [], calls: [{ name: "wait" }] });
});

test("a script that is killed, loops or fills the memory leaves the runtime as it was; a thrown error does not", async () => {
  await inRuntime("c1/safe", "globalThis.count = 1;");
  for (const [code, limits] of [
    ["count = 100; for (;;) {}", { cpuMs: 100 }],
    ["count = 100; return new Array(2 ** 28).join('x');", { cpuMs: 100 }],
    ["count = 100; const all = []; for (;;) all.push(new Array(1000).fill(count));", {}],
    ["count = 100; void (async () => { for (;;) await null; })();", {}],
    ["count = 100; globalThis.big = 'x'.repeat(40e6);", {}],
  ] as const)
    expect(
      (await inRuntime("c1/safe", code, { limits })).warnings.map((warning) => warning.code),
      code,
    ).toEqual(["runtime_not_kept"]);
  await inRuntime("c1/safe", "count++; throw new Error('seen');");
  expect(await value(inRuntime("c1/safe", "return [count, context.runtime.scripts];", { context: {} }))).toEqual([2, 2]);
});

test("scripts of one runtime run one after the other, and one that waits can be stopped", async () => {
  await inRuntime("c1/line", "globalThis.inside = 0; globalThis.most = 0;");
  const controller = new AbortController();
  const busy = Promise.all(
    Array.from({ length: 3 }, () => inRuntime("c1/line", "inside++; most = Math.max(most, inside); await tools.wait(30); inside--;")),
  );
  const stopped = inRuntime("c1/line", "most = 99;", { signal: controller.signal });
  setTimeout(() => controller.abort(), 10);
  expect(await stopped).toMatchObject({ ok: false, error: { code: "cancelled" } });
  await busy;
  expect(await value(inRuntime("c1/line", "return [inside, most];"))).toEqual([0, 1]);
});

test("a runtime starts afresh when the tools are others", async () => {
  await inRuntime("c1/fresh", "globalThis.mark = 1;");
  const look = "return [typeof mark, context.runtime.scripts];";
  expect(await value(inRuntime("c1/fresh", look, { context: {}, tools: { other: () => null } }))).toEqual(["undefined", 0]);
  expect(await value(inRuntime("c1/fresh", look, { context: {} }))).toEqual(["number", 1]);
});

test("a budget counts down while the script runs", async () => {
  const outcome = await runner.run(
    "const before = { ...context.budget }; const end = Date.now() + 30; while (Date.now() < end); await tools.echo(1); return [before, { ...context.budget }];",
    { context: { budget: { requests: 7 } }, limits: { maxCalls: 5, cpuMs: 1_000, wallMs: 50_000 } },
  );
  const [before, after] = (outcome.ok ? outcome.value : []) as { requests: number; calls: number; cpuMs: number; wallMs: number }[];
  expect(before).toMatchObject({ requests: 7, calls: 5 });
  expect(after).toMatchObject({ requests: 7, calls: 4 });
  expect(before?.cpuMs).toBeLessThanOrEqual(1_000);
  expect((before?.cpuMs ?? 0) - (after?.cpuMs ?? 0)).toBeGreaterThanOrEqual(25);
  expect((before?.wallMs ?? 0) - (after?.wallMs ?? 0)).toBeGreaterThanOrEqual(29);
  expect(await runner.run("context.budget.calls = 9;", { context: { budget: {} } })).toMatchObject({
    ok: false,
    error: { name: "TypeError" },
  });
});

test("a script that tampers with its runtime harms the next one no more than it must", async () => {
  await inRuntime("c1/tamper", "Object.freeze(Math); Array.prototype[Symbol.iterator] = function* () {}; globalThis.x = 1;");
  const store = { entries: () => ({ a: "1" }), set: () => undefined };
  expect(await value(inRuntime("c1/tamper", "return [x, store.get('a'), typeof Math.random()];", { store }))).toEqual([1, 1, "number"]);
  // Beyond repair: dropped, and said so.
  await inRuntime(
    "c1/broken",
    "Object.defineProperty(Object.prototype, 'seed', { get() { throw new Error('no'); }, set() { throw new Error('no'); } }); globalThis.y = 1;",
  );
  await inRuntime("c1/broken", "return 1;");
  const last = await inRuntime("c1/broken", "return typeof y;");
  expect(["undefined", "number"]).toContain(last.ok ? last.value : last.error.code);
});
