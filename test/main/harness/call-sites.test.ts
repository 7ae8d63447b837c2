import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { parseAst } from "vite";
import { expect, test } from "vitest";
import { findCallSites } from "../../../src/main/harness/call-sites.ts";
import { createCompiler } from "../../../src/main/harness/compile.ts";

const names = (js: string): readonly string[] | null => findCallSites(js)?.map((site) => site.tool) ?? null;

test("calls are found wherever they are code, and only there", () => {
  const js = [
    'await tools.readFile({ path: `${await tools.listDir("}")} tools.no( \\${tools.no()} ${`${tools.exec(1)}`}` });',
    "// tools.no(",
    "/* tools.no( */ const a = 'tools.no(\\' tools.no(' + \"tools.no(\\\\\" + tools.spawn(2);",
    "const r = /tools.no(\"['/]/g, half = b / 2, third = list[0] / tools.grepFiles(3) / 3;",
    "x.tools.no(1); x?.tools.no(2); mytools.no(3); $tools.no(4); tools.alias; tools.tag`x`;",
    "return /[/]tools.no(/.test(tools.applyPatch(6));",
  ].join("\n");
  expect(names(js)).toEqual(["listDir", "exec", "readFile", "spawn", "grepFiles", "applyPatch"].sort(byPlace(js)));
});

const byPlace = (js: string) => (a: string, b: string) => js.indexOf(`tools.${a}(`) - js.indexOf(`tools.${b}(`);

test.each([
  "const tools = { readFile() {} }; tools.readFile(1);",
  "const run = (tools) => tools.readFile(1);",
  "const run = (...tools) => tools.readFile(1);",
  "const { tools } = x; tools.readFile(1);",
  "try {} catch (tools) { tools.readFile(1); }",
  "tools['readFile'](1); tools.readFile(2);",
  "const t\\u006fols = x; tools.readFile(1);",
  "if (a) / tools.readFile(1)/.test(b);",
  "{ a } / tools.readFile(1) / b",
  "a++ / tools.readFile(1)",
  'f(of / 2, "a/\'", "tools.readFile(x)", \'b\')',
  "tools?.readFile(1); tools.listDir(2);",
])("what could be something else is left to the stack: %s", (js) => {
  expect(findCallSites(js)).toBeNull();
});

/** Calls of members of `object` by a real parser, as offsets. */
function calledMembers(code: string, object: string): Set<number> {
  const found = new Set<number>();
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(visit);
    if (typeof node !== "object" || node === null) return;
    const { type, callee } = node as {
      type?: string;
      callee?: { type: string; computed: boolean; object: { type: string; name: string; start: number } };
    };
    if (
      (type === "CallExpression" || type === "NewExpression") &&
      callee?.type === "MemberExpression" &&
      !callee.computed &&
      callee.object.name === object
    )
      found.add(callee.object.start);
    for (const value of Object.values(node)) visit(value);
  };
  visit(parseAst(code));
  return found;
}

/**
 * Real code in place of scripts: the name it calls most is made `tools`. What is found must be a call to a real parser too.
 */
test("in real code, as the compiler prints it, nothing but calls is found", { timeout: 120_000 }, async () => {
  const { transformSync } = await import("oxc-transform");
  const files = await sourceFiles(process.env["SPINDLE_LONG"] === "1" ? 20_000 : 400);
  let sites = 0;
  let certain = 0;
  for (const file of files) {
    const source = (await readFile(file, "utf8")).replace(/\b(?:Object|Math|path|React)\b(?=\.)/g, "tools");
    const printed = transformSync("file.js", source, { lang: "js", sourceType: "module", target: "esnext" });
    if (printed.code === "" || printed.errors.length > 0) continue;
    const found = findCallSites(printed.code);
    if (found === null) continue;
    certain++;
    const real = calledMembers(printed.code, "tools");
    for (const { at } of found) expect(real.has(at), `${path.basename(file)}: ${printed.code.slice(at - 40, at + 40)}`).toBe(true);
    sites += found.length;
  }
  expect(sites).toBeGreaterThan(400);
  expect(certain).toBeGreaterThan(50);
});

async function sourceFiles(most: number): Promise<readonly string[]> {
  const packages = ["vite", "zod", "react-dom", "markdown-it", "openai", "vitest", "knip", "playwright-core", "@base-ui/react", "zustand"];
  const found: string[] = [];
  for (const name of packages) {
    const folder = path.resolve("node_modules", name);
    const entries = await readdir(folder, { recursive: true }).catch(() => []);
    found.push(...entries.filter((entry) => /\.m?js$/.test(entry)).map((entry) => path.join(folder, entry)));
  }
  // Spread over all packages.
  const step = Math.max(1, Math.floor(found.length / most));
  return found.filter((_, index) => index % step === 0).slice(0, most);
}

test("a script's calls keep the exact source positions of the call, with and without sites", async () => {
  const compiler = createCompiler();
  const compiled = await compiler.compile(
    "const a = 1;\nconst list = await Promise.all([\n  tools.readFile({ path: 'x' }),\n  tools.x(2)]);\nreturn list;",
  );
  if (!compiled.ok) throw new Error(compiled.message);
  expect(compiled.js).not.toContain("tools.readFile");
  const places = [...(compiled.js.split("\n")[0] ?? "").matchAll(/\("(\w+)","(\d+:\d+)"\)/g)].map(([, tool, place]) => [
    tool,
    compiled.map.position(place ?? ""),
  ]);
  expect(places).toEqual([
    ["readFile", { line: 3, column: 3 }],
    ["x", { line: 4, column: 3 }],
  ]);
});
