import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { SpindleError } from "../../../src/protocol/error.ts";
import type { TaskId } from "../../../src/protocol/ids.ts";
import { createRedactor } from "../../../src/main/lib/redact.ts";
import { type Ledger, openLedger } from "../../../src/main/tasks/ledger.ts";
import { createTaskManager } from "../../../src/main/tasks/manager.ts";
import type { LedgerRecord } from "../../../src/main/tasks/record.ts";
import { createWaiters } from "../../../src/main/tasks/waiters.ts";
import type { TaskEvent, TaskManager, TaskManagerDeps } from "../../../src/main/tasks/task-manager.ts";
import { settingsSchema, type TaskSettings } from "../../../src/protocol/settings.ts";
import type { SpawnInput } from "../../../src/protocol/tools.ts";
import { useTempFolders } from "../../support/temp-folder.ts";

const tempFolder = useTempFolders();
const open: TaskManager[] = [];
afterEach(async () => {
  for (const manager of open.splice(0)) await manager.close();
});

/** A manager whose ledger refuses records of the kinds in `refused`, as a full disk would. */
function house(work: TaskManagerDeps["work"], options: { tasks?: Partial<TaskSettings>; maxRunning?: number } = {}) {
  const folder = tempFolder();
  const ledger = openLedger(
    path.join(folder, "ledger.jsonl"),
    createRedactor(() => []),
  );
  const refused = new Set<LedgerRecord["type"]>();
  /** Events that cannot be told. */
  const deaf = new Set<TaskEvent["type"]>();
  const told: TaskEvent[] = [];
  const faults: string[] = [];
  const failing: Ledger = {
    ...ledger,
    append(record) {
      if (refused.has(record.type)) throw new Error(`no room for ${record.type}`);
      ledger.append(record);
    },
  };
  const manager = createTaskManager({
    ledger: failing,
    outputFolder: path.join(folder, "output"),
    maxRunning: () => options.maxRunning ?? 4,
    settings: () => ({ ...settingsSchema.parse({}).tasks, ...options.tasks }),
    scriptPlaces: 4,
    providerOf: (input) => (input.kind === "ask" ? "anthropic" : null),
    now: Date.now,
    redact: createRedactor(() => []),
    work,
    onEvent(event) {
      if (deaf.has(event.type)) throw new Error(`nobody hears ${event.type}`);
      told.push(event);
    },
    onFault: (error) => void faults.push(error instanceof Error ? error.message : String(error)),
  });
  open.push(manager);
  const spawn = (input: SpawnInput, parentTaskId: TaskId | null = null) =>
    manager.spawn(input, {
      conversationId: "c",
      projectRoot: folder,
      callId: "call",
      scriptLine: null,
      parentTaskId,
      scope: { approval: "auto", sandbox: "read-only", tools: null },
    });
  return { folder, manager, refused, deaf, told, faults, spawn };
}

const done = { result: null, text: "done", ok: true };
const ask = (title: string, more: object = {}): SpawnInput => ({ kind: "ask", question: "?", title, ...more });

test("a task that is tried and cannot be kept does not leave the breaker waiting for it", async () => {
  const answers = [new Error("x"), new Error("x"), done, done];
  const { manager, folder, spawn } = house(
    () => {
      const next = answers.shift() ?? done;
      return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
    },
    { tasks: { breakerErrors: 2, breakerPauseMs: 50 } },
  );
  for (const title of ["one", "two"]) {
    spawn(ask(title));
    await manager.idle();
  }
  expect(manager.guard.blocked("ask", "anthropic")).not.toBeNull();
  const output = path.join(folder, "output");
  rmSync(output, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(output, "in the way");
  const tried = spawn(ask("tried"));
  await manager.idle();
  expect(manager.row(tried.taskId)).toMatchObject({ status: "failed", error: { code: "io_error" } });
  rmSync(output);
  const next = spawn(ask("next"));
  await manager.idle();
  expect(manager.row(next.taskId).status).toBe("succeeded");
});

test("a late answer that cannot be kept is lost, and says so; nothing waits for it", async () => {
  let answer = (): void => undefined;
  const free = new Promise<void>((resolve) => (answer = resolve));
  const { manager, refused, spawn } = house(() => free.then(() => done));
  const { taskId } = spawn(ask("slow", { timeoutMs: 20 }));
  await manager.wait(taskId, { timeoutMs: null, signal: new AbortController().signal });
  expect(manager.row(taskId)).toMatchObject({ status: "timed_out", late: { state: "expected" } });
  const idle = manager.idle();
  refused.add("late");
  answer();
  await idle;
  expect(manager.row(taskId).late?.state).toBe("lost");
});

test("idle waits for an answer that may still come late", async () => {
  let answer = (): void => undefined;
  const free = new Promise<void>((resolve) => (answer = resolve));
  const { manager, spawn } = house(() => free.then(() => done));
  const { taskId } = spawn(ask("slow", { timeoutMs: 20 }));
  await manager.wait(taskId, { timeoutMs: null, signal: new AbortController().signal });
  let isIdle = false;
  const idle = manager.idle().then(() => (isIdle = true));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(isIdle).toBe(false);
  answer();
  await idle;
  expect(manager.row(taskId).late?.state).toBe("waiting");
});

test("a ledger that cannot be written for a while is told of and tried again; a waiting task is not forgotten", async () => {
  let release = (): void => undefined;
  const free = new Promise<void>((resolve) => (release = resolve));
  const { manager, refused, faults, spawn } = house(() => free.then(() => done), { maxRunning: 1 });
  const first = spawn(ask("first"));
  const second = spawn(ask("second"));
  await expect.poll(() => manager.row(first.taskId).status).toBe("running");
  refused.add("finished");
  await expect(manager.cancel(second.taskId)).rejects.toThrow("no room for finished");
  expect(manager.row(second.taskId).status).toBe("queued");
  refused.clear();
  expect(await manager.cancel(second.taskId)).toEqual(["ask: second"]);
  expect(manager.row(second.taskId).status).toBe("cancelled");
  // The beat of a running task meets a full disk.
  refused.add("beat");
  await expect.poll(() => faults, { timeout: 15_000 }).toContain("no room for beat");
  refused.clear();
  release();
  await manager.idle();
  expect(manager.row(first.taskId).status).toBe("succeeded");
});

test("closing with a ledger that cannot be written ends all the same", async () => {
  const { manager, refused, faults, spawn } = house(
    ({ signal }) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true })),
    { maxRunning: 1 },
  );
  const first = spawn(ask("first"));
  spawn(ask("second"));
  await expect.poll(() => manager.row(first.taskId).status).toBe("running");
  refused.add("finished");
  await manager.close();
  open.length = 0;
  expect(faults).toContain("no room for finished");
});

test("what an ended task started goes on counting for its budget", async () => {
  const { manager, spawn, folder } = house(
    async ({ input, meter, signal }) => {
      if (input.kind === "script") return done;
      for (let n = 0; n < 3; n++) meter.call();
      await new Promise((resolve) => setTimeout(resolve, 20));
      signal.throwIfAborted();
      return done;
    },
    { maxRunning: 1 },
  );
  const parent = spawn({ kind: "script", code: "", title: "parent", budget: { calls: 5 } });
  await manager.idle();
  expect(manager.row(parent.taskId).status).toBe("succeeded");
  const child = (title: string) =>
    manager.spawn(ask(title), {
      conversationId: "c",
      projectRoot: folder,
      callId: "call",
      scriptLine: null,
      parentTaskId: parent.taskId,
      scope: { approval: "auto", sandbox: "read-only", tools: null },
    });
  const [first, second] = [child("first"), child("second")];
  await manager.idle();
  expect([first, second].map(({ taskId }) => manager.row(taskId).status)).toEqual(["succeeded", "cancelled"]);
});

test("words for an agent that never began wait for its next run; those it has read do not come twice", async () => {
  const heard: string[] = [];
  let release = (): void => undefined;
  const free = new Promise<void>((resolve) => (release = resolve));
  const { manager, spawn } = house(
    async ({ input, onMessage, worksIn }) => {
      if (input.kind !== "agent") return free.then(() => done);
      worksIn("own");
      onMessage(({ text }) => heard.push(text));
      return { ...done, ok: false };
    },
    { maxRunning: 1 },
  );
  spawn(ask("in front"));
  const agent = spawn({ kind: "agent", prompt: "p", title: "agent" });
  manager.message(agent.taskId, "first word");
  await manager.cancel(agent.taskId);
  release();
  await manager.idle();
  manager.again(agent.taskId, "resume");
  await manager.idle();
  expect(heard).toEqual(["first word"]);
  // Its next run ends before it begins, too.
  manager.again(agent.taskId, "resume");
  manager.message(agent.taskId, "second word");
  await manager.cancel(agent.taskId);
  manager.again(agent.taskId, "resume");
  await manager.idle();
  expect(heard).toEqual(["first word", "second word"]);
  manager.again(agent.taskId, "retry");
  await manager.idle();
  expect(heard).toEqual(["first word", "second word"]);
});

test("an end that cannot be written is written later; a row does not run for ever", async () => {
  let release = (): void => undefined;
  const free = new Promise<void>((resolve) => (release = resolve));
  const { manager, refused, faults, spawn } = house(() => free.then(() => done));
  const { taskId } = spawn(ask("one"));
  await expect.poll(() => manager.row(taskId).status).toBe("running");
  refused.add("finished");
  release();
  await expect.poll(() => faults).toContain("no room for finished");
  refused.clear();
  await expect.poll(() => manager.row(taskId).status, { timeout: 15_000 }).toBe("failed");
});

test("a waiting task whose end is written does not run, though nobody could be told", async () => {
  let release = (): void => undefined;
  const free = new Promise<void>((resolve) => (release = resolve));
  const ran: string[] = [];
  const { manager, deaf, told, faults, spawn } = house(({ input }) => (ran.push(input.title ?? ""), free.then(() => done)), {
    maxRunning: 1,
  });
  spawn(ask("first"));
  const second = spawn(ask("second"));
  await expect.poll(() => ran).toEqual(["first"]);
  deaf.add("finished");
  const waited = manager.wait(second.taskId, { timeoutMs: null, signal: new AbortController().signal });
  await manager.cancel(second.taskId);
  // Who waits for it goes on, and it is told as soon as somebody hears.
  expect((await waited).status).toBe("cancelled");
  expect(faults).toContain("nobody hears finished");
  deaf.clear();
  await expect.poll(() => told.filter((event) => event.type === "finished").length, { timeout: 15_000 }).toBe(1);
  release();
  await manager.idle();
  expect([ran, manager.row(second.taskId).status]).toEqual([["first"], "cancelled"]);
});

test("an end that could not be told is not told for the run that follows it", async () => {
  const runs = [new SpindleError("provider_error", "No.")];
  const { manager, deaf, told, spawn } = house(() => {
    const failure = runs.pop();
    return failure === undefined ? Promise.resolve(done) : Promise.reject(failure);
  });
  deaf.add("finished");
  const { taskId } = spawn(ask("one"));
  await expect.poll(() => manager.row(taskId).status).toBe("failed");
  await manager.idle();
  deaf.clear();
  manager.again(taskId, "retry");
  await manager.idle();
  // Longer than it takes to look again.
  await new Promise((resolve) => setTimeout(resolve, 6_000));
  expect(told.flatMap((event) => (event.type === "finished" ? [[event.task.run, event.task.status]] : []))).toEqual([[2, "succeeded"]]);
});

test("what a task started stops when the budget is used up, also after the task's own time-out", async () => {
  const { manager, spawn } = house(async ({ task, signal, meter }) => {
    const calling = task.title === "child" ? setInterval(() => meter.call(), 20) : undefined;
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    clearInterval(calling);
    signal.throwIfAborted();
    return done;
  });
  const parent = spawn({ kind: "script", title: "parent", code: "", timeoutMs: 60, budget: { calls: 8 } });
  const child = spawn({ kind: "script", title: "child", code: "", timeoutMs: 20_000 }, parent.taskId);
  await manager.idle();
  expect([parent, child].map(({ taskId }) => manager.row(taskId).status)).toEqual(["timed_out", "cancelled"]);
  expect(manager.row(child.taskId).error?.details).toEqual({ by: "starter" });
});

test("words for an agent that come between two tries wait for the next one", async () => {
  const heard: string[] = [];
  const { manager, spawn } = house(async ({ onMessage, how }) => {
    onMessage(({ text }) => void heard.push(`${how}: ${text}`));
    if (how === "resume") return done;
    onMessage(null);
    throw new SpindleError("provider_error", "Busy.");
  });
  const { taskId } = spawn({ kind: "agent", title: "agent", prompt: "Work", retry: { attempts: 2, backoffMs: 100 } });
  await vi.waitFor(() => expect(manager.history(taskId).some(({ what }) => what.includes("ry 1"))).toBe(true));
  manager.message(taskId, "Look there, too.");
  expect(heard).toEqual([]);
  await manager.idle();
  expect(heard).toEqual(["resume: Look there, too."]);
});

test("a wait whose ledger cannot be read any more rejects instead of throwing in a timer", async () => {
  let looks = 0;
  const { manager, spawn } = house(() => Promise.resolve(done));
  const { taskId } = spawn(ask("one"));
  const row = { ...manager.row(taskId) };
  const waiters = createWaiters({
    isMine: () => true,
    recheck: () => undefined,
    rowOf() {
      if (looks++ > 0) throw new Error("no ledger");
      return row;
    },
  });
  await expect(waiters.wait(taskId, { timeoutMs: 10, signal: new AbortController().signal })).rejects.toThrow("no ledger");
  await manager.idle();
});
