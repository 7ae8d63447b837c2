import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { ephemeralTypes, type SpindleEvent } from "../../../src/protocol/event.ts";
import { settingsSchema } from "../../../src/protocol/settings.ts";
import { callsScript, callsTool, createScriptedProvider, says } from "../../support/scripted-provider.ts";
import { livingWith } from "../runner/living.ts";
import { of, resultsOf, saidIn, until, useEngines } from "./engine-lab.ts";

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

test("a log with a torn last line and a damaged one is repaired on open, says so once, and nothing else is lost", async () => {
  const house = lab();
  const first = await house.open({ provider: createScriptedProvider([says("Kept.")]) });
  const before = first.conversations.create(house.project);
  await before.send("Remember", []).done;
  const kept = [...before.events];
  await first.close();
  const file = path.join(house.home, "conversations", before.id, "log.jsonl");
  const lines = readFileSync(file, "utf8").split("\n");
  lines.splice(1, 0, "this is no JSON");
  writeFileSync(file, lines.join("\n"));
  appendFileSync(file, '{"type":"assistant_text","text":"half a li');

  const provider = createScriptedProvider([says("Still here.")]);
  const engine = await house.open({ provider });
  const conversation = engine.conversations.open(before.id);
  expect(conversation.events.slice(0, -1)).toEqual(kept);
  expect(conversation.events.at(-1)).toMatchObject({
    type: "notice",
    level: "warn",
    code: "log_damaged",
    seq: kept.length + 1,
    message: expect.stringMatching(/cut[\s\S]*1 line is unreadable/),
  });
  expect(readFileSync(`${file}.torn`, "utf8")).toBe('{"type":"assistant_text","text":"half a li');

  const result = await conversation.send("Go on", []).done;
  expect({
    result,
    request: saidIn(provider.requests[0]),
    calls: of(conversation.events, "turn_finished").map((event) => event.turnId),
  }).toEqual({
    result: { status: "completed", error: null },
    request: ["<original-user-prompt>\nRemember\n</original-user-prompt>", "Go on"],
    calls: ["t1", "t2"],
  });
  await engine.close();
  const third = await house.open();
  expect(of(third.conversations.open(before.id).events, "notice").length).toBeLessThanOrEqual(2);
});

test("a call without a result (the process was killed) is answered as interrupted in the next request", async () => {
  const house = lab();
  house.write({ "a.txt": "a\n" });
  const first = await house.open({
    provider: createScriptedProvider([
      [...callsTool("readFile", { path: "a.txt" }, "w1"), ...callsTool("exec", { cmd: "echo done" }, "w2")],
      says("Done."),
    ]),
  });
  const before = first.conversations.create(house.project);
  await before.send("Run", []).done;
  await first.close();
  // What a kill in the middle of the second call leaves.
  const file = path.join(house.home, "conversations", before.id, "log.jsonl");
  const lines = readFileSync(file, "utf8").split("\n");
  const end = lines.findIndex((line) => line.includes('"tool_finished"') && line.includes('"exec"'));
  writeFileSync(
    file,
    `${lines
      .slice(0, end)
      .filter((line) => !line.includes('"tool_finished"') || line.includes('"readFile"'))
      .join("\n")}\n`,
  );

  const provider = createScriptedProvider([callsTool("readFile", { path: "a.txt" }, "w3"), says("I see.")]);
  const engine = await house.open({ provider });
  const conversation = engine.conversations.open(before.id);
  const result = await conversation.send("What happened?", []).done;
  expect({
    result: result.status,
    results: resultsOf(provider.requests[0]),
    newCall: of(conversation.events, "tool_started").at(-1)?.callId,
  }).toMatchObject({
    result: "completed",
    results: [
      { wireCallId: "w1", ok: true, text: "L1: a" },
      { wireCallId: "w2", ok: false, text: expect.stringMatching(/^interrupted/) },
    ],
    newCall: "c3",
  });
});

test("keys never reach the log, an event, a request, the ledger or a task's output", async () => {
  const house = lab();
  const own = 'my"own\\secret-key';
  const fromEnv = "environment-secret-key";
  const shaped = `sk-${"a1B2".repeat(8)}`;
  writeFileSync(path.join(house.home, "settings.json"), JSON.stringify({ providers: { anthropic: { apiKey: own } } }));
  house.write({
    "keys.txt": `first line\n${shaped}\n\t${shaped}\n${own}\nA=${fromEnv};\n-----BEGIN RSA PRIVATE KEY-----\nabc\n`,
    "end.txt": "x\n-----END RSA PRIVATE KEY-----\n",
  });
  const provider = createScriptedProvider([
    [
      ...callsTool("readFile", { path: "keys.txt" }),
      ...callsTool("exec", { cmd: `cat keys.txt end.txt; echo ${fromEnv}` }),
      ...callsScript(
        `console.log((await tools.readFile({ path: "keys.txt" })).text); await tools.spawn({ kind: "exec", title: "${fromEnv}", cmd: "cat keys.txt", notify: "next_turn" }); return [await tools.readFile({ path: "keys.txt" }), { deep: await tools.readFile({ path: "end.txt" }) }];`,
      ),
    ],
    says(`The keys are ${own} and ${shaped}`),
  ]);
  const engine = await house.open({ provider, env: { OPENAI_API_KEY: fromEnv } });
  const events: SpindleEvent[] = [];
  engine.onEvent((event) => events.push(event));
  const conversation = engine.conversations.create(house.project);
  const result = await conversation.send(`Use ${fromEnv} and\n${shaped}`, []).done;
  await engine.tasks.idle();
  await conversation.stop();
  const { "settings.json": _settings, ...data } = house.data();
  const places = {
    ...data,
    events: JSON.stringify(events),
    requests: JSON.stringify(provider.requests),
    tasks: JSON.stringify(engine.tasks.rows()),
  };
  const found = Object.entries(places).flatMap(([place, text]) =>
    [own, JSON.stringify(own).slice(1, -1), JSON.stringify(JSON.stringify(own).slice(1, -1)).slice(1, -1), fromEnv, shaped]
      .filter((key) => text.includes(key))
      .map((key) => `${place}: ${key}`),
  );
  expect({ found, status: result.status, failed: finish(conversation.events).filter((call) => !call.ok) }).toEqual({
    found: [],
    status: "completed",
    failed: [],
  });
  expect(JSON.stringify(events)).toContain("[redacted]");
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
  const ask = async (): Promise<string> => {
    await until("a question is open", () => engine.approvals.pending(conversation.id).length === 1);
    return engine.approvals.pending(conversation.id)[0]?.approvalId ?? "";
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

test("two processes never write one conversation: the second is told who has it", async () => {
  const house = lab();
  const engine = await house.open({ provider: createScriptedProvider([]) });
  const { id } = engine.conversations.create(house.project);
  // The parent of the test process lives and is not us: its lock must be respected. One of a dead process must not.
  const lock = path.join(house.home, "conversations", id, "lock");
  const other = await house.open({ provider: createScriptedProvider([]) });
  expect(() => other.conversations.open(id)).toThrow(expect.objectContaining({ code: "conversation_busy" }));
  await engine.close();
  expect(existsSync(lock)).toBe(false);
  expect(other.conversations.open(id).events).toHaveLength(1);
});

test.each([
  ["no JSON", "{", /not valid JSON/],
  ["an unknown field", '{"colour": "red"}', /colour/],
  ["a wrong value", '{"script": {"cpuMs": -1}}', /cpuMs/],
  ["a list", "[]", /settings\.json/],
])("settings.json that is wrong (%s) stops the start and names the place", async (_what, text, said) => {
  const house = lab();
  writeFileSync(path.join(house.home, "settings.json"), text);
  await expect(house.open()).rejects.toMatchObject({ code: "settings_invalid", message: expect.stringMatching(said) });
});

test("settings: an empty file object means the defaults, an update is written whole and read again", async () => {
  const house = lab();
  writeFileSync(path.join(house.home, "settings.json"), "{}");
  const engine = await house.open();
  expect(engine.settings.get()).toEqual(settingsSchema.parse({}));
  expect(() => engine.settings.update({ ...engine.settings.get(), maxRunningTasks: 0 })).toThrow(
    expect.objectContaining({ code: "settings_invalid" }),
  );
  engine.settings.update({ ...engine.settings.get(), theme: "dark" });
  const again = await house.open();
  expect(again.settings.get()).toEqual({ ...settingsSchema.parse({}), theme: "dark" });
});
