import { existsSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import type { Engine } from "../../../src/main/engine.ts";
import type { ModelEvent, ModelRequest } from "../../../src/main/providers/provider.ts";
import type { TaskRow } from "../../../src/protocol/task.ts";
import { callsTool, createScriptedProvider, says } from "../../support/scripted-provider.ts";
import { livingWith } from "../runner/living.ts";
import { of, saidIn, openQuestion, until, useEngines } from "./engine-lab.ts";

const lab = useEngines();

function row(engine: Engine, title: string): TaskRow {
  const found = engine.tasks.rows().find((task) => task.title === title);
  if (found === undefined) throw new Error(`No task ${title}`);
  return found;
}

type Answer = (request: ModelRequest, signal: AbortSignal, number: number) => readonly ModelEvent[] | Promise<readonly ModelEvent[]>;

function spawning(inputs: readonly object[], answer: Answer) {
  let others = 0;
  return createScriptedProvider(
    Array.from({ length: 60 }, () => (request: ModelRequest, signal: AbortSignal) => {
      const first = request.messages[0];
      if (request.tools.length === 0 || first?.role !== "user" || !first.text.includes("Go")) return answer(request, signal, ++others);
      if (request.messages.some((message) => message.role === "result")) return says("Started.");
      return inputs.flatMap((input) => callsTool("spawn", { notify: "next_turn", ...input }));
    }),
  );
}

async function hangs(_request: ModelRequest, signal: AbortSignal): Promise<readonly ModelEvent[]> {
  if (!signal.aborted) await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  return [];
}

test("an agent with an open question needs a person, and runs again when it is answered", async () => {
  const house = lab();
  const settings = { approval: "ask" as const, maxRunningTasks: 1 };
  const engine = await house.open({
    audience: "person",
    settings,
    provider: spawning(
      [
        { kind: "agent", title: "asking", prompt: "Write" },
        { kind: "ask", title: "other", question: "?" },
      ],
      (request) =>
        request.tools.length > 0 && !request.messages.some((message) => message.role === "result")
          ? callsTool("exec", { cmd: "until [ -e go ]; do sleep 0.02; done" })
          : says("Written."),
    ),
  });
  const conversation = engine.conversations.create(house.project);
  const statuses: string[] = [];
  engine.onTask((task) => task.title !== "asking" || statuses.at(-1) === task.status || statuses.push(task.status));
  const turn = conversation.send("Go", []);
  await until("the spawn is asked about", () => engine.approvals.pending(conversation.id).length === 1);
  engine.approvals.answer(conversation.id, openQuestion(engine, conversation.id), {
    decision: "allow",
    scope: "once",
  });
  await turn.done;
  await until("the agent asks", () => row(engine, "asking").status === "needs_you");
  // It only waits, so another task has its place meanwhile.
  await until("the other task is through", () => row(engine, "other").status === "succeeded");
  const agent = row(engine, "asking").agentConversationId ?? "";
  engine.approvals.answer(agent, openQuestion(engine, agent), { decision: "allow", scope: "once" });
  await until("it goes on", () => row(engine, "asking").status === "running");
  house.write({ go: "" });
  await engine.tasks.idle();
  expect(statuses).toEqual(["queued", "running", "needs_you", "running", "succeeded"]);
});

test("time that a task waits for a person is not counted by its limits", async () => {
  const house = lab();
  const engine = await house.open({
    audience: "person",
    settings: { approval: "ask" },
    provider: spawning([{ kind: "agent", title: "asking", prompt: "Write", timeoutMs: 4_000, budget: { wallMs: 4_000 } }], (request) =>
      request.messages.some((message) => message.role === "result") ? says("Written.") : callsTool("exec", { cmd: "true" }),
    ),
  });
  const conversation = engine.conversations.create(house.project);
  const turn = conversation.send("Go", []);
  await until("the spawn is asked about", () => engine.approvals.pending(conversation.id).length === 1);
  const yes = { decision: "allow", scope: "once" } as const;
  engine.approvals.answer(conversation.id, openQuestion(engine, conversation.id), yes);
  await turn.done;
  await until("the agent asks", () => row(engine, "asking").status === "needs_you");
  await new Promise((resolve) => setTimeout(resolve, 4_500));
  const agent = row(engine, "asking").agentConversationId ?? "";
  engine.approvals.answer(agent, openQuestion(engine, agent), yes);
  await engine.tasks.idle();
  const { status, waited, error } = row(engine, "asking");
  expect({ status, error, since: waited.since, long: waited.ms >= 4_400 }).toEqual({
    status: "succeeded",
    error: null,
    since: null,
    long: true,
  });
});

test("an agent that is stopped with its tasks is not woken by their ends", async () => {
  const house = lab();
  const engine = await house.open({
    wake: true,
    // Those that wait for a place end at once when they are stopped.
    settings: { maxRunningTasks: 1 },
    provider: spawning([{ kind: "agent", title: "parent", prompt: "Work" }], (request) =>
      request.messages.some((message) => message.role === "result")
        ? says("I wait.")
        : ["one", "two", "three"].flatMap((title) => callsTool("spawn", { kind: "exec", title, cmd: "sleep 300", notify: "wake" })),
    ),
  });
  await engine.conversations.create(house.project).send("Go", []).done;
  await until(
    "one runs, two wait",
    () =>
      ["queued", "queued", "running"].join() ===
      engine.tasks
        .rows()
        .filter((task) => task.kind === "exec")
        .map((task) => task.status)
        .toSorted()
        .join(),
  );
  const agent = row(engine, "parent").agentConversationId ?? "";
  await until("it only waits", () => engine.conversations.open(agent).isRunning() === false);
  const turns = () => of(engine.conversations.open(agent).events, "turn_started").length;
  const before = turns();
  let begun = 0;
  engine.onEvent((event) => void (event.conversationId === agent && event.type === "turn_started" && begun++));
  await engine.tasks.cancel(row(engine, "parent").taskId);
  await engine.tasks.idle();
  expect({ begun, turns: turns() - before, status: row(engine, "parent").status }).toEqual({ begun: 0, turns: 0, status: "cancelled" });
});

test("a row of a running task names its process and what it has used", async () => {
  const house = lab();
  const engine = await house.open({
    provider: spawning([{ kind: "exec", title: "printing", cmd: "printf 'one\\ntwo\\n'; until [ -e go ]; do sleep 0.02; done" }], () =>
      says("?"),
    ),
  });
  await engine.conversations.create(house.project).send("Go", []).done;
  await until("it printed", () => row(engine, "printing").lastLine === "two");
  const { owner, used, lastEventAt, status } = row(engine, "printing");
  expect({ status, pid: owner?.pid, bytes: used.bytes, recent: Date.now() - lastEventAt < 5_000 }).toEqual({
    status: "running",
    pid: process.pid,
    bytes: 8,
    recent: true,
  });
  house.write({ go: "" });
  await engine.tasks.idle();
  const { text, nextOffset } = engine.tasks.output(row(engine, "printing").taskId, 4);
  expect({ text, nextOffset }).toEqual({ text: "two\n", nextOffset: 8 });
});

test("a result too long for the ledger stands whole in a file; the ledger's line is short", async () => {
  const house = lab();
  const engine = await house.open({
    provider: spawning(
      [
        {
          kind: "script",
          title: "long",
          code: "return { list: Array.from({ length: 3000 }, (_, i) => 'entry number ' + i), last: 'the end' };",
        },
      ],
      () => says("?"),
    ),
  });
  const conversation = engine.conversations.create(house.project);
  await conversation.send("Go", []).done;
  await engine.tasks.idle();
  const { taskId, resultCut } = row(engine, "long");
  const whole = engine.tasks.resultOf(taskId).result;
  const lines = readFileSync(path.join(house.home, "tasks", "ledger.jsonl"), "utf8").split("\n");
  expect({
    resultCut,
    file: existsSync(path.join(house.home, "tasks", "output", `${taskId}.result.json`)),
    mode: (statSync(path.join(house.home, "tasks", "output", `${taskId}.result.json`)).mode & 0o777).toString(8),
    longest: Math.max(...lines.map((line) => line.length)) < 16_000,
    delivered: of(conversation.events, "task_delivered")[0]?.text.includes("entry number 2999"),
  }).toEqual({ resultCut: true, file: true, mode: "600", longest: true, delivered: true });
  expect(whole).toMatchObject({ value: { last: "the end", list: expect.objectContaining({ length: 3000 }) } });
});

test("a question that the end of the window cut short is asked again at its next start; after three runs it is reported", async () => {
  const house = lab();
  const asks = { kind: "ask", title: "ask", question: "What?", notify: "wake" };
  const first = await house.open({ wake: true, provider: spawning([asks], hangs) });
  const { id, send } = first.conversations.create(house.project);
  await send("Go", []).done;
  await until("it is asked", () => row(first, "ask").status === "running");
  await first.close();

  const second = await house.open({ wake: true, provider: createScriptedProvider([hangs]) });
  await until("it is asked again", () => row(second, "ask").status === "running");
  expect([row(second, "ask").run, of(second.conversations.open(id).events, "task_delivered")]).toEqual([2, []]);
  await second.close();

  const third = await house.open({ wake: true, provider: createScriptedProvider([says("That."), says("I read it.")]) });
  const conversation = third.conversations.open(id);
  await until("the answer is there and was read", () => of(conversation.events, "turn_finished").length === 2);
  expect([row(third, "ask"), of(conversation.events, "task_delivered")]).toMatchObject([
    { status: "succeeded", run: 3 },
    [{ title: "ask", run: 3, status: "succeeded", text: "That." }],
  ]);

  // A house that dies with it every time does not ask for ever; the command line only reports.
  const other = lab();
  for (let start = 0; start < 3; start++) {
    const engine = await other.open({ wake: true, provider: start === 0 ? spawning([asks], hangs) : createScriptedProvider([hangs]) });
    if (start === 0) await engine.conversations.create(other.project).send("Go", []).done;
    await until("it is asked", () => row(engine, "ask").status === "running");
    await engine.close();
  }
  const last = await other.open({ wake: true, provider: createScriptedProvider([says("I read it.")]) });
  await until("it is reported", () => row(last, "ask").delivery !== "pending");
  expect(row(last, "ask")).toMatchObject({ status: "interrupted", run: 3 });
});

test("what was interrupted says why; agents and asks go on when a person resumes them, commands only when retried", async () => {
  const house = lab();
  const mark = `spindle-resume-${process.pid}`;
  const inputs = [
    { kind: "agent", title: "agent", prompt: "Work" },
    { kind: "ask", title: "ask", question: "What?" },
    { kind: "exec", title: "command", cmd: `echo ran >> runs; [ $(wc -l < runs) = 2 ] || exec -a ${mark} sleep 300` },
  ];
  const first = await house.open({
    provider: spawning(inputs, (request, signal, number) =>
      request.tools.length > 0 && number <= 2 && !saidIn(request).some((text) => text.includes("What?")) && request.messages.length < 4
        ? [...says("I looked at it."), ...callsTool("exec", { cmd: "echo by agent >> seen" })]
        : hangs(request, signal),
    ),
  });
  const { id, send } = first.conversations.create(house.project);
  await send("Go", []).done;
  await until(
    "the agent and the command work",
    () =>
      existsSync(path.join(house.project, "seen")) &&
      readFileSync(path.join(house.project, "seen"), "utf8") !== "" &&
      livingWith(mark).length === 1,
  );
  await until("the ask is asked", () => row(first, "ask").status === "running");
  await first.close();

  const second = await house.open({
    provider: createScriptedProvider(
      Array.from(
        { length: 9 },
        () => (request: ModelRequest) => says(request.tools.length === 0 ? "That." : `Went on after ${request.messages.length} messages.`),
      ),
    ),
  });
  const conversation = second.conversations.open(id);
  const ids = Object.fromEntries(["agent", "ask", "command"].map((title) => [title, row(second, title).taskId]));
  expect(
    of(conversation.events, "task_delivered")
      .map((event) => `${event.title}: ${event.status}`)
      .sort(),
  ).toEqual(["agent: interrupted", "ask: interrupted", "command: interrupted"]);
  expect(() => second.tasks.again(ids["command"] ?? "", "resume")).toThrow(expect.objectContaining({ code: "bad_request" }));
  second.tasks.again(ids["agent"] ?? "", "resume");
  second.tasks.again(ids["ask"] ?? "", "resume");
  second.tasks.again(ids["command"] ?? "", "retry");
  await second.tasks.idle();
  expect([row(second, "agent"), row(second, "ask"), row(second, "command")]).toMatchObject([
    { status: "succeeded", run: 2, result: { answer: expect.stringMatching(/^Went on after [5-9] messages/) } },
    { status: "succeeded", run: 2, result: { answer: "That." } },
    { status: "succeeded", run: 2, result: { exitCode: 0 } },
  ]);
  expect(readFileSync(path.join(house.project, "seen"), "utf8")).toBe("by agent\n");
  // Each run is delivered once, also after one more start; the next turn reads the new ones.
  await conversation.send("And?", []).done;
  await second.close();
  const third = await house.open();
  const events = third.conversations.open(id).events;
  expect(
    of(events, "task_delivered")
      .map((event) => `${event.title} ${event.run ?? 1}: ${event.status}`)
      .sort(),
  ).toEqual([
    "agent 1: interrupted",
    "agent 2: succeeded",
    "ask 1: interrupted",
    "ask 2: succeeded",
    "command 1: interrupted",
    "command 2: succeeded",
  ]);
  expect(new Set(of(events, "request_started").at(-1)?.taskIds)).toEqual(new Set(Object.values(ids)));
  expect(() => third.tasks.again(ids["ask"] ?? "", "retry")).toThrow(expect.objectContaining({ code: "bad_request" }));
});
