import { expect, test } from "vitest";
import { createAttention } from "../../../src/main/desktop/attention.ts";
import { openNeeds } from "../../../src/main/desktop/needs.ts";
import type { Engine } from "../../../src/main/engine.ts";
import type { ModelRequest } from "../../../src/main/providers/provider.ts";
import { type NotificationSettings, notificationSettingsSchema } from "../../../src/protocol/settings.ts";
import type { TaskNeed } from "../../../src/protocol/task.ts";
import { callsTool, createScriptedProvider, says } from "../../support/scripted-provider.ts";
import { openQuestion, until, useEngines } from "../engine/engine-lab.ts";

const lab = useEngines();

/** A conversation that starts these tasks and ends; agents ask whether they may run a command. */
function spawning(inputs: readonly object[]) {
  return createScriptedProvider(
    Array.from({ length: 60 }, () => (request: ModelRequest) => {
      const isOver = request.messages.some((message) => message.role === "result");
      const first = request.messages[0];
      if (request.tools.length === 0 || isOver) return says("An answer.");
      if (first?.role !== "user" || !first.text.includes("Go")) return callsTool("exec", { cmd: "touch made.txt" });
      return inputs.flatMap((input) => callsTool("spawn", { notify: "silent", ...input }));
    }),
  );
}

/** Everything told to the desktop: `notify Done: a`, `sound done`, `badge 2`. */
function watch(engine: Engine, settings: NotificationSettings, at: { focused: boolean }) {
  const told: string[] = [];
  const clicks: (TaskNeed | null)[] = [];
  const attention = createAttention(engine, () => settings, {
    isFocused: () => at.focused,
    notify(title, body, need) {
      told.push(`${title} | ${body}`);
      clicks.push(need);
    },
    sound: (kind) => void told.push(`sound ${kind}`),
    badge: (count) => void told.push(`badge ${count}`),
  });
  const stops = [engine.onTask(attention.task), engine.onEvent(attention.event), attention.close];
  return { told, clicks, attention, stop: () => stops.map((stop) => stop()) };
}

const usual = notificationSettingsSchema.parse({});

test("what is done and what failed is told once, with a count on the icon until somebody looks; many become one sentence", async () => {
  const house = lab();
  const many = Array.from({ length: 5 }, (_, index) => ({ kind: "exec", title: `quick ${index}`, cmd: "true" }));
  const engine = await house.open({
    provider: spawning([{ kind: "exec", title: "broken", cmd: "exit 3" }, ...many]),
    settings: { maxRunningTasks: 8 },
  });
  const { told, clicks, attention, stop } = watch(engine, usual, { focused: false });
  await engine.conversations.create(house.project).send("Go", []).done;
  await engine.tasks.idle();
  // Five tasks, a failed one, and the turn of the conversation; how they fall into moments depends on the machine.
  await until("all are counted", () => told.includes("badge 7"));
  attention.focused();
  stop();
  expect(told.filter((line) => line.startsWith("Failed"))).toEqual(["Failed: broken | Exit code: 3"]);
  expect(told.filter((line) => line.startsWith("sound"))).toEqual([]);
  expect(told.at(-1)).toBe("badge 0");
  const done = told.filter((line) => line.includes("quick"));
  const named = done.flatMap((line) => line.match(/quick \d/g) ?? []);
  expect(named.toSorted()).toEqual(many.map((each) => each.title));
  expect(clicks.find((need) => need?.title === "broken")).toMatchObject({ place: "task", projectRoot: house.project });
});

test("an agent's question is told with what it asks and where it is answered, and goes from the icon with its answer", async () => {
  const house = lab();
  const engine = await house.open({
    audience: "person",
    settings: { approval: "ask" },
    provider: spawning([{ kind: "agent", title: "asking", prompt: "Write" }]),
  });
  const { told, clicks, stop } = watch(engine, usual, { focused: false });
  const conversation = engine.conversations.create(house.project);
  const done = conversation.send("Go", []).done;
  await until("the conversation's question is told", () => told.some((line) => line.startsWith("Needs you")));
  expect([told[0]?.startsWith("Needs you: Go"), told[1], told[2]]).toEqual([true, "sound needsYou", "badge 1"]);
  expect(clicks[0]).toMatchObject({ taskId: null, conversationId: conversation.id, place: "conversation" });
  engine.approvals.answer(conversation.id, openQuestion(engine, conversation.id), { decision: "allow", scope: "once" });
  await done;
  await until("the agent's question is told", () => told.some((line) => line.startsWith("Needs you: asking")));
  const agent = engine.tasks.rows()[0]?.agentConversationId ?? "";
  expect(told.filter((line) => line.startsWith("Needs you: asking"))).toEqual([expect.stringContaining("touch made.txt")]);
  // Told together with the end of the conversation's own turn, or after it.
  const click = clicks.find((need) => need?.title === "asking");
  expect(click).toMatchObject({ conversationId: agent, place: "conversation" });
  expect(openNeeds(engine)).toEqual([click]);
  const question = engine.approvals.pending(agent)[0];
  if (question === undefined) throw new Error("No question.");
  engine.approvals.answer(agent, question, { decision: "deny" });
  await engine.tasks.idle();
  await until("the icon has forgotten it", () => openNeeds(engine).length === 0);
  stop();
});

test.each([
  ["nothing while the window has the focus", { focused: true }, usual, 0, 0],
  ["it there, too, when that is wanted", { focused: true }, { ...usual, whenFocused: true }, 1, 0],
  [
    "only what is wanted",
    { focused: false },
    notificationSettingsSchema.parse({ failed: { desktop: false, sound: true, badge: false } }),
    0,
    1,
  ],
])("a failure tells %s", async (_name, at, settings, notifications, sounds) => {
  const house = lab();
  const engine = await house.open({ provider: spawning([{ kind: "exec", title: "broken", cmd: "exit 3" }]) });
  const { told, stop } = watch(engine, settings, at);
  await engine.conversations.create(house.project).send("Go", []).done;
  await engine.tasks.idle();
  await until("the icon was told", () => told.some((line) => line.startsWith("badge")));
  await new Promise((resolve) => setTimeout(resolve, 500));
  stop();
  expect([told.filter((line) => line.startsWith("Failed")).length, told.filter((line) => line === "sound failed").length]).toEqual([
    notifications,
    sounds,
  ]);
});
