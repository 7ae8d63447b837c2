import { expect, test } from "vitest";
import { scriptOptions } from "../../../src/main/tools/script/options.ts";
import type { Harness, ScriptRequest } from "../../../src/main/harness/harness.ts";
import { settingsSchema } from "../../../src/protocol/settings.ts";
import type { Json } from "../../../src/protocol/json.ts";
import { useScriptTool } from "./script-lab.ts";

const script = useScriptTool();
const settings = settingsSchema.parse({ script: { most: { cpuMs: 30_000, memoryMb: 200 } } }).script;
const usual = { cpuMs: 10_000, wallMs: 600_000, memoryMb: 128, maxCalls: 10_000, maxInFlight: 100 };
const read = (code: string) => scriptOptions(code, settings);

test.each([
  ["no such line", "return 1"],
  ["nothing at all", ""],
  ["another comment", "// reads @script files\nreturn 1"],
  ["the word inside a longer one", "// @scripts {1}\nreturn 1"],
  ["a line in the middle", 'return 1;\n// @script {"limits":{"cpuMs":1000}}'],
  ["a line in a text", 'await tools.spawn({ kind: "script", code: `\n// @script {"runtime":"x"}\n` });'],
])("the usual limits hold with %s", (_what, code) => expect(read(code)).toEqual({ limits: usual }));

test.each([
  ["first", '// @script {"limits":{"cpuMs":20000}}\nreturn 1', { limits: { ...usual, cpuMs: 20_000 } }],
  ["alone", '//@script {"runtime":"a"}', { limits: usual, runtime: "a" }],
  [
    "below blank lines",
    '\n \r\n\n  // @script {"limits":{"memoryMb":200,"maxCalls":1}}\r\nreturn 1',
    { limits: { ...usual, memoryMb: 200, maxCalls: 1 } },
  ],
  ["in a fence", '```ts\n// @script {"runtime":"my_run-1"}\nreturn 1\n```', { limits: usual, runtime: "my_run-1" }],
  ["in a fence with blank lines", '\n~~~typescript\r\n\n// @script {"limits":{}}\nreturn 1\n~~~', { limits: usual }],
  ["in a longer fence with words", '````typescript title=x\n// @script {"runtime":"a"}\nreturn 1\n````', { limits: usual, runtime: "a" }],
  ["below #!", '#!/usr/bin/env node\n// @script {"runtime":"a"}\nreturn 1', { limits: usual, runtime: "a" }],
  ["empty", "// @script {}\n// more words\nreturn 1", { limits: usual }],
  ["lower than usual", '// @script {"limits":{"wallMs":100,"maxInFlight":1}}', { limits: { ...usual, wallMs: 100, maxInFlight: 1 } }],
])("the options line is read: %s", (_what, code, options) => expect(read(code)).toEqual(options));

test.each<[string, RegExp, object?]>([
  [
    '{"limits":{"cpuMs":90000}}',
    /^limits\.cpuMs: 90000 is above the ceiling\. The ceiling is 30000 \(script\.most\.cpuMs/,
    { field: "limits.cpuMs", value: 90_000, ceiling: 30_000 },
  ],
  ['{"limits":{"memoryMb":1}}', /^limits\.memoryMb: 1 is too small; at least 32\. The ceiling is 200/],
  ['{"limits":{"cpuMs":"20000"}}', /^limits\.cpuMs: "20000" is not a whole number\. The ceiling is 30000/],
  ['{"limits":{"cpuMs":2e3.5}}', /not JSON/],
  ['{"limits":{"maxCalls":1.5}}', /^limits\.maxCalls: 1\.5 is not a whole number/],
  ['{"limits":{"cpu":1}}', /^Unknown options of the script: limits\.cpu\. There are cpuMs, wallMs/, { field: "limits.cpu" }],
  ['{"limit":{"cpuMs":1}}', /^Unknown options of the script: limit\. There are limits, runtime\./],
  ['{"limits":5}', /^limits: 5 is not an object/],
  ['{"limits":null}', /^limits: null is not an object/],
  ["[]", /^The options of the script: \[\] is not an object/],
  ["", /not JSON: ""/],
  ["does something", /not JSON: "does something"/],
  ['{"runtime":""}', /^runtime: "" is no name/],
  ['{"runtime":"1a"}', /^runtime: "1a" is no name/],
  ['{"runtime":"a/b"}', /^runtime: "a\/b" is no name/],
  [`{"runtime":"${"a".repeat(65)}"}`, /^runtime: "a{65}" is no name/],
  ['{"runtime":7}', /^runtime: 7 is no name/],
])("// @script %s is refused and says why", (json, said, details) => {
  expect(() => read(`// @script ${json}\nreturn 1`)).toThrow(
    expect.objectContaining({
      code: "invalid_input",
      message: expect.stringMatching(said),
      hint: expect.stringContaining("// @script {"),
      ...(details === undefined ? {} : { details: expect.objectContaining(details) }),
    }),
  );
});

test("an options line below another comment is not ignored silently", () => {
  expect(() => read('// Measures things.\n\n// @script {"runtime":"a"}\nreturn 1')).toThrow(/must be the first line/);
});

test("they hold: in the harness, in context.limits and with a fence; a line that is wrong runs nothing", async () => {
  const seen: ScriptRequest[] = [];
  const harness = {
    run(request: ScriptRequest) {
      seen.push(request);
      return Promise.resolve({
        ok: true,
        value: request.context,
        warnings: [],
        stats: { cpuMs: 0, wallMs: 0, calls: 0, logLines: 0, compileCached: false },
      });
    },
  } as unknown as Harness;
  const ctx = { harness, scriptContext: (limits: object): Json => ({ limits: { ...limits } }) };
  const { result } = await script('```ts\n// @script {"limits":{"cpuMs":20000},"runtime":"shared"}\nreturn 1\n```', { ctx });
  expect({ limits: seen[0]?.limits, runtime: seen[0]?.runtime, value: result["value"] }).toEqual({
    limits: { ...usual, cpuMs: 20_000 },
    runtime: "c_test/shared",
    value: { limits: { ...usual, cpuMs: 20_000 } },
  });
  await script("return 1", { ctx });
  expect(seen[1] !== undefined && "runtime" in seen[1]).toBe(false);
  await expect(script("// @script nonsense\nreturn 1", { ctx })).rejects.toMatchObject({ code: "invalid_input" });
  expect(seen).toHaveLength(2);
});

test("a real script lowers its own limits, in a fence too, and its lines are still counted right", async () => {
  const fenced = (line: string): string => `\`\`\`ts\n// @script {"limits":{"cpuMs":100}}\n${line}\n\`\`\``;
  const loop = await script(fenced("while (true);"));
  const thrown = await script(fenced('throw new Error("here");'));
  expect([loop.result["error"], thrown.result["error"]]).toMatchObject([
    { code: "script_timeout", message: expect.stringContaining("100 ms") },
    { code: "script_error", line: 3 },
  ]);
});
