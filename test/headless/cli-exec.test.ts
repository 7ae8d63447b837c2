import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { ephemeralTypes } from "../../src/protocol/event.ts";
import { faults, type ModelServer, type ServerStep, type StepSource } from "../support/model-servers/model-server.ts";
import { livingWith } from "../main/runner/living.ts";
import { type Line, of, type RunOptions, type SpindleLab, useSpindle } from "./spindle-process.ts";
import { type Wire, wires } from "./wires.ts";

const lab = useSpindle();
const servers: ModelServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function serve(wire: Wire, steps: readonly StepSource[]): Promise<ModelServer> {
  const server = await wire.start(steps);
  servers.push(server);
  return server;
}

/** One turn against a server, with a key, as a program would run it. */
function exec(
  spindle: SpindleLab,
  wire: Wire,
  baseUrl: string,
  flags: readonly string[] = [],
  options: RunOptions = {},
  prompt = "Fix the sum",
) {
  const args = ["exec", prompt, "--json", "--provider", wire.provider, "--base-url", baseUrl, "--model", "test-model", ...flags];
  return spindle.run(args, { ...options, env: { [wire.keyVariable]: "test-secret-key-1234", ...options.env } });
}

const patch = [
  "*** Begin Patch",
  "*** Update File: src/sum.ts",
  "@@",
  "-export const sum = (a: number, b: number) => a - b;",
  "+export const sum = (a: number, b: number) => a + b;",
  "*** Add File: NOTES.md",
  "+done",
  "*** End Patch",
].join("\n");
const broken = "export const sum = (a: number, b: number) => a - b;\n";
const mended = "export const sum = (a: number, b: number) => a + b;\n";

const mainScript = `
const [a, b, hits] = await Promise.all([
  tools.readFile({ path: "a.txt" }),
  tools.readFile({ path: "src/sum.ts" }),
  tools.grepFiles({ pattern: "a - b" }),
]);
console.log("read", a.totalLines, hits.files.length);
const patched = await tools.applyPatch({ patch: ${JSON.stringify(patch)} });
const after = await tools.exec({ cmd: "cat src/sum.ts" });
const task = await tools.spawn({ kind: "exec", title: "count", cmd: "wc -l < a.txt", notify: "next_turn" });
return { before: b.text, added: patched.added, out: after.stdout, exit: after.exitCode, task: task.kind };
`;

describe.each(wires)("exec over $provider", (wire) => {
  test("plays the main job: parallel calls, a script with a patch, a command and a task, the last word", async () => {
    const spindle = lab();
    spindle.write({ "a.txt": "one\ntwo\n", "src/sum.ts": broken });
    const server = await serve(wire, [
      wire.answer("Looking.", [
        { name: "readFile", input: { path: "a.txt" } },
        { name: "listDir", input: { path: "src" } },
      ]),
      wire.answer("Mending.", [{ name: "script", input: { code: mainScript } }]),
      wire.answer("The sum is mended."),
    ]);
    const ended = await exec(spindle, wire, server.baseUrl, ["--approval", "auto", "--sandbox", "full"]);
    const lines = ended.events();

    expect({ code: ended.code, stderr: ended.stderr }).toEqual({ code: 0, stderr: "" });
    expect({
      sum: readFileSync(path.join(spindle.project, "src/sum.ts"), "utf8"),
      notes: readFileSync(path.join(spindle.project, "NOTES.md"), "utf8"),
    }).toEqual({ sum: mended, notes: "done\n" });

    const logged = lines.filter((line) => line.type === "error" || !ephemeralTypes.has(line.type));
    expect(logged.map((line) => line.seq)).toEqual(logged.map((_, index) => index + 1));
    expect(lines.filter((line) => typeof line.time !== "number" || typeof line.seq !== "number")).toEqual([]);
    expect(of(lines, "user_message")).toMatchObject([{ text: "Fix the sum", source: "user" }]);
    expect(of(lines, "assistant_text").map((event) => event.text)).toEqual(["Looking.", "Mending.", "The sum is mended."]);
    expect(of(lines, "turn_finished")).toMatchObject([{ status: "completed" }]);

    const started = of(lines, "tool_started").map(({ callId, parentCallId, name }) => ({ callId, parentCallId, name }));
    expect(started).toEqual([
      { callId: "c1", name: "readFile" },
      { callId: "c2", name: "listDir" },
      { callId: "c3", name: "script" },
      { callId: "c3.1", parentCallId: "c3", name: "readFile" },
      { callId: "c3.2", parentCallId: "c3", name: "readFile" },
      { callId: "c3.3", parentCallId: "c3", name: "grepFiles" },
      { callId: "c3.4", parentCallId: "c3", name: "applyPatch" },
      { callId: "c3.5", parentCallId: "c3", name: "exec" },
      { callId: "c3.6", parentCallId: "c3", name: "spawn" },
    ]);
    const finished = of(lines, "tool_finished");
    expect(finished.map((event) => event.callId).sort()).toEqual(started.map((event) => event.callId).sort());
    expect(finished.filter((event) => !event.ok)).toEqual([]);
    expect(of(lines, "tool_started").find((event) => event.callId === "c3")?.input).toEqual({ code: mainScript });
    expect(finished.find((event) => event.callId === "c3")?.result).toMatchObject({
      value: { before: broken.trimEnd(), added: 2, out: mended, exit: 0, task: "exec" },
    });
    expect(of(lines, "script_log")).toMatchObject([{ callId: "c3", level: "log", text: "read 2 1" }]);
    expect(of(lines, "patch_applied")).toMatchObject([
      {
        callId: "c3.4",
        files: [
          { path: "src/sum.ts", kind: "update", added: 1, removed: 1, before: broken, after: mended },
          { path: "NOTES.md", kind: "add", added: 1, removed: 0 },
        ],
      },
    ]);
    expect(lines.filter((line) => line.type.startsWith("task_") && line.type !== "task_progress")).toMatchObject([
      { type: "task_created", task: { kind: "exec", title: "count", callId: "c3.6", notify: "next_turn" } },
      { type: "task_started" },
      { type: "task_finished", task: { status: "succeeded", result: { exitCode: 0, stdout: "2\n" } } },
      { type: "task_delivered", title: "count", status: "succeeded" },
    ]);

    const posts = server.requests.filter((request) => request.method === "POST").map((request) => request.body);
    expect(posts).toHaveLength(3);
    for (const body of posts) {
      expect(wire.firstUserText(body)).toBe("<original-user-prompt>\nFix the sum\n</original-user-prompt>");
      expect(wire.scriptTool(body)).toMatchObject(wire.scriptOffer as object);
    }
    expect(posts.map((body) => wire.results(body).length)).toEqual([0, 2, 3]);
    expect(JSON.stringify(wire.results(posts[2] ?? null))).toContain("Script completed");
  });

  const failures: readonly { what: string; steps: readonly ServerStep[]; code: string; said: readonly string[] }[] = [
    { what: "401", steps: [faults.unauthorized], code: "unauthorized", said: [] },
    { what: "500 to the end of its tries", steps: [faults.broken], code: "provider_error", said: [] },
    { what: "429 to the end of its tries", steps: [faults.rateLimited(0)], code: "rate_limited", said: [] },
    {
      what: "a stream that ends half way",
      steps: [half(wire.answer("Half of it, then nothing"), " it, th")],
      code: "stream_cut",
      said: ["Half of it, th"],
    },
    {
      what: "a call that ends half way",
      steps: [half(wire.answer("", [{ name: "exec", input: { cmd: "touch then some" } }]), "touch")],
      code: "stream_cut",
      said: [],
    },
    { what: "a connection that breaks", steps: [{ type: "events", events: [], ending: "cut" }], code: "stream_cut", said: [] },
    { what: "a malformed stream", steps: [{ type: "events", events: [wire.malformed] }], code: "malformed_stream", said: [] },
    { what: "a web page instead of a stream", steps: [faults.webPage], code: "malformed_stream", said: [] },
    { what: "silence", steps: [faults.hang], code: "provider_timeout", said: [] },
  ];
  test.each(failures)("$what fails the turn with $code and exit 1, and the log stays whole", async ({ steps, code, said }) => {
    const spindle = lab();
    spindle.settings({ providers: { [wire.provider]: { maxRetries: 0, idleTimeoutMs: 400 } } });
    const server = await serve(wire, steps);
    const ended = await exec(spindle, wire, server.baseUrl);
    const lines = ended.events();
    expect({
      exit: ended.code,
      last: lines.at(-1),
      said: of(lines, "assistant_text").map((event) => event.text),
      calls: of(lines, "tool_started"),
    }).toMatchObject({
      exit: 1,
      last: { type: "turn_failed", code, message: expect.stringMatching(/\w{3,}/) },
      said,
      calls: [],
    });
    const [id] = readdirSync(path.join(spindle.home, "conversations"));
    const log = readFileSync(path.join(spindle.home, "conversations", id ?? "", "log.jsonl"), "utf8")
      .trimEnd()
      .split("\n");
    expect(log.map((line) => JSON.parse(line) as Line)).toEqual(
      lines.filter((line) => line.type === "error" || !ephemeralTypes.has(line.type)),
    );
    expect(ended.stdout + log.join("\n")).not.toContain("test-secret-key-1234");
  });

  test("429 and then an answer: the retry is visible and the turn finishes", async () => {
    const server = await serve(wire, [faults.rateLimited(0), wire.answer("At last.")]);
    const ended = await exec(lab(), wire, server.baseUrl);
    expect({
      exit: ended.code,
      retries: of(ended.events(), "provider_retry"),
      said: of(ended.events(), "assistant_text"),
      failed: of(ended.events(), "turn_failed"),
    }).toMatchObject({
      exit: 0,
      retries: [{ attempt: 1, error: { code: "rate_limited" } }],
      said: [{ text: "At last." }],
      failed: [],
    });
  });

  test("a refused connection fails the turn and names the server", async () => {
    const spindle = lab();
    spindle.settings({ providers: { [wire.provider]: { maxRetries: 1 } } });
    const server = await serve(wire, [wire.answer("never")]);
    await server.close();
    const ended = await exec(spindle, wire, server.baseUrl);
    expect({ exit: ended.code, retries: of(ended.events(), "provider_retry").length, last: ended.events().at(-1) }).toMatchObject({
      exit: 1,
      retries: 1,
      last: { type: "turn_failed", code: "provider_unreachable", message: expect.stringContaining(new URL(server.baseUrl).host) },
    });
  });
});

/** The step up to the piece that holds `last`; then the stream simply ends. */
function half(step: ServerStep, last: string): ServerStep {
  if (step.type !== "events") throw new Error("Only a stream can be cut.");
  const found = step.events.findIndex((event) => JSON.stringify(event.data).includes(last));
  return { ...step, events: step.events.slice(0, found + 1) };
}

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
      files: readdirSync(spindle.project, { recursive: true }).sort(),
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
    expect({ exit: ended.code, stdout: ended.stdout, stderr: ended.stderr }).toEqual({
      exit: 1,
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
      turn: of(lines, "turn_finished"),
      open: of(lines, "tool_started").length - of(lines, "tool_finished").length,
      tasks: of(lines, "task_finished").map((event) => event.task.status),
      requests: server.requests.length,
    }).toMatchObject({ exit: 130, alive: [], turn: [{ status: "interrupted" }], open: 0, tasks: ["cancelled"], requests: 1 });
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

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 400 && !holds(); tries++) await new Promise((resolve) => setTimeout(resolve, 25));
}
