import { afterAll, beforeAll, expect, test } from "vitest";
import type { Json } from "../../../src/protocol/json.ts";
import { createScriptRunner, type ScriptRunner } from "../../support/script-runner.ts";

let runner: ScriptRunner;
beforeAll(async () => {
  runner = await createScriptRunner();
});
afterAll(() => runner.harness.close());

test("an error three async helpers deep has the line, the column, a frame and the stack of the script", async () => {
  const code = `interface Row { readonly id: number }
type Pair<T> = [T, T];

async function third(rows: readonly Row[]): Promise<Pair<number>> {
  await null;
  const first = rows[0] as Row;
  if (first.id > 0) throw new RangeError("third failed");
  return [1, 2];
}
const second = async (rows: Row[]) => {
  const pair = await third(rows);
  return pair;
};
async function first(): Promise<unknown> { return await second([{ id: 1 }]); }

await first();`;
  const outcome = await runner.run(code);
  expect(outcome).toMatchObject({
    ok: false,
    error: { code: "script_error", name: "RangeError", message: "third failed", line: 7, column: 27, stack: "    at third (script:7:27)" },
  });
  expect(outcome.ok || outcome.error.frame).toBe(`  5 |   await null;
  6 |   const first = rows[0] as Row;
> 7 |   if (first.id > 0) throw new RangeError("third failed");
    |                           ^
  8 |   return [1, 2];
  9 | }`);
});

test("a failed call inside helpers has the line where the script waited for it", async () => {
  const outcome = await runner.run(`async function c() {

  await tools.fail({ path: "x" });
}
async function b() { await c(); }
async function a() { await Promise.all([b(), tools.echo(1)]); }
await a();`);
  expect(outcome).toMatchObject({ ok: false, error: { name: "ToolError", line: 3, details: { callLine: 3 } } });
});

test("sync frames keep their names and positions", async () => {
  const outcome = await runner.run(`class Reader {
  read(value: any): string { return value.missing.text; }
}
function outer(): string {
  return new Reader().read({});
}
outer();`);
  expect(outcome).toMatchObject({ ok: false, error: { name: "TypeError", line: 2 } });
  expect((outcome.ok ? "" : outcome.error.stack)?.split("\n").map((line) => line.replace(/:\d+\)?$/, ""))).toEqual([
    "    at read (script:2",
    "    at outer (script:5",
    "    at script:7",
  ]);
});

test("wrong TypeScript is a syntax error with line, column and frame", async () => {
  for (const [code, line, column] of [
    ["const x: = 1;", 1, 10],
    ["const é = 'é';\nconst 😀 = 1;", 2, 7],
    ["if (true) {\n  return 1;", undefined, undefined],
    ["let a = 1;\nlet a = 2;", 2, 5],
    ["return /[/;", undefined, undefined],
    ["return `${;`", 1, 11],
  ] as const) {
    const outcome = await runner.run(code);
    expect(outcome.ok ? "ok" : [outcome.error.code, outcome.error.name], code).toEqual(["script_syntax", "SyntaxError"]);
    if (line !== undefined)
      expect(outcome.ok || [outcome.error.line, outcome.error.column, outcome.error.frame?.includes("^")], code).toEqual([
        line,
        column,
        true,
      ]);
  }
});

test("what a script cannot have is said in a sentence with what to do instead", async () => {
  for (const [code, message, line] of [
    ["import fs from 'node:fs';\nreturn 1;", "A script cannot import modules.", 1],
    ["const a = 1;\nimport type { X } from './x';\nreturn 1;", "A script cannot import modules.", 2],
    ["const a = 1;\nexport default a;", "A script cannot export.", 2],
    ["export const a = 1;", "A script cannot export.", 1],
    ["const a = 1;\nusing x = a;", "`using` declarations are not supported in scripts.", 2],
    ["@logged\nclass A {}", "Decorators are not supported in scripts.", 1],
  ] as const) {
    const outcome = await runner.run(code);
    expect(outcome, code).toMatchObject({ ok: false, error: { code: "script_syntax", message, line, hint: expect.any(String) } });
  }
  for (const name of ["require('fs')", "process.env", "fetch('http://x')", "Buffer.from('')"]) {
    expect(await runner.run(`return ${name};`), name).toMatchObject({
      ok: false,
      error: { name: "ReferenceError", line: 1, hint: expect.stringContaining("Scripts have no") },
    });
  }
});

test("code that closes the wrapper's function is a syntax error, not a way out", async () => {
  for (const code of ["} ; async () => {", "})(); (async () => {"]) {
    expect(await runner.run(code), code).toMatchObject({ ok: false, error: { code: "script_syntax" } });
  }
});

test("anything can be thrown", async () => {
  for (const [thrown, name, message] of [
    ["'text'", "Error", "The script threw text"],
    ["{ code: 7, nested: { list: [1, 2] } }", "Error", "The script threw { code: 7, nested: { list: [1, 2] } }"],
    ["undefined", "Error", "The script threw undefined"],
    ["null", "Error", "The script threw null"],
    ["Symbol('s')", "Error", "The script threw Symbol(s)"],
    ["Object.assign(new Error('named'), { name: 'Custom' })", "Custom", "named"],
    ["new AggregateError([new TypeError('inner')], 'outer')", "AggregateError", "outer"],
    ["new Error('outer', { cause: new Error('inner') })", "Error", "outer"],
    ["new (class Mine extends Error { name = 'Mine' })('own')", "Mine", "own"],
    ["{ get message() { throw 1 }, get stack() { throw 2 } }", "Error", "The script threw [threw while shown]"],
    [
      "new Proxy({}, { get() { throw 1 }, ownKeys() { throw 2 }, getPrototypeOf() { throw 3 } })",
      "Error",
      expect.stringContaining("The script threw"),
    ],
  ] as const) {
    expect(await runner.run(`throw ${thrown};`), thrown).toMatchObject({ ok: false, error: { code: "script_error", name, message } });
  }
  expect(await runner.run("throw new Error('outer', { cause: new TypeError('inner') });")).toMatchObject({
    error: { details: { cause: "TypeError: inner" } },
  });
});

test("a promise nobody can settle is a deadlock with the line where it was made", async () => {
  const outcome = await runner.run(`await tools.echo(1);
const gate = new Promise<void>((resolve) => {
  if (false) resolve();
});
await Promise.all([tools.echo(2), gate]);`);
  expect(outcome).toMatchObject({ ok: false, error: { code: "script_deadlock", line: 2, details: { calls: { succeeded: 2 } } } });
  expect(await runner.run("const { promise } = Promise.withResolvers();\nawait promise;")).toMatchObject({
    ok: false,
    error: { code: "script_deadlock", line: 1 },
  });
  expect(await runner.run("const self = (async () => { await null; await self; })();\nawait self;")).toMatchObject({
    ok: false,
    error: { code: "script_deadlock" },
  });
});

test("a deadlock is found also right after the script wrote something", async () => {
  for (const before of ["console.log('before');", "console.log('x'.repeat(9000)); console.warn(1);"])
    expect(await runner.run(`${before}\nconst p = new Promise(() => {});\nconsole.log('at');\nawait p;`)).toMatchObject({
      ok: false,
      error: { code: "script_deadlock", line: 2 },
    });
});

test("stacks in results and messages show the script's own places and nothing of the prelude", async () => {
  const stack = await runner.run("\n\n\ntry {\n  null.x;\n} catch (e) { return { stack: e.stack, other: 'see src/script.ts:3:7' }; }");
  expect(stack).toMatchObject({ ok: true, value: { stack: expect.stringContaining("script:5:"), other: "see src/script.ts:3:7" } });
  expect(JSON.stringify(stack)).not.toMatch(/spindle:/);
  const message = await runner.run("const f = () => { null.x; };\n\ntry { f(); } catch (e) { throw new Error('failed: ' + e.stack); }");
  expect(message).toMatchObject({ ok: false, error: { message: expect.stringMatching(/failed: .*script:1:\d+/s), line: 3 } });
  expect(JSON.stringify(message)).not.toMatch(/spindle:/);
});

test("hostile errors are described, not taken for a lack of memory", async () => {
  for (const code of [
    'const e = new ToolError("boo"); Object.defineProperty(e, "code", { get() { throw new Error("g"); } }); throw e;',
    'throw new Proxy(new Error("x"), { getPrototypeOf() { throw 1; } });',
    "Object.prototype.toJSON = () => undefined; await tools.fail({});",
    'throw Object.assign(new Error("n"), { name: "N".repeat(1e6) });',
  ]) {
    const outcome = await runner.run(code);
    expect(outcome.ok ? "ok" : outcome.error.code, code).toBe("script_error");
    expect(JSON.stringify(outcome).length).toBeLessThan(20_000);
  }
});

test("a refused call knows its line when it fails the script", async () => {
  const outcome = await runner.run("const o = {};\no.o = o;\nawait tools.echo(o);");
  expect(outcome).toMatchObject({ ok: false, error: { line: 3, details: { tool: "echo", toolCode: "invalid_input", callLine: 3 } } });
  expect(await runner.run("context = 1;", { context: {} })).toMatchObject({ error: { message: "'context' is read-only" } });
  expect(await runner.run("globalThis.JSON = { stringify: () => 'hacked' };")).toMatchObject({ ok: false, error: { name: "TypeError" } });
});

test("why all of several calls failed is said, with the first failed call", async () => {
  const outcome = await runner.run("const x = 1;\nawait Promise.any([tools.fail({ n: 1 }), tools.fail({ n: 2 })]);");
  expect(outcome).toMatchObject({
    ok: false,
    error: {
      name: "AggregateError",
      message: "All 2 promises were rejected: missing.txt does not exist.; missing.txt does not exist.",
      details: { tool: "fail", toolCode: "not_found", callLine: 2, arguments: '{"n":1}' },
    },
  });
  const wrapped = await runner.run("try { await tools.fail({}); } catch (cause) { throw new Error('mine', { cause }); }");
  expect(wrapped).toMatchObject({ ok: false, error: { message: "mine", details: { tool: "fail", callLine: 1 } } });
});

test("namespaces, data that is too deep and thrown values that are no errors get a hint", async () => {
  expect(await runner.run("namespace N { export const z = 3; }")).toMatchObject({
    error: { code: "script_syntax", message: expect.stringContaining("Namespaces") },
  });
  expect(await runner.run("JSON.parse('['.repeat(200_000));")).toMatchObject({
    error: { message: "stack overflow", hint: expect.stringContaining("too deep") },
  });
  expect(await runner.run("throw { code: 5 };")).toMatchObject({ error: { hint: "Throw an Error: it knows its line." } });
});

test("a promise that a timer or a call settles is no deadlock", async () => {
  const outcome = await runner.run(`const early = new Promise((resolve) => tools.wait(20).then(resolve));
const later = new Promise((resolve) => setTimeout(resolve, 40, "timer"));
return [await early, await later];`);
  expect(outcome).toMatchObject({ ok: true, value: ["waited", "timer"] });
});

test("what a script cannot have is named wherever it stands", async () => {
  for (const [code, message, line, column] of [
    ["const a = 1; import x from 'y'", "A script cannot import modules.", 1, 14],
    ["const b = 1;\nfunction f() {\n  const c = 1; import type { X } from 'y';\n}", "A script cannot import modules.", 3, 16],
    ["import {\n  a,\n  b,\n} from 'x';", "A script cannot import modules.", 1, 1],
    ["return 1;\nimport x", "A script cannot import modules.", 2, 1],
    ["if (1) { export const a = 1; }", "A script cannot export.", 1, 10],
    ["class A { @dec x }", "Decorators are not supported in scripts.", 1, 11],
    ["const C = @dec() class {};", "Decorators are not supported in scripts.", 1, 11],
    ["{ using x = null }", "`using` declarations are not supported in scripts.", 1, 3],
    ["{ await using x = null; }", "`using` declarations are not supported in scripts.", 1, 9],
    ["for (using x of []) {}", "`using` declarations are not supported in scripts.", 1, 6],
    ["class A {\n  accessor x = 1;\n}", "`accessor` fields are not supported in scripts.", 2, 3],
    ["const a = 1; namespace N { export const z = 1 }", "Namespaces are not supported in scripts.", 1, 14],
  ] as const) {
    const outcome = await runner.run(code);
    expect(outcome, code).toMatchObject({
      ok: false,
      error: { code: "script_syntax", message, line, column, hint: expect.any(String), frame: expect.stringContaining("^") },
    });
  }
});

test("a dynamic import and import.meta are refused before anything runs, at their place", async () => {
  for (const [code, message, line, column] of [
    ["const fs = await import('node:fs');", "A script cannot import modules.", 1, 18],
    ["await tools.echo(1);\nif (false) {\n  const x = (await import(`a${1}`)).default;\n}", "A script cannot import modules.", 3, 20],
    ["const text = `${await import('x')}`;", "A script cannot import modules.", 1, 23],
    ["const a = 4 / 2; // '\nreturn a / 1 + import.meta.url / 2;", "A script has no import.meta.", 2, 16],
  ] as const) {
    const outcome = await runner.run(code);
    expect(outcome, code).toMatchObject({
      ok: false,
      error: { code: "script_syntax", message, line, column, hint: expect.any(String), frame: expect.stringContaining("^") },
      calls: [],
    });
  }
});

test("the word import elsewhere is no import", async () => {
  const outcome = await runner.run(`// import("a")
/* import.meta */
type Fs = import("node:fs").Stats;
const o = { import(x: number) { return x; }, async *other() {}, import_: 1, $import: (x: number) => x };
class C { static import(x: number) { return x; } import = 1; #import() { return 1; } own() { return this.#import(); } }
const { $import } = o;
const pattern = /import("x")|[/"'\`]import.meta/;
if (o) /import('y')/.test("");
return [o.import(1), C.import(2), new C().own(), $import(3), "import('x')", \`import("x") \${"import.meta"}\`, pattern.test('import.meta'), await tools.echo("await import('fs')")];`);
  expect(outcome.ok ? outcome.value : outcome.error).toEqual([
    1,
    2,
    1,
    3,
    "import('x')",
    'import("x") import.meta',
    false,
    "await import('fs')",
  ]);
});

test("a bracket without its other half is named where it stands", async () => {
  for (const [code, message, line, column] of [
    ["if (true) {\n  return 1;", "This { is never closed.", 1, 11],
    ["function f() {\n  if (x) {\n    return 1;\n}\n\nconst a = 1;", "This { is never closed.", 2, 10],
    ["const a = 1;\nreturn tools.echo({ a: [1, 2] ;", undefined, 2, 19],
    ["return 1;\n}", "This } closes nothing.", 2, 1],
    ["const a=1;\n}\nreturn 2;", "This } closes nothing.", 2, 1],
    ["const a=1;\n}\nif (x) {", "This } closes nothing.", 2, 1],
    ["return [1, 2];\n})", "This } closes nothing.", 2, 1],
    ["const s = '}', t = `}${'}'}`, r = /}/; // }\nif (s) { r.test(t);", "This { is never closed.", 2, 8],
    ["const a = (1;\nreturn a;", undefined, 1, 11],
  ] as const) {
    const outcome = await runner.run(code);
    expect(outcome, code).toMatchObject({
      ok: false,
      error: { code: "script_syntax", line, column, frame: expect.stringContaining("^"), ...(message === undefined ? {} : { message }) },
    });
  }
});

test("lines are those an editor counts, whatever ends them", async () => {
  for (const [code, line, column] of [
    ["const a = 'x\u2028y';\nthrow new Error('e');", 2, 7],
    ["const a = `x\u2028\u2029y\n`; tools.echo(a);\nthrow new Error('e');", 3, 7],
    ["// a comment\u2028const b = 1;\nthrow new Error('e');", 2, 7],
    ["const b = 'x\u2028'; throw new Error('e');", 1, 23],
    ["const a = 1;\rconst b = 2;\rthrow new Error('e');", 3, 7],
    ["const a = 1;\r\nconst b = `\r\n`;\r\nthrow new Error('e');", 4, 7],
    ["const a = `x\u2028`;\rconst = 1;", 2, 7],
    ["const a = `x\u2028`;\nawait tools.fail({});", 2, 1],
  ] as const) {
    const outcome = await runner.run(code);
    const shown = outcome.ok ? undefined : outcome.error;
    expect([shown?.line, shown?.frame?.includes(`> ${line} | `)], JSON.stringify(code)).toEqual([line, true]);
    if (shown?.column !== undefined && shown.name !== "ToolError") expect(shown.column, JSON.stringify(code)).toBe(column);
  }
  const logged = await runner.run("const a = `\u2028`;\rconsole.log(a);\u2028\nreturn await tools.echo(a);");
  expect(logged).toMatchObject({ ok: true, value: "\u2028", logs: [{ line: 2 }], calls: [{ line: 3 }] });
});

test("what scripts do not have gets a hint", async () => {
  for (const name of ["Intl", "Atomics", "AbortController", "performance", "crypto"])
    expect(await runner.run(`return ${name}.x;`), name).toMatchObject({
      ok: false,
      error: { hint: expect.stringContaining(`Scripts have no ${name}`) },
    });
});

test("a value nested too deeply is told in one sentence with one full stop", async () => {
  let deep: Json = 1;
  for (let level = 0; level < 3_000; level++) deep = [deep];
  expect(await runner.run("return 1;", { context: deep })).toMatchObject({
    ok: false,
    error: { message: "The sandbox of the script broke: the value is nested too deeply." },
  });
});
