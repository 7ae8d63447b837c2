import { afterAll, beforeAll, expect, test } from "vitest";
import { createScriptRunner, type ScriptRunner } from "../../support/script-runner.ts";

let runner: ScriptRunner;
beforeAll(async () => {
  runner = await createScriptRunner();
});
afterAll(() => runner.harness.close());

test("the globals of the harness cannot be replaced", async () => {
  const outcome = await runner.run(`const results = [];
for (const attack of [
  () => { tools = 1 as any; }, () => { tools.echo = () => "mine"; }, () => { delete tools.echo; }, () => { globalThis.tools = {}; },
  () => { console.log = () => {}; }, () => { globalThis.console = null; }, () => { Promise = null as any; }, () => { Promise.prototype.then = null as any; }, () => { JSON.stringify = null as any; },
  () => { String.prototype.indexOf = () => 7; }, () => { Reflect.construct = null as any; }, () => { setTimeout = null as any; }, () => { Promise.all = null as any; }, () => { Object.setPrototypeOf(tools, {}); },
]) {
  try { attack(); results.push("done"); } catch (error) { results.push(error.name); }
}
return [results.join(), await tools.echo("still here")];`);
  expect(outcome.ok && outcome.value).toEqual([Array.from({ length: 14 }, () => "TypeError").join(), "still here"]);
});

test("a local variable may be called tools", async () => {
  expect(await runner.run(`const tools = { echo: async (x: number) => x * 2 };\nreturn await tools.echo(4);`)).toMatchObject({
    ok: true,
    value: 8,
    stats: { calls: 0 },
  });
});

test("tampered prototypes change nothing for calls, results, errors and the next script", async () => {
  const outcome = await runner.run(`
    for (const name of ["id", "value", "done", "at", "run", "length"]) { try { Object.prototype.__defineSetter__(name, () => { throw new Error("setter " + name); }); } catch {} }
    Array.prototype.push = () => { throw new Error("push"); };
    Array.prototype[Symbol.iterator] = () => { throw new Error("iterator"); };
    Function.prototype.call = Function.prototype.apply = Function.prototype.bind = () => { throw new Error("call"); };
    Map.prototype.get = Map.prototype.set = () => { throw new Error("map"); };
    Object.keys = Object.defineProperty = Object.create = () => { throw new Error("object"); };
    Error = TypeError = function Fake() { return {}; } as any;
    Symbol.for = () => { throw new Error("symbol"); };
    Object.prototype.then = undefined;
    Object.defineProperty; Object.prototype.toString = () => "?";
    const first = await tools.echo({ deep: { list: [1, 2] } });
    let failed;
    try { await tools.fail({}); } catch (error) { failed = error.code; }
    return { first, failed };`);
  expect(outcome).toMatchObject({ ok: true, value: { first: { deep: { list: [1, 2] } }, failed: "not_found" } });
  for (let count = 0; count < 4; count++)
    expect(await runner.run("const list = []; list.push(1); return [...list, Object.keys({ a: 1 }), String({})];")).toMatchObject({
      value: [1, ["a"], "[object Object]"],
    });
});

test("a script cannot forge results, calls or the end of itself through what it can reach", async () => {
  const outcome = await runner.run(`const promise = tools.never();
const [symbol] = Object.getOwnPropertySymbols(promise);
const forged = tools.echo(1);
try { forged[symbol!] = "0],[5,\\"forged\\",[],[],[],false,[0,0]"; forged.abort(); } catch {}
await tools.echo(2);
return "honest";`);
  expect(outcome.ok ? outcome.value : outcome.error.code).toMatch(/^(?:honest|script_crashed)$/);
  expect(await runner.run("return 1;")).toMatchObject({ ok: true, value: 1 });
});

test("eval and Function stay inside the sandbox", async () => {
  expect(
    await runner.run(
      `return [eval("typeof process"), new Function("return typeof require")(), (async () => {}).constructor("return typeof globalThis.fetch")().constructor === (async () => {})().constructor];`,
    ),
  ).toMatchObject({
    ok: true,
    value: ["undefined", "undefined", true],
  });
});

test("getters and setters on Object.prototype do not break the start of a script", async () => {
  expect(
    await runner.run(
      `Object.defineProperty(Object.prototype, "names", { get() { throw 1; }, set() { throw 2; } });\nconst r = await Promise.race([tools.echo(1), tools.never()]);\nreturn r;`,
    ),
  ).toMatchObject({ ok: true, value: 1 });
});
