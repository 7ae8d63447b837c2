import { cpSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { demoTurn } from "../../support/demo-turn.ts";
import { createScriptRunner, type ScriptRunner } from "../../support/script-runner.ts";
import { useTempFolders } from "../../support/temp-folder.ts";

const root = path.resolve(import.meta.dirname, "../../..");
const tempFolder = useTempFolders();
let runner: ScriptRunner;

beforeAll(async () => {
  runner = await createScriptRunner();
});
afterAll(() => runner.harness.close());

/** A copy of the sample project, with the repository's packages beside it. */
function sample(): string {
  const folder = tempFolder();
  cpSync(path.join(root, "resources/sample-project"), folder, { recursive: true });
  symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"));
  return folder;
}

function turn(project: string, prompt: string, more: Partial<Parameters<typeof demoTurn>[0]> = {}) {
  return demoTurn({ project, prompt, runner, journalFolder: tempFolder(), ...more });
}

test("asked to fix the failing test the Demo finds both mistakes, patches two files, sees the tests pass and starts two tasks", async () => {
  const project = sample();
  const done = await turn(project, "Fix the failing test");
  expect(done.answer).toContain("now passes: exit 0 (10 passed, 0 failed)");
  expect(done.answer).toContain("Before the patch: exit 1 (9 passed, 1 failed)");
  expect(done.answer).toContain("I changed 2 files");
  expect(done.scripts).toHaveLength(2);
  expect(done.spawned).toMatchObject([
    { kind: "ask", files: expect.arrayContaining(["src/cart.ts", "test/cart.test.ts"]) },
    { kind: "exec", cmd: "npm run stocktake" },
  ]);
  expect(readFileSync(path.join(project, "src/discount.ts"), "utf8")).toContain("money(Math.round(");
  expect(readFileSync(path.join(project, "src/money.ts"), "utf8")).toContain("if (a.currency !== b.currency) throw new RangeError(");
});

test("in plan mode the Demo shows the patch and changes nothing", async () => {
  const project = sample();
  const before = readFileSync(path.join(project, "src/discount.ts"), "utf8");
  const done = await turn(project, "Please fix the tests", { approval: "plan" });
  expect(done.answer).toMatch(/approval mode is `plan`[\s\S]*\*\*\* Update File: src\/discount\.ts/);
  expect(readFileSync(path.join(project, "src/discount.ts"), "utf8")).toBe(before);
});

test("a refused command or patch is explained and nothing is changed", async () => {
  const project = sample();
  const before = readFileSync(path.join(project, "src/discount.ts"), "utf8");
  const noExec = await turn(project, "Fix the failing test", { denied: ["exec"] });
  const noPatch = await turn(project, "Fix the failing test", { denied: ["applyPatch"] });
  expect(noExec.answer).toMatch(/Running `npm test` was not allowed: The person refused exec\.[\s\S]*change nothing/);
  expect(noPatch.answer).toBe("The patch was not allowed: The person refused applyPatch.\n\nNo file was changed.");
  expect(readFileSync(path.join(project, "src/discount.ts"), "utf8")).toBe(before);
});

test("a project whose tests pass is left alone", async () => {
  const project = tempFolder();
  writeFileSync(path.join(project, "package.json"), JSON.stringify({ name: "fine", scripts: { test: "node -e 0" } }));
  expect((await turn(project, "fix the bug")).answer).toContain("`npm test` passes: there is nothing for my rules to repair");
});

test("tests that cannot run because a package is missing are told apart from failing ones", async () => {
  const project = tempFolder();
  writeFileSync(path.join(project, "package.json"), JSON.stringify({ name: "bare", type: "module", scripts: { test: "node --test" } }));
  writeFileSync(path.join(project, "a.test.js"), 'import "a-package-that-is-not-there";\n');
  expect((await turn(project, "make the tests pass")).answer).toContain(
    "could not really run: a-package-that-is-not-there is not installed",
  );
});

test("searches, surveys, commands, replacements and new files work on any folder", async () => {
  const project = tempFolder();
  writeFileSync(path.join(project, "README.md"), "# Thing\n\nIt does things. TODO: more.\n");
  writeFileSync(path.join(project, "main.py"), "def greet(name):\n    return 'hello ' + name\n\nprint(greet('you'))\n");
  const answers = {
    find: (await turn(project, "where is `greet` defined?")).answer,
    explain: (await turn(project, "explain main.py")).answer,
    survey: (await turn(project, "What is this project?")).answer,
    run: (await turn(project, "run `echo one; echo two >&2; exit 3`")).answer,
    replace: (await turn(project, "replace hello with goodbye in main.py")).answer,
    missing: (await turn(project, "replace nothing-like-it with x in main.py")).answer,
    create: (await turn(project, 'create docs/notes.md with "first\\nsecond ${x} `y` \\\\"')).answer,
    again: (await turn(project, "create docs/notes.md with other")).answer,
    other: (await turn(project, "Hello there")).answer,
  };
  expect(answers.find).toMatch(/2 matches in 1 file[\s\S]*- `main\.py:1` `def greet\(name\):`/);
  expect(answers.explain).toContain("- line 1: def `greet`");
  expect(answers.survey).toMatch(/has 2 files[\s\S]*> # Thing[\s\S]*1 lines hold a TODO/);
  expect(answers.run).toMatch(/ended with exit code 3[\s\S]*one\ntwo/);
  expect(answers.replace).toContain("Done: `main.py` (+1 −1)");
  expect(answers.missing).toContain("nothing to replace");
  expect(answers.create).toContain("Done: `docs/notes.md` (+2 −0)");
  expect(answers.again).toContain("exists already (2 lines)");
  expect(answers.other).toContain("I do not understand free text");
  expect(readFileSync(path.join(project, "main.py"), "utf8")).toContain("return 'goodbye ' + name");
  expect(readFileSync(path.join(project, "docs/notes.md"), "utf8")).toBe("first\nsecond ${x} `y` \\\\\n");
});

test("a task the person asked for is started, and its result is told in short when it wakes the conversation", async () => {
  const project = tempFolder();
  const first = await turn(project, "run `sleep 5` in the background");
  const woken = await turn(project, "", {
    before: first.messages,
    prompt: '<task-result id="task_1" title="sleep 5" status="succeeded">\nexit 0, slept well\n</task-result>',
  });
  expect(first.spawned).toEqual([{ kind: "exec", title: "sleep 5", cmd: "sleep 5" }]);
  expect(woken).toMatchObject({
    scripts: [],
    answer: "Background task “sleep 5” has ended: succeeded. Its last line: `exit 0, slept well`",
  });
});
