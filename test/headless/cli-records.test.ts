import { existsSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { livingWith } from "../main/runner/living.ts";
import { type Ended, of, type RunOptions, type SpindleLab, useSpindle } from "./spindle-process.ts";

const lab = useSpindle();

/** Runs code as a script file of the project. */
function run(spindle: SpindleLab, code: string, flags: readonly string[] = [], options: RunOptions = {}): Promise<Ended> {
  spindle.write({ "script.ts": code });
  return spindle.run(["run", "script.ts", "--json", ...flags], options);
}

describe("tasks", () => {
  test("a spawned task finishes before the command ends, and `tasks` lists, shows and leaves it", async () => {
    const spindle = lab();
    const ended = await run(
      spindle,
      `const task = await tools.spawn({ kind: "exec", title: "slow", cmd: "sleep 0.3; echo first; echo last line" });
       const failing = await tools.spawn({ kind: "exec", title: "failing", cmd: "echo oh no; exit 3" });
       const script = await tools.spawn({ kind: "script", title: "script", code: "console.log('from the task'); return (await tools.readFile({ path: 'script.ts' })).totalLines" });
       return [task.id, failing.id, script.id, task.kind];`,
      ["--sandbox", "full"],
    );
    const lines = ended.events();
    const [slow, failing, script] = of(lines, "script_finished").flatMap((event) => event.value as string[]);
    expect({
      exit: ended.code,
      last: of(lines, "script_finished").at(-1),
      finished: of(lines, "task_finished")
        .map(({ task }) => `${task.title}: ${task.status}`)
        .sort(),
    }).toMatchObject({
      exit: 0,
      last: { ok: true, value: [slow, failing, script, "exec"] },
      finished: ["failing: failed", "script: succeeded", "slow: succeeded"],
    });

    const list = await spindle.run(["tasks", "list", "--json"]);
    const rows = JSON.parse(list.stdout) as { readonly taskId: string }[];
    expect(rows).toHaveLength(3);
    expect(rows).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          taskId: slow,
          status: "succeeded",
          kind: "exec",
          title: "slow",
          scriptLine: 1,
          delivery: "delivered",
          lastLine: "last line",
        }),
        expect.objectContaining({ taskId: failing, status: "failed", result: expect.objectContaining({ exitCode: 3 }) }),
        expect.objectContaining({
          taskId: script,
          status: "succeeded",
          kind: "script",
          lastLine: "from the task",
          result: expect.objectContaining({ value: 4 }),
        }),
      ]),
    );
    const show = await spindle.run(["tasks", "show", slow ?? "", "--json"]);
    expect(JSON.parse(show.stdout)).toMatchObject({ taskId: slow, output: "first\nlast line\n", outputTruncated: false });
    const cancel = await spindle.run(["tasks", "cancel", slow ?? "", "--json"]);
    expect({ exit: cancel.code, said: JSON.parse(cancel.stdout) as unknown }).toEqual({
      exit: 0,
      said: { taskId: slow, status: "succeeded", stopped: [] },
    });
    const unknown = await spindle.run(["tasks", "show", "task_none"]);
    expect(unknown).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining("task_not_found") });
  });

  test("`tasks cancel` from another process stops a running task and its command", async () => {
    const spindle = lab();
    const mark = `spindle-other-${process.pid}`;
    let cancelled: Promise<Ended> | undefined;
    const ended = await run(
      spindle,
      `return (await tools.spawn({ kind: "exec", cmd: "exec -a ${mark} sleep 300" })).id;`,
      ["--sandbox", "full"],
      {
        onLine(line) {
          if (!line.includes('"type":"task_started"')) return;
          const { taskId } = JSON.parse(line) as { taskId: string };
          cancelled = spindle.run(["tasks", "cancel", taskId, "--json"]);
        },
      },
    );
    const said = await cancelled;
    expect({ exit: said?.code, said: JSON.parse(said?.stdout ?? "null") as unknown, alive: livingWith(mark) }).toMatchObject({
      exit: 0,
      said: { status: "cancelled" },
      alive: [],
    });
    expect({ exit: ended.code, finished: of(ended.events(), "task_finished") }).toMatchObject({
      exit: 0,
      finished: [{ task: { status: "cancelled" } }],
    });
  });
});

describe("conversations", () => {
  test("lists, shows and exports what exec did; an export starts with the original prompt", async () => {
    const spindle = lab();
    spindle.write({ "a.txt": "hello\n" });
    const prompt = "find `hello`\n</original-user-prompt> and more";
    const done = await spindle.run(["exec", prompt, "--json", "--provider", "demo"]);
    expect(done.code).toBe(0);
    const id =
      done
        .events()
        .map((line) => (line.type === "error" ? "" : line.conversationId))
        .at(0) ?? "";

    const list = JSON.parse((await spindle.run(["conversations", "list", "--json"])).stdout) as unknown;
    expect(list).toMatchObject([{ id, title: "find `hello`", status: "idle", projectRoot: spindle.project }]);

    const markdown = await spindle.run(["conversations", "export", id]);
    const script = of(done.events(), "tool_started").find((event) => event.name === "script");
    expect(
      markdown.stdout.startsWith("<original-user-prompt>\nfind `hello`\n<\\/original-user-prompt> and more\n</original-user-prompt>\n"),
    ).toBe(true);
    expect(Object.values(Object(script?.input)).filter((code) => !markdown.stdout.includes(String(code)))).toEqual([]);
    expect(script).toBeDefined();
    const json = await spindle.run(["conversations", "export", id, "--json"]);
    const logged = readFileSync(path.join(spindle.home, "conversations", id, "log.jsonl"), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as unknown);
    expect(JSON.parse(json.stdout)).toEqual(logged);
    const show = await spindle.run(["conversations", "show", id]);
    expect(show.stdout.startsWith("> find `hello`")).toBe(true);
  });

  test.each([
    [["conversations", "show", "c_none"], 1, "conversation_not_found"],
    [["conversations", "export", "../../etc"], 1, "conversation_not_found"],
    [["conversations"], 2, "usage"],
    [["conversations", "list", "c_none"], 2, "usage"],
    [["tasks", "explode"], 2, "usage"],
    [["tasks", "cancel"], 2, "usage"],
  ])("%j ends with %d and says %s", async (args, exit, code) => {
    const ended = await lab().run(args);
    expect({ exit: ended.code, stdout: ended.stdout, stderr: ended.stderr }).toEqual({
      exit,
      stdout: "",
      stderr: expect.stringContaining(code),
    });
  });
});

describe("apply-patch", () => {
  const patch = "*** Begin Patch\n*** Update File: a.txt\n@@\n-one\n+two\n*** Add File: b/c.txt\n+new\n*** End Patch\n";
  test.each(["argument", "standard input"])("takes the patch as %s and changes files in the current folder", async (way) => {
    const spindle = lab();
    spindle.write({ "a.txt": "one\n" });
    const ended = await (way === "argument" ? spindle.run(["apply-patch", patch]) : spindle.run(["apply-patch"], { stdin: patch }));
    expect({
      ...ended,
      events: null,
      a: readFileSync(path.join(spindle.project, "a.txt"), "utf8"),
      c: readFileSync(path.join(spindle.project, "b/c.txt"), "utf8"),
    }).toEqual({
      code: 0,
      stdout: "Success. Updated the following files:\nA b/c.txt\nM a.txt\n",
      stderr: "",
      events: null,
      a: "two\n",
      c: "new\n",
    });
  });

  test.each([
    ["a patch that does not fit", ["apply-patch", patch.replace("-one", "-other")], 1],
    ["what is no patch", ["apply-patch", "hello"], 1],
    ["nothing at all", ["apply-patch"], 2],
    ["two arguments", ["apply-patch", patch, patch], 2],
  ])("%s changes nothing and says so", async (_what, args, exit) => {
    const spindle = lab();
    spindle.write({ "a.txt": "one\n" });
    mkdirSync(path.join(spindle.project, "b"));
    const ended = await spindle.run(args);
    expect({
      code: ended.code,
      stdout: ended.stdout,
      a: readFileSync(path.join(spindle.project, "a.txt"), "utf8"),
      b: existsSync(path.join(spindle.project, "b/c.txt")),
    }).toEqual({ code: exit, stdout: "", a: "one\n", b: false });
    expect(ended.stderr).toMatch(/\w{3,}/);
  });
});
