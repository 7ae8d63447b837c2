import { writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import type { Engine } from "../../../src/main/engine.ts";
import { callsScript, callsTool, createScriptedProvider, says } from "../../support/scripted-provider.ts";
import { createBackground } from "../../../src/main/engine/background.ts";
import { taskRow } from "../../renderer/support/story.ts";
import { livingWith } from "../runner/living.ts";
import { of, resultsOf, until, useEngines } from "./engine-lab.ts";

const lab = useEngines();

/** Prints, waits for a file, prints again: a command whose length the test decides. */
const waits = (name: string): string => `echo pid $$; echo first; while [ ! -e ${name} ]; do sleep 0.02; done; echo second`;

/** Waits until the call has printed `text`. */
async function printed(engine: Engine, text: string): Promise<string> {
  let said = "";
  let callId = "";
  const stop = engine.onEvent((event) => {
    if (event.type !== "tool_output") return;
    said += event.text;
    callId = event.callId;
  });
  await until(`output ${text}`, () => said.includes(text));
  stop();
  return callId;
}

test("a command of the model goes on as a task: the call ends at once, nothing is printed twice or lost, its timeout is gone", async () => {
  const house = lab();
  const provider = createScriptedProvider([
    () => callsTool("exec", { cmd: `${waits("go")}; exit 3`, timeoutMs: 700 }),
    () => says("I go on."),
  ]);
  const engine = await house.open({ provider });
  const conversation = engine.conversations.create(house.project);
  const { done } = conversation.send("Run it", []);
  const callId = await printed(engine, "first");
  const { taskId } = engine.background.move(conversation.id, callId);
  expect((await done).status).toBe("completed");
  expect(resultsOf(provider.requests[1])).toMatchObject([
    { text: expect.stringMatching(new RegExp(`goes on as task ${taskId}[^]*Output so far:\\npid \\d+\\nfirst\\n$`)) },
  ]);
  expect(of(conversation.events, "tool_finished")).toMatchObject([
    {
      callId,
      ok: true,
      summary: "in the background",
      result: { exitCode: -1, backgroundTask: taskId, stdout: expect.stringMatching(/first\n$/) },
    },
  ]);
  expect(engine.tasks.row(taskId)).toMatchObject({ kind: "exec", status: "running", callId, lastLine: "first" });
  // Longer than the call's own timeout.
  await new Promise((resolve) => setTimeout(resolve, 800));
  expect(engine.tasks.row(taskId).status).toBe("running");

  writeFileSync(path.join(house.project, "go"), "");
  await engine.tasks.idle();
  const output = engine.tasks.output(taskId).text;
  expect(output).toMatch(/^pid \d+\nfirst\nsecond\n$/);
  expect(engine.tasks.row(taskId)).toMatchObject({
    status: "failed",
    error: { code: "command_failed" },
    result: { exitCode: 3, stdout: output, timedOut: false },
  });
  expect(of(conversation.events, "task_delivered")).toMatchObject([{ taskId, status: "failed" }]);
  // What the task printed is no output of the call that has ended.
  expect(conversation.events.filter((event) => event.type === "tool_output")).toEqual([]);
});

test("a command of a script: the script gets the task and goes on; the turn's stop does not reach it, the task's does", async () => {
  const house = lab();
  const mark = `spindle_mark_${process.pid}_moved`;
  const code = `const moved = await tools.exec({ cmd: "echo up; exec -a ${mark} sleep 60" }); await tools.exec({ cmd: "echo next-" + moved.backgroundTask + moved.exitCode }); await new Promise(() => {});`;
  const provider = createScriptedProvider([() => callsScript(code)]);
  const engine = await house.open({ provider });
  const conversation = engine.conversations.create(house.project);
  const { done } = conversation.send("Run it", []);
  await until("the command runs", () => livingWith(mark).length === 1);
  const { taskId } = engine.background.move(conversation.id, "c1.1");
  await printed(engine, `next-${taskId}-1`);
  await conversation.stop();
  await done;
  expect(livingWith(mark)).toHaveLength(1);
  expect(engine.tasks.row(taskId).status).toBe("running");
  await engine.tasks.cancel(taskId);
  expect({ alive: livingWith(mark), status: engine.tasks.row(taskId).status }).toEqual({ alive: [], status: "cancelled" });
});

test("only a command that runs can be moved, and only once; the work of a task is there already", async () => {
  const house = lab();
  const provider = createScriptedProvider([
    () =>
      callsScript(
        `await tools.spawn({ kind: "exec", title: "spawned", cmd: "${waits("go")}", notify: "silent" }); await tools.exec({ cmd: "${waits("go")}" });`,
      ),
    () => says("Done."),
  ]);
  const engine = await house.open({ provider });
  const conversation = engine.conversations.create(house.project);
  const { done } = conversation.send("Run it", []);
  const refused = (callId: string) => {
    expect(() => engine.background.move(conversation.id, callId)).toThrow(expect.objectContaining({ code: "not_found" }));
  };
  await until("both run", () => engine.tasks.rows().some(({ status, lastLine }) => status === "running" && lastLine === "first"));
  await until("the call runs", () => of(conversation.events, "tool_started").some(({ callId }) => callId === "c1.2"));
  refused("c1.1");
  refused("c9");
  await until("the command can be moved", () => {
    try {
      engine.background.move(conversation.id, "c1.2");
      return true;
    } catch {
      return false;
    }
  });
  refused("c1.2");
  await done;
  writeFileSync(path.join(house.project, "go"), "");
  await engine.tasks.idle();
  expect(engine.tasks.rows().map(({ status }) => status)).toEqual(["succeeded", "succeeded"]);
  refused("c1.2");
});

test("a move that was refused can be tried again", () => {
  const background = createBackground(() => ({ adopt: () => taskRow({}) }));
  const origin = { conversationId: "c", callId: "c1", projectRoot: "/p", scriptLine: null, parentTaskId: null } as const;
  const port = background.port({ ...origin, scope: { approval: "auto", sandbox: "full", tools: null } });
  let refuse = true;
  port.offer(() => {
    if (refuse) throw new Error("too many");
    return taskRow({ taskId: "moved" });
  });
  expect(() => background.move("c", "c1")).toThrow("too many");
  refuse = false;
  expect(background.move("c", "c1").taskId).toBe("moved");
  expect(() => background.move("c", "c1")).toThrow("does not run any more");
});
