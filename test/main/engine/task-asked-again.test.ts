import { expect, test } from "vitest";
import type { ModelRequest } from "../../../src/main/providers/provider.ts";
import { callsTool, createScriptedProvider, says } from "../../support/scripted-provider.ts";
import { of, until, useEngines } from "./engine-lab.ts";

const lab = useEngines();

function isQuestion(request: ModelRequest): boolean {
  return JSON.stringify(request.messages).includes("<question>");
}

test("a start without a window leaves a question that was cut short to the window, which asks it again", async () => {
  const house = lab();
  const never = (_: ModelRequest, signal: AbortSignal) =>
    new Promise<ReturnType<typeof says>>((_resolve, reject) => signal.addEventListener("abort", () => reject(new Error("stopped"))));
  const cut = createScriptedProvider([
    callsTool("spawn", { kind: "ask", title: "expert", question: "Why?" }),
    ...Array.from(
      { length: 3 },
      () => (request: ModelRequest, signal: AbortSignal) =>
        isQuestion(request) ? never(request, signal) : Promise.resolve(says("Asked.")),
    ),
  ]);
  const first = await house.open({ provider: cut, wake: true });
  const conversation = first.conversations.create(house.project);
  await conversation.send("Ask", []).done;
  await until("the question is out", () => cut.requests.some(isQuestion));
  await first.close();

  const between = await house.open({ provider: createScriptedProvider([]), wake: false, audience: "nobody" });
  const seen = between.tasks.rows()[0];
  expect([seen?.status, seen?.delivery, of(between.conversations.open(conversation.id).events, "task_delivered")]).toEqual([
    "interrupted",
    "pending",
    [],
  ]);
  await between.close();

  const answering = createScriptedProvider(Array.from({ length: 3 }, () => () => Promise.resolve(says("Because."))));
  const window = await house.open({ provider: answering, wake: true });
  await until("the answer is there", () => window.tasks.rows()[0]?.status === "succeeded");
  expect(answering.requests.some(isQuestion)).toBe(true);
});
