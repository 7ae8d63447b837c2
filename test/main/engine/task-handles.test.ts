import { expect, test } from "vitest";
import type { Engine } from "../../../src/main/engine.ts";
import type { ModelEvent, ModelRequest } from "../../../src/main/providers/provider.ts";
import type { Json } from "../../../src/protocol/json.ts";
import type { TaskRow } from "../../../src/protocol/task.ts";
import { callsScript, callsTool, createScriptedProvider, says } from "../../support/scripted-provider.ts";
import { livingWith } from "../runner/living.ts";
import { of, resultsOf, saidIn, until, useEngines } from "./engine-lab.ts";

const lab = useEngines();

function row(engine: Engine, title: string): TaskRow {
  const found = engine.tasks.rows().find((task) => task.title === title);
  if (found === undefined) throw new Error(`No task ${title}`);
  return found;
}

/** Answers agents (by their first message) with `agent`, the person's conversation with its steps. */
function provider(
  own: readonly (readonly ModelEvent[])[],
  agent: (request: ModelRequest, signal: AbortSignal) => Promise<readonly ModelEvent[]>,
) {
  let next = 0;
  return createScriptedProvider(
    Array.from({ length: 60 }, () => (request: ModelRequest, signal: AbortSignal) => {
      const first = request.messages[0];
      const isOwn = first?.role === "user" && first.text.includes("Go") && request.tools.length > 0;
      return isOwn ? (own[next++] ?? says("Done.")) : agent(request, signal);
    }),
  );
}

async function valueOf(code: string, settings = {}): Promise<{ value: Json; engine: Engine }> {
  const house = lab();
  const engine = await house.open({
    provider: provider([callsScript(code)], () => Promise.resolve(says("An answer."))),
    settings,
  });
  const conversation = engine.conversations.create(house.project);
  await conversation.send("Go", []).done;
  const script = of(conversation.events, "tool_finished").find((event) => event.name === "script");
  return { value: script?.result ?? null, engine };
}

test("a handle says how its task stands, waits with and without a limit, gives the result, and is plain data", async () => {
  const { value } = await valueOf(`
    const command = await tools.spawn({ kind: "exec", title: "slow", cmd: "echo first; sleep 0.4; echo last", notify: "silent" });
    const early = await command.wait({ timeout: 50 });
    const result = await command.result();
    const again = await tools.task(command.id).status();
    const own = await command.status();
    const plain = await tools.task({ id: command.id, action: "status" });
    const failing = await tools.spawn({ kind: "exec", title: "failing", cmd: "exit 3", notify: "silent" });
    const thrown = await failing.result().catch((error) => ({ code: error.code, line: error.line }));
    return { command, early: { over: early.over, status: early.status }, stdout: result.stdout, again: again.status, own: own.status, plain: plain.over, thrown };
  `);
  expect(value).toMatchObject({
    value: {
      command: { id: expect.stringMatching(/^task_/), kind: "exec", title: "slow" },
      early: { over: false, status: expect.stringMatching(/queued|running/) },
      stdout: "first\nlast\n",
      again: "succeeded",
      own: "succeeded",
      plain: true,
      thrown: { code: "command_failed", line: 9 },
    },
    warnings: [],
  });
});

test("Promise.race over several waits gives the first; the tasks of the losers go on", async () => {
  const { value, engine } = await valueOf(`
    const spawn = (title, cmd) => tools.spawn({ kind: "exec", title, cmd, notify: "silent" });
    const [slow, quick] = await Promise.all([spawn("slow", "sleep 0.8; echo slow"), spawn("quick", "sleep 0.1; echo quick")]);
    const first = await Promise.race([slow.wait(), quick.wait()]);
    return first.title;
  `);
  expect(value).toMatchObject({ value: "quick" });
  await engine.tasks.idle();
  expect(row(engine, "slow").status).toBe("succeeded");
});

test("waiting costs no CPU, and a spawned script that waits gives its place away", async () => {
  const { value, engine } = await valueOf(
    `// @script {"limits":{"cpuMs":1000}}
    const parent = await tools.spawn({ kind: "script", title: "parent", notify: "silent",
      code: "const child = await tools.spawn({ kind: 'exec', title: 'child', cmd: 'sleep 2; echo child', notify: 'silent' }); return (await child.result()).stdout" });
    return (await parent.result()).value;`,
    { maxRunningTasks: 1 },
  );
  expect(value).toMatchObject({ value: "child\n" });
  expect({ depth: row(engine, "child").depth, parent: row(engine, "child").parentTaskId }).toEqual({
    depth: 2,
    parent: row(engine, "parent").taskId,
  });
});

test("a message steers an agent at work; one that is over takes none; cancel stops the whole tree and names it", async () => {
  const house = lab();
  const mark = `spindle-tree-${process.pid}`;
  let asked = 0;
  const engine = await house.open({
    provider: provider(
      [callsTool("spawn", { kind: "agent", title: "agent", prompt: "Work", notify: "silent" }), says("Started.")],
      (request) => {
        asked++;
        if (asked === 1)
          return Promise.resolve(
            callsScript(
              `await tools.spawn({ kind: "script", title: "script", notify: "silent", code: ${JSON.stringify(
                `for (const n of [1, 2, 3]) await tools.spawn({ kind: "exec", title: "command " + n, cmd: "exec -a ${mark} sleep 300", notify: "silent" }); await tools.exec({ cmd: "sleep 300" });`,
              )} }); await tools.exec({ cmd: "until [ -e go ]; do sleep 0.05; done" });`,
            ),
          );
        return Promise.resolve(
          saidIn(request).includes("Look at b.txt, too.") ? callsTool("exec", { cmd: "sleep 300" }) : says("No word came."),
        );
      },
    ),
    settings: { maxRunningTasks: 8 },
  });
  const conversation = engine.conversations.create(house.project);
  await conversation.send("Go", []).done;
  await until("three commands run", () => livingWith(mark).length === 3);
  engine.tasks.message(row(engine, "agent").taskId, "Look at b.txt, too.");
  house.write({ go: "" });
  await until("the agent has read it", () => asked === 2);
  const startedAt = performance.now();
  const stopped = await engine.tasks.cancel(row(engine, "agent").taskId);
  const tookMs = performance.now() - startedAt;
  expect({
    stopped: [...stopped].sort(),
    alive: livingWith(mark),
    statuses: new Set(engine.tasks.rows().map((task) => task.status)),
  }).toEqual({
    stopped: ["agent: agent", "exec: command 1", "exec: command 2", "exec: command 3", "script: script"],
    alive: [],
    statuses: new Set(["cancelled"]),
  });
  expect(tookMs).toBeLessThan(3_000);
  expect(() => engine.tasks.message(row(engine, "agent").taskId, "More")).toThrow(expect.objectContaining({ code: "task_not_running" }));
  expect(() => engine.tasks.message(row(engine, "script").taskId, "More")).toThrow(expect.objectContaining({ code: "bad_request" }));
});

test("a model uses `task` directly, and sees no task of another conversation", async () => {
  const house = lab();
  let id = "";
  const own: ((request: ModelRequest) => readonly ModelEvent[])[] = [
    () => callsTool("spawn", { kind: "exec", title: "quick", cmd: "echo out", notify: "silent" }),
    (request) => {
      id = /task_\w+/.exec(resultsOf(request)[0]?.text ?? "")?.[0] ?? "";
      return callsTool("task", { id, action: "result" });
    },
    () => callsTool("task", { id, action: "cancel" }),
    () => callsTool("task", { id, action: "message" }),
    () => says("Done."),
    () => callsTool("task", { id, action: "status" }),
    () => says("Done."),
  ];
  let next = 0;
  const engine = await house.open({
    provider: createScriptedProvider(Array.from({ length: 9 }, () => (request: ModelRequest) => own[next++]?.(request) ?? says("Done."))),
  });
  const conversation = engine.conversations.create(house.project);
  await conversation.send("Go", []).done;
  const other = engine.conversations.create(house.project);
  await other.send("Go", []).done;
  const texts = (events: typeof conversation.events) =>
    of(events, "tool_finished")
      .filter((event) => event.name === "task")
      .map((event) => event.text);
  expect(texts(conversation.events)).toEqual([
    expect.stringMatching(/^Task task_\w+ \(exec: quick\) ended succeeded\.\n[\s\S]*out/),
    expect.stringMatching(/There was nothing to stop\.$/),
    expect.stringMatching(/^Error \(invalid_input\): task: a message needs a text/),
  ]);
  expect(texts(other.events)).toEqual([expect.stringMatching(/^Error \(task_not_found\)/)]);
});
