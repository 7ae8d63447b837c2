import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openScriptStore } from "../../../src/main/conversations/script-store.ts";
import { createHarness } from "../../../src/main/harness/create-harness.ts";
import { createScriptRunner, defaultLimits, type ScriptRunner } from "../../support/script-runner.ts";
import { useTempFolders } from "../../support/temp-folder.ts";
import { harnessFiles } from "../../support/worker-file.ts";

const tempFolder = useTempFolders();
let runner: ScriptRunner;
beforeAll(async () => {
  runner = await createScriptRunner();
});
afterAll(() => runner.harness.close());

test("a store that cannot be read costs no worker", async () => {
  const store = {
    entries: () => {
      throw new Error("unreadable");
    },
    set: () => undefined,
  };
  for (let count = 0; count < 4; count++) await expect(runner.run("return 1;", { store })).rejects.toThrow("unreadable");
  expect(runner.harness.info().busy).toBe(0);
  expect(await runner.run("return 2;")).toMatchObject({ ok: true, value: 2 });
});

test("a context that cannot be sent costs no worker", async () => {
  const strange = (() => undefined) as unknown as null;
  for (let count = 0; count < 4; count++) await expect(runner.run("return 1;", { context: strange })).rejects.toThrow();
  expect(await runner.run("return 2;")).toMatchObject({ ok: true, value: 2 });
  expect(runner.harness.info().busy).toBe(0);
});

test("a damaged store is moved aside, and the script hears of it once", async () => {
  const file = path.join(tempFolder(), "store.json");
  writeFileSync(file, '[["a", "1"');
  const store = openScriptStore(file);
  const first = await runner.run("store.set('b', 2); return store.keys();", { store });
  expect(first).toMatchObject({
    ok: true,
    value: ["b"],
    warnings: [{ code: "store_problem", message: expect.stringContaining("store.json.damaged") }],
  });
  expect(readFileSync(`${file}.damaged`, "utf8")).toBe('[["a", "1"');
  const second = await runner.run("return store.get('b');", { store });
  expect(second).toMatchObject({ ok: true, value: 2, warnings: [] });
});

test("what a script stored is on disk when its outcome is reported, also of one that failed; a flood of writes leaves main free", async () => {
  const file = path.join(tempFolder(), "store.json");
  const store = openScriptStore(file);
  let most = 0;
  let last = performance.now();
  const look = setInterval(() => {
    most = Math.max(most, performance.now() - last);
    last = performance.now();
  }, 5);
  const outcome = await runner.run(
    "for (let i = 0; i < 15; i++) store.set('big' + i, 'x'.repeat(200_000)); for (let i = 0; i < 300; i++) { store.set('n', i); await tools.echo(i); } throw new Error('late');",
    { store },
  );
  clearInterval(look);
  expect(outcome).toMatchObject({ ok: false, error: { message: "late" }, warnings: [] });
  expect(new Map(JSON.parse(readFileSync(file, "utf8")) as [string, string][]).get("n")).toBe("299");
  expect(openScriptStore(file).entries()["n"]).toBe("299");
  // It was more than 50 s before.
  expect(most).toBeLessThan(2_000);
});

test("a store that cannot be written says so, and the script goes on", async () => {
  const file = path.join(tempFolder(), "gone", "store.json");
  const outcome = await runner.run("store.set('a', 1); return store.get('a');", { store: openScriptStore(file) });
  expect(outcome).toMatchObject({
    ok: true,
    value: 1,
    warnings: [{ code: "store_problem", message: expect.stringContaining("could not be written") }],
  });
  expect(existsSync(path.dirname(file))).toBe(false);
});

test("what is not JSON is refused by the store", async () => {
  const outcome = await runner.run(
    "store.set('k', 1); const said = []; const cycle = {}; cycle.c = cycle; for (const v of [() => 1, Symbol('s'), cycle, 1n]) { try { store.set('k', v); } catch (e) { said.push(e.message); } } return [said, store.get('k')];",
    { store: { entries: () => ({}), set: () => undefined } },
  );
  expect(outcome).toMatchObject({
    value: [
      [
        'The value for "k" is not JSON: it is a function.',
        'The value for "k" is not JSON: it is a symbol.',
        expect.stringContaining("circular"),
        expect.stringContaining('The value for "k" is not JSON'),
      ],
      1,
    ],
  });
});

test("a listener of console lines that throws fails the run, not the process", async () => {
  const harness = createHarness({ ...(await harnessFiles()), workers: 1 });
  try {
    await expect(
      harness.run({
        code: "for (let i = 0; i < 50; i++) { console.log(i); await tools.echo(i); }",
        context: {},
        toolNames: ["echo"],
        limits: defaultLimits,
        signal: new AbortController().signal,
        callTool: async (call) => call.input,
        onLog: () => {
          throw new Error("the log cannot be written");
        },
      }),
    ).rejects.toThrow("the log cannot be written");
    expect(harness.info().busy).toBe(0);
  } finally {
    await harness.close();
  }
});
