import { chmodSync, chownSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import type { SpindleEvent } from "../../src/protocol/event.ts";
import { livingWith } from "../main/runner/living.ts";
import { type Ended, of, type RunOptions, type SpindleLab, until, useSpindle } from "./spindle-process.ts";

const lab = useSpindle();

/** Runs code as a script file of the project. */
function run(spindle: SpindleLab, code: string, flags: readonly string[] = [], options: RunOptions = {}): Promise<Ended> {
  spindle.write({ "script.ts": code });
  return spindle.run(["run", "script.ts", "--json", ...flags], options);
}

/** The last line: `script_finished`. */
function last(ended: Ended): SpindleEvent | undefined {
  const line = ended.events().at(-1);
  return line?.type === "error" ? undefined : line;
}

describe("run", () => {
  test("carries out 100 parallel readFile calls, each with its own start and end", async () => {
    const spindle = lab();
    spindle.write(Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`files/${n}.txt`, `file ${n}\n`])));
    const ended = await run(
      spindle,
      "const all = await Promise.all(Array.from({ length: 100 }, (_, n) => tools.readFile({ path: `files/${n}.txt` })));\nreturn all.map((file) => file.text);",
    );
    const lines = ended.events();
    const ids = Array.from({ length: 100 }, (_, n) => `c1.${n + 1}`);
    expect({ exit: ended.code, stderr: ended.stderr, last: last(ended) }).toMatchObject({
      exit: 0,
      stderr: "",
      last: { type: "script_finished", ok: true, value: Array.from({ length: 100 }, (_, n) => `file ${n}`) },
    });
    const readStarts = of(lines, "tool_started").filter((event) => event.name === "readFile");
    const readEnds = of(lines, "tool_finished").filter((event) => event.name === "readFile");
    const byNumber = (a: string, b: string): number => Number(a.slice(3)) - Number(b.slice(3));
    expect({
      starts: readStarts.map((event) => event.callId).sort(byNumber),
      ends: readEnds
        .filter((event) => event.ok)
        .map((event) => event.callId)
        .sort(byNumber),
    }).toEqual({ starts: ids, ends: ids });
    expect(lines.map((line) => line.seq)).toEqual(lines.map((_, index) => index + 1));
  });

  test("an endless loop ends at its CPU limit, with the line, exit 1 and nothing left running", async () => {
    const spindle = lab();
    spindle.settings({ script: { cpuMs: 200 } });
    const startedAt = Date.now();
    const ended = await run(spindle, "let n = 0;\nconst open = tools.exec({ cmd: 'true' });\nwhile (true) n++;");
    expect({ exit: ended.code, last: last(ended), quick: Date.now() - startedAt < 8_000 }).toMatchObject({
      exit: 1,
      last: { type: "script_finished", ok: false, error: { code: "script_timeout", message: expect.stringMatching(/200|0\.2/) } },
      quick: true,
    });
    const starts = of(ended.events(), "tool_started").length;
    expect(of(ended.events(), "tool_finished")).toHaveLength(starts);
  });

  test("a script that waits for ever ends at its wall-clock limit and its command with it", async () => {
    const spindle = lab();
    spindle.settings({ script: { wallMs: 1_500 } });
    const mark = `spindle-wall-${process.pid}`;
    const ended = await run(spindle, `await tools.exec({ cmd: "exec -a ${mark} sleep 300" });`, ["--sandbox", "full"]);
    expect({ exit: ended.code, last: last(ended), alive: livingWith(mark) }).toMatchObject({
      exit: 1,
      last: { ok: false, error: { code: "script_timeout" } },
      alive: [],
    });
  });

  test("gives --input to the script, its output to the reader, its value as the last words", async () => {
    const spindle = lab();
    spindle.write({
      "script.ts": "const { who }: { who: string } = context.input;\nconsole.log('hello', who);\nreturn { who, project: context.project };",
    });
    const ended = await spindle.run(["run", "script.ts", "--input", '{"who":"Ada"}']);
    expect(ended).toMatchObject({
      code: 0,
      stderr: "",
      stdout: `hello Ada\n${JSON.stringify({ who: "Ada", project: spindle.project }, null, 2)}\n`,
    });
  });

  test.each<{ what: string; code: string; error: object }>([
    { what: "invalid TypeScript", code: "const a = 1;\nconst = ;", error: { code: "script_syntax", line: 2 } },
    { what: "an import", code: 'import fs from "node:fs";\nreturn 1;', error: { code: "script_syntax" } },
    {
      what: "a thrown error",
      code: "const a = 1;\n\nthrow new RangeError('too far');",
      error: { code: "script_error", name: "RangeError", message: "too far", line: 3 },
    },
    { what: "an unknown tool", code: "return await tools.fly({});", error: { message: expect.stringMatching(/fly[\s\S]*readFile/) } },
    {
      what: "a call that fails",
      code: '\nreturn await tools.readFile({ path: "gone.txt" });',
      error: {
        code: "script_error",
        message: expect.stringContaining("gone.txt"),
        line: 2,
        details: { tool: "readFile", toolCode: "not_found" },
      },
    },
    { what: "a promise nobody settles", code: "await new Promise(() => {});", error: { code: "script_deadlock" } },
    {
      what: "too much memory",
      code: "const all = [];\nwhile (true) all.push('x'.repeat(1000000));",
      error: { code: "script_out_of_memory" },
    },
  ])("$what is a clear error with its code, and exit 1", async ({ code, error }) => {
    const spindle = lab();
    const ended = await run(spindle, code);
    expect({ exit: ended.code, last: last(ended), project: readdirSync(spindle.project) }).toMatchObject({
      exit: 1,
      last: { type: "script_finished", ok: false, error: { message: expect.stringMatching(/\w{3,}/), ...error } },
      project: ["script.ts"],
    });
  });

  test("warnings reach people and programs", async () => {
    const spindle = lab();
    const code = "tools.readFile({ path: 'no' });\ntools.exec({ cmd: 'sleep 30' });\nawait tools.listDir({});\nreturn { n: 1n };";
    const ended = await run(spindle, code);
    expect(last(ended)).toMatchObject({
      type: "script_finished",
      ok: true,
      value: { n: "1" },
      warnings: [{ code: "unawaited_call", line: 2 }, { code: "value_lossy" }, { code: "unhandled_rejection", line: 1 }],
    });
    const shown = await spindle.run(["run", "script.ts"], {});
    expect(shown.stderr).toContain("spindle: warning: tools.exec in line 2 was never awaited");
    expect(shown.stderr).toContain("spindle: warning: tools.readFile in line 1 failed, and nothing in the script looked at it.");
  });

  test("a failed script says what it had done: to people and to programs", async () => {
    const spindle = lab();
    const code = `await tools.applyPatch({ patch: "*** Begin Patch\\n*** Add File: made.txt\\n+x\\n*** End Patch" });
console.log("patched");
await tools.readFile({ path: "gone.txt" });`;
    spindle.write({ "script.ts": code });
    const shown = await spindle.run(["run", "script.ts"]);
    expect({ exit: shown.code, stdout: shown.stdout }).toEqual({ exit: 1, stdout: "patched\n" });
    expect(shown.stderr.trimEnd().split("\n").slice(-4)).toEqual([
      'Failed call (not_found): tools.readFile({"path":"gone.txt"}) in line 3',
      "Calls: 1 succeeded, 1 failed.",
      "Files already changed by its patches, NOT undone: made.txt (new).",
      expect.stringMatching(/^spindle: `spindle undo run_\w+` puts the patched files back\.$/),
    ]);
    const ended = await run(spindle, code);
    expect(last(ended)).toMatchObject({
      type: "script_finished",
      report: { failedCall: { tool: "readFile", code: "not_found", line: 3 }, changedFiles: [{ path: "made.txt", kind: "add" }] },
    });
  });

  /** Each call with the code it has to fail with and a word of its message. */
  const badCalls: readonly (readonly [what: string, call: string, code: string, said: string])[] = [
    ["wrong types", "tools.readFile({ path: 7, nonsense: true })", "invalid_input", "path"],
    ["no input", "tools.grepFiles()", "invalid_input", "grepFiles"],
    ["an outside path", 'tools.readFile({ path: "../../../../../../etc/passwd" })', "outside_project", "etc/passwd"],
    ["a link that leads outside", 'tools.readFile({ path: "link/passwd" })', "outside_project", "link/passwd"],
    ["a list of an outside folder", 'tools.listDir({ path: "/etc" })', "outside_project", "/etc"],
    ["a search in an outside folder", 'tools.grepFiles({ pattern: "root", path: "link" })', "outside_project", "link"],
    ["a NUL byte", 'tools.readFile({ path: "a\\0b" })', "invalid_input", "NUL"],
    ["a binary file", 'tools.readFile({ path: "binary" })', "binary_file", "binary"],
    ["a missing file", 'tools.readFile({ path: "gone.txt" })', "not_found", "gone.txt"],
    ["a missing folder", 'tools.listDir({ path: "gone" })', "not_found", "gone"],
    ["a folder as a file", 'tools.readFile({ path: "folder" })', "not_a_file", "folder"],
    ["a file as a folder", 'tools.listDir({ path: "binary" })', "not_a_folder", "binary"],
    ["a pattern that is none", 'tools.grepFiles({ pattern: "(" })', "invalid_pattern", "("],
    [
      "a patch outside",
      'tools.applyPatch({ patch: "*** Begin Patch\\n*** Add File: ../evil.txt\\n+x\\n*** End Patch" })',
      "outside_project",
      "evil.txt",
    ],
    [
      "a patch through a link",
      'tools.applyPatch({ patch: "*** Begin Patch\\n*** Add File: link/evil.txt\\n+x\\n*** End Patch" })',
      "outside_project",
      "evil.txt",
    ],
    ["a patch that is none", 'tools.applyPatch({ patch: "hello" })', "invalid_patch", "Begin Patch"],
    [
      "a patch that does not fit",
      'tools.applyPatch({ patch: "*** Begin Patch\\n*** Update File: folder/a.txt\\n@@\\n-b\\n+c\\n*** End Patch" })',
      "patch_failed",
      "a.txt",
    ],
    ["an escalation without a reason", 'tools.exec({ cmd: "true", escalated: true })', "invalid_input", "justification"],
    ["a task of an unknown kind", 'tools.spawn({ kind: "dance" })', "invalid_input", "kind"],
  ];

  test("every bad call fails with its own code and a sentence; the script goes on and nothing was written", async () => {
    const spindle = lab();
    spindle.write({ binary: Uint8Array.from([0x7f, 0x45, 0x4c, 0x46, 0, 0, 1, 0xff, 0xfe]), "folder/a.txt": "a\n" });
    const etc = path.join(path.dirname(spindle.project), "etc");
    mkdirSync(etc);
    symlinkSync(etc, path.join(spindle.project, "link"));
    const tries = badCalls.map(([, call]) => `() => ${call}`).join(",\n");
    const ended = await run(
      spindle,
      `const out = [];
       for (const attempt of [${tries}]) {
         try { await attempt(); out.push({ code: "ran", message: "" }); } catch (error) { out.push({ code: error.code, message: error.message }); }
       }
       return out;`,
    );
    const { value } = of(ended.events(), "script_finished")[0] ?? { value: undefined };
    const seen = Array.isArray(value)
      ? badCalls.map(([what], index) => ({ what, ...(value[index] as { code: string; message: string }) }))
      : value;
    expect({ exit: ended.code, seen, outside: readdirSync(etc), beside: readdirSync(path.dirname(spindle.project)).sort() }).toEqual({
      exit: 0,
      seen: badCalls.map(([what, , code, said]) => ({ what, code, message: expect.stringContaining(said) as string })),
      outside: [],
      beside: ["etc", "home", "project", "tmp"],
    });
    const failed = of(ended.events(), "tool_finished").filter((event) => event.parentCallId !== undefined);
    expect(failed.map((event) => [event.ok, event.code, event.error?.code])).toEqual(badCalls.map(([, , code]) => [false, code, code]));
  });

  test.each([
    ["plan mode", ["--approval", "plan"]],
    ["level read-only", ["--sandbox", "read-only"]],
    ["approval ask, with nobody there", ["--approval", "ask"]],
  ])("%s writes nothing", async (_what, flags) => {
    const spindle = lab();
    const ended = await run(
      spindle,
      `const tries = await Promise.allSettled([
         tools.applyPatch({ patch: "*** Begin Patch\\n*** Add File: made\\n+x\\n*** End Patch" }),
         tools.exec({ cmd: "touch made; exit 0" }),
         tools.spawn({ kind: "exec", cmd: "touch made" }),
       ]);
       return tries[0].reason.code;`,
      flags,
    );
    expect({ exit: ended.code, last: last(ended), project: readdirSync(spindle.project) }).toMatchObject({
      exit: 0,
      last: { value: "denied" },
      project: ["script.ts"],
    });
  });

  test("an unreadable folder and file are permission_denied, and the script can go on without them", async () => {
    const spindle = lab();
    spindle.write({ "shut/a.txt": "secret", "mute.txt": "secret", "open.txt": "open" });
    // Root reads everything: then the command runs as somebody else.
    const somebody = process.getuid?.() === 0 ? 12_345 : undefined;
    if (somebody !== undefined) {
      for (const folder of [path.dirname(spindle.home), spindle.home, spindle.project, spindle.tmp]) chownSync(folder, somebody, somebody);
    }
    chmodSync(path.join(spindle.project, "shut"), 0o000);
    chmodSync(path.join(spindle.project, "mute.txt"), 0o000);
    try {
      const ended = await run(
        spindle,
        `const tries = await Promise.allSettled([
           tools.listDir({ path: "shut" }), tools.readFile({ path: "shut/a.txt" }), tools.readFile({ path: "mute.txt" }), tools.readFile({ path: "open.txt" }),
         ]);
         return tries.map((one) => one.status === "rejected" ? one.reason.code : one.value.text);`,
        [],
        somebody === undefined ? {} : { as: somebody },
      );
      expect({ exit: ended.code, last: last(ended), stderr: ended.stderr }).toMatchObject({
        exit: 0,
        last: { ok: true, value: ["permission_denied", "permission_denied", "permission_denied", "open"] },
        stderr: "",
      });
    } finally {
      chmodSync(path.join(spindle.project, "shut"), 0o700);
    }
  });

  test.each([
    ["no file", ["run"], 2, "usage"],
    ["two files", ["run", "a.ts", "b.ts"], 2, "usage"],
    ["input that is no JSON", ["run", "script.ts", "--input", "{"], 2, "usage"],
    ["a script file that is not there", ["run", "gone.ts"], 1, "not_found"],
    ["a project that is not there", ["run", "script.ts", "-C", "gone"], 1, "not_found"],
    ["a project that is a file", ["run", "script.ts", "-C", "script.ts"], 1, "not_a_folder"],
  ])("%s is refused before anything runs", async (_what, args, exit, code) => {
    const spindle = lab();
    spindle.write({ "script.ts": "console.log('ran');" });
    const ended = await spindle.run(args);
    expect({ exit: ended.code, stdout: ended.stdout, stderr: ended.stderr }).toEqual({
      exit,
      stdout: "",
      stderr: expect.stringContaining(code),
    });
  });

  test("SIGINT ends the script, its command and the process: exit 130", async () => {
    const spindle = lab();
    const mark = `spindle-int-${process.pid}`;
    const ended = await run(
      spindle,
      `await Promise.all([1, 2, 3].map((n) => tools.exec({ cmd: "exec -a ${mark}" + n + " sleep 300" })));`,
      ["--sandbox", "full"],
      {
        onLine(line, child) {
          if (!line.includes('"callId":"c1.3"') || !line.includes("tool_started")) return;
          void until(() => livingWith(mark).length === 3).then(() => child.kill("SIGINT"));
        },
      },
    );
    expect({ exit: ended.code, last: last(ended), alive: livingWith(mark) }).toMatchObject({
      exit: 130,
      last: { type: "script_finished", ok: false, error: { code: "cancelled" }, report: { commands: { ended: 0, stopped: 3 } } },
      alive: [],
    });
  });
});

test("a folder that nobody named and nobody trusts: no command, no change, and a way to say so", async () => {
  const spindle = lab();
  const report = `const of = (call) => call.then(() => "ran", (error) => error.code);
return [await of(tools.exec({ cmd: "true" })), await of(tools.applyPatch({ patch: "*** Begin Patch\\n*** Add File: made\\n+x\\n*** End Patch" }))]`;
  spindle.write({ "script.ts": report });
  const empty = await spindle.run(["run", "-C", "", "script.ts"], { named: false });
  expect([empty.stdout, empty.stderr]).toEqual(["", expect.stringContaining("-C names no folder")]);
  const unnamed = await spindle.run(["run", "script.ts", "--json"], { named: false });
  expect(unnamed.events().at(-1)).toMatchObject({ ok: true, value: ["untrusted_folder", "denied"] });
  expect(unnamed.stderr).toContain("this folder is not trusted");
  const named = await spindle.run(["run", "script.ts", "--json", "-C", "."]);
  expect([named.events().at(-1), named.stderr]).toMatchObject([{ ok: true, value: ["ran", "ran"] }, ""]);
});
