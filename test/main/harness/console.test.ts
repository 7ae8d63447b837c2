import { afterAll, beforeAll, expect, test } from "vitest";
import { createScriptRunner, type ScriptRunner } from "../../support/script-runner.ts";

let runner: ScriptRunner;
beforeAll(async () => {
  runner = await createScriptRunner();
});
afterAll(() => runner.harness.close());

test("console lines keep their level, order and line", async () => {
  const outcome = await runner.run(`console.log("one");
console.info("two"); console.warn("three");

console.error("four"); console.debug("five");
console.assert(true, "no"); console.assert(1 > 2, "six");
console.group("group"); console.log("inside\\nlines"); console.groupEnd();`);
  expect(outcome.logs).toEqual([
    { level: "log", text: "one", line: 1 },
    { level: "info", text: "two", line: 2 },
    { level: "warn", text: "three", line: 2 },
    { level: "error", text: "four", line: 4 },
    { level: "debug", text: "five", line: 4 },
    { level: "error", text: "Assertion failed: six", line: 5 },
    { level: "log", text: "group", line: 6 },
    { level: "log", text: "  inside\n  lines", line: 6 },
  ]);
  expect(outcome.stats.logLines).toBe(8);
});

test("values are shown so that a person can read them", async () => {
  const shown = async (expression: string): Promise<string | undefined> => (await runner.run(`console.log(${expression});`)).logs[0]?.text;
  for (const [expression, text] of [
    [`"text", 1, true, null, undefined, 10n, Symbol("s"), -0, NaN`, "text 1 true null undefined 10n Symbol(s) -0 NaN"],
    [`{ a: 1, "b c": "x'y", d: [1, "two", []], e: {} }`, `{ a: 1, 'b c': "x'y", d: [1, 'two', []], e: {} }`],
    [`new Map([["k", { v: 1 }]]), new Set([1, "a"])`, `Map(1) { 'k' => { v: 1 } } Set(2) { 1, 'a' }`],
    [`[1, , 3], new Uint8Array([1, 2]), /a+/g, new Date(0)`, `[1, <empty>, 3] Uint8Array(2) [1, 2] /a+/g 1970-01-01T00:00:00.000Z`],
    [`() => 1, function named() {}, class Thing {}`, `[function anonymous] [function named] [class Thing]`],
    [`new (class Point { x = 1 })(), Object.create(null)`, `Point { x: 1 } [null prototype] {}`],
    [`(() => { const a: any = { n: 1 }; a.self = a; return a; })()`, `{ n: 1, self: [circular] }`],
    [`{ a: { b: { c: { d: { e: { f: 1 } } } } } }`, `{ a: { b: { c: { d: { e: [Object] } } } } }`],
    [`Promise.resolve(1)`, `Promise { … } (not awaited)`],
    [`"%s is %d years and %i%% of %j", "Ann", 3.5, 7.9, { a: 1 }, "extra"`, `Ann is 3.5 years and 7% of {"a":1} extra`],
    [`{ get bad() { throw new Error("x") } }`, `[threw while shown]`],
    [`Array.from({ length: 150 }, (_, i) => i)`, expect.stringContaining("… 50 more")],
    [`new Proxy({}, { ownKeys() { throw 1 } })`, `[threw while shown]`],
  ] as const) {
    expect(await shown(expression), expression).toEqual(text);
  }
});

test("an error is shown with the script's own lines, its code and its cause", async () => {
  const outcome = await runner.run(`const cause = new TypeError("inner");
try { await tools.fail({ path: "x" }); } catch (error) { console.error(error); }
console.log(new Error("outer", { cause }));`);
  expect(outcome.logs[0]?.text).toMatch(/^ToolError: missing\.txt does not exist\.\n {4}at .*script:2:\d+\)? \{\n {2}code: 'not_found',/);
  expect(outcome.logs[1]?.text).toMatch(/^Error: outer\n {4}at .*script:3:13\)?\n {2}caused by TypeError: inner\n {4}at .*script:1:15\)?$/);
});

test("a table lines up its columns", async () => {
  const outcome = await runner.run(`console.table([{ name: "a", size: 1 }, { name: "long name", size: 20 }, 7]);
console.table(new Map([["k", { v: 1 }]]));
console.table([{ a: 1, b: 2 }], ["b"]);
console.table("text");`);
  expect(outcome.logs.map((entry) => entry.text)).toEqual([
    `| (index) | name      | size | Values |\n|---------|-----------|------|--------|\n| 0       | a         | 1    |        |\n| 1       | long name | 20   |        |\n| 2       |           |      | 7      |`,
    `| (index) | v |\n|---------|---|\n| k       | 1 |`,
    `| (index) | b |\n|---------|---|\n| 0       | 2 |`,
    "text",
  ]);
});

test("lines written before a failure and before a long wait arrive", async () => {
  const failed = await runner.run(`console.log("before");\nthrow new Error("x");`);
  expect(failed.logs.map((entry) => entry.text)).toEqual(["before"]);
  let early = "";
  const outcome = await runner.harness.run({
    code: `console.log("early"); await tools.check(); return 1;`,
    context: {},
    toolNames: ["check"],
    limits: { cpuMs: 1_000, wallMs: 5_000, memoryMb: 128, maxCalls: 10, maxInFlight: 10 },
    signal: new AbortController().signal,
    async callTool() {
      await new Promise((resolve) => setTimeout(resolve, 80));
      return early;
    },
    onLog: (entries) => {
      early += entries.map((entry) => entry.text).join();
    },
  });
  expect(outcome).toMatchObject({ ok: true });
  expect(early).toBe("early");
});

test("a table says how many rows and columns it leaves out", async () => {
  const outcome = await runner.run(`console.table(Array.from({ length: 1_003 }, (_, i) => [i]));
console.table([Object.fromEntries(Array.from({ length: 32 }, (_, i) => ["c" + i, 1]))]);
console.table([{ text: "x".repeat(300) }]);`);
  const tables = outcome.logs.map((entry) => entry.text.split("\n"));
  expect(tables.map((table) => table.at(-1))).toEqual([
    `… ${1_003 - ((tables[0]?.length ?? 0) - 3)} more rows`,
    "… 2 more columns",
    expect.stringContaining(`${"x".repeat(200)}…`),
  ]);
});

test("counters and timers by label", async () => {
  const outcome = await runner.run(`console.count(); console.count("a"); console.count("a"); console.countReset("a"); console.count("a");
console.countReset("b"); console.count("__proto__");
console.time("t"); console.time("t"); await tools.wait(30); console.timeLog("t", "so far", { n: 1 }); console.timeEnd("t"); console.timeEnd("t");`);
  expect(outcome.logs.map(({ level, text }) => [level, text.replace(/\d+ms/, (ms) => (parseInt(ms) >= 25 ? "ms" : ms))])).toEqual([
    ["log", "default: 1"],
    ["log", "a: 1"],
    ["log", "a: 2"],
    ["log", "a: 1"],
    ["warn", "Count for 'b' does not exist"],
    ["log", "__proto__: 1"],
    ["warn", "Timer 't' already exists"],
    ["log", "t: ms so far { n: 1 }"],
    ["log", "t: ms"],
    ["warn", "Timer 't' does not exist"],
  ]);
});
