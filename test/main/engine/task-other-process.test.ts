import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { processIdentity } from "../../../src/main/lib/process-identity.ts";
import type { Engine } from "../../../src/main/engine.ts";
import { callsTool, createScriptedProvider, says } from "../../support/scripted-provider.ts";
import { of, until, useEngines } from "./engine-lab.ts";

const lab = useEngines();
const spawned = (title: string, cmd: string) => callsTool("spawn", { kind: "exec", title, cmd, notify: "next_turn" });

/** Says in the ledger that a queued or running copy of a task is another process's, which the caller lets live or ends. */
function handOver(home: string, taskId: string, owner: object): void {
  const file = path.join(home, "tasks", "ledger.jsonl");
  const at = Date.now();
  writeFileSync(
    file,
    `${JSON.stringify({ type: "again", taskId, at, how: "retry", owner })}\n${JSON.stringify({ type: "started", taskId, at, owner })}\n`,
    {
      flag: "a",
    },
  );
}

function only(engine: Engine) {
  const [row] = engine.tasks.rows();
  if (row === undefined) throw new Error("No task");
  return row;
}

test("a task of a process that dies is over while this one lives: a wait ends, and the conversation is told", async () => {
  const house = lab();
  const engine = await house.open({ provider: createScriptedProvider([spawned("theirs", "true"), says("Started.")]), wake: true });
  const conversation = engine.conversations.create(house.project);
  await conversation.send("Go", []).done;
  await until("it is over", () => only(engine).status === "succeeded");
  const other = spawn("sleep", ["60"]);
  try {
    await once(other, "spawn");
    handOver(house.home, only(engine).taskId, processIdentity(other.pid) ?? {});
    expect(only(engine).status).toBe("running");
    const waited = engine.tasks.wait(only(engine).taskId, { timeoutMs: null, signal: new AbortController().signal });
    other.kill("SIGKILL");
    await once(other, "exit");
    expect((await waited).status).toBe("interrupted");
    await until("it is told", () => of(conversation.events, "task_delivered").some(({ status }) => status === "interrupted"));
  } finally {
    other.kill("SIGKILL");
  }
});

test("without anyone who waits for it, too", async () => {
  const house = lab();
  const engine = await house.open({ provider: createScriptedProvider([spawned("theirs", "true"), says("Started.")]), wake: true });
  await engine.conversations.create(house.project).send("Go", []).done;
  await until("it is over", () => only(engine).status === "succeeded");
  handOver(house.home, only(engine).taskId, { pid: 2 ** 22 + 1, startTime: "1" });
  await until("it is found", () => only(engine).status === "interrupted");
});

test("a task that waits for its turn is stopped by another process's wish", async () => {
  const house = lab();
  const engine = await house.open({
    provider: createScriptedProvider([
      [...spawned("first", "until [ -e go ]; do sleep 0.05; done"), ...spawned("second", "touch ran")],
      says("Started."),
    ]),
    settings: { maxRunningTasks: 1 },
  });
  await engine.conversations.create(house.project).send("Go", []).done;
  const second = engine.tasks.rows().find((row) => row.title === "second");
  const wish = { type: "cancel_requested", taskId: second?.taskId };
  writeFileSync(path.join(house.home, "tasks", "ledger.jsonl"), `${JSON.stringify(wish)}\n`, { flag: "a" });
  await until("it is stopped", () => engine.tasks.row(second?.taskId ?? "").status === "cancelled");
  writeFileSync(path.join(house.project, "go"), "");
  await engine.tasks.idle();
  expect(() => readFileSync(path.join(house.project, "ran"))).toThrow("ENOENT");
});

test("a task whose output cannot be kept fails and says why; it does not run for ever", async () => {
  const house = lab();
  const engine = await house.open({ provider: createScriptedProvider([spawned("loud", "echo x"), says("Started.")]) });
  const folder = path.join(house.home, "tasks", "output");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(path.dirname(folder), { recursive: true });
  writeFileSync(folder, "in the way");
  await engine.conversations.create(house.project).send("Go", []).done;
  await engine.tasks.idle();
  expect(only(engine)).toMatchObject({ status: "failed", error: { code: "io_error" } });
});
