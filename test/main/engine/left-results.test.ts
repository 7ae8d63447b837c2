import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import type { Json } from "../../../src/protocol/json.ts";
import { callsTool, createScriptedProvider, says } from "../../support/scripted-provider.ts";
import { of, saidIn, until, useEngines } from "./engine-lab.ts";

const lab = useEngines();
type Line = { readonly type: string; readonly [name: string]: Json };

function edit(file: string, change: (lines: readonly Line[]) => readonly Line[]): void {
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  const changed = change(lines.map((line) => JSON.parse(line) as Line));
  writeFileSync(file, changed.map((line) => `${JSON.stringify(line)}\n`).join(""));
}

const nobody = { pid: 2 ** 22 + 1, startTime: "1" };

/** A conversation with one task, as a kill at one of these moments leaves it. */
async function killed(moment: "while it ran" | "before it was told" | "before the turn", ...inputs: readonly Json[]) {
  const house = lab();
  const first = await house.open({
    provider: createScriptedProvider([inputs.flatMap((input) => callsTool("spawn", input)), says("Started.")]),
  });
  const conversation = first.conversations.create(house.project);
  await conversation.send("Spawn", []).done;
  await first.tasks.idle();
  await first.close();
  const gone = new Set({ "while it ran": ["finished", "delivery"], "before it was told": ["delivery"], "before the turn": [] }[moment]);
  edit(path.join(house.home, "tasks", "ledger.jsonl"), (lines) =>
    lines.filter(({ type }) => !gone.has(type)).map((line) => ("owner" in line ? { ...line, owner: nobody } : line)),
  );
  edit(path.join(house.home, "conversations", conversation.id, "log.jsonl"), (lines) =>
    moment === "before the turn" ? lines : lines.filter(({ type }) => type !== "task_finished" && type !== "task_delivered"),
  );
  return { ...house, id: conversation.id };
}

const command = { kind: "exec", title: "left", cmd: "true" };

test.each(["while it ran", "before it was told", "before the turn"] as const)(
  "a task of an application that was killed %s wakes its conversation once, whoever looked at the tasks before",
  async (moment) => {
    const house = await killed(moment, command);
    const cli = await house.open({ provider: createScriptedProvider([]), wake: false });
    expect(cli.tasks.rows().map(({ title }) => title)).toEqual(["left"]);
    await cli.close();
    for (const requests of [1, 0]) {
      const provider = createScriptedProvider([says("I see.")]);
      const window = await house.open({ provider, wake: true });
      await window.conversations.open(house.id).settled();
      if (requests > 0) await until("the result was read", () => window.tasks.rows()[0]?.delivery === "seen");
      expect(provider.requests.length).toBe(requests);
      const { events } = window.conversations.open(house.id);
      expect([of(events, "task_delivered").length, of(events, "task_finished").length]).toEqual([1, 1]);
      await window.close();
    }
  },
);

test("several results that wait for one conversation are read in one turn", async () => {
  const house = await killed("while it ran", command, { ...command, title: "second" }, { ...command, title: "third" });
  const provider = createScriptedProvider([says("I see."), says("Too many."), says("Too many.")]);
  const window = await house.open({ provider, wake: true });
  await until("all were read", () => window.tasks.rows().every(({ delivery }) => delivery === "seen"));
  await window.conversations.open(house.id).settled();
  const { events } = window.conversations.open(house.id);
  const turns = of(events, "turn_started").map(({ turnId }) => turnId);
  expect([provider.requests.length, of(events, "task_delivered").length, turns]).toEqual([1, 3, ["t1", "t2"]]);
});

test("a process that starts no turns leaves what it only noticed, also while it runs", async () => {
  const house = await killed("while it ran", command);
  const ledger = path.join(house.home, "tasks", "ledger.jsonl");
  const lines = readFileSync(ledger, "utf8");
  writeFileSync(ledger, "");
  const cli = await house.open({ provider: createScriptedProvider([]), wake: false });
  appendFileSync(ledger, lines);
  await until("it noticed", () => cli.tasks.rows()[0]?.status === "interrupted");
  expect(cli.tasks.rows()[0]?.delivery).toBe("pending");
  await cli.close();
  const provider = createScriptedProvider([says("I see.")]);
  const window = await house.open({ provider, wake: true });
  await until("the result was read", () => window.tasks.rows()[0]?.delivery === "seen");
  await window.conversations.open(house.id).settled();
  expect(provider.requests.length).toBe(1);
});

test("a turn where nothing is woken reads what waits for its conversation", async () => {
  const house = await killed("before it was told", command);
  const provider = createScriptedProvider([says("I see.")]);
  const cli = await house.open({ provider, wake: false });
  const conversation = cli.conversations.open(house.id);
  expect(of(conversation.events, "task_delivered")).toEqual([]);
  await conversation.send("What about it?", []).done;
  expect(saidIn(provider.requests[0]).join()).toContain('title="left" status="succeeded"');
  expect(cli.tasks.rows()[0]?.delivery).toBe("seen");
});

test("a silent task that was lost does not go on running in its conversation", async () => {
  const house = await killed("while it ran", { ...command, notify: "silent" });
  const window = await house.open({ wake: true });
  expect(of(window.conversations.open(house.id).events, "task_finished").map(({ task }) => task.status)).toEqual(["interrupted"]);
});

test("a question of another version stays interrupted, with words, and nothing keeps the application from starting", async () => {
  const house = await killed("while it ran", { kind: "ask", title: "left", question: "?" });
  edit(path.join(house.home, "tasks", "ledger.jsonl"), (lines) =>
    lines.map((line) =>
      line.type === "created" ? (JSON.parse(JSON.stringify(line).replace('"question":', '"unheardOf":1,"question":')) as Line) : line,
    ),
  );
  const window = await house.open({ provider: createScriptedProvider([says("I see.")]), wake: true });
  await until("it was told", () => of(window.conversations.open(house.id).events, "task_delivered").length === 1);
  const [row] = window.tasks.rows();
  expect(row?.status).toBe("interrupted");
  expect(() => window.tasks.again(row?.taskId ?? "", "resume")).toThrow("started by another version of Spindle");
});
