import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { createDemoProvider } from "../../../src/main/providers/demo.ts";
import { answerQuestion } from "../../../src/main/providers/demo/answer.ts";
import { template } from "../../../src/main/providers/demo/code.ts";
import { readConversation } from "../../../src/main/providers/demo/conversation.ts";
import { replaceEdits } from "../../../src/main/providers/demo/edit-flow.ts";
import { extractJson } from "../../../src/main/providers/demo/extract-json.ts";
import { findMistakes } from "../../../src/main/providers/demo/fix-rules.ts";
import { readIntent, type Intent } from "../../../src/main/providers/demo/intent.ts";
import { updatePatch } from "../../../src/main/providers/demo/make-patch.ts";
import { planNext } from "../../../src/main/providers/demo/plan.ts";
import { readTestOutput } from "../../../src/main/providers/demo/test-output.ts";
import { parsePatch } from "../../../src/main/tools/apply-patch/parse.ts";
import { collect, joinedDeltas, sampleRequest } from "../../support/collect.ts";

const survey = (...focus: string[]): Intent => ({ kind: "survey", focus });
const search = (pattern: string, include: string | null = null): Intent => ({ kind: "search", pattern, include });
const run = (cmd: string, background = false): Intent => ({ kind: "run", cmd, background });

test.each<[string, Intent]>([
  ["Fix the failing test", { kind: "fix", mayChange: true }],
  ["Find out why the test fails and fix it.", { kind: "fix", mayChange: true }],
  ["make all tests green", { kind: "fix", mayChange: true }],
  ["One test fails at the moment, please repair the code", { kind: "fix", mayChange: true }],
  ["Why does the test fail?", { kind: "fix", mayChange: false }],
  ["What is broken here?", { kind: "fix", mayChange: false }],
  ["run the tests", { kind: "test" }],
  ["Please run our unit tests!", { kind: "test" }],
  ["run `npm run build -- --watch`", run("npm run build -- --watch")],
  ["Run npm test in the background", run("npm test", true)],
  ["`git status`", run("git status")],
  ["$ ls -la | head", run("ls -la | head")],
  ["run the linter for me", { kind: "other" }],
  ["find `chargeCard`", search("chargeCard")],
  ["where is findProduct defined?", search("findProduct")],
  ["search for all usages of total( in the project", search("total\\(")],
  ["grep /TODO|FIXME/", search("TODO|FIXME")],
  ['find "a.b" in *.ts files', search("a\\.b", "*.ts")],
  ["which files import catalog?", search("catalog")],
  ["list the files", survey()],
  ["Explain the project", survey()],
  ["explain src/cart.ts", survey("src/cart.ts")],
  ["What does `src/lib/` do?", survey("src/lib/")],
  ["replace foo with bar in src/a.ts", { kind: "replace", from: "foo", to: "bar", file: "src/a.ts" }],
  [
    'Please replace "let x = 1" by `const x = 2` in `lib/b.js`.',
    { kind: "replace", from: "let x = 1", to: "const x = 2", file: "lib/b.js" },
  ],
  ["create notes.md with hello", { kind: "create", file: "notes.md", text: "hello" }],
  ['create a new file docs/x.txt containing "one\\ntwo"', { kind: "create", file: "docs/x.txt", text: "one\ntwo" }],
  ["create a.ts with\n```ts\nexport const a = 1;\n```", { kind: "create", file: "a.ts", text: "export const a = 1;" }],
  ["ask an expert: is src/cart.ts fine?", { kind: "ask", question: "is src/cart.ts fine?", files: ["src/cart.ts"] }],
  ["And also say what you did", { kind: "report" }],
  ["What did you fix?", { kind: "report" }],
  ["tell me which files you've changed", { kind: "report" }],
  ["Fix the failing test and say what you did", { kind: "fix", mayChange: true }],
  ["What can you do?", { kind: "other" }],
  ["Hello", { kind: "other" }],
  ["", { kind: "other" }],
])("the prompt %j is understood", (prompt, intent) => {
  expect(readIntent(prompt)).toEqual(intent);
});

test("a patch made from a file's text fits one place only, joins neighbours and keeps text as it is", () => {
  const text = ["a {", "  x();", "}", "b {", "  x();", "}", "", "tail `${1}` \\"].join("\n");
  const patch = updatePatch([
    { path: "one.ts", text, edits: [{ line: 5, remove: ["  x();"], insert: ["  y();"] }] },
    {
      path: "two.ts",
      text: "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n",
      edits: [
        { line: 12, remove: ["12"], insert: [] },
        { line: 2, remove: [], insert: ["1.5"] },
        { line: 4, remove: ["4"], insert: ["four", "4b"] },
      ],
    },
    { path: "none.ts", text: "x", edits: [] },
  ]);
  expect(patch.split("\n")).toEqual([
    "*** Begin Patch",
    "*** Update File: one.ts",
    "@@",
    "   x();",
    " }",
    " b {",
    "-  x();",
    "+  y();",
    " }",
    " ",
    " tail `${1}` \\",
    "*** Update File: two.ts",
    "@@",
    " 1",
    "+1.5",
    " 2",
    " 3",
    "-4",
    "+four",
    "+4b",
    " 5",
    " 6",
    " 7",
    "@@",
    " 9",
    " 10",
    " 11",
    "-12",
    "*** End Patch",
  ]);
  expect(parsePatch(patch)).toMatchObject({ operations: [{}, {}] });
  expect(runInNewContext(template(patch))).toBe(patch);
});

test("replacing is exact, per line and may bring new lines", () => {
  expect(replaceEdits("a.b\naXb\na.b a.b", "a.b", "c\nd")).toEqual([
    { line: 1, remove: ["a.b"], insert: ["c", "d"] },
    { line: 3, remove: ["a.b a.b"], insert: ["c", "d c", "d"] },
  ]);
});

test.each<[string, string, string, string | null]>([
  ["a quotient cut down", "return Math.floor((a * b) / 100);", "rounded to the nearest cent", "return Math.round((a * b) / 100);"],
  ["the same without any word on rounding", "return Math.floor((a * b) / 100);", "expected 3, got 2", null],
  ["a floor without a quotient", "return Math.floor(a);", "rounded to the nearest cent", null],
  ["a comment", "// Math.floor(a / b)", "nearest", null],
  [
    "an index past the end",
    "for (let i = 0; i <= list.length; i++) {",
    "Cannot read properties of undefined",
    "for (let i = 0; i < list.length; i++) {",
  ],
  ["an assignment in a condition", "if (state = done) stop();", "AssertionError: expected", "if (state === done) stop();"],
  ["a comparison", "if (state == done && a <= b) stop();", "AssertionError: expected", null],
  ["numbers sorted as text", "return values.toSorted()[0];", "sorts ascending numbers", "return values.toSorted((a, b) => a - b)[0];"],
])("the rules judge %s", (_name, line, evidence, repaired) => {
  expect(
    findMistakes([{ path: "src/a.ts", text: line }], evidence).flatMap((finding) => finding.edits.flatMap((edit) => edit.insert)),
  ).toEqual(repaired === null ? [] : [repaired]);
  expect(findMistakes([{ path: "test/a.test.ts", text: line }], evidence)).toEqual([]);
});

test("a function that mixes units without looking gets a check, one that looks does not", () => {
  const mixes = "export function plus(left: Length, right: Length): Length {\n    return length(left.value + right.value, left.unit);\n}\n";
  const looks = mixes.replace("{\n", "{\n    if (left.unit !== right.unit) throw new Error();\n");
  const found = findMistakes(
    [
      { path: "a.ts", text: mixes },
      { path: "b.ts", text: looks },
    ],
    "keeps to one unit",
  );
  expect(found).toMatchObject([
    {
      path: "a.ts",
      edits: [
        {
          line: 2,
          remove: [],
          insert: ["    if (left.unit !== right.unit) throw new RangeError(`Mixed unit: ${left.unit} and ${right.unit}`);"],
        },
      ],
    },
  ]);
});

test.each<[string, string, ReturnType<typeof readTestOutput>]>([
  [
    "node:test, TAP",
    "not ok 1 - test/a.test.js\nok 1 - fine\nnot ok 2 - adds up # time=3\n# pass 9\n# fail 1\n",
    { passed: 9, failed: 1, failing: ["adds up"], obstacle: null },
  ],
  [
    "node:test, spec",
    "✔ fine (1ms)\n✖ adds up (2.5ms)\nℹ pass 9\nℹ fail 1\n✖ failing tests:\n",
    { passed: 9, failed: 1, failing: ["adds up"], obstacle: null },
  ],
  [
    "vitest",
    " FAIL  test/a.test.ts > adds up\n Test Files  1 failed | 2 passed (3)\n      Tests  1 failed | 51 passed (52)\n",
    { passed: 51, failed: 1, failing: ["test/a.test.ts > adds up"], obstacle: null },
  ],
  [
    "pytest",
    "FAILED tests/test_a.py::test_add - assert 1 == 2\n==== 1 failed, 3 passed in 0.03s ====\n",
    { passed: 3, failed: 1, failing: ["tests/test_a.py::test_add"], obstacle: null },
  ],
  [
    "cargo",
    "test a::adds ... FAILED\ntest result: FAILED. 2 passed; 1 failed; 0 ignored\n",
    { passed: 2, failed: 1, failing: ["a::adds"], obstacle: null },
  ],
  [
    "colours",
    "\u001b[31m✖ adds up\u001b[0m\n\u001b[34mℹ pass 0\u001b[0m\nℹ fail 1\n",
    { passed: 0, failed: 1, failing: ["adds up"], obstacle: null },
  ],
  [
    "a missing package",
    "Error: Cannot find module 'left-pad'\n",
    { passed: null, failed: null, failing: [], obstacle: "left-pad is not installed" },
  ],
  [
    "a missing command",
    "sh: 1: vitest: not found\n",
    { passed: null, failed: null, failing: [], obstacle: "the command vitest does not exist here" },
  ],
  ["nothing known", "all good\n", { passed: null, failed: null, failing: [], obstacle: null }],
])("the output of %s is read", (_name, output, report) => {
  expect(readTestOutput(output)).toEqual(report);
});

test("a script's value is found in its result text, whatever stands around it", () => {
  expect(extractJson('Script completed in {0.1} s.\n\nResult:\n{\n "step": "look",\n "text": "a } \\" {"\n}\n\nWarning: {x}')).toEqual({
    step: "look",
    text: 'a } " {',
  });
  expect(extractJson('Script completed.\n\nConsole (1 line):\n{"step":"log"} {"\n\nResult:\n{"step":"look"}')).toEqual({ step: "look" });
  expect([extractJson("no braces"), extractJson("{ broken"), extractJson("{a} [1]")]).toEqual([null, null, null]);
});

test("messages are sorted into words, files, steps and tasks; a task's result wakes only a settled conversation", () => {
  const task = { role: "user", text: '<task-result id="t" title="Build" status="failed">\nexit 2\n</task-result>' } as const;
  const begin = [
    { role: "user", text: "<original-user-prompt>\nfix </x> <\\/original-user-prompt>\n</original-user-prompt>" },
    {
      role: "user",
      text: "<environment>\napproval mode: ask\n</environment>\n\nThe prompt came with files.\n\n<attached>\n- /tmp/a b.txt (file, 3 bytes)\n- docs (folder, 0 bytes)\nRead them with readFile.\n</attached>",
    },
    {
      role: "call",
      wireCallId: "c",
      name: "script",
      format: "function",
      input: JSON.stringify({ code: 'const p = `step: "x"`;\nreturn { step: "look" };' }),
    },
    { role: "result", wireCallId: "c", format: "function", text: 'Result:\n{"step":"look","files":3}', ok: true },
    task,
  ] as const;
  const working = readConversation(begin);
  const woken = readConversation([...begin, { role: "assistant", text: "Done." }, task]);
  expect(working).toMatchObject({
    prompt: "fix </x> </original-user-prompt>",
    attached: ["/tmp/a b.txt", "docs"],
    approval: "ask",
    steps: [{ name: "look", ok: true, value: { files: 3 } }],
    tasks: [{ title: "Build", status: "failed", text: "exit 2" }],
    woken: false,
  });
  expect(woken).toMatchObject({ steps: [], tasks: [{ title: "Build" }], woken: true });
  expect(planNext([...begin, { role: "assistant", text: "Done." }, task]).say).toContain("Background task “Build” has ended: failed.");
  expect(readConversation([...begin, { role: "assistant", text: "Done." }, { role: "user", text: "next" }, task])).toMatchObject({
    prompt: "next",
    woken: false,
    tasks: [{ title: "Build" }],
  });
});

test("a failed or refused script is explained instead of repeated", () => {
  const after = (text: string) =>
    planNext([
      { role: "user", text: "<original-user-prompt>\nfix the test\n</original-user-prompt>" },
      { role: "call", wireCallId: "c", name: "script", format: "custom", input: 'return { step: "look" };' },
      { role: "result", wireCallId: "c", format: "custom", text, ok: false },
    ]);
  expect(after("Error (denied): The person refused.").say).toMatch(/not allowed to go on[\s\S]*The person refused/);
  expect(after("Script failed: script_error: TypeError: x").say).toMatch(/step failed[\s\S]*TypeError: x/);
  expect(after("Error (denied): no").script).toBeUndefined();
});

test("a question of another agent is answered by counting in its files", () => {
  const files =
    '<file path="src/a.ts">\nexport function used() {}\nexport const forgotten = 1; // TODO\nexport interface Shape {}\n</file>\n<file path="test/a.test.ts">\nused();\n</file>';
  const answer = answerQuestion([
    { role: "user", text: `<original-user-prompt>\nWhat about \`forgotten\`?\n\n${files}\n</original-user-prompt>` },
  ]);
  expect(answer).toMatch(
    /rules, no model[\s\S]*1 of 2 exported[\s\S]*- forgotten \(src\/a\.ts:2\)[\s\S]*- forgotten: src\/a\.ts:2[\s\S]*2 files, 4 lines, 3 exported names, 1 TODO/,
  );
  expect(answerQuestion([{ role: "user", text: "Why?" }])).toContain("no file came with the question");
});

test("the Demo speaks in small pieces that make up the whole, pauses as told, and a stop ends it at once", async () => {
  const request = sampleRequest({ messages: [{ role: "user", text: "<original-user-prompt>\nfind `ä😀x`\n</original-user-prompt>" }] });
  const events = await collect(createDemoProvider({ pauseMs: 0 }), request);
  const asFunction = await collect(createDemoProvider({ pauseMs: 0 }), {
    ...request,
    tools: request.tools.map((tool) => ({ ...tool, format: "function" as const })),
  });
  const text = events.find((event) => event.type === "text");
  const call = events.find((event) => event.type === "call");
  expect([joinedDeltas(events, "text_delta"), joinedDeltas(events, "call_delta")]).toEqual([text?.text, call?.input]);
  expect(events.filter((event) => event.type === "call_delta").length).toBeGreaterThan(5);
  expect(asFunction.find((event) => event.type === "call")).toMatchObject({
    format: "function",
    input: JSON.stringify({ code: call?.input }),
  });
  const stop = new AbortController();
  const stopped: string[] = [];
  for await (const event of createDemoProvider({ pauseMs: 5 }).stream(request, stop.signal)) {
    stopped.push(event.type === "failed" ? event.error.code : event.type);
    stop.abort();
  }
  expect(stopped).toEqual(["text_delta", "cancelled"]);
});

test("without the tool script the Demo says that it cannot work", async () => {
  const events = await collect(
    createDemoProvider({ pauseMs: 0 }),
    sampleRequest({ tools: [], messages: [{ role: "user", text: "fix the test" }] }),
  );
  expect(events.find((event) => event.type === "text")).toMatchObject({
    text: expect.stringContaining("does not offer the tool `script`"),
  });
  expect(events.at(-1)).toMatchObject({ type: "finished" });
});
