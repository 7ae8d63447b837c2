import { existsSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import type { Engine } from "../../../src/main/engine.ts";
import type { ModelEvent, ModelRequest } from "../../../src/main/providers/provider.ts";
import type { TaskRow } from "../../../src/protocol/task.ts";
import { callsScript, callsTool, createScriptedProvider, says } from "../../support/scripted-provider.ts";
import { livingWith } from "../runner/living.ts";
import { of, until, useEngines } from "./engine-lab.ts";

const lab = useEngines();

function row(engine: Engine, title: string): TaskRow {
  const found = engine.tasks.rows().find((task) => task.title === title);
  if (found === undefined)
    throw new Error(
      `No task ${title}: ${engine.tasks
        .rows()
        .map((task) => task.title)
        .join(", ")}`,
    );
  return found;
}

type Answer = (request: ModelRequest, signal: AbortSignal, number: number) => readonly ModelEvent[] | Promise<readonly ModelEvent[]>;

/** One direct spawn per conversation; `answer` gives what asks and agents get. */
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

async function run(
  inputs: readonly object[],
  answer: Answer = () => says("Fine."),
  settings: NonNullable<Parameters<ReturnType<typeof lab>["open"]>[0]>["settings"] = {},
) {
  const house = lab();
  const provider = spawning(inputs, answer);
  const engine = await house.open({ provider, settings });
  const conversation = engine.conversations.create(house.project);
  await conversation.send("Go", []).done;
  await engine.tasks.idle();
  return { house, engine, conversation, provider };
}

test("an ask over its budget of tokens is stopped while the answer arrives, and what had arrived is kept", async () => {
  const long = Array.from({ length: 200 }, (_, i) => ({ type: "text_delta" as const, messageId: "m1", text: `word${i} and more of it ` }));
  const { engine, conversation } = await run([{ kind: "ask", title: "long", question: "Tell", budget: { tokens: 100 } }], () => [
    ...long,
    ...says("never read"),
  ]);
  const { status, error, result, used } = row(engine, "long");
  expect({ status, code: error?.code, details: error?.details, result }).toEqual({
    status: "failed",
    code: "budget_exceeded",
    details: { budget: "tokens", used: expect.any(Number), allowed: 100 },
    result: { answer: expect.stringMatching(/^word0 and/), partial: true },
  });
  expect(used.tokens).toBeLessThan(150);
  const text = of(conversation.events, "task_delivered")[0]?.text ?? "";
  expect(text).toMatch(/^failed: The task used 10\d of 100 tokens\.\n\nword0 and more of it word1/);
});

test("an agent may make as many calls as its budget says; those of its scripts and tasks count", async () => {
  const { engine } = await run([{ kind: "agent", title: "busy", prompt: "Work", budget: { calls: 5 } }], () => [
    ...says("On it."),
    ...callsScript("for (let n = 0; n < 50; n++) await tools.exec({ cmd: 'echo x >> made' });"),
  ]);
  expect(row(engine, "busy")).toMatchObject({
    status: "failed",
    error: { code: "budget_exceeded", details: { budget: "calls", allowed: 5 } },
    result: { answer: "On it.", partial: true },
    used: { calls: 6 },
  });
});

test("a script over its wall time fails with what it had done, and the tasks it started are stopped with it", async () => {
  const mark = `spindle-wall-${process.pid}`;
  const { engine } = await run([
    {
      kind: "script",
      title: "slow",
      code: `console.log("begun"); await tools.spawn({ kind: "exec", title: "below", cmd: "exec -a ${mark} sleep 300", notify: "silent" }); await tools.exec({ cmd: "exec -a ${mark} sleep 300" });`,
      budget: { wallMs: 4_000 },
    },
  ]);
  expect(row(engine, "slow")).toMatchObject({
    status: "failed",
    lastLine: "begun",
    error: { code: "budget_exceeded", details: { budget: "wallMs" } },
  });
  expect({ alive: livingWith(mark), below: row(engine, "below") }).toMatchObject({ alive: [], below: { status: "cancelled" } });
});

test("a task's tokens count for the task that started it", async () => {
  const { engine } = await run([
    {
      kind: "script",
      title: "parent",
      code: `const ask = await tools.spawn({ kind: "ask", title: "child", question: "?", notify: "silent" }); await ask.wait();`,
    },
  ]);
  expect({ parent: row(engine, "parent").used.tokens, child: row(engine, "child").used.tokens }).toEqual({ parent: 15, child: 15 });
});

test("a budget in dollars needs a price, and holds with one", async () => {
  const input = { kind: "ask", title: "dear", question: "?", budget: { usd: 0.001 } };
  const without = await run([input]);
  expect(of(without.conversation.events, "tool_finished")[0]).toMatchObject({ ok: false, code: "invalid_input" });
  const { settingsSchema } = await import("../../../src/protocol/settings.ts");
  const { providers } = settingsSchema.parse({ providers: { "openai-responses": { price: { input: 100, output: 100 } } } });
  const { engine } = await run([input], () => says("Fine."), { providers });
  expect(row(engine, "dear")).toMatchObject({
    status: "failed",
    error: { code: "budget_exceeded", details: { budget: "usd" } },
    used: { usd: 0.0015 },
  });
});

test("a retry policy tries again what may pass, with growing pauses, and says how often", async () => {
  const failure = (code: "provider_error" | "unauthorized"): readonly ModelEvent[] => [
    { type: "failed", error: { code, message: "No." }, usage: { inputTokens: 0, outputTokens: 0 } },
  ];
  const retry = { attempts: 3, backoffMs: 20 };
  const passing = await run([{ kind: "ask", title: "flaky", question: "?", retry }], (_request, _signal, number) =>
    number < 3 ? failure("provider_error") : says("At last."),
  );
  expect(row(passing.engine, "flaky")).toMatchObject({ status: "succeeded", attempt: 3, result: { answer: "At last." } });
  expect(passing.engine.tasks.output(row(passing.engine, "flaky").taskId).text).toMatch(
    /Try 1 failed: No\. Trying again[\s\S]*Try 2 failed/,
  );
  const lasting = await run([{ kind: "ask", title: "refused", question: "?", retry }], () => failure("unauthorized"));
  expect(row(lasting.engine, "refused")).toMatchObject({ status: "failed", attempt: 1, error: { code: "unauthorized" } });
  const agent = await run([{ kind: "agent", title: "cut off", prompt: "Work", retry }], (request, _signal, number) =>
    number === 1
      ? failure("provider_error")
      : says(`Went on after ${request.messages.filter((message) => message.role === "user").length - 1} words.`),
  );
  expect(row(agent.engine, "cut off")).toMatchObject({ status: "succeeded", attempt: 2, result: { answer: "Went on after 2 words." } });
  expect(agent.engine.conversations.rows()).toHaveLength(2);
  const command = await run([
    { kind: "exec", title: "third time", cmd: "echo x >> tries; [ $(wc -l < tries) = 3 ]", retry },
    { kind: "exec", title: "once", cmd: "echo x >> once; exit 1" },
  ]);
  expect([row(command.engine, "third time"), row(command.engine, "once")]).toMatchObject([
    { status: "succeeded", attempt: 3 },
    { status: "failed", attempt: 1 },
  ]);
});

test("an agent has the system prompt, model and tools it was given; its scripts have no other tools either", async () => {
  const { provider, engine } = await run(
    [
      {
        kind: "agent",
        title: "reader",
        prompt: "Read",
        model: "small-1",
        system: "You only read.",
        tools: ["script", "readFile"],
      },
    ],
    (_request, _signal, number) =>
      number === 1
        ? callsScript(
            "return [Object.keys(tools), await Promise.resolve().then(() => tools.exec({ cmd: 'true' })).catch((error) => error.message)]",
          )
        : number === 2
          ? callsTool("exec", { cmd: "true" })
          : says("Read."),
  );
  const request = provider.requests.find((one) => one.model === "small-1");
  expect({ tools: request?.tools.map((tool) => tool.name), added: request?.system.endsWith("# Your part\n\nYou only read.\n") }).toEqual({
    tools: ["script", "readFile"],
    added: true,
  });
  const { agentConversationId } = row(engine, "reader");
  const finished = of(engine.conversations.read(agentConversationId ?? ""), "tool_finished");
  expect(finished.map((event) => [event.name, event.ok, event.ok ? event.result : event.code])).toEqual([
    ["script", true, expect.objectContaining({ value: [["readFile"], expect.stringContaining("tools.exec does not exist")] })],
    ["exec", false, "unknown_tool"],
  ]);
  const wrong = await run([{ kind: "agent", title: "none", prompt: "Read", tools: ["fly"] }]);
  expect(of(wrong.conversation.events, "tool_finished")[0]).toMatchObject({ ok: false, code: "invalid_input" });
});

test("a task can never do more than was allowed when it was started, and less where its options say so", async () => {
  const write = (name: string) => callsTool("applyPatch", { patch: `*** Begin Patch\n*** Add File: ${name}\n+x\n*** End Patch` });
  const answer =
    (name: string): Answer =>
    (_request, _signal, number) =>
      number === 1 ? write(name) : says("Tried.");
  const less = await run([{ kind: "agent", title: "planner", prompt: "Plan", approval: "plan" }], answer("planned"));
  const more = await run([{ kind: "agent", title: "greedy", prompt: "Write", approval: "auto", sandbox: "full" }], answer("greedy"), {
    approval: "plan",
  });
  const full = await run([{ kind: "agent", title: "writer", prompt: "Write" }], answer("written"));
  expect({
    scopes: [row(less.engine, "planner").scope, row(more.engine, "greedy").scope, row(full.engine, "writer").scope],
    made: [
      existsSync(path.join(less.house.project, "planned")),
      existsSync(path.join(more.house.project, "greedy")),
      existsSync(path.join(full.house.project, "written")),
    ],
  }).toEqual({
    scopes: [
      { approval: "plan", sandbox: "full", tools: null },
      { approval: "plan", sandbox: "full", tools: null },
      { approval: "auto", sandbox: "full", tools: null },
    ],
    made: [false, false, true],
  });
});

test("rights that were widened later do not reach a task that was started before", async () => {
  const house = lab();
  const settings = { approval: "plan" as "plan" | "auto" };
  let go = (): void => undefined;
  const free = new Promise<void>((resolve) => (go = resolve));
  const provider = spawning([{ kind: "agent", title: "early", prompt: "Write" }], async (_request, _signal, number) => {
    if (number > 1) return says("Tried.");
    await free;
    return callsTool("applyPatch", { patch: "*** Begin Patch\n*** Add File: early\n+x\n*** End Patch" });
  });
  const engine = await house.open({ provider, settings });
  const conversation = engine.conversations.create(house.project);
  await conversation.send("Go", []).done;
  await until("the agent asks its model", () => provider.requests.length === 3);
  settings.approval = "auto";
  go();
  await engine.tasks.idle();
  expect({ made: existsSync(path.join(house.project, "early")), status: row(engine, "early").status }).toEqual({
    made: false,
    status: "succeeded",
  });
});
