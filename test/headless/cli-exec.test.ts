import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { ephemeralTypes } from "../../src/protocol/event.ts";
import { livingWith } from "../main/runner/living.ts";
import { faults } from "../support/model-servers/model-server.ts";
import { broken, exec, patch, useServers } from "./exec-lab.ts";
import { type Line, of, until, useSpindle } from "./spindle-process.ts";
import { wires } from "./wires.ts";

const lab = useSpindle();
const serve = useServers();
const [responses] = wires;
if (responses === undefined) throw new Error("There is no wire.");

describe("exec", () => {
  test.each(["openai-responses", "anthropic"])(
    "without a key for %s the turn fails with no_api_key and says what to set",
    async (provider) => {
      const ended = await lab().run(["exec", "Hello", "--json", "--provider", provider]);
      expect({ exit: ended.code, last: ended.events().at(-1) }).toMatchObject({
        exit: 1,
        last: {
          type: "turn_failed",
          code: "no_api_key",
          message: expect.stringMatching(/_API_KEY/),
          hint: expect.stringContaining("Demo"),
        },
      });
    },
  );

  test("a call that would ask is denied with the reason, because nobody is there", async () => {
    const spindle = lab();
    spindle.write({ "src/sum.ts": broken });
    const server = await serve(responses, [
      responses.answer("", [
        { name: "applyPatch", input: { patch } },
        { name: "exec", input: { cmd: "touch made" } },
      ]),
      responses.answer("I was not allowed."),
    ]);
    const ended = await exec(spindle, responses, server.baseUrl);
    const lines = ended.events();
    expect({
      exit: ended.code,
      requested: of(lines, "approval_requested").map((event) => event.request),
      answered: of(lines, "approval_answered"),
      finished: of(lines, "tool_finished").sort((a, b) => a.callId.localeCompare(b.callId)),
      sum: readFileSync(path.join(spindle.project, "src/sum.ts"), "utf8"),
      made: existsSync(path.join(spindle.project, "made")),
    }).toMatchObject({
      exit: 0,
      requested: expect.arrayContaining([
        expect.objectContaining({ callId: "c1", tool: "applyPatch", reason: expect.stringMatching(/ask/) }),
        expect.objectContaining({ callId: "c2", tool: "exec", summary: "touch made" }),
      ]),
      answered: [
        { by: "nobody", answer: { decision: "deny", note: expect.stringContaining("--approval auto") } },
        { by: "nobody", answer: { decision: "deny" } },
      ],
      finished: [
        { callId: "c1", ok: false, code: "denied", text: expect.stringContaining("Nobody is there") },
        { callId: "c2", ok: false, code: "denied" },
      ],
      sum: broken,
      made: false,
    });
    expect(JSON.stringify(responses.results(server.requests.at(-1)?.body ?? null))).toContain("Nobody is there to approve it");
  });

  test("plan mode writes nothing, whatever the model tries", async () => {
    const spindle = lab();
    spindle.write({ "src/sum.ts": broken });
    const code = `
      const tries = await Promise.allSettled([
        tools.applyPatch({ patch: ${JSON.stringify(patch)} }),
        tools.exec({ cmd: "echo x > made; echo x > src/sum.ts" }),
        tools.exec({ cmd: "touch made", escalated: true, justification: "please" }),
        tools.spawn({ kind: "exec", cmd: "touch made" }),
        tools.spawn({ kind: "script", code: "await tools.exec({ cmd: 'touch made' })" }),
      ]);
      return tries.map((one) => one.status === "rejected" ? one.reason.code : "ran");`;
    const server = await serve(responses, [
      responses.answer("", [
        { name: "script", input: { code } },
        { name: "applyPatch", input: { patch } },
      ]),
      responses.answer("Here is the plan."),
    ]);
    const ended = await exec(spindle, responses, server.baseUrl, ["--approval", "plan"]);
    expect({
      exit: ended.code,
      patched: of(ended.events(), "patch_applied"),
      codes: of(ended.events(), "tool_finished")
        .filter((event) => event.name === "applyPatch")
        .map((event) => event.code),
      files: readdirSync(spindle.project, { recursive: true, encoding: "utf8" }).sort(),
      sum: readFileSync(path.join(spindle.project, "src/sum.ts"), "utf8"),
    }).toEqual({ exit: 0, patched: [], codes: ["denied", "denied"], files: ["src", "src/sum.ts"], sum: broken });
  });

  test.each([
    ["no prompt", ["exec"], "usage"],
    ["two prompts", ["exec", "one", "two"], "usage"],
    ["an unknown flag", ["exec", "hello", "--nonsense"], "usage"],
    ["an unknown provider", ["exec", "hello", "--provider", "nobody"], "usage"],
    ["an unknown approval mode", ["exec", "hello", "--approval", "yes"], "usage"],
    ["a base URL that is none", ["exec", "hello", "--base-url", "not a url"], "usage"],
    ["an empty prompt", ["exec", ""], "empty_prompt"],
    ["a prompt of white space", ["exec", " \n\t "], "empty_prompt"],
    ["an unknown command", ["fly"], "no command"],
  ])("%s is a mistake of use: exit 2, said on standard error, nothing written", async (_what, args, said) => {
    const spindle = lab();
    const ended = await spindle.run(args);
    expect({ exit: ended.code, stdout: ended.stdout, stderr: ended.stderr, home: readdirSync(spindle.home) }).toEqual({
      exit: 2,
      stdout: "",
      stderr: expect.stringContaining(said),
      home: [],
    });
  });

  test("settings that are wrong stop everything and name the field", async () => {
    const spindle = lab();
    spindle.settings({ approval: "always" });
    const ended = await spindle.run(["exec", "hello", "--provider", "demo"]);
    expect({ exit: ended.code, temporary: readdirSync(spindle.tmp), stdout: ended.stdout, stderr: ended.stderr }).toEqual({
      exit: 1,
      temporary: [],
      stdout: "",
      stderr: expect.stringMatching(/settings_invalid: .*settings\.json.*approval/),
    });
  });

  test("SIGINT stops the turn, its command and its tasks: exit 130, nothing is left running", async () => {
    const spindle = lab();
    const mark = `spindle-sleeper-${process.pid}`;
    const code = `await tools.spawn({ kind: "exec", cmd: "exec -a ${mark}-task sleep 300" }); await tools.exec({ cmd: "exec -a ${mark}-call sleep 300" });`;
    const server = await serve(responses, [responses.answer("", [{ name: "script", input: { code } }]), responses.answer("never said")]);
    let sent = false;
    const ended = await exec(spindle, responses, server.baseUrl, ["--approval", "auto", "--sandbox", "full"], {
      onLine(line, child) {
        if (sent || !line.includes('"task_started"')) return;
        sent = true;
        void until(() => livingWith(mark).length === 2).then(() => child.kill("SIGINT"));
      },
    });
    const lines = ended.events();
    expect({
      exit: ended.code,
      alive: livingWith(mark),
      temporary: readdirSync(spindle.tmp),
      turn: of(lines, "turn_finished"),
      open: of(lines, "tool_started").length - of(lines, "tool_finished").length,
      tasks: of(lines, "task_finished").map((event) => event.task.status),
      requests: server.requests.length,
    }).toMatchObject({
      exit: 130,
      alive: [],
      temporary: [],
      turn: [{ status: "interrupted" }],
      open: 0,
      tasks: ["cancelled"],
      requests: 1,
    });
  });

  test("SIGKILL in the middle of a command: nothing stays alive, the log is whole, the next look at the tasks says what was lost", async () => {
    const spindle = lab();
    const mark = `spindle-killed-${process.pid}`;
    const code = `await tools.spawn({ kind: "exec", title: "lost", cmd: "exec -a ${mark}-task sleep 300" }); await tools.exec({ cmd: "exec -a ${mark}-call sleep 300" });`;
    const server = await serve(responses, [responses.answer("Off we go.", [{ name: "script", input: { code } }])]);
    let sent = false;
    const ended = await exec(spindle, responses, server.baseUrl, ["--approval", "auto", "--sandbox", "full"], {
      onLine(line, child) {
        if (sent || !line.includes('"task_started"')) return;
        sent = true;
        void until(() => livingWith(mark).length === 2).then(() => child.kill("SIGKILL"));
      },
    });
    await until(() => livingWith(mark).length === 0);
    const printed = ended.events().filter((line) => line.type === "error" || !ephemeralTypes.has(line.type));
    const id = printed[0]?.type === "error" ? "" : (printed[0]?.conversationId ?? "");
    const tasks = JSON.parse((await spindle.run(["tasks", "list", "--json"])).stdout) as unknown;
    const logged = JSON.parse((await spindle.run(["conversations", "export", id, "--json"])).stdout) as Line[];
    expect({
      exit: ended.code,
      alive: livingWith(mark),
      tasks,
      kept: logged.slice(0, printed.length),
      delivered: of(logged, "task_delivered"),
    }).toMatchObject({
      exit: null,
      alive: [],
      tasks: [{ title: "lost", status: "interrupted", error: { code: "interrupted" } }],
      kept: printed,
      // A look does not take the result from a window, which wakes the conversation with it.
      delivered: [],
    });
  });

  test("SIGTERM while the model is silent ends the turn at once", async () => {
    const server = await serve(responses, [faults.hang]);
    const ended = await exec(lab(), responses, server.baseUrl, [], {
      onLine(line, child) {
        if (line.includes('"request_started"')) child.kill("SIGTERM");
      },
    });
    expect({ exit: ended.code, last: ended.events().at(-1) }).toMatchObject({
      exit: 130,
      last: { type: "turn_finished", status: "interrupted" },
    });
  });
});
