import { expect, test } from "vitest";
import { waitForTasks } from "../../../src/main/cli/wait-for-tasks.ts";
import { callsTool, createScriptedProvider, says } from "../../support/scripted-provider.ts";
import { useEngines } from "../engine/engine-lab.ts";

const lab = useEngines();

test("the wait for a late answer says what it waits for, and ends", async () => {
  const house = lab();
  const provider = createScriptedProvider(
    Array.from({ length: 5 }, () => async (request, signal) => {
      if (request.tools.length > 0)
        return request.messages.some((message) => message.role === "result")
          ? says("I see.")
          : callsTool("spawn", { kind: "ask", title: "slow", question: "What?", timeoutMs: 200 });
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
      return says("Too late.");
    }),
  );
  const engine = await house.open({ provider });
  await engine.conversations.create(house.project).send("Go", []).done;
  const said: string[] = [];
  await waitForTasks(engine, { lateMs: 1_000, say: (line) => void said.push(line) });
  expect(said).toEqual([
    'waiting for the late answer to "slow", 1 s at most. An interrupt ends the wait.',
    'the answer to "slow" did not come: its question is stopped.',
  ]);
  expect(engine.tasks.rows()[0]?.late?.state).toBe("lost");
});
