import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { ephemeralTypes } from "../../src/protocol/event.ts";
import { named } from "../support/patch-text.ts";
import { faults, type ServerStep } from "../support/model-servers/model-server.ts";
import { broken, exec, mended, patch, useServers } from "./exec-lab.ts";
import { type Line, of, useSpindle } from "./spindle-process.ts";
import { wires } from "./wires.ts";

const lab = useSpindle();
const serve = useServers();

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
          { path: "src/sum.ts", kind: "update", added: 1, removed: 1, before: named(broken), after: named(mended) },
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
