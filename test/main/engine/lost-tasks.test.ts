import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import type { Engine } from "../../../src/main/engine.ts";
import type { SpindleEvent } from "../../../src/protocol/event.ts";
import type { TaskRow } from "../../../src/protocol/task.ts";
import { callsTool, createScriptedProvider, says } from "../../support/scripted-provider.ts";
import { livingWith } from "../runner/living.ts";
import { of, saidIn, until, useEngines } from "./engine-lab.ts";

const lab = useEngines();

/** Title and status of what was delivered, in order. */
function delivered(events: readonly SpindleEvent[]): string[] {
  return of(events, "task_delivered").map((event) => `${event.title}: ${event.status}`);
}

function row(engine: Engine, title: string): TaskRow | undefined {
  return engine.tasks.rows().find((task) => task.title === title);
}

test("closing interrupts what runs and what waits; the next start delivers it once", async () => {
  const house = lab();
  const mark = `spindle-closing-${process.pid}`;
  const provider = createScriptedProvider([
    [
      ...callsTool("spawn", { kind: "exec", title: "running", cmd: `exec -a ${mark} sleep 300` }),
      ...callsTool("spawn", { kind: "exec", title: "waiting", cmd: "true" }),
    ],
    says("Started."),
  ]);
  const first = await house.open({ provider, settings: { maxRunningTasks: 1 }, wake: true });
  const { id, send } = first.conversations.create(house.project);
  await send("Spawn", []).done;
  await until("the command runs", () => livingWith(mark).length === 1);
  await first.close();
  expect({ alive: livingWith(mark), requests: provider.requests.length }).toEqual({ alive: [], requests: 2 });

  const second = await house.open({ provider: createScriptedProvider([says("I see.")]), wake: false });
  const conversation = second.conversations.open(id);
  expect({ delivered: delivered(conversation.events).sort(), rows: second.tasks.rows().map((task) => task.status) }).toEqual({
    delivered: ["running: interrupted", "waiting: interrupted"],
    rows: ["interrupted", "interrupted"],
  });
});

test("a task whose owner was killed becomes interrupted at the next start, and its conversation gets to read it once", async () => {
  const house = lab();
  const first = await house.open({
    provider: createScriptedProvider([
      callsTool("spawn", { kind: "exec", title: "lost", cmd: "sleep 0.1; echo done", notify: "next_turn" }),
      says("Started."),
    ]),
  });
  const conversation = first.conversations.create(house.project);
  await conversation.send("Spawn", []).done;
  await first.tasks.idle();
  await first.close();
  // What a kill leaves: the task was started by a process that is no more, and nothing says how it ended.
  const ledger = path.join(house.home, "tasks", "ledger.jsonl");
  const lines = readFileSync(ledger, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { type: string; owner?: unknown });
  const left = lines
    .filter((line) => line.type === "created" || line.type === "started")
    .map((line) => JSON.stringify({ ...line, owner: { pid: 2 ** 22 + 1, startTime: "1" } }));
  writeFileSync(ledger, `${left.join("\n")}\n{"type":"finished","taskId":"torn`);
  const log = path.join(house.home, "conversations", conversation.id, "log.jsonl");
  const events = readFileSync(log, "utf8").split("\n");
  writeFileSync(
    log,
    events.filter((line) => !line.includes('"type":"task_finished"') && !line.includes('"type":"task_delivered"')).join("\n"),
  );

  for (const start of ["first", "second"]) {
    const provider = createScriptedProvider([says("Lost, I see.")]);
    const engine = await house.open({ provider });
    const reopened = engine.conversations.open(conversation.id);
    expect({
      start,
      status: row(engine, "lost")?.status,
      code: row(engine, "lost")?.error?.code,
      delivered: delivered(reopened.events),
    }).toEqual({ start, status: "interrupted", code: "interrupted", delivered: ["lost: interrupted"] });
    if (start === "second") {
      await reopened.send("What about it?", []).done;
      expect(saidIn(provider.requests[0])).toEqual([
        "<original-user-prompt>\nSpawn\n</original-user-prompt>",
        expect.stringMatching(/<task-result [^>]*title="lost" status="interrupted">\ninterrupted/),
        "What about it?",
      ]);
    }
    await engine.close();
  }
});

test("a result that was delivered before a crash could be marked is not delivered twice", async () => {
  const house = lab();
  const first = await house.open({
    provider: createScriptedProvider([
      callsTool("spawn", { kind: "exec", title: "once", cmd: "true", notify: "next_turn" }),
      says("Started."),
    ]),
  });
  const conversation = first.conversations.create(house.project);
  await conversation.send("Spawn", []).done;
  await first.tasks.idle();
  await first.close();
  const ledger = path.join(house.home, "tasks", "ledger.jsonl");
  writeFileSync(
    ledger,
    readFileSync(ledger, "utf8")
      .split("\n")
      .filter((line) => !line.includes('"type":"delivery"'))
      .join("\n"),
  );
  const engine = await house.open();
  expect({ delivered: delivered(engine.conversations.open(conversation.id).events), delivery: row(engine, "once")?.delivery }).toEqual({
    delivered: ["once: succeeded"],
    delivery: "delivered",
  });
});

test("a task of a conversation that is gone, and damaged lines of the ledger, do not stop a start", async () => {
  const house = lab();
  const first = await house.open({
    provider: createScriptedProvider([callsTool("spawn", { kind: "exec", title: "orphan", cmd: "sleep 0.2" }), says("Started.")]),
  });
  const conversation = first.conversations.create(house.project);
  await conversation.send("Spawn", []).done;
  await until("the task runs", () => row(first, "orphan")?.status === "running");
  await first.conversations.delete(conversation.id);
  await first.tasks.idle();
  await first.close();
  appendFileSync(
    path.join(house.home, "tasks", "ledger.jsonl"),
    'no json\n{"type":"finished","taskId":"task_unknown","status":"succeeded"}\n42\n{"type":"cre',
  );
  mkdirSync(path.join(house.home, "conversations", "c_empty"), { recursive: true });
  const engine = await house.open();
  expect({ orphan: row(engine, "orphan")?.status, conversations: engine.conversations.rows() }).toEqual({
    orphan: "succeeded",
    conversations: [],
  });
  expect(() => engine.conversations.open(conversation.id)).toThrow(expect.objectContaining({ code: "conversation_not_found" }));
});
