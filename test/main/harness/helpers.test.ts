import { afterAll, beforeAll, expect, test } from "vitest";
import { callHelper } from "../../../src/main/harness/helpers.ts";
import { createScriptRunner, type ScriptRunner } from "../../support/script-runner.ts";

let runner: ScriptRunner;
beforeAll(async () => {
  runner = await createScriptRunner();
});
afterAll(() => runner.harness.close());

test("search finds every match with line, column and groups", async () => {
  const outcome = await runner.run(
    `return [
  helpers.search(context, /(?<name>\\w+)\\(\\)/),
  helpers.search(context, "^B", { limit: 1 }),
  helpers.search(context, /b(x)?/i),
  helpers.search(context, "", { limit: 2 }),
];`,
    { context: "a b()\nBcd\n\u0000中 e()" },
  );
  expect(outcome.ok && outcome.value).toEqual([
    [
      { line: 1, column: 3, match: "b()", text: "a b()", groups: { name: "b" } },
      { line: 3, column: 4, match: "e()", text: "\u0000中 e()", groups: { name: "e" } },
    ],
    [],
    [
      { line: 1, column: 3, match: "b", text: "a b()", groups: [null] },
      { line: 2, column: 1, match: "B", text: "Bcd", groups: [null] },
    ],
    [
      { line: 1, column: 1, match: "", text: "a b()", groups: [] },
      { line: 1, column: 2, match: "", text: "a b()", groups: [] },
    ],
  ]);
});

test("lines are chosen by range, pattern and its opposite", async () => {
  const outcome = await runner.run(
    `return [helpers.lines(context, { from: 2, to: 3 }), helpers.lines(context, { pattern: /^e/ }), helpers.lines(context, { pattern: "r", invert: true, limit: 1 })];`,
    { context: "one\ntwo\nthree\neight" },
  );
  expect(outcome.ok && outcome.value).toEqual([
    [
      { line: 2, text: "two" },
      { line: 3, text: "three" },
    ],
    [{ line: 4, text: "eight" }],
    [{ line: 1, text: "one" }],
  ]);
});

test("query follows keys, indexes, wildcards, depth and conditions", () => {
  const value = {
    items: [
      { n: "a", size: 3, tags: ["x"] },
      { n: "b", size: 12, sub: { n: "deep" } },
    ],
    "x y": 1,
    __proto__: 1,
  };
  const table: Record<string, unknown> = {
    "$.items[0].n": ["a"],
    "items[-1].size": [12],
    "items[*].n": ["a", "b"],
    "items.*.size": [3, 12],
    "..n": ["a", "b", "deep"],
    "items[?size > 5].n": ["b"],
    'items[?n = "a"].size': [3],
    "items[?n = 'a'].size": [3],
    "items[?n ~ '^[ab]$'].n": ["a", "b"],
    "items[?sub.n = deep].n": ["b"],
    '["x y"]': [1],
    "items[0].tags[0]": ["x"],
    "missing.thing": [],
    "items[9]": [],
    "": [value],
  };
  expect(Object.fromEntries(Object.keys(table).map((path) => [path, callHelper("query", [value, path])]))).toEqual(table);
  expect(() => callHelper("query", [value, "items[["])).toThrow("the path is not understood at character 6");
});

test("diff is a unified diff", async () => {
  const before = Array.from({ length: 20 }, (_, index) => `line ${index + 1}`).join("\n");
  const after = before.replace("line 3\n", "").replace("line 10", "line ten").replace("line 20", "line 20\nline 21");
  const outcome = await runner.run(
    "return [helpers.diff(context[0], context[1], { context: 1, path: 'src/a.ts' }), helpers.diff('same', 'same')];",
    { context: [before, after] },
  );
  expect(outcome.ok && outcome.value).toEqual([
    `--- a/src/a.ts
+++ b/src/a.ts
@@ -2,3 +2,2 @@
 line 2
-line 3
 line 4
@@ -9,3 +8,3 @@
 line 9
-line 10
+line ten
 line 11
@@ -19,2 +18,3 @@
 line 19
-line 20
\\ No newline at end of file
+line 20
+line 21
\\ No newline at end of file
`,
    "",
  ]);
});

test("wrong arguments are errors of the script, and a search that never ends is killed", async () => {
  const outcome = await runner.run(`const errors = [];
for (const wrong of [() => helpers.search(1 as any, "x"), () => helpers.search("x", "("), () => helpers.search("x", "x", { limit: 0 }), () => helpers.query({}, "[["), () => helpers.search("x", () => 1 as any), () => (helpers as any).nothing("x")]) {
  try { wrong(); errors.push("none"); } catch (error) { errors.push(error.message); }
}
return errors;`);
  expect(outcome.ok && outcome.value).toEqual([
    "helpers.search: text must be a string.",
    "helpers.search: Invalid regular expression: /(/g: Unterminated group",
    "helpers.search: limit must be a whole number from 1.",
    "helpers.query: the path is not understood at character 1: [[",
    expect.stringContaining("helpers.search: "),
    "not a function",
  ]);
  const endless = await runner.run("return helpers.search('a'.repeat(60), /(a+)+b/);", { limits: { cpuMs: 100 } });
  expect(endless).toMatchObject({ ok: false, error: { code: "script_timeout" } });
  expect(await runner.run("return helpers.lines('a').length;")).toMatchObject({ ok: true, value: 1 });
});

test("the store keeps copies of JSON values from script to script", async () => {
  const kept: Record<string, string> = { seen: '["a"]' };
  const store = {
    entries: () => ({ ...kept }),
    set: (key: string, json: string | null) => void (json === null ? delete kept[key] : (kept[key] = json)),
  };
  const first = await runner.run(
    `const seen = store.get("seen"); seen.push("b");
const before = store.get("seen").length;
store.set("seen", seen); store.set("odd\\0\\ud800", { "__proto__": 1, when: new Date(0) }); store.set("gone", 1); store.delete("gone");
const errors = [];
for (const wrong of [() => store.set("big", "x".repeat(300_000)), () => store.set("", 1), () => { store.get = null as any; }]) try { wrong(); } catch (error) { errors.push(error.name); }
return [before, store.get("seen").length, store.keys(), store.get("missing") === undefined, errors];`,
    { store },
  );
  expect(first.ok && first.value).toEqual([1, 2, ["seen", "odd\0\ud800"], true, ["RangeError", "TypeError", "TypeError"]]);
  const failed = await runner.run(`store.set("kept", "although it fails"); throw new Error("x");`, { store });
  expect(failed.ok).toBe(false);
  const second = await runner.run(`return store.keys().map((key) => store.get(key));`, { store });
  expect(second.ok && second.value).toEqual([["a", "b"], { when: "1970-01-01T00:00:00.000Z" }, "although it fails"]);
  expect(await runner.run("return typeof store;")).toMatchObject({ ok: true, value: "undefined" });
});

test("a match in a long line shows what stands around it, and says so", async () => {
  const text = `first\n${"x".repeat(100_000)}needle${"y".repeat(100_000)}\nneedle`;
  const outcome = await runner.run("return helpers.search(context, 'needle');", { context: text });
  expect(outcome.ok && outcome.value).toEqual([
    {
      line: 2,
      column: 100_001,
      match: "needle",
      text: `${"x".repeat(500)}needle${"y".repeat(500)}`,
      truncated: true,
      groups: [],
    },
    { line: 3, column: 1, match: "needle", text: "needle", groups: [] },
  ]);
  const minified = await runner.run("return helpers.search('ab'.repeat(200_000), /a/).length;");
  expect(minified).toMatchObject({ ok: true, value: 10_000 });
});

test("matches that are too large together are an error that says so", async () => {
  const outcome = await runner.run("return helpers.search('a'.repeat(30_000), /(?<=(.*))a/).length;");
  expect(outcome).toMatchObject({ ok: false, error: { message: expect.stringContaining("helpers.search: too large: "), line: 1 } });
});

test("a result that does not fit the script's memory is an error that says so", async () => {
  const outcome = await runner.run(
    `const text = "x".repeat(9_000_000);
try { return helpers.lines(text).length; } catch (error) { return error.message; }`,
    { limits: { memoryMb: 32 } },
  );
  expect(outcome).toMatchObject({ ok: true, value: expect.stringMatching(/^helpers\.lines: .*too large/) });
});

test("an argument that is no JSON is named, with its place and what to do", async () => {
  const outcome = await runner.run(`const errors = [];
const cycle: any = { a: {} }; cycle.a.b = cycle;
for (const wrong of [{ a: new Date(0) }, { list: [1, { big: 2n }] }, new Map(), cycle, { fn() {} }, { s: Symbol("x") }] as any[]) {
  try { helpers.query(wrong, "b"); errors.push("none"); } catch (error) { errors.push(error.message); }
}
try { helpers.search("a", "a", { limit: 1n as any }); } catch (error) { errors.push(error.message); }
return errors;`);
  const rest = "only plain JSON can be given. JSON.parse(JSON.stringify(value)) makes it plain.";
  expect(outcome.ok && outcome.value).toEqual([
    `helpers.query: argument 1 has a Date at a; ${rest}`,
    `helpers.query: argument 1 has a bigint at list[1].big; ${rest}`,
    `helpers.query: argument 1 is a Map; ${rest}`,
    `helpers.query: argument 1 has a cycle at a.b; ${rest}`,
    `helpers.query: argument 1 has a function at fn; ${rest}`,
    `helpers.query: argument 1 has a symbol at s; ${rest}`,
    `helpers.search: argument 3 has a bigint at limit; ${rest}`,
  ]);
});
