import { expect, test } from "vitest";
import type { Engine } from "../../../src/main/engine.ts";
import type { ModelEvent, ModelRequest } from "../../../src/main/providers/provider.ts";
import type { ErrorCode } from "../../../src/protocol/error.ts";
import { scriptSettingsSchema, type Settings, taskSettingsSchema } from "../../../src/protocol/settings.ts";
import type { TaskRow } from "../../../src/protocol/task.ts";
import { callsScript, callsTool, createScriptedProvider, says } from "../../support/scripted-provider.ts";
import { of, openQuestion, until, useEngines } from "./engine-lab.ts";

const lab = useEngines();

function failure(code: ErrorCode): readonly ModelEvent[] {
  return [{ type: "failed", error: { code, message: `It says ${code}.` }, usage: { inputTokens: 0, outputTokens: 0 } }];
}

type Answer = (request: ModelRequest, number: number) => readonly ModelEvent[] | Promise<readonly ModelEvent[]>;

async function house(
  code: string,
  answer: Answer,
  tasks: Partial<Settings["tasks"]>,
  more: Partial<Settings> = {},
  audience: "person" | "nobody" = "nobody",
) {
  const place = lab();
  let asks = 0;
  let own = 0;
  const provider = createScriptedProvider(
    Array.from({ length: 99 }, () => (request: ModelRequest) => {
      const first = request.messages[0];
      if (request.tools.length === 0 || first?.role !== "user" || !first.text.includes("Go")) return answer(request, ++asks);
      return own++ === 0 ? callsScript(code) : says("Done.");
    }),
  );
  const engine = await place.open({ provider, audience, settings: { tasks: taskSettingsSchema.parse(tasks), ...more } });
  const conversation = engine.conversations.create(place.project);
  return { place, engine, conversation, provider, asks: () => asks };
}

const asks = (count: number): string =>
  `for (let n = 1; n <= ${count}; n++) await tools.spawn({ kind: "ask", title: "ask " + n, question: "?", notify: "silent" });`;

function rows(engine: Engine): readonly TaskRow[] {
  return engine.tasks.rows().toSorted((a, b) => a.title.localeCompare(b.title, "en", { numeric: true }));
}

test("the same error three times stops new starts, says why, tries one, and lets all go on when that one works", async () => {
  let broken = true;
  const {
    engine,
    conversation,
    asks: asked,
  } = await house(asks(8), () => (broken ? failure("provider_error") : says("Fine.")), { breakerPauseMs: 2_500 }, { maxRunningTasks: 1 });
  const turn = conversation.send("Go", []);
  await until("three have failed", () => rows(engine).filter((row) => row.status === "failed").length === 3);
  await turn.done;
  await until("all others wait", () => rows(engine).filter((row) => row.waitsFor !== null).length === 5);
  expect({ asked: asked(), waits: rows(engine).map((row) => row.waitsFor) }).toEqual({
    asked: 3,
    waits: [
      null,
      null,
      null,
      ...Array<unknown>(5).fill(
        expect.stringMatching(/^the last 3 tasks of this kind failed with provider_error; one more is tried in [1-3] s$/),
      ),
    ],
  });
  await until("one more was tried and failed", () => rows(engine).filter((row) => row.status === "failed").length === 4);
  expect(asked()).toBe(4);
  broken = false;
  await engine.tasks.idle();
  expect(rows(engine).map((row) => row.status)).toEqual([...Array<string>(4).fill("failed"), ...Array<string>(4).fill("succeeded")]);
});

test("a provider that limits pauses new starts; commands go on", async () => {
  const {
    engine,
    conversation,
    asks: asked,
  } = await house(
    `${asks(3)} await tools.spawn({ kind: "exec", title: "command", cmd: "true", notify: "silent" });`,
    (_request, number) =>
      number === 1
        ? [
            { type: "retry", attempt: 1, maxRetries: 4, delayMs: 2_500, error: { code: "rate_limited", message: "Slow down." } },
            ...failure("provider_error"),
          ]
        : says("Fine."),
    {},
    { maxRunningTasks: 1 },
  );
  await conversation.send("Go", []).done;
  await until("the command ended", () => rows(engine).at(-1)?.status === "succeeded");
  expect({ asked: asked(), waits: rows(engine)[1]?.waitsFor, status: rows(engine)[1]?.status }).toEqual({
    asked: 1,
    waits: expect.stringMatching(/^openai-responses limits requests; next start in [1-3] s$/),
    status: "queued",
  });
  await engine.tasks.idle();
  expect(rows(engine).map((row) => row.status)).toEqual(["failed", "succeeded", "succeeded", "succeeded"]);
});

test("no more tasks at one provider at once than its limit", async () => {
  let now = 0;
  let most = 0;
  const { engine, conversation } = await house(
    asks(6),
    async () => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, 60));
      now--;
      return says("Fine.");
    },
    { perProvider: 2 },
    { maxRunningTasks: 6 },
  );
  await conversation.send("Go", []).done;
  await engine.tasks.idle();
  expect({ most, statuses: new Set(rows(engine).map((row) => row.status)) }).toEqual({ most: 2, statuses: new Set(["succeeded"]) });
});

test("a running task without a sign of life is marked and its conversation is told; a sign of life takes the mark away", async () => {
  const { place, engine, conversation } = await house(
    `await tools.spawn({ kind: "exec", title: "quiet", cmd: "until [ -e go ]; do sleep 0.05; done; echo here; until [ -e end ]; do sleep 0.05; done", notify: "silent" });`,
    () => says("?"),
    { stallMs: 600 },
  );
  await conversation.send("Go", []).done;
  await until("it is marked", () => rows(engine)[0]?.stalled === true);
  expect(of(conversation.events, "notice").map((event) => [event.code, event.message])).toEqual([
    ["task_stalled", expect.stringMatching(/^The task "quiet" has given no sign of life for 0 minutes/)],
  ]);
  place.write({ go: "" });
  await until("the mark is gone", () => rows(engine)[0]?.stalled === false);
  place.write({ end: "" });
  await engine.tasks.idle();
});

test("a task that only waits for another one is not the one that gives no sign of life", async () => {
  const inner = `const t = await tools.spawn({ kind: "exec", title: "quiet", cmd: "sleep 2.5", notify: "silent" }); await t.wait();`;
  const { engine, conversation } = await house(
    `await tools.spawn({ kind: "script", title: "waits", code: ${JSON.stringify(inner)}, notify: "silent" });`,
    () => says("?"),
    { stallMs: 1_000 },
  );
  await conversation.send("Go", []).done;
  await engine.tasks.idle();
  const told = engine.conversations.rows().flatMap(({ row }) => of(engine.conversations.open(row.id).events, "notice"));
  expect(told.map(({ message }) => message.slice(0, 20))).toEqual(['The task "quiet" has']);
});

test("tasks start tasks only so deep, and a conversation only so many", async () => {
  const nested = (depth: number): string =>
    depth === 0
      ? "return 'bottom';"
      : `const task = await tools.spawn({ kind: "script", title: "level ${depth}", code: ${JSON.stringify(nested(depth - 1))}, notify: "silent" }); return (await task.result()).value;`;
  const deep = await house(nested(4), () => says("?"), {});
  await deep.conversation.send("Go", []).done;
  const script = of(deep.conversation.events, "tool_finished").find((event) => event.callId === "c1");
  expect(JSON.stringify(script?.error ?? script?.result)).toContain("Tasks start tasks at most 3 deep.");
  expect(deep.engine.tasks.rows()).toHaveLength(3);

  const many = await house(
    `for (let n = 0; n < 9; n++) await tools.spawn({ kind: "exec", title: "n" + n, cmd: "true", notify: "silent" });`,
    () => says("?"),
    { maxPerConversation: 5 },
  );
  await many.conversation.send("Go", []).done;
  expect(of(many.conversation.events, "tool_finished").filter((event) => event.code === "too_many_tasks")[0]?.error).toMatchObject({
    message: "This conversation has started 5 tasks, which is the most it may.",
    details: { maxPerConversation: 5 },
  });
});

test.each([
  { answer: "allow" as const, started: 8 },
  { answer: "deny" as const, started: 3 },
])("a script that starts more tasks than asked for is asked about once: $answer", async ({ answer, started }) => {
  const { engine, conversation } = await house(
    `const all = await Promise.allSettled(Array.from({ length: 8 }, (_, n) => tools.spawn({ kind: "exec", title: "n" + n, cmd: "true", notify: "silent" })));
     return all.filter((one) => one.status === "fulfilled").length;`,
    () => says("?"),
    { askAbove: 3 },
    {},
    "person",
  );
  const turn = conversation.send("Go", []);
  await until("it asks", () => engine.approvals.pending(conversation.id).length === 1);
  const question = openQuestion(engine, conversation.id);
  expect(question).toMatchObject({
    callId: "c1",
    tool: "spawn",
    summary: expect.stringMatching(/^start more than 3 tasks from one script\. \d were started so far; 4 run at once/),
  });
  engine.approvals.answer(conversation.id, question, answer === "allow" ? { decision: "allow", scope: "once" } : { decision: "deny" });
  await turn.done;
  await engine.tasks.idle();
  expect({ questions: of(conversation.events, "approval_requested").length, started: engine.tasks.rows().length }).toEqual({
    questions: 1,
    started,
  });
});

test("a turn that itself starts more tasks than asked for is asked about once, without a warning of the system", async () => {
  const warnings: string[] = [];
  const onWarning = (warning: Error): void => void warnings.push(warning.name);
  process.on("warning", onWarning);
  const place = lab();
  const inputs = Array.from({ length: 30 }, (_, n) => ({ kind: "exec", title: `n${n}`, cmd: "true", notify: "silent" }));
  const provider = createScriptedProvider([inputs.flatMap((input) => callsTool("spawn", input)), says("Done.")]);
  const engine = await place.open({ provider, audience: "person", settings: { tasks: taskSettingsSchema.parse({ askAbove: 3 }) } });
  const conversation = engine.conversations.create(place.project);
  const turn = conversation.send("Go", []);
  await until("it asks", () => engine.approvals.pending(conversation.id).length === 1);
  const question = openQuestion(engine, conversation.id);
  expect(question.summary).toMatch(/^start more than 3 tasks from one turn\./);
  engine.approvals.answer(conversation.id, question, { decision: "allow", scope: "once" });
  await turn.done;
  await engine.tasks.idle();
  process.off("warning", onWarning);
  expect([of(conversation.events, "approval_requested").length, engine.tasks.rows().length, warnings]).toEqual([1, 30, []]);
});

test("many scripts that wait for scripts of their own all come to their end, with few workers and one place", async () => {
  const child = `const below = await tools.spawn({ kind: "script", title: "below", notify: "silent", code: "return 1" }); return (await below.result()).value;`;
  const { engine, conversation } = await house(
    `const all = await Promise.all(Array.from({ length: 12 }, (_, n) =>
       tools.spawn({ kind: "script", title: "above " + n, notify: "silent", code: ${JSON.stringify(child)} })));
     return (await Promise.all(all.map((task) => task.result()))).reduce((sum, result) => sum + result.value, 0);`,
    () => says("?"),
    { askAbove: 100 },
    { maxRunningTasks: 1, script: scriptSettingsSchema.parse({ workers: 1, extraWorkers: 0, wallMs: 25_000 }) },
  );
  await conversation.send("Go", []).done;
  const script = of(conversation.events, "tool_finished").find((event) => event.callId === "c1");
  expect({ result: script?.result, open: engine.tasks.open() }).toMatchObject({ result: { value: 12 }, open: 0 });
});
