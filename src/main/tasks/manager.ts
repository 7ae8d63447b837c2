import { setMaxListeners } from "node:events";
import { type ErrorData, SpindleError, toErrorData } from "../../protocol/error.ts";
import type { TaskId } from "../../protocol/ids.ts";
import { isTaskOver, type TaskRow } from "../../protocol/task.ts";
import type { SpawnInput } from "../../protocol/tools.ts";
import { isAlive, processIdentity } from "../lib/process-identity.ts";
import { createGuard } from "./guard.ts";
import { historyOf } from "./history.ts";
import { createTaskFiles } from "./kept-results.ts";
import { createEndings } from "./endings.ts";
import { isOverBudget } from "./ends.ts";
import { shownOfOther } from "./other-process.ts";
import { createLiveTask, type LiveTask, runMark } from "./live.ts";
import { assertMay, noSuchTask } from "./may.ts";
import { createMailbox } from "./mailbox.ts";
import { createMeters } from "./meters.ts";
import { newRow } from "./new-row.ts";
import { createBell } from "./bell.ts";
import { createTaskQueue, type Seat } from "./queue.ts";
import { reconcile } from "./reconcile.ts";
import type { LedgerEntry } from "./record.ts";
import { runTask } from "./run-task.ts";
import { inputOf } from "./task-input.ts";
import { createTimeLimits } from "./time-limits.ts";
import { depthOfNew } from "./tree.ts";
import { createWaiters } from "./waiters.ts";
import { cancelledBy, createStopper } from "./stop-task.ts";
import type { TaskManager, TaskManagerDeps, TaskOrigin } from "./task-manager.ts";

interface Running {
  readonly stop: AbortController;
  readonly live: LiveTask;
  readonly done: Promise<void>;
  /** Passes on what came for an agent since the last time. */
  readonly passMessages: () => void;
}

const lookMs = 500;
const beatEvery = 10;
/** How often processes that work on tasks are looked for. */
const recheckMs = 5_000;

/** Runs detached tasks in the host: a script that ended, a worker that died or a closed window do not touch them. */
export function createTaskManager(deps: TaskManagerDeps): TaskManager {
  const { ledger, now } = deps;
  const me = processIdentity() ?? { pid: process.pid, startTime: null };
  const files = createTaskFiles(deps.outputFolder, deps.redact);
  const guard = createGuard(deps.settings, now);
  const queue = createTaskQueue({ ...deps, guard });
  const running = new Map<TaskId, Running>();
  /** Asks that have timed out and still go on. */
  const lingering = new Map<TaskId, { readonly stop: AbortController; readonly done: Promise<void> }>();
  const inputs = new Map<TaskId, SpawnInput>();
  let closing = false;
  let watch: NodeJS.Timeout | null = null;
  let pause: NodeJS.Timeout | null = null;
  let looks = 0;
  const idle = createBell();

  const entryOf = (taskId: TaskId): LedgerEntry => {
    const entry = ledger.entries().get(taskId);
    if (entry === undefined) throw noSuchTask(taskId);
    return entry;
  };
  const shown = (row: TaskRow): TaskRow => {
    const isMine = running.has(row.taskId) || queue.waiting().includes(row.taskId);
    if (!isMine) return shownOfOther(row, now(), deps.settings().stallMs);
    if (row.status === "queued") return { ...row, waitsFor: queue.reason(row.taskId) };
    return running.get(row.taskId)?.live.shown(row) ?? row;
  };
  const rowOf = (taskId: TaskId): TaskRow => shown(entryOf(taskId).row);
  const waiters = createWaiters({
    rowOf,
    isMine: (taskId) => running.has(taskId) || queue.waiting().includes(taskId),
    recheck: () => guarded(recheck)(),
  });

  const endings = createEndings({
    ...deps,
    files,
    entryOf,
    rowOf,
    liveOf: (taskId) => running.get(taskId)?.live,
    tell(taskId) {
      inputs.delete(taskId);
      waiters.tell(taskId);
    },
  });
  const { textOf, finish } = endings;
  /** For timers: a ledger that cannot be written is reported and tried again, it ends no process. */
  const guarded = (job: () => void) => (): void => {
    try {
      job();
    } catch (error) {
      deps.onFault(error);
    }
  };
  /** Tasks of a process that is gone are over, and told like any other. */
  function recheck(): void {
    if (closing) return;
    guarded(endings.failAgain)();
    for (const taskId of reconcile(ledger, now)) endings.tellEnd(taskId, true);
  }

  const run = async (
    seat: Seat,
    input: SpawnInput,
    stop: AbortController,
    start: (one: Omit<Running, "done" | "stop">) => void,
    work: TaskManagerDeps["work"],
  ): Promise<void> => {
    const { taskId } = seat;
    ledger.append({ type: "started", taskId, at: now(), owner: me });
    const first = entryOf(taskId);
    const task = first.row;
    // Once stopped, by its time-out say, only what it started is left to be stopped.
    const over = (error: SpindleError): void => (stop.signal.aborted ? void stopper.stopBelow(taskId) : stop.abort(error));
    const live = createLiveTask({
      taskId,
      file: files.outputFile(taskId),
      mark: runMark(task.run, first.how, now()),
      now,
      redact: deps.redact,
      meter: (onUse) => meters.begin(task, { onUse, onOver: over }),
      onChange: () => deps.onEvent({ type: "progress", task: rowOf(taskId) }),
    });
    // What it started is part of its budget.
    stop.signal.addEventListener("abort", () => void (isOverBudget(stop.signal.reason) && stopper.stopBelow(taskId)), {
      once: true,
    });
    const mailbox = createMailbox(() => entryOf(taskId).messages);
    start({ live, passMessages: mailbox.pass });
    deps.onEvent({ type: "started", task: rowOf(taskId) });
    /** Set while a person is asked: the task only waits, another one may have its place. */
    let takeBack: (() => void) | null = null;
    const limits = createTimeLimits();
    const ended = await runTask({
      limits,
      task,
      input,
      stop,
      isClosing: () => closing,
      onRetry(attempt, error, delayMs) {
        ledger.append({ type: "tried", taskId, at: now(), attempt, error });
        live.print(`\nTry ${attempt} failed: ${error.message} Trying again in ${Math.ceil(delayMs / 1_000)} s.\n`);
      },
      attempt(attempt) {
        live.beginTry();
        return work({
          task: entryOf(taskId).row,
          input,
          how: attempt > 1 ? "resume" : first.how,
          signal: stop.signal,
          meter: live.meter,
          output: live.print,
          beginAnswer: live.beginTry,
          needsYou(open) {
            if (open === (takeBack !== null) || isTaskOver(entryOf(taskId).row.status)) return;
            takeBack?.();
            takeBack = open ? queue.lend(taskId) : null;
            limits.hold(open);
            ledger.append({ type: "needs_you", taskId, at: now(), open });
            live.touch();
            deps.onEvent({ type: "changed", task: rowOf(taskId) });
            pump();
          },
          worksIn: (conversationId) => ledger.append({ type: "agent", taskId, conversationId }),
          onMessage: mailbox.listen,
          lend: (wait) => lend(taskId, wait),
        });
      },
    });
    if (ended.type === "end") {
      guard.ended(seat.kind, seat.provider, ended.end.fault);
      finish(taskId, ended.end);
      return;
    }
    finish(taskId, ended.end, true);
    const done = ended.later
      .then(async ({ end, outcome }) => {
        guard.ended(seat.kind, seat.provider, end.fault);
        await endings.finishLate(task, end, outcome, live.meter.used());
      })
      .catch((error: unknown) => endings.loseLate(taskId, error))
      .catch(deps.onFault)
      .finally(() => {
        lingering.delete(taskId);
        guarded(meters.settle)();
        guarded(pump)();
      });
    lingering.set(taskId, { stop, done });
  };

  /** Lets a task with a place begin its work. */
  const begin = (seat: Seat, input: SpawnInput, work = deps.work): void => {
    const stop = new AbortController();
    setMaxListeners(0, stop.signal);
    let settle = (): void => undefined;
    const done = new Promise<void>((resolve) => (settle = resolve));
    void run(seat, input, stop, (one) => running.set(seat.taskId, { ...one, stop, done }), work)
      .catch((error: unknown) => {
        stop.abort(error);
        // Of its provider this says nothing, but a breaker waits for the one that is tried.
        guard.ended(seat.kind, seat.provider, undefined);
        endings.fail(seat.taskId, error);
      })
      .catch(deps.onFault)
      .finally(() => {
        queue.leave(seat.taskId);
        running.delete(seat.taskId);
        guarded(meters.settle)();
        settle();
        guarded(pump)();
      });
  };

  const isIdle = (): boolean => queue.working() + queue.waiting().length + lingering.size === 0;
  const pump = (): void => {
    while (!closing) {
      const seat = queue.take();
      if (seat === null) break;
      const input = inputs.get(seat.taskId);
      if (input === undefined) throw new Error(`The task ${seat.taskId} waits without its input.`);
      begin(seat, input);
    }
    if (pause !== null) clearTimeout(pause);
    pause = null;
    const next = queue.nextLook();
    if (next !== null && !closing) pause = setTimeout(guarded(pump), Math.max(10, next - now()));
    // Another process may ask for a stop through the ledger; looking is only needed while something runs or waits.
    if (running.size + lingering.size + queue.waiting().length > 0 && watch === null) watch = setInterval(guarded(look), lookMs);
    if (isIdle()) {
      if (watch !== null) clearInterval(watch);
      watch = null;
      idle.ring();
    }
  };

  const look = (): void => {
    const entries = ledger.entries();
    if (++looks % beatEvery === 0) guarded(meters.save)();
    for (const [taskId, { stop }] of lingering) if (entries.get(taskId)?.cancelRequested === true) stop.abort(cancelledBy("person"));
    for (const taskId of queue.waiting())
      if (entries.get(taskId)?.cancelRequested === true) dequeue(taskId, toErrorData(cancelledBy("person")));
    for (const [taskId, { stop, live, passMessages }] of running)
      guarded(() => {
        const entry = entries.get(taskId);
        if (entry?.cancelRequested === true) stop.abort(cancelledBy("person"));
        passMessages();
        if (looks % beatEvery === 0) live.beat(ledger);
        if (entry?.row.status === "running" && live.lookForStall(now(), queue.isLent(taskId) ? Infinity : deps.settings().stallMs))
          deps.onEvent({ type: live.isStalled() ? "stalled" : "changed", task: rowOf(taskId) });
      })();
  };

  async function lend<T>(taskId: TaskId | null, wait: () => Promise<T>): Promise<T> {
    if (taskId === null || !running.has(taskId)) return wait();
    const takeBack = queue.lend(taskId);
    pump();
    try {
      return await wait();
    } finally {
      takeBack();
      // The wait was no silence of its own.
      running.get(taskId)?.live.touch();
    }
  }

  const dequeue = (taskId: TaskId, error: ErrorData): boolean => {
    if (!queue.waiting().includes(taskId)) return false;
    // What cannot be written goes on waiting, as the ledger says.
    finish(taskId, { status: "cancelled", result: null, text: "cancelled before it started", error });
    queue.remove(taskId);
    pump();
    return true;
  };

  const stopper = createStopper({
    ledger,
    recheck,
    entryOf,
    work: (taskId) => lingering.get(taskId) ?? running.get(taskId),
    dequeue,
  });

  const meters = createMeters({
    rowOf: (taskId) => entryOf(taskId).row,
    stopBelow: (taskId) => void stopper.stopBelow(taskId),
    keep: ({ taskId, lastLine }, used) => ledger.append({ type: "beat", taskId, at: now(), lastLine, used }),
    open: () => [...running.keys(), ...lingering.keys(), ...queue.waiting()],
  });

  const create = (input: SpawnInput, origin: TaskOrigin): TaskRow => {
    if (closing) throw new SpindleError("cancelled", "Spindle is closing; no task is started.");
    const depth = depthOfNew(ledger.entries(), origin, deps.settings());
    const task = newRow(input, { ...origin, depth, owner: me, now: now() });
    ledger.append({ type: "created", task, owner: me });
    return task;
  };
  const enqueue = (task: TaskRow, input: SpawnInput): TaskRow => {
    inputs.set(task.taskId, input);
    queue.add({ taskId: task.taskId, kind: task.kind, depth: task.depth, provider: deps.providerOf(input) });
    deps.onEvent({ type: "created", task });
    // Started behind the caller's back, so that `task_created` always comes before `task_started`.
    setImmediate(guarded(pump));
    return task;
  };
  const entriesWhere = (holds: (entry: LedgerEntry) => boolean): readonly LedgerEntry[] =>
    [...ledger.entries().values()].filter((entry) => holds(entry) && (entry.owner.pid === me.pid || !isAlive(entry.owner)));

  reconcile(ledger, now);
  const rechecks = setInterval(guarded(recheck), recheckMs);
  rechecks.unref();

  return {
    guard,
    spawn: (input, origin) => enqueue(create(input, origin), input),
    adopt(input, origin, work) {
      const task = create(input, origin);
      deps.onEvent({ type: "created", task });
      const seat = { taskId: task.taskId, kind: task.kind, depth: task.depth, provider: null };
      queue.enter(seat);
      begin(seat, input, work);
      // The watch for stops of other processes.
      pump();
      return task;
    },
    rows: () => [...ledger.entries().values()].map((entry) => shown(entry.row)).sort((a, b) => b.createdAt - a.createdAt),
    open: () => queue.working() + queue.waiting().length,
    row: rowOf,
    meterOf: (taskId) => running.get(taskId)?.live.meter ?? null,
    resultOf(taskId) {
      const entry = entryOf(taskId);
      return { result: (entry.row.resultCut ? files.result(taskId) : null) ?? entry.row.result, text: textOf(entry) };
    },
    wait: waiters.wait,
    cancel: stopper.stopTree,
    message(taskId, text, attachments = []) {
      assertMay("message", entryOf(taskId).row);
      ledger.append({ type: "message", taskId, text, ...(attachments.length === 0 ? {} : { attachments }) });
      running.get(taskId)?.passMessages();
    },
    promote(taskId) {
      assertMay("promote", entryOf(taskId).row);
      ledger.append({ type: "promoted", taskId, at: now() });
      deps.onEvent({ type: "changed", task: rowOf(taskId) });
      return rowOf(taskId);
    },
    again(taskId, how) {
      const { row } = entryOf(taskId);
      assertMay(how, row);
      if (closing) throw new SpindleError("cancelled", "Spindle is closing; no task is started.");
      const input = inputOf(row);
      ledger.append({ type: "again", taskId, at: now(), how, owner: me });
      return enqueue(entryOf(taskId).row, input);
    },
    history: (taskId) => historyOf(ledger.records(), entryOf(taskId).row.taskId),
    output(taskId, offset) {
      entryOf(taskId);
      return files.output(taskId, offset);
    },
    markDelivery(taskId, delivery) {
      const row = ledger.entries().get(taskId)?.row;
      // While it runs again, a request that carries its earlier result says nothing about the one that is to come.
      if (row === undefined || !isTaskOver(row.status) || row.delivery === delivery) return;
      ledger.append({ type: "delivery", taskId, delivery });
    },
    settleLate(taskId, state) {
      assertMay("settleLate", entryOf(taskId).row);
      ledger.append({ type: "late_state", taskId, state });
      deps.onEvent({ type: "changed", task: rowOf(taskId) });
    },
    lend,
    textOf,
    undelivered: () => entriesWhere(({ row }) => isTaskOver(row.status) && row.delivery === "pending"),
    waitingLate: () => entriesWhere(({ row }) => row.late?.state === "waiting"),
    idle: () => (isIdle() ? Promise.resolve() : idle.next()),
    async close() {
      closing = true;
      clearInterval(rechecks);
      if (pause !== null) clearTimeout(pause);
      const error: ErrorData = { code: "interrupted", message: "Spindle was closed before the task started." };
      // What cannot be written is found at the next start: its owner is gone then.
      for (const taskId of queue.waiting())
        if (queue.remove(taskId))
          guarded(() => finish(taskId, { status: "interrupted", result: null, text: `interrupted: ${error.message}`, error }))();
      const works = [...running.values(), ...lingering.values()];
      for (const { stop } of works) stop.abort(new SpindleError("interrupted", "Spindle was closed while the task ran."));
      await Promise.all(works.map((task) => task.done));
      if (watch !== null) clearInterval(watch);
      watch = null;
      waiters.close();
      ledger.close();
    },
  };
}
