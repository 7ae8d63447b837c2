import { afterAll, beforeAll, expect, test } from "vitest";
import { createScriptRunner, type ScriptRunner } from "../../support/script-runner.ts";

let runner: ScriptRunner;
beforeAll(async () => {
  runner = await createScriptRunner();
});
afterAll(() => runner.harness.close());

test("a script returns a value, awaits at the top level and is TypeScript", async () => {
  const outcome = await runner.run(`
    interface Point { readonly x: number; y?: number }
    enum Side { Left = 1, Right }
    class Box<T> { constructor(private readonly value: T) {} get(): T { return this.value } }
    const point = { x: 1 } satisfies Point;
    const text = await new Promise<string>((resolve) => setTimeout(() => resolve("later"), 5));
    return { side: Side.Right, boxed: new Box(point.x as number).get()!, text };
  `);
  expect(outcome).toMatchObject({ ok: true, value: { side: 2, boxed: 1, text: "later" }, warnings: [], stats: { calls: 0, logLines: 0 } });
});

test("a script without return has the value null and no warning", async () => {
  expect(await runner.run("const x = 1;")).toMatchObject({ ok: true, value: null, warnings: [] });
  expect(await runner.run("")).toMatchObject({ ok: true, value: null, warnings: [] });
  expect(await runner.run("// only a comment")).toMatchObject({ ok: true, value: null, warnings: [] });
});

test("markdown fences around a script do not matter and keep its line numbers", async () => {
  expect(await runner.run("```ts\nreturn 1 + 1;\n```\n")).toMatchObject({ ok: true, value: 2 });
  expect(await runner.run("```typescript\nconst a = 1;\nthrow new Error('x');\n```")).toMatchObject({
    ok: false,
    error: { line: 3, column: 7 },
  });
  expect(await runner.run("return '```ts' +\n'```';")).toMatchObject({ ok: true, value: "```ts```" });
});

test("context holds the given facts and cannot be changed, deeply", async () => {
  const outcome = await runner.run(
    `const seen = [context.cwd, context.files.length, Object.isFrozen(context), Object.isFrozen(context.files[0])];
     const refused = [];
     for (const change of [() => { context.cwd = "/"; }, () => { context.files.push(1); }, () => { context.files[0].name = "b"; }, () => { globalThis.context = {}; }]) {
       try { change(); } catch (error) { refused.push(error.name); }
     }
     return { seen, refused };`,
    { context: { cwd: "/project", files: [{ name: "a" }] } },
  );
  expect(outcome).toMatchObject({
    ok: true,
    value: { seen: ["/project", 1, true, true], refused: ["TypeError", "TypeError", "TypeError", "TypeError"] },
  });
});

test("a call tells the host its tool, input, number and line", async () => {
  const outcome = await runner.run(`const first = await tools.echo({ path: "a" });
const rest = await Promise.all([
  tools.echo(1),
  tools.echo(),
]);
return [first, rest];`);
  expect(outcome.ok && outcome.value).toEqual([{ path: "a" }, [1, {}]]);
  expect(outcome.calls).toEqual([
    { name: "echo", input: { path: "a" }, index: 1, line: 1 },
    { name: "echo", input: 1, index: 2, line: 3 },
    { name: "echo", input: {}, index: 3, line: 4 },
  ]);
});

test("an unknown tool is an error that names the known ones and the likely one", async () => {
  const outcome = await runner.run(`const list = [];
for (const wrong of ["ecco", "never_", "somethingElse"]) {
  try { await tools[wrong]({}); } catch (error) { list.push(error.name + ": " + error.message); }
}
return [list, tools.then, "x" in tools, String(Object.keys(tools))];`);
  expect(outcome.ok && outcome.value).toEqual([
    [
      "TypeError: tools.ecco does not exist. Did you mean tools.echo? Known tools: echo, fail, never, wait.",
      "TypeError: tools.never_ does not exist. Did you mean tools.never? Known tools: echo, fail, never, wait.",
      "TypeError: tools.somethingElse does not exist. Known tools: echo, fail, never, wait.",
    ],
    null,
    false,
    "echo,fail,never,wait",
  ]);
});

test("timers fire in order, can be cleared, and die with the script", async () => {
  const outcome = await runner.run(`const order = [];
setTimeout(() => order.push("late"), 30);
const cleared = setTimeout(() => order.push("never"), 1);
clearTimeout(cleared);
setTimeout((a, b) => order.push(a + b), 5, "a", "b");
queueMicrotask(() => order.push("micro"));
setTimeout(() => order.push("after the end"), 10_000);
await new Promise((resolve) => setTimeout(resolve, 50));
return order;`);
  expect(outcome).toMatchObject({ ok: true, value: ["micro", "ab", "late"] });
  expect(outcome.stats.wallMs).toBeLessThan(5_000);
});

test("an error in a timer fails the script with its line", async () => {
  expect(await runner.run(`setTimeout(() => {\n  null.x;\n}, 1);\nawait tools.never();`)).toMatchObject({
    ok: false,
    error: { code: "script_error", name: "TypeError", line: 2 },
  });
});

test("a script runs again from the cache", async () => {
  const code = "return 'cached ' + 42;";
  const first = await runner.run(code);
  const second = await runner.run(code);
  expect([first.stats.compileCached, second.stats.compileCached, second.ok && second.value]).toEqual([false, true, "cached 42"]);
});

test("globals of Node and of browsers do not exist", async () => {
  const outcome = await runner.run(
    `return ["process", "require", "fetch", "Buffer", "global", "WebAssembly", "module", "__dirname", "postMessage", "setInterval"].filter((name) => name in globalThis || eval("typeof " + name) !== "undefined");`,
  );
  expect(outcome).toMatchObject({ ok: true, value: [] });
});

test("one script leaves nothing for the next", async () => {
  await runner.run(`globalThis.left = 1; Array.prototype.left = 1; Object.prototype.left = 1;`);
  await runner.run(`globalThis.left = 1; Array.prototype.left = 1;`);
  for (let count = 0; count < 4; count++)
    expect(await runner.run(`return [typeof left, [].left === undefined, ({}).left === undefined];`)).toMatchObject({
      value: ["undefined", true, true],
    });
});
