import { expect, test } from "vitest";
import { settingsSchema } from "../../../src/protocol/settings.ts";
import { callsScript, createScriptedProvider, says } from "../../support/scripted-provider.ts";
import { of, until, useEngines } from "./engine-lab.ts";

const lab = useEngines();

test("the settings say how many workers there are", async () => {
  const engine = await lab().open({ settings: settingsSchema.parse({ approval: "auto", sandbox: "full", script: { workers: 3 } }) });
  engine.harness.prewarm();
  await until("three workers", () => engine.harness.info().workers === 3);
});

test("a script's own limits hold for it alone, in a conversation and in a task", async () => {
  const house = lab();
  const own = (limit: number): string => `// @script {"limits":{"cpuMs":${limit}}}\nreturn context.limits.cpuMs;`;
  const provider = createScriptedProvider([
    callsScript(own(20_000)),
    callsScript("return context.limits.cpuMs;"),
    callsScript(own(60_001)),
    callsScript(`await tools.spawn({ kind: "script", title: "task", notify: "silent", code: ${JSON.stringify(own(30_000))} });`),
    callsScript(`await tools.spawn({ kind: "script", title: "wrong", notify: "silent", code: ${JSON.stringify(own(1))} });`),
    says("Seen."),
  ]);
  const engine = await house.open({ provider });
  const conversation = engine.conversations.create(house.project);
  await conversation.send("Go", []).done;
  await engine.tasks.idle();
  const ends = of(conversation.events, "tool_finished").filter((event) => event.name === "script");
  expect(ends.map((event) => event.error ?? event.result)).toMatchObject([
    { value: 20_000 },
    { value: 10_000 },
    { code: "invalid_input", message: expect.stringMatching(/limits\.cpuMs: 60001 .* 60000/), details: { ceiling: 60_000 } },
    { value: null },
    { value: null },
  ]);
  const rows = Object.fromEntries(
    engine.tasks.rows().map((task) => [task.title, { status: task.status, code: task.error?.code, result: task.result }]),
  );
  expect(rows).toMatchObject({
    wrong: { status: "failed", code: "invalid_input", result: null },
    task: { status: "succeeded", code: undefined, result: { value: 30_000 } },
  });
});
