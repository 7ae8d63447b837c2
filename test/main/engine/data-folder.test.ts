import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import type { SpindleEvent } from "../../../src/protocol/event.ts";
import { settingsSchema } from "../../../src/protocol/settings.ts";
import { callsScript, callsTool, createScriptedProvider, says } from "../../support/scripted-provider.ts";
import { of, resultsOf, saidIn, useEngines } from "./engine-lab.ts";

const lab = useEngines();

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
  // What a kill in the middle of the second call leaves; the two calls may have ended in either order.
  const file = path.join(house.home, "conversations", before.id, "log.jsonl");
  const lines = readFileSync(file, "utf8").split("\n");
  const end = lines.findLastIndex((line) => line.includes('"tool_finished"'));
  writeFileSync(
    file,
    `${lines
      .slice(0, end + 1)
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
  expect({ found, status: result.status, failed: of(conversation.events, "tool_finished").filter((call) => !call.ok) }).toEqual({
    found: [],
    status: "completed",
    failed: [],
  });
  expect(JSON.stringify(events)).toContain("[redacted]");
});

test("a key that arrives in pieces does not pass: not as output while it runs, nor in the log of a task, nor as words of the model", async () => {
  const house = lab();
  const shaped = `sk-${"a1B2".repeat(8)}`;
  const cmd = `printf 'x ${shaped.slice(0, 9)}'; sleep 0.3; printf '${shaped.slice(9, 20)}'; sleep 0.3; echo '${shaped.slice(20)} y'`;
  const provider = createScriptedProvider([
    [...callsTool("exec", { cmd }), ...callsTool("spawn", { kind: "exec", title: "pieces", cmd, notify: "silent" }, "w2")],
    [
      { type: "text_delta", messageId: "m1", text: `It is ${shaped.slice(0, 12)}` },
      { type: "text_delta", messageId: "m1", text: `${shaped.slice(12)}.` },
      ...says(`It is ${shaped}.`),
    ],
  ]);
  const engine = await house.open({ provider });
  const events: SpindleEvent[] = [];
  engine.onEvent((event) => events.push(event));
  const conversation = engine.conversations.create(house.project);
  await conversation.send("Go", []).done;
  await engine.tasks.idle();
  const printed = events
    .flatMap((event) => (event.type === "tool_output" || event.type === "assistant_delta" ? [event.text] : []))
    .join("");
  const [task] = engine.tasks.rows();
  expect({ printed, log: engine.tasks.output(task?.taskId ?? "", 0).text, line: task?.lastLine }).toEqual({
    printed: expect.stringMatching(/^x \[redacted\] y\n.*It is \[redacted\]\./s),
    log: "x [redacted] y\n",
    line: "x [redacted] y",
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
  await expect(engine.settings.update({ ...engine.settings.get(), maxRunningTasks: 0 }, false)).rejects.toMatchObject({
    code: "settings_invalid",
  });
  await engine.settings.update({ ...engine.settings.get(), theme: "dark" }, false);
  const again = await house.open();
  expect(again.settings.get()).toEqual({ ...settingsSchema.parse({}), theme: "dark" });
});
