import path from "node:path";
import { expect, test } from "vitest";
import { createConversation, type Conversation, type TurnSetup } from "../../../src/main/conversations/conversation.ts";
import { createRedactor } from "../../../src/main/lib/redact.ts";
import { openConversationLog } from "../../../src/main/conversations/log.ts";
import type { ModelRequest } from "../../../src/main/providers/provider.ts";
import { createScriptedProvider, says, type ScriptedStep } from "../../support/scripted-provider.ts";
import { useTempFolders } from "../../support/temp-folder.ts";

const tempFolder = useTempFolders();

/** A conversation over a real log; requests carry what the person said, and `building` is awaited while one is made. */
function setUp(steps: readonly ScriptedStep[], building: (said: readonly string[]) => Promise<void> = () => Promise.resolve()) {
  const file = path.join(tempFolder(), "log.jsonl");
  const log = openConversationLog(
    file,
    "c_test",
    createRedactor(() => []),
    Date.now,
  );
  log.append({ type: "conversation_started", projectRoot: "/p", version: 1 });
  const provider = createScriptedProvider(steps);
  const ended: string[] = [];
  const said = (): string[] =>
    log.events.flatMap((event) =>
      event.type === "user_message" ? [event.text] : event.type === "task_delivered" ? [`result of ${event.title}`] : [],
    );
  const setup: TurnSetup = {
    provider: "openai-responses",
    model: "m",
    approval: "ask",
    sandbox: "read-only",
    ports: {
      provider,
      maxRequests: 10,
      async buildRequest(): Promise<ModelRequest> {
        const now = said();
        await building(now);
        return { model: "m", system: "", messages: now.map((text) => ({ role: "user", text })), tools: [] };
      },
      runCall: () => Promise.resolve(),
      isParallel: () => true,
    },
  };
  const conversation = createConversation({
    id: "c_test",
    projectRoot: "/p",
    log,
    setUpTurn: () => Promise.resolve(setup),
    onTurnEnd: () => ended.push("idle"),
    onClose: () => ended.push("closed"),
  });
  const asked = (): string[][] =>
    provider.requests.map((request) => request.messages.map((message) => ("text" in message ? message.text : message.role)));
  return { conversation, asked, ended };
}

function result(taskId: string) {
  return { type: "task_delivered" as const, taskId, title: taskId, status: "succeeded" as const, text: "ok" };
}

test("what arrives while a request is being made is read by a turn of its own, and no result counts as seen before", async () => {
  let made: Conversation | null = null;
  let rounds = 0;
  const { conversation, asked } = setUp([says("one"), says("two")], async () => {
    if (++rounds > 1) return;
    await Promise.resolve();
    made?.send("B", []);
    made?.deliver(result("task_1"), false);
  });
  made = conversation;
  await conversation.send("A", []).done;
  await conversation.stop();
  await new Promise((resolve) => setTimeout(resolve, 20));
  const seen = conversation.events.flatMap((event) => (event.type === "request_started" ? [event.taskIds] : []));
  expect({ asked: asked(), seen }).toEqual({ asked: [["A"], ["A", "B", "result of task_1"]], seen: [[], ["task_1"]] });
});

test("a waking result starts a turn of an idle conversation, another one only waits", async () => {
  const { conversation, asked, ended } = setUp([says("one"), says("two")]);
  conversation.deliver(result("task_1"), false);
  expect(conversation.isRunning()).toBe(false);
  conversation.deliver(result("task_2"), true);
  expect(conversation.isRunning()).toBe(true);
  while (conversation.isRunning()) await new Promise((resolve) => setTimeout(resolve, 5));
  expect({ asked: asked(), ended }).toEqual({ asked: [["result of task_1", "result of task_2"]], ended: ["idle"] });
});

test("an empty message is refused, a closed conversation takes none, and closing ends the running turn", async () => {
  const { conversation, ended } = setUp([
    async (_request, signal) => {
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
      return [];
    },
  ]);
  expect(() => conversation.send(" \n", [])).toThrow(expect.objectContaining({ code: "empty_prompt" }));
  const { done } = conversation.send("A", []);
  await new Promise((resolve) => setTimeout(resolve, 5));
  await conversation.close();
  await conversation.close();
  expect({ end: await done, last: conversation.events.at(-1)?.type, ended }).toEqual({
    end: { status: "interrupted", error: null },
    last: "turn_finished",
    ended: ["idle", "closed"],
  });
  expect(() => conversation.send("B", [])).toThrow(expect.objectContaining({ code: "cancelled" }));
});
