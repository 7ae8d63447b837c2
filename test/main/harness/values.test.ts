import { afterAll, beforeAll, expect, test } from "vitest";
import { createScriptRunner, type ScriptRunner } from "../../support/script-runner.ts";
import type { Json } from "../../../src/protocol/json.ts";

let runner: ScriptRunner;
beforeAll(async () => {
  runner = await createScriptRunner();
});
afterAll(() => runner.harness.close());

const strange = [
  "",
  "a\0b",
  "\0",
  "\ud800",
  "x\udfff",
  "\u0416\u4e2d\ud83d\ude00",
  "é\xff",
  "\u2028\u2029",
  "\r\n\t\"'\\`${}",
  "__proto__",
];

test("every string crosses byte-exact into a script and back", async () => {
  const outcome = await runner.run("const back = await tools.echo(context); return [back, context];", { context: strange });
  expect(outcome.ok && outcome.value).toEqual([strange, strange]);
  expect(outcome.calls[0]?.input).toEqual(strange);
});

test("__proto__ and number-like keys stay own properties on the way in and out", async () => {
  const text = `{"__proto__":{"polluted":1},"constructor":2,"7":"seven","-1":1,"4294967295":2,"x y":3}`;
  const value = JSON.parse(text) as Json;
  const outcome = await runner.run(
    `const own = Object.hasOwn(context, "__proto__") && Object.getPrototypeOf(context) === Object.prototype && ({}).polluted === undefined;
     return [own, await tools.echo(context), JSON.parse(${JSON.stringify(text)})];`,
    { context: value },
  );
  expect(outcome.ok && JSON.stringify(outcome.value)).toBe(`[true,${JSON.stringify(value)},${JSON.stringify(value)}]`);
});

test("numbers cross exactly", async () => {
  const list = [0, -1, 1, 2 ** 31 - 1, -(2 ** 31), 2 ** 31, 2 ** 53, -0.1, 1e300, 5e-324, Number.MAX_VALUE];
  const outcome = await runner.run("return [context, await tools.echo(context)];", { context: list });
  expect(outcome.ok && outcome.value).toEqual([list, list]);
});

test("10 MB of text go through a call and back, also with characters beyond latin 1", async () => {
  for (const unit of ["0123456789abcdef", "0\u4e2d\0\ud83d\ude00789"]) {
    const big = unit.repeat(Math.ceil(10_000_000 / unit.length));
    const outcome = await runner.run("const back = await tools.echo(await tools.big()); return back;", {
      tools: { echo: (input) => input, big: () => big },
    });
    expect(outcome.ok && outcome.value === big, `unit ${JSON.stringify(unit)}: ${outcome.ok ? "" : outcome.error.message}`).toBe(true);
    expect(outcome.calls[1]?.input === big).toBe(true);
  }
});

test("what JSON cannot say becomes a defined form with a warning that names the place", async () => {
  const outcome = await runner.run(`
    const cycle: any = { name: "c" }; cycle.self = cycle;
    class Point { x = 1; #hidden = 2; get y() { return 3 } }
    return { undef: undefined, list: [undefined, () => 1, Symbol("s")], nan: NaN, inf: -Infinity, big: 12345678901234567890n, map: new Map([["a", { b: 1 }]]),
      set: new Set([1, "x"]), regex: /a+/g, error: new TypeError("bad"), bytes: new Uint8Array([1, 2]), buffer: new ArrayBuffer(3), promise: Promise.resolve(1),
      date: new Date(0), point: new Point(), cycle, throwing: { get x() { throw new Error("no") } }, fn: function named() {}, sparse: [1, , 3], weak: new WeakMap() };`);
  expect(outcome.ok && outcome.value).toEqual({
    list: [null, "[function anonymous]", "Symbol(s)"],
    nan: null,
    inf: null,
    big: "12345678901234567890",
    map: [["a", { b: 1 }]],
    set: [1, "x"],
    regex: "/a+/g",
    error: { name: "TypeError", message: "bad" },
    bytes: [1, 2],
    buffer: "[ArrayBuffer]",
    promise: "[promise]",
    date: "1970-01-01T00:00:00.000Z",
    point: { x: 1 },
    cycle: { name: "c", self: "[circular]" },
    throwing: "[threw Error: no]",
    fn: "[function named]",
    sparse: [1, null, 3],
    weak: "[WeakMap]",
  });
  expect(outcome.warnings.map((warning) => warning.code)).toEqual(["value_lossy"]);
  for (const part of [
    "undef: undefined was left out",
    "list[0]: undefined became null",
    "nan: NaN became null",
    "map: a Map became an array",
    "cycle.self: a cycle was cut",
    "promise: a promise is not a value: await is missing",
  ])
    expect(outcome.warnings[0]?.message).toContain(part);
});

test("deep, wide and hostile results end in a value and never in a crash", async () => {
  const deep = await runner.run("let v = 1; for (let i = 0; i < 100_000; i++) v = [v]; return v;");
  expect(deep).toMatchObject({ ok: true, warnings: [{ code: "value_lossy" }] });
  const wide = await runner.run("return Array.from({ length: 200_000 }, (_, i) => ({ i }));");
  expect(wide.ok && Array.isArray(wide.value) && wide.value.length).toBe(200_000);
  expect(await runner.run("return new Proxy({}, { ownKeys() { throw new Error('hostile') } });")).toMatchObject({
    ok: true,
    warnings: [{ code: "value_lossy" }],
  });
  expect(await runner.run("const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return { proxy };")).toMatchObject({
    ok: true,
    warnings: [{ code: "value_lossy" }],
  });
  expect(await runner.run("return { toJSON() { return { nice: 1 } } };")).toMatchObject({ ok: true, value: { nice: 1 } });
  expect(await runner.run("return { then(resolve) { resolve('thenable') } };")).toMatchObject({ ok: true, value: "thenable" });
});

test("an input that is no JSON rejects that call only", async () => {
  const outcome = await runner.run(`const cycle: any = {}; cycle.self = cycle;
const results = await Promise.allSettled([tools.echo(cycle), tools.echo(10n), tools.echo({ fn() {}, nan: NaN, when: new Date(0) }), tools.echo(() => 1)]);
return results.map((result) => result.status === "fulfilled" ? result.value : [result.reason.name, result.reason.code, result.reason.message]);`);
  expect(outcome.ok && outcome.value).toEqual([
    ["ToolError", "invalid_input", "The input of tools.echo is not JSON: circular reference"],
    ["ToolError", "invalid_input", expect.stringContaining("The input of tools.echo is not JSON: ")],
    { nan: null, when: "1970-01-01T00:00:00.000Z" },
    null,
  ]);
});

test("a tool result nested too deeply for the wire fails that call only", async () => {
  let deep: Json = 1;
  for (let level = 0; level < 5_000; level++) deep = [deep];
  const outcome = await runner.run(
    "const r = await Promise.allSettled([tools.deep(), tools.ok()]); return [r[0].reason?.code, r[1].value];",
    { tools: { deep: () => deep, ok: () => "fine" } },
  );
  expect(outcome.ok && outcome.value).toEqual(["too_large", "fine"]);
});

test("objects around primitive values become these, as JSON has it", async () => {
  const outcome = await runner.run("return [new Number(5), new Boolean(true), new String('ab'), Object(1n), { n: new Number(NaN) }];");
  expect(outcome.ok && outcome.value).toEqual([5, true, "ab", "1", { n: null }]);
  expect(outcome.warnings[0]?.message).toContain("[3]: a bigint became a string");
  expect(outcome.warnings[0]?.message).toContain("[4].n: NaN became null");
});

test("nothing disappears from a result without a warning", async () => {
  for (const [expression, value, warning] of [
    ["new Date(NaN)", null, "the value: an invalid date became null"],
    ["{ x: [1, -0] }", { x: [1, 0] }, "x[1]: -0 became 0"],
    ["{ a: 1, [Symbol('s')]: 2 }", { a: 1 }, "the value: the field Symbol(s) was left out"],
    ["'a1'.match(/\\d/)", ["1"], "the value: the field index of an array was left out"],
    ["Object.assign(Array.from({ length: 5000 }, () => 1), { total: 7 }).slice(0, 0)", [], undefined],
    ["{ list: Object.assign([1], { total: 7 }) }", { list: [1] }, "list: the field total of an array was left out"],
    ["[1].values()", "[iterator]", "the value: an iterator has no JSON form"],
    ["(function* () { yield 1 })()", "[iterator]", "the value: an iterator"],
    ["(async function* () { yield 1 })()", "[iterator]", "the value: an iterator"],
    ["new Map().keys()", "[iterator]", "the value: an iterator"],
    ["new WeakRef({})", "[WeakRef]", "the value: a WeakRef has no JSON form"],
    [
      "new AggregateError([new TypeError('a'), 1], 'all', { cause: { why: 2 } })",
      { name: "AggregateError", message: "all", cause: { why: 2 }, errors: [{ name: "TypeError", message: "a" }, 1] },
      "the value: an Error became",
    ],
    ["{ get x() { return 1 } }", { x: 1 }, undefined],
    ["Object.defineProperty({ a: 1 }, 'hidden', { value: 2 })", { a: 1 }, undefined],
  ] as const) {
    const outcome = await runner.run(`return ${expression};`);
    expect(outcome.ok ? outcome.value : outcome.error, expression).toEqual(value);
    expect(outcome.warnings[0]?.message ?? "none", expression).toContain(warning ?? "none");
  }
});

test("a script that tampers with prototypes still gets its result", async () => {
  const lossy = "{ a: [1, undefined, new Map([[1, 2]])], e: new Error('x'), u: undefined }";
  const value = { a: [1, null, [[1, 2]]], e: { name: "Error", message: "x" } };
  for (const tampering of [
    "for (const key of ['a', 'e', '0', 'name', 'message']) Object.defineProperty(Object.prototype, key, { set() { throw new Error('trap'); }, get() { return 'inherited'; }, configurable: true });",
    "for (const key of ['0', '1', '2']) Object.defineProperty(Array.prototype, key, { set() { throw new Error('trap'); }, configurable: true });",
    "(Array.prototype as any).toJSON = undefined;",
  ]) {
    const outcome = await runner.run(`const result = ${lossy};\n${tampering}\nreturn result;`);
    expect(outcome.ok ? outcome.value : outcome.error, tampering).toEqual(value);
    expect(outcome.warnings[0]?.code).toBe("value_lossy");
  }
});

test("toJSON on Object.prototype never leaves the result or its warnings without JSON", async () => {
  for (const [returned, value] of [
    ["undefined", null],
    ["'own'", "own"],
    ["this", { a: 1, b: null }],
  ] as const) {
    const outcome = await runner.run(
      `const result = { a: 1, b: NaN };\n(Object.prototype as any).toJSON = function () { return ${returned}; };\nreturn result;`,
    );
    expect(outcome.ok ? outcome.value : outcome.error, returned).toEqual(value);
  }
  const proxy = await runner.run(
    "let asked = 0;\nreturn new Proxy({}, { get: (_, key) => (key === 'toJSON' && ++asked > 1 ? () => undefined : undefined) });",
  );
  expect(proxy).toMatchObject({ ok: true, value: null });
});
