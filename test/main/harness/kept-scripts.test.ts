import { afterAll, beforeAll, expect, test } from "vitest";
import { createKeptScripts } from "../../../src/main/harness/kept-scripts.ts";
import { createScriptRunner, type ScriptRunner } from "../../support/script-runner.ts";

let runner: ScriptRunner;
beforeAll(async () => {
  runner = await createScriptRunner({ workers: 1, extraWorkers: 0 });
});
afterAll(() => runner.harness.close());

const padding = Array.from({ length: 200 }, (_, index) => `function unused${index}() { return ${index}; }`).join("\n");

test("a long script that comes again runs as the first time: clean realm, calls, context, random numbers, positions", async () => {
  const code = `${padding}\nglobalThis.runs = (globalThis.runs ?? 0) + 1;\nconst got = await tools.echo(context.n);\nif (context.n === 4) null.x;\nreturn [runs, got, Math.random()];`;
  const random = new Set<unknown>();
  for (let n = 0; n < 4; n++) {
    const outcome = await runner.run(code, { context: { n } });
    expect(outcome).toMatchObject({ ok: true, calls: [{ line: 202 }] });
    const [runs, got, number] = (outcome.ok ? outcome.value : []) as unknown[];
    expect([runs, got]).toEqual([1, n]);
    random.add(number);
    // Another script in between, so that the realm is used by something else.
    expect(await runner.run("globalThis.runs = 100; return typeof unused0;")).toMatchObject({ value: "undefined" });
  }
  expect(random.size).toBe(4);
  expect(await runner.run(code, { context: { n: 4 } })).toMatchObject({ ok: false, error: { name: "TypeError", line: 203 } });
  // Other tools, other limits: what was kept does not fit any more, the script still runs.
  expect(await runner.run(code, { context: { n: 6 }, limits: { memoryMb: 64 } })).toMatchObject({ ok: true });
  expect(await runner.run(code, { context: { n: 7 }, tools: { echo: () => "other", more: () => null } })).toMatchObject({
    ok: true,
    value: [1, "other", expect.any(Number)],
  });
});

test("a script is kept when it ran twice; the oldest goes; short ones never", () => {
  const kept = createKeptScripts();
  const script = (name: string): string => name.repeat(5_000);
  const entry = { script: 1, snapshot: {} } as unknown as Parameters<typeof kept.keep>[1];
  expect(kept.ran("short")).toBe(false);
  expect(kept.ran("short")).toBe(false);
  for (const name of ["a", "b", "c", "d", "e"]) {
    expect(kept.ran(script(name))).toBe(false);
    expect(kept.ran(script(name))).toBe(true);
    kept.keep(script(name), entry);
    expect(kept.ran(script(name))).toBe(false);
    expect(kept.find(script("b"))).toBe(name === "a" ? undefined : entry);
  }
  expect(kept.find(script("a"))).toBeUndefined();
  kept.clear();
  expect(kept.find(script("b"))).toBeUndefined();
});
