import { existsSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import type { Engine } from "../../../src/main/engine.ts";
import type { ModelEvent, ModelRequest } from "../../../src/main/providers/provider.ts";
import type { SpindleEvent } from "../../../src/protocol/event.ts";
import type { TaskRow } from "../../../src/protocol/task.ts";
import { callsScript, callsTool, createScriptedProvider, says } from "../../support/scripted-provider.ts";
import { livingWith } from "../runner/living.ts";
import { of, saidIn, until, useEngines } from "./engine-lab.ts";

const lab = useEngines();

/** A provider that answers by what a request says. */
function answering(answer: (request: ModelRequest, number: number) => readonly ModelEvent[]) {
  let requests = 0;
  return createScriptedProvider(Array.from({ length: 60 }, () => (request: ModelRequest) => answer(request, ++requests)));
}

/** Title and status of what was delivered, in order. */
function delivered(events: readonly SpindleEvent[]): string[] {
  return of(events, "task_delivered").map((event) => `${event.title}: ${event.status}`);
}

function row(engine: Engine, title: string): TaskRow | undefined {
  return engine.tasks.rows().find((task) => task.title === title);
}

test("tasks of every kind end, say how, and are delivered exactly once", async () => {
  const house = lab();
  house.write({ "a.txt": "alpha\n" });
  const spawns = `
    await tools.spawn({ kind: "exec", title: "command", cmd: "echo from command; exit 0", notify: "next_turn" });
    await tools.spawn({ kind: "exec", title: "failing", cmd: "echo before; exit 4", notify: "next_turn" });
    await tools.spawn({ kind: "script", title: "script", code: "console.log('seen'); return (await tools.readFile({ path: 'a.txt' })).text", notify: "next_turn" });
    await tools.spawn({ kind: "script", title: "broken", code: "throw new Error('on purpose')", notify: "next_turn" });
    await tools.spawn({ kind: "ask", title: "question", question: "What is in it?", files: ["a.txt"], notify: "next_turn" });
    await tools.spawn({ kind: "ask", title: "no file", question: "And there?", files: ["gone.txt"], notify: "next_turn" });
    await tools.spawn({ kind: "agent", title: "helper", prompt: "Help out", notify: "next_turn" });
    await tools.spawn({ kind: "exec", title: "silent one", cmd: "true", notify: "silent" });
    return "spawned";`;
  const provider = answering((request) => {
    const first = request.messages[0];
    if (request.tools.length === 0) return says("Alpha is in it.");
    if (first?.role === "user" && first.text.includes("Help out"))
      return request.messages.some((message) => message.role === "result") ? says("I helped.") : callsTool("readFile", { path: "a.txt" });
    return request.messages.some((message) => message.role === "result") ? says("They run.") : callsScript(spawns);
  });
  const engine = await house.open({ provider });
  const conversation = engine.conversations.create(house.project);
  expect((await conversation.send("Spawn all", []).done).status).toBe("completed");
  await engine.tasks.idle();

  const rows = Object.fromEntries(
    engine.tasks
      .rows()
      .map(({ title, status, result, error, lastLine, delivery }) => [
        title,
        { status, result, code: error?.code ?? null, lastLine, delivery },
      ]),
  );
  expect(rows).toMatchObject({
    command: {
      status: "succeeded",
      result: { exitCode: 0, stdout: "from command\n" },
      code: null,
      lastLine: "from command",
      delivery: expect.stringMatching(/delivered|seen/),
    },
    failing: { status: "failed", result: { exitCode: 4 }, lastLine: "before" },
    script: { status: "succeeded", result: { value: "alpha" }, lastLine: "seen" },
    broken: { status: "failed", code: "script_error" },
    question: { status: "succeeded", result: { answer: "Alpha is in it." } },
    "no file": { status: "failed", code: "not_found" },
    helper: { status: "succeeded", result: { answer: "I helped." } },
    "silent one": { status: "succeeded", delivery: "pending" },
  });
  expect(delivered(conversation.events).sort()).toEqual([
    "broken: failed",
    "command: succeeded",
    "failing: failed",
    "helper: succeeded",
    "no file: failed",
    "question: succeeded",
    "script: succeeded",
  ]);
  const question = provider.requests.find((request) => request.tools.length === 0);
  expect(question?.messages[0]).toEqual({ role: "user", text: "<original-user-prompt>\nSpawn all\n</original-user-prompt>" });
  expect(saidIn(question)[1]).toMatch(/What is in it\?[\s\S]*<file path="a.txt">\nalpha\n/);
  expect(engine.rows(house.project).map((one) => one.id)).toEqual([conversation.id]);

  // The next turn reads every result once; no later one reads it as new, and a second start delivers nothing again.
  await conversation.send("And?", []).done;
  const results = saidIn(provider.requests.at(-1)).filter((text) => text.startsWith("<task-result"));
  expect(results.map((text) => /title="([^"]*)"/.exec(text)?.[1] ?? "").sort()).toEqual([
    "broken",
    "command",
    "failing",
    "helper",
    "no file",
    "question",
    "script",
  ]);
  expect(of(conversation.events, "request_started").flatMap((event) => event.taskIds)).toHaveLength(7);
  expect(engine.tasks.rows().filter((task) => task.delivery === "seen")).toHaveLength(7);
  const before = conversation.events.length;
  await engine.close();
  const again = await house.open();
  expect(again.conversations.open(conversation.id).events).toHaveLength(before);
});

test("a task that the person stops starts no turn; its end waits for the next one", async () => {
  const house = lab();
  const provider = createScriptedProvider([
    callsTool("spawn", { kind: "exec", title: "long", cmd: "sleep 30", notify: "wake" }),
    says("Started."),
    says("I see."),
  ]);
  const engine = await house.open({ provider, wake: true });
  const conversation = engine.conversations.create(house.project);
  await conversation.send("Go", []).done;
  const [task] = engine.tasks.rows();
  expect(await engine.tasks.cancel(task?.taskId ?? "")).toEqual(["exec: long"]);
  await engine.settled();
  await conversation.settled();
  expect([of(conversation.events, "turn_started").length, of(conversation.events, "task_delivered")[0]?.status]).toEqual([1, "cancelled"]);
  await conversation.send("And?", []).done;
  expect(saidIn(provider.requests.at(-1)).join("\n")).toContain('title="long" status="cancelled"');
});

test("a result that wakes starts a turn of an idle conversation; next_turn and silent do not", async () => {
  const house = lab();
  const provider = answering((_request, number) =>
    number <= 3
      ? callsTool("spawn", {
          kind: "exec",
          title: ["wake", "next_turn", "silent"][number - 1],
          cmd: number === 1 ? "until [ -e go ]; do sleep 0.02; done" : "true",
          notify: ["wake", "next_turn", "silent"][number - 1],
        })
      : says(`said ${number}`),
  );
  const engine = await house.open({ provider, wake: true });
  const conversation = engine.conversations.create(house.project);
  await conversation.send("Spawn", []).done;
  expect(provider.requests).toHaveLength(4);
  await until(
    "the other results stand in the log",
    () => delivered(conversation.events).length === 1 && engine.tasks.rows().filter((row) => row.status === "succeeded").length === 2,
  );
  house.write({ go: "" });
  await until("the woken turn ended", () => of(conversation.events, "turn_finished").length === 2);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect({
    requests: provider.requests.length,
    turns: of(conversation.events, "turn_started").map((event) => event.turnId),
    delivered: delivered(conversation.events),
    said: saidIn(provider.requests[4]).map((text) => text.slice(0, 13)),
    running: conversation.isRunning(),
  }).toEqual({
    requests: 5,
    turns: ["t1", "t2"],
    delivered: ["next_turn: succeeded", "wake: succeeded"],
    said: ["<original-use", "<task-result ", "<task-result "],
    running: false,
  });
});

test("a result that comes while a turn runs enters its next request and starts no turn of its own", async () => {
  const house = lab();
  const provider = answering((_request, number) =>
    number === 1
      ? callsTool("spawn", { kind: "exec", title: "quick", cmd: "true" })
      : number === 2
        ? callsTool("exec", { cmd: "sleep 0.5" })
        : says("Both."),
  );
  const engine = await house.open({ provider, wake: true });
  const conversation = engine.conversations.create(house.project);
  await conversation.send("Spawn", []).done;
  await engine.tasks.idle();
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect({
    requests: provider.requests.length,
    said: saidIn(provider.requests[2])[1],
    ids: of(conversation.events, "request_started").map((event) => event.taskIds.length),
    delivery: row(engine, "quick")?.delivery,
  }).toEqual({
    requests: 3,
    said: expect.stringMatching(/^<task-result id="task_[^"]+" title="quick" status="succeeded">/),
    ids: [0, 0, 1],
    delivery: "seen",
  });
});

test("cancel stops a running command and a queued task; a finished one is left alone", async () => {
  const house = lab();
  const mark = `spindle-cancel-${process.pid}`;
  const provider = createScriptedProvider([
    [
      ...callsTool("spawn", { kind: "exec", title: "running", cmd: `exec -a ${mark} sleep 300`, notify: "next_turn" }),
      ...callsTool("spawn", { kind: "exec", title: "waiting", cmd: "touch never", notify: "next_turn" }),
    ],
    says("Started."),
  ]);
  const engine = await house.open({ provider, settings: { maxRunningTasks: 1 } });
  const conversation = engine.conversations.create(house.project);
  await conversation.send("Spawn", []).done;
  await until("the command runs", () => livingWith(mark).length === 1);
  expect({ running: row(engine, "running")?.status, waiting: row(engine, "waiting")?.status }).toEqual({
    running: "running",
    waiting: "queued",
  });
  const id = (title: string): string => row(engine, title)?.taskId ?? "";
  const stopped = [
    await engine.tasks.cancel(id("waiting")),
    await engine.tasks.cancel(id("running")),
    await engine.tasks.cancel(id("running")),
  ];
  await engine.tasks.idle();
  expect({
    stopped,
    alive: livingWith(mark),
    rows: [row(engine, "running"), row(engine, "waiting")],
    made: existsSync(path.join(house.project, "never")),
    delivered: delivered(conversation.events),
  }).toMatchObject({
    stopped: [["exec: waiting"], ["exec: running"], []],
    alive: [],
    rows: [
      { status: "cancelled", error: { code: "cancelled" } },
      { status: "cancelled", startedAt: null },
    ],
    made: false,
    delivered: ["waiting: cancelled", "running: cancelled"],
  });
  await expect(engine.tasks.cancel("task_none")).rejects.toMatchObject({ code: "task_not_found" });
});

test("a spawned script that is stopped or takes too long says what it had done", async () => {
  const house = lab();
  const code = (name: string): string =>
    `await tools.applyPatch({ patch: "*** Begin Patch\\n*** Add File: ${name}\\n+x\\n*** End Patch" });\nconsole.log("patched");\nawait tools.exec({ cmd: "sleep 300" });`;
  const provider = createScriptedProvider([
    // Starts a worker, so that the time limit below is the script's own.
    callsScript("return 1"),
    [
      ...callsTool("spawn", { kind: "script", title: "stopped", code: code("one"), notify: "next_turn" }),
      ...callsTool("spawn", { kind: "script", title: "slow", code: code("two"), timeoutMs: 4_000, notify: "next_turn" }),
    ],
    says("Started."),
  ]);
  const engine = await house.open({ provider });
  const conversation = engine.conversations.create(house.project);
  await conversation.send("Spawn", []).done;
  await until("it waits", () => row(engine, "stopped")?.lastLine === "patched");
  await engine.tasks.cancel(row(engine, "stopped")?.taskId ?? "");
  await engine.tasks.idle();
  const texts = Object.fromEntries(of(conversation.events, "task_delivered").map((event) => [event.title, event.text]));
  expect({ texts, stopped: row(engine, "stopped"), slow: row(engine, "slow") }).toMatchObject({
    texts: {
      stopped: expect.stringMatching(
        /^cancelled: The person stopped the task\.\n\nScript stopped[\s\S]*NOT undone: one \(new\)\.[\s\S]*\npatched$/,
      ),
      slow: expect.stringMatching(
        /^timed_out: The task was stopped after 4 s, its time limit\.\n\nScript stopped[\s\S]*NOT undone: two \(new\)\./,
      ),
    },
    stopped: { status: "cancelled", error: { code: "cancelled" }, result: { report: { changedFileCount: 1 } } },
    slow: { status: "timed_out", error: { code: "timeout" } },
  });
});

test("a task that runs too long is timed out, with its command", async () => {
  const house = lab();
  const mark = `spindle-late-${process.pid}`;
  const provider = createScriptedProvider([
    callsTool("spawn", {
      kind: "exec",
      title: "slow",
      cmd: `echo begun; exec -a ${mark} sleep 300`,
      timeoutMs: 1_500,
      notify: "next_turn",
    }),
    callsTool("spawn", { kind: "agent", title: "slow agent", prompt: "Think", timeoutMs: 300, notify: "next_turn" }),
    says("ok"),
    hangs,
    hangs,
  ]);
  const engine = await house.open({ provider });
  const conversation = engine.conversations.create(house.project);
  await conversation.send("Spawn", []).done;
  await engine.tasks.idle();
  expect({
    alive: livingWith(mark),
    slow: row(engine, "slow"),
    agent: row(engine, "slow agent"),
    delivered: delivered(conversation.events).sort(),
  }).toMatchObject({
    alive: [],
    slow: { status: "timed_out", error: { code: "timeout" }, lastLine: "begun" },
    agent: { status: "timed_out", error: { code: "timeout" } },
    delivered: ["slow agent: timed_out", "slow: timed_out"],
  });
});

async function hangs(_request: ModelRequest, signal: AbortSignal): Promise<readonly ModelEvent[]> {
  if (!signal.aborted) await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  return [];
}

test("no more tasks run at once than allowed; the others wait and all come to their end", async () => {
  const house = lab();
  const count = 6;
  const code = `for (let n = 0; n < ${count}; n++) await tools.spawn({ kind: "exec", title: "n" + n, cmd: "sleep 0.05", notify: "silent" });`;
  const engine = await house.open({ provider: createScriptedProvider([callsScript(code), says("ok")]), settings: { maxRunningTasks: 2 } });
  let running = 0;
  let most = 0;
  engine.conversations.create(house.project);
  const conversation = engine.conversations.create(house.project);
  conversation.subscribe((event) => {
    if (event.type === "task_started") most = Math.max(most, ++running);
    else if (event.type === "task_finished") running--;
  });
  await conversation.send("Spawn", []).done;
  await engine.tasks.idle();
  expect({ most, running, statuses: engine.tasks.rows().map((task) => task.status) }).toEqual({
    most: 2,
    running: 0,
    statuses: Array.from({ length: count }, () => "succeeded"),
  });
});

test("the sandbox level of a task is the one that was allowed when it was spawned", async () => {
  const house = lab();
  const provider = createScriptedProvider([
    callsTool("spawn", { kind: "exec", title: "write", cmd: "touch made", notify: "next_turn" }),
    says("ok"),
  ]);
  const engine = await house.open({ provider, settings: { approval: "plan", sandbox: "full" } });
  const conversation = engine.conversations.create(house.project);
  await conversation.send("Spawn", []).done;
  await engine.tasks.idle();
  expect(existsSync(path.join(house.project, "made"))).toBe(false);
});
