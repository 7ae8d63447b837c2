import { expect, test } from "vitest";
import type { ModelRequest } from "../../../src/main/providers/provider.ts";
import { callsTool, createScriptedProvider, says } from "../../support/scripted-provider.ts";
import { of, until, useEngines } from "./engine-lab.ts";

const lab = useEngines();

test("a result of a second run is delivered although a request carried the first one's while it ran", async () => {
  const house = lab();
  const answers: (() => void)[] = [];
  let asks = 0;
  const engine = await house.open({
    provider: createScriptedProvider(
      Array.from({ length: 20 }, () => async (request: ModelRequest) => {
        if (request.tools.length > 0)
          return request.messages.some((message) => message.role === "result")
            ? says("I see.")
            : callsTool("spawn", { kind: "ask", title: "expert", question: "?", notify: "next_turn" });
        if (++asks === 1) throw Object.assign(new Error("The first answer broke."), { code: "internal" });
        await new Promise<void>((resolve) => answers.push(resolve));
        return says("Use a key.");
      }),
    ),
  });
  const conversation = engine.conversations.create(house.project);
  await conversation.send("Go", []).done;
  await engine.tasks.idle();
  const taskId = engine.tasks.rows()[0]?.taskId ?? "";
  expect(engine.tasks.row(taskId)).toMatchObject({ status: "failed", delivery: "delivered" });

  engine.tasks.again(taskId, "resume");
  await until("the question is asked again", () => answers.length === 1);
  await conversation.send("Meanwhile", []).done;
  expect(of(conversation.events, "request_started").at(-1)?.taskIds).toEqual([taskId]);
  expect(engine.tasks.row(taskId)).toMatchObject({ status: "running", delivery: "pending" });

  answers[0]?.();
  await engine.tasks.idle();
  const delivered = of(conversation.events, "task_delivered").map(({ run, status }) => [run ?? 1, status]);
  expect(delivered).toEqual([
    [1, "failed"],
    [2, "succeeded"],
  ]);
  expect(engine.tasks.row(taskId).delivery).toBe("delivered");
});
