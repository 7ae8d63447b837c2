import { expect, test } from "vitest";
import { settingsSchema } from "../../../src/protocol/settings.ts";
import { SpindleError } from "../../../src/protocol/error.ts";
import type { Json } from "../../../src/protocol/json.ts";
import { useScriptTool } from "./script-lab.ts";

const script = useScriptTool();

const changed = (path: string, kind = "update"): Json => ({ files: [{ path, kind, added: 1, removed: 1 }], added: 1, removed: 1 });
/** Patches that say what they changed, commands that end at once, and a patch that is done only when it is told to stop. */
const tools = {
  applyPatch: (input: Json) => changed((input as { path: string }).path, (input as { kind?: string }).kind),
  exec: (input: Json) => {
    const { code } = input as { code?: "denied" | "cancelled" };
    if (code !== undefined) throw new SpindleError(code, "No.");
    return { exitCode: 0 };
  },
  spawn: () => ({ id: "task_1" }),
};

test("a failed call: which one, how the others stand, what is changed and not undone", async () => {
  const { text, result, code } = await script(
    `await tools.applyPatch({ path: "src/a.ts" });
await tools.applyPatch({ path: "src/new.ts", kind: "add" });
await tools.applyPatch({ path: "src/new.ts" });
await tools.exec({ cmd: "true" });
await tools.exec({ code: "denied" }).catch(() => null);
await tools.spawn({ kind: "exec" });
await Promise.all([
  tools.never({ cmd: "sleep" }),
  tools.fail({ path: "missing.txt" }),
]);`,
    { tools },
  );
  expect(code).toBe("script_error");
  expect(result["report"]).toEqual({
    failedCall: { tool: "fail", arguments: '{"path":"missing.txt"}', line: 9, code: "not_found" },
    calls: { succeeded: 5, failed: 2, stopped: 1 },
    stopped: [{ tool: "never", arguments: '{"cmd":"sleep"}', line: 8 }],
    changedFiles: [
      { path: "src/a.ts", kind: "update" },
      { path: "src/new.ts", kind: "add" },
    ],
    changedFileCount: 2,
    commands: { ended: 1, stopped: 0 },
    tasks: 1,
  });
  expect(text.split("\n\n").at(-1)).toBe(
    [
      'Failed call (not_found): tools.fail({"path":"missing.txt"}) in line 9',
      "Calls: 5 succeeded, 2 failed, 1 stopped:",
      '- tools.never({"cmd":"sleep"}) in line 8',
      "Files already changed by its patches, NOT undone: src/a.ts, src/new.ts (new).",
      "exec calls: 1 ran to the end; they may have changed files too.",
      "Tasks started, they go on: 1.",
    ].join("\n"),
  );
});

test("a script that did nothing has nothing to report; one that succeeded has no report", async () => {
  const broken = await script("const = 1;");
  const fine = await script("await tools.applyPatch({ path: 'a' }); return 1;", { tools });
  expect({ broken: /Calls|Files|exec calls/.test(broken.text), fine: "report" in fine.result }).toEqual({ broken: false, fine: false });
});

test("a patch that is finished while the script is being stopped is reported, and so is a stopped command", async () => {
  const stop = new AbortController();
  let patched: (value: Json) => void = () => undefined;
  const late = new Promise<Json>((resolve) => (patched = resolve));
  const { text, result, code, ok } = await script(
    `await Promise.all([tools.applyPatch({}), tools.exec({ cmd: "sleep" }), tools.started({})]);`,
    {
      tools: {
        applyPatch: () => late,
        exec: (_input, _call, signal) =>
          new Promise((_, reject) => {
            const end = (): void => {
              setTimeout(() => patched(changed("late.ts", "delete")), 30);
              reject(new SpindleError("cancelled", "Stopped."));
            };
            signal.addEventListener("abort", end, { once: true });
          }),
        started(_input, _call, signal) {
          setTimeout(() => stop.abort(new SpindleError("interrupted", "The person stopped the turn.")), 20);
          return new Promise((_, reject) =>
            signal.addEventListener("abort", () => reject(new SpindleError("cancelled", "Stopped.")), { once: true }),
          );
        },
      },
      ctx: { signal: stop.signal },
    },
  );
  expect({ ok, code, report: result["report"] }).toMatchObject({
    ok: false,
    code: "interrupted",
    report: {
      failedCall: null,
      calls: { succeeded: 0, failed: 0, stopped: 3 },
      changedFiles: [{ path: "late.ts", kind: "delete" }],
      commands: { ended: 0, stopped: 1 },
    },
  });
  expect(text).toMatch(/^Script stopped after \d+\.\d s \(3 calls\): The person stopped the turn\.\n\n[\s\S]*late\.ts \(deleted\)\./);
});

test.each([
  ["wall clock", "await new Promise((resolve) => setTimeout(resolve, 60_000));", { wallMs: 200 }, "script_timeout"],
  ["CPU", "while (true);", { cpuMs: 100 }, "script_timeout"],
  ["memory", "const all = []; while (true) all.push('x'.repeat(1_000_000));", { memoryMb: 32 }, "script_out_of_memory"],
  ["a promise nobody settles", "await new Promise(() => {});", {}, "script_deadlock"],
])("the report stands also at the end of a script that ran out of: %s", async (_what, end, limits, wanted) => {
  const settings = settingsSchema.parse({ script: limits });
  const { code, text, result } = await script(`await tools.applyPatch({ path: "a.ts" });\n${end}`, { tools, ctx: { settings } });
  expect({ code, text, report: result["report"] }).toMatchObject({
    code: wanted,
    text: expect.stringContaining("NOT undone: a.ts."),
    report: { calls: { succeeded: 1, failed: 0, stopped: 0 }, changedFileCount: 1 },
  });
});

test("long lists are cut and counted", async () => {
  const { text, result } = await script(
    `for (let n = 0; n < 25; n++) await tools.applyPatch({ path: "f" + n });
for (let n = 0; n < 30; n++) tools.never({ n });
await tools.echo(1);
throw new Error("enough");`,
    { tools },
  );
  const report = result["report"] as { changedFiles: unknown[]; stopped: unknown[] };
  expect({ files: report.changedFiles.length, stopped: report.stopped.length }).toEqual({ files: 20, stopped: 20 });
  expect(text).toMatch(/f18, f19 and 5 more\./);
  expect(text).toMatch(/30 stopped:\n(?:- tools\.never\(\{"n":\d+\}\) in line 2\n){20}- … 10 more\n/);
});
