import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { ephemeralTypes, type SpindleEvent } from "../../../src/protocol/event.ts";
import { callsScript, callsTool, createScriptedProvider, says } from "../../support/scripted-provider.ts";
import { livingWith } from "../runner/living.ts";
import { of, resultsOf, saidIn, openQuestion, until, useEngines } from "./engine-lab.ts";

const lab = useEngines();

function finish(events: readonly SpindleEvent[]) {
  return of(events, "tool_finished").map(({ callId, name, ok, code }) => ({ callId, name, ok, ...(code === undefined ? {} : { code }) }));
}

test("direct calls of one answer run at the same time; their results go back in the order of the calls", async () => {
  const house = lab();
  // Each command ends only when the other one has begun.
  const meet = (mine: string, other: string) => ({
    cmd: `touch ${mine}; for i in $(seq 500); do [ -e ${other} ] && echo met ${other} && exit 0; sleep 0.01; done; exit 1`,
  });
  const provider = createScriptedProvider([
    [...callsTool("exec", meet("a", "b"), "w1"), ...callsTool("exec", meet("b", "a"), "w2")],
    says("Both."),
  ]);
  const engine = await house.open({ provider });
  const conversation = engine.conversations.create(house.project);
  const result = await conversation.send("Go", []).done;
  expect({
    result,
    results: resultsOf(provider.requests[1]).map(({ wireCallId, ok, text }) => ({ wireCallId, ok, text: text.split("\n").at(-2) })),
  }).toEqual({
    result: { status: "completed", error: null },
    results: [
      { wireCallId: "w1", ok: true, text: "met b" },
      { wireCallId: "w2", ok: true, text: "met a" },
    ],
  });
});

test("patches of one answer run alone and in order", async () => {
  const house = lab();
  house.write({ "n.txt": "0\n" });
  const step = (from: number): string => `*** Begin Patch\n*** Update File: n.txt\n@@\n-${from}\n+${from + 1}\n*** End Patch`;
  const provider = createScriptedProvider([[0, 1, 2, 3].flatMap((from) => callsTool("applyPatch", { patch: step(from) })), says("Four.")]);
  const engine = await house.open({ provider });
  const conversation = engine.conversations.create(house.project);
  await conversation.send("Count", []).done;
  expect({
    text: readFileSync(path.join(house.project, "n.txt"), "utf8"),
    failed: finish(conversation.events).filter((call) => !call.ok),
  }).toEqual({ text: "4\n", failed: [] });
});

test("bad calls are recorded as failed with their code, the model reads why, and the turn goes on", async () => {
  const house = lab();
  house.write({ "a.txt": "fine\n" });
  const provider = createScriptedProvider([
    [
      ...callsTool("fly", { to: "the moon" }, "w1"),
      { type: "call", wireCallId: "w2", name: "readFile", format: "function", input: '{"path": "a.t' },
      ...callsTool("readFile", { path: 7 }, "w3"),
      ...callsTool("readFile", { path: "a.txt", nonsense: 1 }, "w4"),
      { type: "call", wireCallId: "w5", name: "listDir", format: "function", input: "" },
      { type: "call", wireCallId: "w6", name: "readFile", format: "function", input: "null" },
      ...callsScript("return nonsense(", "w7"),
      ...callsTool("readFile", { path: "a.txt" }, "w8"),
    ],
    says("I will do better."),
  ]);
  const engine = await house.open({ provider });
  const conversation = engine.conversations.create(house.project);
  const result = await conversation.send("Try", []).done;
  const byId = finish(conversation.events).sort((a, b) => a.callId.localeCompare(b.callId));
  expect({ status: result.status, byId }).toEqual({
    status: "completed",
    byId: [
      { callId: "c1", name: "fly", ok: false, code: "unknown_tool" },
      { callId: "c2", name: "readFile", ok: false, code: "invalid_input" },
      { callId: "c3", name: "readFile", ok: false, code: "invalid_input" },
      { callId: "c4", name: "readFile", ok: false, code: "invalid_input" },
      { callId: "c5", name: "listDir", ok: true },
      { callId: "c6", name: "readFile", ok: false, code: "invalid_input" },
      { callId: "c7", name: "script", ok: false, code: "script_syntax" },
      { callId: "c8", name: "readFile", ok: true },
    ],
  });
  expect(resultsOf(provider.requests[1]).map(({ wireCallId, ok, text }) => ({ wireCallId, ok, text }))).toEqual([
    { wireCallId: "w1", ok: false, text: expect.stringMatching(/unknown_tool.*"fly"[\s\S]*readFile/) },
    { wireCallId: "w2", ok: false, text: expect.stringContaining("invalid_input") },
    { wireCallId: "w3", ok: false, text: expect.stringMatching(/path: /) },
    { wireCallId: "w4", ok: false, text: expect.stringContaining("nonsense") },
    { wireCallId: "w5", ok: true, text: expect.stringContaining("a.txt") },
    { wireCallId: "w6", ok: false, text: expect.stringContaining("invalid_input") },
    { wireCallId: "w7", ok: false, text: expect.stringContaining("script_syntax") },
    { wireCallId: "w8", ok: true, text: "L1: fine" },
  ]);
});

test("a message sent while a turn runs enters its next request, behind the results", async () => {
  const house = lab();
  house.write({ "a.txt": "a\n" });
  const provider = createScriptedProvider([
    () => {
      conversation.send("And mind the tests", []);
      return callsTool("readFile", { path: "a.txt" }, "w1");
    },
    says("I do."),
  ]);
  const engine = await house.open({ provider });
  const conversation = engine.conversations.create(house.project);
  await conversation.send("Read", []).done;
  expect({ roles: provider.requests[1]?.messages.slice(2), turns: of(conversation.events, "turn_started").length }).toMatchObject({
    roles: [
      { role: "call", wireCallId: "w1" },
      { role: "result", wireCallId: "w1" },
      { role: "user", text: "And mind the tests" },
    ],
    turns: 1,
  });
});

test("a message sent during the last request gets a turn of its own, and its `done` waits for that turn", async () => {
  const house = lab();
  let second: Promise<unknown> | undefined;
  const order: string[] = [];
  const provider = createScriptedProvider([
    () => {
      second = conversation.send("One more thing", []).done.then(() => order.push(`second after ${provider.requests.length} requests`));
      return says("Done with the first.", "m1");
    },
    says("Done with the second.", "m2"),
  ]);
  const engine = await house.open({ provider });
  const conversation = engine.conversations.create(house.project);
  await conversation.send("First", []).done;
  await second;
  expect({
    order,
    said: of(conversation.events, "assistant_text").map((event) => event.text),
    request: saidIn(provider.requests[1]),
    turns: of(conversation.events, "turn_finished").map((event) => event.turnId),
  }).toEqual({
    order: ["second after 2 requests"],
    said: ["Done with the first.", "Done with the second."],
    request: ["<original-user-prompt>\nFirst\n</original-user-prompt>", "One more thing"],
    turns: ["t1", "t2"],
  });
});

test("a message sent while a turn fails is not lost: the next turn carries it", async () => {
  const house = lab();
  const provider = createScriptedProvider([
    () => {
      conversation.send("Sent too late", []);
      return [{ type: "failed", error: { code: "stream_cut", message: "cut" }, usage: { inputTokens: 0, outputTokens: 0 } }];
    },
    says("Back again."),
  ]);
  const engine = await house.open({ provider });
  const conversation = engine.conversations.create(house.project);
  const first = await conversation.send("First", []).done;
  const next = await conversation.send("Again", []).done;
  expect({ first: first.status, code: first.error?.code, next: next.status, request: saidIn(provider.requests[1]) }).toEqual({
    first: "failed",
    code: "stream_cut",
    next: "completed",
    request: ["<original-user-prompt>\nFirst\n</original-user-prompt>", "Sent too late", "Again"],
  });
});

test("stop cancels running commands, answers every call, and the conversation goes on", async () => {
  const house = lab();
  const mark = `spindle-stop-${process.pid}`;
  const provider = createScriptedProvider([
    [
      ...callsTool("exec", { cmd: `exec -a ${mark}-direct sleep 300` }, "w1"),
      ...callsScript(`await tools.exec({ cmd: "exec -a ${mark}-script sleep 300" });`, "w2"),
      ...callsTool("readFile", { path: "never.txt" }, "w3"),
    ],
    says("Here I am."),
  ]);
  const engine = await house.open({ provider });
  const conversation = engine.conversations.create(house.project);
  const { done } = conversation.send("Sleep", []);
  await until("the command runs", () => livingWith(mark).length > 0);
  const stopped = await conversation.stop();
  const result = await done;
  expect({
    stopped,
    result,
    running: conversation.isRunning(),
    alive: livingWith(mark),
    requests: provider.requests.length,
    calls: finish(conversation.events).sort((a, b) => a.callId.localeCompare(b.callId)),
  }).toEqual({
    stopped: true,
    result: { status: "interrupted", error: null },
    running: false,
    alive: [],
    requests: 1,
    calls: [
      { callId: "c1", name: "exec", ok: false, code: expect.stringMatching(/cancelled|interrupted/) },
      { callId: "c2", name: "script", ok: false, code: expect.stringMatching(/cancelled|interrupted/) },
      { callId: "c3", name: "readFile", ok: false, code: expect.stringMatching(/cancelled|interrupted/) },
    ],
  });
  const again = await conversation.send("Are you there?", []).done;
  expect({
    again,
    answered: resultsOf(provider.requests[1]).map((message) => message.wireCallId),
    said: saidIn(provider.requests[1]),
    second: await conversation.stop(),
  }).toEqual({
    again: { status: "completed", error: null },
    answered: ["w1", "w2", "w3"],
    said: ["<original-user-prompt>\nSleep\n</original-user-prompt>", expect.stringContaining("<turn-interrupted>"), "Are you there?"],
    second: false,
  });
});

test("the model of the next turn reads what a stopped script had changed", async () => {
  const house = lab();
  const mark = `spindle-report-${process.pid}`;
  const provider = createScriptedProvider([
    callsScript(
      `await tools.applyPatch({ patch: "*** Begin Patch\\n*** Add File: made.txt\\n+x\\n*** End Patch" });
await tools.exec({ cmd: "exec -a ${mark} sleep 300" });`,
      "w1",
    ),
    says("I see."),
  ]);
  const engine = await house.open({ provider });
  const conversation = engine.conversations.create(house.project);
  const { done } = conversation.send("Go", []);
  await until("the command runs", () => livingWith(mark).length > 0);
  await conversation.stop();
  await done;
  await conversation.send("What now?", []).done;
  const [result] = resultsOf(provider.requests[1]);
  expect({ ok: result?.ok, text: result?.text.split("\n\n"), made: existsSync(path.join(house.project, "made.txt")) }).toEqual({
    ok: false,
    text: [
      expect.stringMatching(/^Script stopped after \d+\.\d s \(2 calls\): The person stopped the turn\.$/),
      [
        "Calls: 1 succeeded, 0 failed, 1 stopped:",
        `- tools.exec({"cmd":"exec -a ${mark} sleep 300"}) in line 2`,
        "Files already changed by its patches, NOT undone: made.txt (new).",
        "exec calls: 1 was stopped; they may have changed files too.",
      ].join("\n"),
    ],
    made: true,
  });
});

test("stop ends a turn whose model is silent, and what it said so far stays", async () => {
  const house = lab();
  const provider = createScriptedProvider([
    async (_request, signal) => {
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
      return [];
    },
  ]);
  const engine = await house.open({ provider });
  const conversation = engine.conversations.create(house.project);
  const { done } = conversation.send("Say something", []);
  await until("the request is out", () => provider.requests.length === 1);
  await conversation.stop();
  expect({ result: await done, last: conversation.events.at(-1), rows: engine.rows(house.project) }).toMatchObject({
    result: { status: "interrupted" },
    last: { type: "turn_finished", status: "interrupted" },
    rows: [{ id: conversation.id, status: "idle" }],
  });
});

test("a turn that never ends is stopped at its number of requests", async () => {
  const house = lab();
  house.write({ "a.txt": "a\n" });
  const provider = createScriptedProvider(Array.from({ length: 20 }, () => callsTool("readFile", { path: "a.txt" })));
  const engine = await house.open({ provider, settings: { maxRequestsPerTurn: 3 } });
  const conversation = engine.conversations.create(house.project);
  const result = await conversation.send("For ever", []).done;
  expect({ requests: provider.requests.length, result, row: engine.rowOf(conversation).status }).toMatchObject({
    requests: 3,
    result: { status: "failed", error: { code: "too_many_calls" } },
    row: "failed",
  });
});

test("every request begins with the first prompt of the conversation, whatever came later", async () => {
  const house = lab();
  house.write({ "a.txt": "a\n" });
  const provider = createScriptedProvider([
    callsTool("readFile", { path: "a.txt" }),
    says("one"),
    callsScript("return 1"),
    says("two"),
    says("three"),
  ]);
  const engine = await house.open({ provider });
  const conversation = engine.conversations.create(house.project);
  for (const prompt of ["First & <b>", "Second", "Third"]) await conversation.send(prompt, []).done;
  expect(provider.requests.map((request) => request.messages[0])).toEqual(
    Array.from({ length: 5 }, () => ({ role: "user", text: "<original-user-prompt>\nFirst & <b>\n</original-user-prompt>" })),
  );
  expect((await engine.raw(conversation.id)).startsWith("<original-user-prompt>\nFirst & <b>\n</original-user-prompt>")).toBe(true);
});

test("what is pushed is what is logged, in order, and deltas are only pushed", async () => {
  const house = lab();
  const engine = await house.open({ provider: createScriptedProvider([callsScript("console.log(1); return 2"), says("Said.")]) });
  const conversation = engine.conversations.create(house.project);
  const pushed: SpindleEvent[] = [];
  engine.onEvent((event) => pushed.push(event));
  await conversation.send("Go", []).done;
  const log = readFileSync(path.join(house.home, "conversations", conversation.id, "log.jsonl"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as SpindleEvent);
  expect(log.slice(1)).toEqual(pushed.filter((event) => !ephemeralTypes.has(event.type)));
  expect(log.map((event) => event.seq)).toEqual(log.map((_, index) => index + 1));
  expect(new Set(pushed.filter((event) => ephemeralTypes.has(event.type)).map((event) => event.type))).toEqual(
    new Set(["call_delta", "assistant_delta"]),
  );
});

test("approvals: a person's no reaches the model, a yes runs the call, a stop answers the question", async () => {
  const house = lab();
  const provider = createScriptedProvider([
    callsTool("exec", { cmd: "touch one" }, "w1"),
    callsTool("exec", { cmd: "touch two" }, "w2"),
    says("One of two."),
    callsTool("exec", { cmd: "touch three" }, "w3"),
  ]);
  const engine = await house.open({ provider, audience: "person", settings: { approval: "ask" } });
  const conversation = engine.conversations.create(house.project);
  const { done } = conversation.send("Touch", []);
  const ask = async () => {
    await until("a question is open", () => engine.approvals.pending(conversation.id).length === 1);
    return openQuestion(engine, conversation.id);
  };
  const question = await ask();
  const row = engine.rowOf(conversation).status;
  engine.approvals.answer(conversation.id, question, { decision: "deny", note: "not that one" });
  engine.approvals.answer(conversation.id, await ask(), { decision: "allow", scope: "once" });
  await done;
  expect({
    row,
    refused: resultsOf(provider.requests[1])[0]?.text,
    files: ["one", "two"].map((name) => existsSync(path.join(house.project, name))),
  }).toEqual({
    row: "needs_you",
    refused: expect.stringMatching(/denied.*not that one/),
    files: [false, true],
  });
  const second = conversation.send("Once more", []).done;
  await ask();
  await conversation.stop();
  expect({
    end: (await second).status,
    answered: of(conversation.events, "approval_answered").at(-1),
    open: engine.approvals.pending(conversation.id),
    made: existsSync(path.join(house.project, "three")),
  }).toMatchObject({
    end: "interrupted",
    answered: { by: "stop", answer: { decision: "deny" } },
    open: [],
    made: false,
  });
});
