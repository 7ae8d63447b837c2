import { afterAll, beforeAll, expect, test } from "vitest";
import { SpindleError } from "../../../src/protocol/error.ts";
import type { Json } from "../../../src/protocol/json.ts";
import { createPromiseTracker } from "../../../src/main/harness/promise-tracker.ts";
import { createScriptRunner, sampleTools, type ScriptRunner } from "../../support/script-runner.ts";

let runner: ScriptRunner;
beforeAll(async () => {
  runner = await createScriptRunner();
});
afterAll(() => runner.harness.close());

test("100 and 10,000 parallel calls all arrive and come back in order", async () => {
  for (const count of [100, 10_000]) {
    const outcome = await runner.run(`const back = await Promise.all(Array.from({ length: ${count} }, (_, i) => tools.echo({ i })));
return back.every((value, i) => value.i === i) && back.length;`);
    expect(outcome).toMatchObject({ ok: true, value: count, stats: { calls: count } });
  }
});

test("no more calls run at once than the limit allows; the rest wait in order", async () => {
  let running = 0;
  let most = 0;
  const order: number[] = [];
  const outcome = await runner.run("await Promise.all(Array.from({ length: 50 }, (_, i) => tools.work(i)));", {
    limits: { maxInFlight: 7 },
    tools: {
      async work(input) {
        order.push(Number(input));
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, 1));
        running--;
        return null;
      },
    },
  });
  expect([outcome.ok, most, order]).toEqual([true, 7, Array.from({ length: 50 }, (_, index) => index)]);
});

test("one call more than allowed is an error the script can catch, and ends it when it does not", async () => {
  const caught = await runner.run(
    "const r = await Promise.allSettled([1, 2, 3, 4].map((i) => tools.echo(i))); return r.map((one) => one.value ?? one.reason.code);",
    { limits: { maxCalls: 3 } },
  );
  expect(caught).toMatchObject({ ok: true, value: [1, 2, 3, "too_many_calls"], stats: { calls: 3 } });
  const ended = await runner.run("for (;;)\n  await tools.echo(1);", { limits: { maxCalls: 3 } });
  expect(ended).toMatchObject({ ok: false, error: { code: "too_many_calls", line: 2, message: "The script made more than 3 calls." } });
});

test("a rejected call is an Error with name, code, tool, arguments, line, hint and details", async () => {
  const outcome = await runner.run(`try {
  await tools.fail({ path: "missing.txt", filler: "${"x".repeat(300)}" });
} catch (error) {
  const { name, message, code, tool, line, hint, details } = error;
  return [error instanceof ToolError, error instanceof Error, name, message, code, tool, line, hint, details, error.arguments.length < 250, error.arguments.slice(0, 24)];
}`);
  expect(outcome.ok && outcome.value).toEqual([
    true,
    true,
    "ToolError",
    "missing.txt does not exist.",
    "not_found",
    "fail",
    2,
    "List the folder first.",
    { path: "missing.txt" },
    true,
    '{"path":"missing.txt","f',
  ]);
});

test("errors of every kind a tool can throw reach the script", async () => {
  const outcome = await runner.run(
    "const r = await Promise.allSettled([tools.a(), tools.b(), tools.c()]); return r.map((one) => [one.reason.code, one.reason.message]);",
    {
      tools: {
        a: () => {
          throw new TypeError("plain");
        },
        b: () => Promise.reject(new SpindleError("denied", "No.")),
        c: () => {
          throw "text";
        },
      },
    },
  );
  expect(outcome.ok && outcome.value).toEqual([
    ["internal", "plain"],
    ["denied", "No."],
    ["internal", "text"],
  ]);
});

test("a failed script names the failing call, the state of its siblings and their lines", async () => {
  const outcome = await runner.run(`await tools.echo(1);
const slow = tools.never({ id: "slow" });
await tools.fail({ path: "missing.txt" });
await slow;`);
  expect(outcome).toMatchObject({
    ok: false,
    error: {
      name: "ToolError",
      code: "script_error",
      message: "missing.txt does not exist.",
      hint: "List the folder first.",
      line: 3,
      details: {
        tool: "fail",
        toolCode: "not_found",
        arguments: '{"path":"missing.txt"}',
        callLine: 3,
        calls: { succeeded: 1, failed: 1, open: [{ tool: "never", line: 2, arguments: '{"id":"slow"}', state: "running" }] },
      },
    },
  });
});

/** A tool that is open until aborted and takes a moment to close; `log` tells what happened. */
function slowToClose() {
  const log: string[] = [];
  let open = 0;
  return {
    log,
    isOpen: () => open,
    tools: {
      ...sampleTools,
      slow: (input: Json, _call: unknown, signal: AbortSignal): Promise<Json> => {
        open++;
        return new Promise((resolve) => {
          signal.addEventListener("abort", () => {
            setTimeout(() => {
              open--;
              log.push(`closed ${JSON.stringify(input)}: ${String((signal.reason as Error).message)}`);
              resolve(null);
            }, 30);
          });
        });
      },
    },
  };
}

test("losers of a race are aborted when the script ends, and it is not over before they are closed", async () => {
  const slow = slowToClose();
  const outcome = await runner.run(`return await Promise.race([tools.slow(1), tools.slow(2), tools.echo("first")]);`, {
    tools: slow.tools,
  });
  expect(outcome).toMatchObject({ ok: true, value: "first", warnings: [] });
  expect([slow.isOpen(), slow.log.length]).toEqual([0, 2]);
});

test("a script that throws, or runs out of time, closes its open calls before it is reported", async () => {
  for (const [end, code] of [
    ["throw new Error('no');", "script_error"],
    ["for (;;) {}", "script_timeout"],
    ["return new Array(2 ** 28).join('x');", "script_timeout"],
    ["await 1; await new Promise((r) => setTimeout(r, 5)); await tools.slow(9);", "script_timeout"],
  ] as const) {
    const slow = slowToClose();
    const outcome = await runner.run(`tools.slow(1).catch(() => {}); const p = tools.slow(2); await tools.echo(1); ${end} await p;`, {
      tools: slow.tools,
      limits: { cpuMs: 150, wallMs: end.includes("slow") ? 200 : 10_000 },
    });
    expect([outcome.ok ? "ok" : outcome.error.code, slow.isOpen(), slow.log.length >= 2], end).toEqual([code, 0, true]);
  }
});

test("a script can abort one call and go on", async () => {
  const slow = slowToClose();
  const outcome = await runner.run(
    `const p = tools.never(); const q = tools.slow(1); p.abort(); q.abort();
const [a, b] = await Promise.allSettled([p, q]);
return [a.reason.code, b.status];`,
    { tools: slow.tools },
  );
  expect(outcome).toMatchObject({ ok: true, value: ["cancelled", "fulfilled"], warnings: [] });
});

test("calls that were never awaited are stopped with a warning that names their line", async () => {
  const outcome = await runner.run(`tools.never({ id: 1 });
const kept = tools.never({ id: 2 });
await tools.echo(1);
return "done";`);
  expect(outcome).toMatchObject({ ok: true, value: "done" });
  expect(outcome.warnings).toEqual([
    {
      code: "unawaited_call",
      line: 1,
      message: "tools.never in line 1 was never awaited; it was still running when the script ended and was stopped.",
    },
    {
      code: "unawaited_call",
      line: 2,
      message: "tools.never in line 2 was never awaited; it was still running when the script ended and was stopped.",
    },
  ]);
});

test("a call that an unawaited helper waits for is stopped with a warning", async () => {
  const outcome = await runner.run(`async function helper() {
  await tools.never();
}
helper();
await tools.echo(1);`);
  expect(outcome.warnings).toEqual([
    { code: "unawaited_call", line: 2, message: "tools.never in line 2 was still running when the script ended and was stopped." },
  ]);
});

test("a call that failed unseen is a warning, and so is an error nobody read", async () => {
  const outcome = await runner.run(`tools.fail({ a: 1 });
tools.fail({ b: 1 }).catch(() => {});
const later = tools.fail({ c: 1 });
await tools.wait(20);
try { await later } catch {}
return "fine";`);
  expect(outcome).toMatchObject({
    ok: true,
    value: "fine",
    warnings: [
      { code: "unhandled_rejection", line: 1, message: "tools.fail in line 1 failed, and nothing in the script looked at it." },
      {
        code: "unread_error",
        line: 3,
        message: expect.stringMatching(/^tools\.fail in line 3 failed, and nothing in the script read the error/),
      },
    ],
  });
});

test.each([
  ["a helper nobody awaits", "async function check() { return await tools.fail({}); }\ncheck(); await tools.wait(20);", [1]],
  ["forEach with an async function", "['a'].forEach(async () => {\n  await tools.fail({});\n});\nawait tools.wait(20);", [2]],
  ["then without a handler for the error", "tools.fail({}).then((r) => r.text);\nawait tools.wait(20);", [1]],
  ["errors that are read", "for (const f of [() => tools.fail({})]) { try { await f(); } catch (e) { console.log(e.message); } }", []],
  ["a code that is read", "try { await tools.fail({}); } catch (e) { if (e.code !== 'not_found') throw e; }", []],
  ["catch", "await tools.fail({}).catch(() => null);", []],
  [
    "allSettled, any and race",
    "await Promise.allSettled([tools.fail({}), tools.echo(1)]); await Promise.any([tools.fail({}), tools.echo(1)]); await Promise.race([tools.echo(1), tools.fail({})]); await tools.wait(20);",
    [],
  ],
  [
    "the others of a group",
    "try { await Promise.all([tools.fail({}), tools.fail({}), tools.fail({})]); } catch (e) { console.log(e); }\nawait tools.wait(20);",
    [],
  ],
])("failures that nobody hears of: %s", async (_, code, lines) => {
  const outcome = await runner.run(code);
  expect(outcome.warnings.filter((warning) => warning.code !== "unawaited_call").map((warning) => [warning.code, warning.line])).toEqual(
    lines.map((line) => ["unread_error", line]),
  );
});

test("one race does not hide calls that were never awaited", async () => {
  const outcome = await runner.run(
    "async function save() {\n  await tools.never({});\n}\nawait Promise.race([tools.echo(1), tools.never({})]);\nsave();\nreturn 'ok';",
  );
  expect(outcome.warnings.map((warning) => [warning.code, warning.line])).toEqual([["unawaited_call", 2]]);
  const helpers = await runner.run(
    "const slow = async () => { await tools.never({}); };\nreturn await Promise.race([slow(), tools.echo(1)]);",
  );
  expect(helpers.warnings).toEqual([]);
});

test("a failed script still says which await is missing; equal warnings are one", async () => {
  const outcome = await runner.run("const r = tools.never({});\nfor (let i = 0; i < 300; i++) tools.never({ i });\nreturn r.text.length;");
  expect(outcome).toMatchObject({ ok: false, error: { name: "TypeError", line: 3 } });
  expect(outcome.warnings).toMatchObject([
    { code: "unawaited_call", line: 1 },
    { code: "unawaited_call", line: 2, message: expect.stringContaining("(300 times)") },
  ]);
});

test("aborting a call again and again costs nobody anything", async () => {
  const started = performance.now();
  let most = 0;
  let last = started;
  const look = setInterval(() => {
    most = Math.max(most, performance.now() - last);
    last = performance.now();
  }, 5);
  const outcome = await runner.run(
    "const p = tools.never({}); for (let i = 0; i < 200_000; i++) p.abort(); return await p.catch((e) => e.code);",
  );
  clearInterval(look);
  expect(outcome).toMatchObject({ ok: true, value: "cancelled" });
  // It was over a second before.
  expect(most).toBeLessThan(700);
});

test("inputs are not kept after their call, and open calls may hold 128 MB", async () => {
  const failed: unknown[] = [];
  const waiting: (() => void)[] = [];
  const tracker = createPromiseTracker({
    maxInFlight: 10,
    run: (call) => (call.name === "wait" ? new Promise((resolve) => waiting.push(() => resolve(null))) : Promise.resolve(call.input)),
    succeeded: () => undefined,
    failed: (call, error) => failed.push([call.id, error.code]),
  });
  const mib = 1024 * 1024;
  tracker.add({ id: 0, name: "echo", input: "big", line: 1, size: 100 * mib });
  await new Promise((resolve) => setImmediate(resolve));
  expect(tracker.get(0)).toMatchObject({ state: "succeeded", input: null });
  tracker.add({ id: 1, name: "wait", input: "big", line: 1, size: 100 * mib });
  tracker.add({ id: 2, name: "wait", input: "big", line: 1, size: 40 * mib });
  expect(failed).toEqual([[2, "too_large"]]);
  waiting[0]?.();
  await new Promise((resolve) => setImmediate(resolve));
  tracker.add({ id: 3, name: "echo", input: "big", line: 1, size: 100 * mib });
  expect(failed).toHaveLength(1);
  expect((await tracker.close("over", 1_000)).stuck).toEqual([]);
});

test("a cancelled script rejects nothing, closes its calls and reports cancelled at once", async () => {
  const slow = slowToClose();
  const controller = new AbortController();
  let aborted = 0;
  const look = setInterval(() => {
    if (slow.isOpen() < 2) return;
    clearInterval(look);
    aborted = performance.now();
    controller.abort();
  }, 5);
  const outcome = await runner.run("console.log('before'); await Promise.all([tools.slow(1), tools.slow(2)]);", {
    tools: slow.tools,
    signal: controller.signal,
  });
  const took = performance.now() - aborted;
  expect([outcome.ok ? "ok" : outcome.error.code, slow.isOpen(), outcome.logs.length]).toEqual(["cancelled", 0, 1]);
  expect(took).toBeGreaterThan(25);
  // Not the 30 s that calls may take to close at most.
  expect(took).toBeLessThan(5_000);
});

test("a script cancelled in an endless loop, in line, or before it starts reports cancelled", async () => {
  const before = AbortSignal.abort();
  expect(await runner.run("return 1;", { signal: before })).toMatchObject({ ok: false, error: { code: "cancelled" } });
  const loops = [new AbortController(), new AbortController(), new AbortController(), new AbortController()];
  const runs = loops.map((controller) => runner.run("for (;;) {}", { signal: controller.signal }));
  await new Promise((resolve) => setTimeout(resolve, 150));
  for (const controller of loops.reverse()) controller.abort();
  for (const run of runs) expect(await run).toMatchObject({ ok: false, error: { code: "cancelled" } });
});
