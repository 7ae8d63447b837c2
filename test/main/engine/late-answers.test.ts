import { appendFileSync, rmSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import type { Engine } from "../../../src/main/engine.ts";
import type { ModelEvent, ModelRequest } from "../../../src/main/providers/provider.ts";
import type { TaskRow } from "../../../src/protocol/task.ts";
import { callsTool, createScriptedProvider, says } from "../../support/scripted-provider.ts";
import { changesText } from "../../../src/main/engine/changed-since.ts";
import { of, saidIn, until, useEngines } from "./engine-lab.ts";

const lab = useEngines();

function row(engine: Engine): TaskRow {
  const found = engine.tasks.rows().find((task) => task.title === "slow");
  if (found === undefined) throw new Error("No task.");
  return found;
}

/** A house whose question has timed out while its answer is not there yet; `answer` lets it come. */
async function timedOut(audience: "person" | "nobody" = "person") {
  const house = lab();
  const numbered = Array.from({ length: 60 }, (_, i) => `line ${i}`);
  house.write({ "a.txt": `${numbered.join("\n")}\n`, "b.txt": "b\n", "gone.txt": "x\n" });
  let answer = (): void => undefined;
  const free = new Promise<void>((resolve) => (answer = resolve));
  const provider = createScriptedProvider(
    Array.from({ length: 9 }, () => async (request: ModelRequest, signal: AbortSignal): Promise<readonly ModelEvent[]> => {
      if (request.tools.length > 0)
        return request.messages.some((message) => message.role === "result" || saidIn(request).length > 1)
          ? says("I see.")
          : callsTool("spawn", { kind: "ask", title: "slow", question: "What?", files: ["a.txt"], timeoutMs: 300 });
      await Promise.race([free, new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }))]);
      return says("Use line 7.");
    }),
  );
  const engine = await house.open({ provider, audience, wake: true });
  const conversation = engine.conversations.create(house.project);
  await conversation.send("Go", []).done;
  await until("it timed out", () => row(engine).status === "timed_out");
  await conversation.settled();
  const change = () => {
    house.write({
      "a.txt": `${numbered.map((line, i) => (i === 5 || i === 50 ? `${line} changed` : line)).join("\n")}\n`,
      "new.txt": "new\n",
    });
    rmSync(path.join(house.project, "gone.txt"));
  };
  return { house, engine, conversation, provider, answer, change };
}

test("an answer after its time-out is kept, with what changed since the question, until a person injects it: then once", async () => {
  const { house, engine, conversation, provider, answer, change } = await timedOut();
  expect(of(conversation.events, "task_delivered").map((event) => event.text)).toEqual([
    expect.stringMatching(/^timed_out: There was no answer within 300 ms\. The question stays open/),
  ]);
  expect({ late: row(engine).late?.state, open: engine.tasks.open() }).toEqual({ late: "expected", open: 0 });
  change();
  answer();
  await until("it came", () => row(engine).late?.state === "waiting");
  const requests = provider.requests.length;
  expect(row(engine)).toMatchObject({
    status: "timed_out",
    result: { answer: "Use line 7." },
    late: {
      changedCount: 3,
      incomplete: false,
      changed: [
        { path: "a.txt", kind: "modified", hunks: 2 },
        { path: "gone.txt", kind: "deleted", hunks: null },
        { path: "new.txt", kind: "added", hunks: null },
      ],
    },
  });
  expect(row(engine).late?.ageMs).toBeGreaterThanOrEqual(300);
  expect({ told: of(conversation.events, "task_late").length, requests }).toEqual({ told: 1, requests: provider.requests.length });

  // After a restart it still waits, is not told twice, and can be injected.
  await engine.close();
  const later = createScriptedProvider([says("Line 7 it is.")]);
  const second = await house.open({ provider: later, audience: "person", wake: true });
  const reopened = second.conversations.open(conversation.id);
  expect({ told: of(reopened.events, "task_late").length, late: row(second).late?.state }).toEqual({ told: 1, late: "waiting" });
  expect(second.late.settle(row(second).taskId, "inject")).toEqual({ conversationId: conversation.id });
  await reopened.settled();
  const said = saidIn(later.requests[0]).at(-1) ?? "";
  expect(said).toMatch(
    /status="succeeded">\nThis answer came late: \d+ s after the question\. Changed in the project since:\n- a\.txt: modified, 2 hunks\n- gone\.txt: deleted\n- new\.txt: added\n\nUse line 7\./,
  );
  expect(() => second.late.settle(row(second).taskId, "discard")).toThrow(expect.objectContaining({ code: "bad_request" }));
  await second.close();
  const third = await house.open({ audience: "person" });
  expect(of(third.conversations.open(conversation.id).events, "task_delivered").map((event) => event.late ?? false)).toEqual([false, true]);
});

test("a late answer opens as a side conversation, whose first prompt carries it, or is discarded", async () => {
  const side = await timedOut();
  side.answer();
  await until("it came", () => row(side.engine).late?.state === "waiting");
  const { conversationId } = side.engine.late.settle(row(side.engine).taskId, "side");
  const beside = side.engine.conversations.open(conversationId ?? "");
  await beside.send("Was that right?", []).done;
  expect(saidIn(side.provider.requests.at(-1))).toEqual([
    "<original-user-prompt>\nWas that right?\n</original-user-prompt>",
    expect.stringMatching(/^<task-result [\s\S]*No file of the project has changed since\.\n\nUse line 7\./),
  ]);
  expect(of(side.conversation.events, "task_delivered")).toHaveLength(1);
  expect(row(side.engine).late?.state).toBe("side");

  const thrown = await timedOut();
  thrown.answer();
  await until("it came", () => row(thrown.engine).late?.state === "waiting");
  expect(thrown.engine.late.settle(row(thrown.engine).taskId, "discard")).toEqual({ conversationId: null });
  expect({ late: row(thrown.engine).late?.state, delivered: of(thrown.conversation.events, "task_delivered").length }).toEqual({
    late: "discarded",
    delivered: 1,
  });
});

test("where no person can decide it is injected; one that does not come any more is lost, and can be asked again", async () => {
  const alone = await timedOut("nobody");
  alone.answer();
  await until("it was injected", () => row(alone.engine).late?.state === "injected");
  await alone.conversation.settled();
  expect(of(alone.conversation.events, "task_delivered").map((event) => event.late ?? false)).toEqual([false, true]);

  const closed = await timedOut();
  await closed.engine.close();
  const again = await closed.house.open({ provider: createScriptedProvider([says("Fresh.")]), audience: "person" });
  expect(row(again).late?.state).toBe("lost");
  again.tasks.again(row(again).taskId, "resume");
  await again.tasks.idle();
  expect(row(again)).toMatchObject({ status: "succeeded", run: 2, result: { answer: "Fresh." }, late: null });

  const stopped = await timedOut();
  expect(await stopped.engine.tasks.cancel(row(stopped.engine).taskId)).toEqual(["ask: slow"]);
  expect(row(stopped.engine).late?.state).toBe("lost");
});

test("an answer that was injected by a process killed before it said so is settled at the next start", async () => {
  const { house, engine, conversation, answer } = await timedOut();
  answer();
  await until("it came", () => row(engine).late?.state === "waiting");
  const { taskId } = row(engine);
  engine.late.settle(taskId, "inject");
  await conversation.settled();
  await engine.close();
  appendFileSync(path.join(house.home, "tasks", "ledger.jsonl"), `${JSON.stringify({ type: "late_state", taskId, state: "waiting" })}\n`);
  const again = await house.open({ provider: createScriptedProvider([]), audience: "person", wake: true });
  expect(row(again).late?.state).toBe("injected");
});

test("where not all files were looked at, nothing claims that none changed", () => {
  const late = { state: "waiting", at: 1, ageMs: 5_000, changed: [], changedCount: 0 } as const;
  expect([changesText({ ...late, incomplete: true }), changesText({ ...late, incomplete: false })]).toEqual([
    expect.not.stringContaining("No file of the project has changed"),
    expect.stringContaining("No file of the project has changed since."),
  ]);
});
