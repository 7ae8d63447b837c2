import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { createCompiler } from "../../../src/main/harness/compile.ts";
import { nestingDepth } from "../../../src/main/harness/nesting.ts";
import { readFile } from "node:fs/promises";

test("the cache serves what it knows, forgets the oldest and never a failure", async () => {
  const compiler = createCompiler();
  for (let index = 0; index < 300; index++) await compiler.compile(`return ${index};`);
  const recent = await compiler.compile("return 299;");
  const oldest = await compiler.compile("return 0;");
  await compiler.compile("const = ;");
  const broken = await compiler.compile("const = ;");
  expect([recent.ok && recent.cached, oldest.ok && oldest.cached, broken.ok]).toEqual([true, false, false]);
  expect(compiler.stats()).toEqual({ hits: 1, misses: 303 });
});

test("a script that is too long is refused with a sentence", async () => {
  expect(await createCompiler().compile(`return "${"x".repeat(2_000_000)}";`)).toMatchObject({
    ok: false,
    code: "script_syntax",
    message: expect.stringContaining("at most 2000000"),
  });
});

test("fences with info strings, longer ones, and a first line #! are no part of the script", async () => {
  for (const [code, lines] of [
    ["```typescript title=x\nreturn 1;\n```", "\nreturn 1;"],
    ["````\nreturn 1;\n/*\n```\n*/\n````\n", "\nreturn 1;\n/*\n```\n*/"],
    ["~~~~ts\nreturn 1;\n~~~~", "\nreturn 1;"],
    ["\n  ```js {1,2}\r\nreturn 1;\r\n  ```  \n\n", "\n\nreturn 1;"],
    ["#!/usr/bin/env node\nreturn 1;", "\nreturn 1;"],
    ["```ts\n#!/usr/bin/env node\nreturn 1;\n```", "\n\nreturn 1;"],
  ] as const) {
    const compiled = await createCompiler().compile(code);
    expect(compiled.ok ? compiled.source : compiled.message, code).toBe(lines);
  }
});

test("text around the code gets a hint that says to remove it", async () => {
  for (const code of [
    "Here it is:\n```ts\nreturn 1;\n```",
    "```ts\nreturn 1;\n```\nThis returns one.",
    "Sure!\n\n~~~\nreturn 1;\n~~~\nDone.",
  ]) {
    const compiled = await createCompiler().compile(code);
    expect(compiled, code).toMatchObject({
      ok: false,
      code: "script_syntax",
      hint: expect.stringContaining("Remove what stands around the code"),
    });
  }
});

test("the holes of one template are not nested, and thousands of them do not overflow the compiler", { timeout: 60_000 }, () => {
  for (const code of ["${1}${1}", "${a.b}x", "${f(`${1}${2}`)}"].map((hole) => `return \`${hole.repeat(3_000)}\`;`)) {
    expect(nestingDepth(code)).toBeLessThan(50);
  }
  const holes = ["${1}", "${`${1}${2}`}", "${a.b(c)}"].map((hole) => `async()=>{return \`${hole.repeat(200_000)}\`}`);
  const script = `import { transformSync } from "oxc-transform";
for (const code of ${JSON.stringify(["${1}", "${`${1}${2}`}", "${a.b(c)}"])}) transformSync("x.ts", "async()=>{return \\x60" + code.repeat(100_000) + "\\x60}", { lang: "ts" });
process.stdout.write("alive");`;
  expect(holes.every((code) => nestingDepth(code) < 50)).toBe(true);
  const child = spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
  expect(child.stdout).toBe("alive");
});

test("half a surrogate pair in a string keeps its value", async () => {
  const compiled = await createCompiler().compile(`return "a\ud800b";`);
  expect(compiled.ok && compiled.js).toContain(String.raw`a\ud800b`);
});

/** Ways to make a parser recurse; each was seen to overflow the compiler's native stack when long enough. */
const nests: Readonly<Record<string, (count: number) => string>> = {
  paren: (n) => `${"(".repeat(n)}1${")".repeat(n)}`,
  array: (n) => "[".repeat(n) + "]".repeat(n),
  bang: (n) => `${"!".repeat(n)}1`,
  bangLines: (n) => `${"!\n".repeat(n)}1`,
  plus: (n) => `1${"+1".repeat(n)}`,
  plusLines: (n) => `1${"\n+ 1".repeat(n)}`,
  arrow: (n) => `${"x=>".repeat(n)}1`,
  ifs: (n) => `${"if(1)".repeat(n)};`,
  elseIf: (n) => `if(1);${"else if(1);".repeat(n)}`,
  elseIfBlock: (n) => `if(1){}${"else if(1){}".repeat(n)}`,
  block: (n) => "{".repeat(n) + "}".repeat(n),
  ternary: (n) => `${"1?2:".repeat(n)}3`,
  dot: (n) => `a${".b".repeat(n)}`,
  dotLines: (n) => `a${"\n  .b()".repeat(n)}`,
  call: (n) => `a${"()".repeat(n)}`,
  power: (n) => `2${"**2".repeat(n)}`,
  assign: (n) => `${"a=".repeat(n)}1`,
  template: (n) => `${"`${".repeat(n)}1${"}`".repeat(n)}`,
  type: (n) => `let x: ${"(".repeat(n)}A${")".repeat(n)}`,
  generic: (n) => `let x: ${"A<".repeat(n)}A${">".repeat(n)}`,
  arrayType: (n) => `let x: A${"[]".repeat(n)}`,
  news: (n) => `${"new ".repeat(n)}A`,
  label: (n) => `${Array.from({ length: n }, (_, index) => `l${index}:`).join("")};`,
  object: (n) => `${"({a:".repeat(n)}1${"})".repeat(n)}`,
  functions: (n) => "function f(){".repeat(n) + "}".repeat(n),
  classes: (n) => "class A{m(){".repeat(n) + "}}".repeat(n),
  awaits: (n) => `${"await ".repeat(n)}1`,
  typeofs: (n) => `${"typeof ".repeat(n)}1`,
  whiles: (n) => `${"while(1)\n".repeat(n)};`,
  comments: (n) => `${"!/* ; */".repeat(n)}1`,
};

test("every kind of deep nesting is seen before the compiler, whose stack it would overflow", () => {
  const seen = Object.entries(nests).map(([name, make]) => [name, nestingDepth(make(40_000)) > 1_500]);
  expect(seen).toEqual(Object.keys(nests).map((name) => [name, true]));
});

test("long ordinary code is not taken for deep", async () => {
  const files = await Promise.all(
    ["run-script.ts", "pool.ts", "guest.ts", "prelude/core.js", "prelude/console.js"].map((name) =>
      readFile(new URL(`../../../src/main/harness/${name}`, import.meta.url), "utf8"),
    ),
  );
  const source = files.join("\n");
  const samples = {
    sources: source,
    manySources: Array.from({ length: 5 }, () => source).join("\n"),
    withoutSemicolons: source.replaceAll(";\n", "\n"),
    textInTemplate: `const patch = \`${source.replaceAll(/[`\\$]/g, "")}\`;\nawait tools.applyPatch({ patch });`,
    textInString: `const text = ${JSON.stringify(source)};`,
    data: `return ${JSON.stringify(Array.from({ length: 5_000 }, (_, index) => ({ index, list: [index, -index], text: "some (text) {with} [brackets" })))};`,
    statements: "const a = b.c(d)\n".repeat(5_000),
    calls: Array.from({ length: 3_000 }, (_, index) => `await tools.readFile({ path: "src/file-${index}.ts" })`).join("\n"),
  };
  expect(
    Object.entries(samples)
      .filter(([, code]) => nestingDepth(code) > 700)
      .map(([name]) => name),
  ).toEqual([]);
});
