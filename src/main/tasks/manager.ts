import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { type ErrorData, SpindleError, toErrorData } from "../../protocol/error.ts";
import { type ConversationId, makeId, type TaskId } from "../../protocol/ids.ts";
import type { Json } from "../../protocol/json.ts";
import { isTaskOver, type TaskRow, type TaskStatus } from "../../protocol/task.ts";
import type { SpawnInput } from "../../protocol/tools.ts";
import { isAlive, processIdentity } from "../lib/process-identity.ts";
import { cutTail, modelTokens, truncateForModel } from "../lib/truncate.ts";
import type { Ledger, LedgerEntry } from "./ledger.ts";

/** What a task is doing: handed to the code that does the work. */
export interface TaskWork {
  readonly task: TaskRow;
  readonly input: SpawnInput;
  readonly signal: AbortSignal;
  /** Keeps output in the task's file and shows its last line. */
  output(text: string): void;
}

/** How a piece of work ended well: the value for scripts, the text for the conversation. Failures are thrown. */
export interface TaskOutcome {
  readonly result: Json;
  readonly text: string;
  /** False for work that ended but failed by its own account (a command with a non-zero exit). */
  readonly ok: boolean;
}

export type TaskEvent =
  | { readonly type: "created"; readonly task: TaskRow }
  | { readonly type: "started"; readonly task: TaskRow }
  | { readonly type: "progress"; readonly task: TaskRow }
  | { readonly type: "finished"; readonly task: TaskRow; readonly text: string };

export interface TaskManager {
  /** Puts a task into the ledger and starts it, or queues it. Returns when the ledger holds it. */
  spawn(
    input: SpawnInput,
    origin: {
      readonly conversationId: ConversationId;
      readonly projectRoot: string;
      readonly callId: string;
      readonly scriptLine: number | null;
    },
  ): TaskRow;
  /**
   * Makes a task of work that runs already (a command moved to the background): it is running at once, whatever the limit.
   * `work` is called before this returns.
   */
  adopt(input: SpawnInput, origin: Parameters<TaskManager["spawn"]>[1], work: (work: TaskWork) => Promise<TaskOutcome>): TaskRow;
  /** Every task, newest first. */
  rows(): readonly TaskRow[];
  /** Tasks of this process that wait or run: what counts against `maxRunning`. */
  open(): number;
  /** Throws `task_not_found`. */
  row(taskId: TaskId): TaskRow;
  /** Stops a task wherever it runs; a task of another process is asked to stop. Names what was stopped. */
  cancel(taskId: TaskId): Promise<readonly string[]>;
  /** What the task printed, its last 1 MiB. */
  output(taskId: TaskId): { readonly text: string; readonly truncated: boolean };
  /** Marks that a result is in its conversation's log, or in a request. */
  markDelivery(taskId: TaskId, delivery: "delivered" | "seen"): void;
  /** Results that ended but were not delivered, for the start of an application. */
  undelivered(): readonly LedgerEntry[];
  /** Settles when no task of this process is queued or running. */
  idle(): Promise<void>;
  /** Cancels this process's tasks; they end as interrupted. */
  close(): Promise<void>;
}

const defaultTimeoutMs = 3_600_000;
const outputTailBytes = 1024 * 1024;

/** Runs detached tasks in the host: a script that ended, a worker that died or a closed window do not touch them. */
export function createTaskManager(deps: {
  readonly ledger: Ledger;
  readonly outputFolder: string;
  readonly maxRunning: () => number;
  readonly now: () => number;
  /** Applied to what a task prints, before it is kept or shown. */
  readonly redact: (text: string) => string;
  readonly work: (work: TaskWork) => Promise<TaskOutcome>;
  readonly onEvent: (event: TaskEvent) => void;
}): TaskManager {
  const me = processIdentity() ?? { pid: process.pid, startTime: null };
  const queue: TaskId[] = [];
  const running = new Map<TaskId, { readonly stop: AbortController; readonly done: Promise<void> }>();
  const inputs = new Map<TaskId, SpawnInput>();
  /** Last lines of running tasks; the ledger has only changes of state. */
  const lastLines = new Map<TaskId, { readonly at: number; readonly line: string }>();
  /** Tasks at work. */
  let places = 0;
  let closing = false;
  let watch: NodeJS.Timeout | null = null;
  let whenIdle: (() => void)[] = [];

  const entryOf = (taskId: TaskId): LedgerEntry => {
    const entry = deps.ledger.entries().get(taskId);
    if (entry === undefined)
      throw new SpindleError("task_not_found", `There is no task ${JSON.stringify(taskId)}.`, {
        hint: "List them with `spindle tasks list`.",
      });
    return entry;
  };
  const withProgress = (row: TaskRow): TaskRow => {
    const live = lastLines.get(row.taskId);
    return live === undefined || isTaskOver(row.status) ? row : { ...row, lastLine: live.line, lastEventAt: live.at };
  };

  const finish = (taskId: TaskId, end: { status: TaskStatus; result: Json; text: string; error: ErrorData | null }): void => {
    const lastLine = lastLines.get(taskId)?.line ?? "";
    deps.ledger.append({ type: "finished", taskId, at: deps.now(), lastLine, ...end, text: truncateForModel(end.text, modelTokens).text });
    lastLines.delete(taskId);
    inputs.delete(taskId);
    const entry = entryOf(taskId);
    deps.onEvent({ type: "finished", task: entry.row, text: entry.text });
  };

  const run = async (taskId: TaskId, input: SpawnInput, stop: AbortController, work = deps.work): Promise<void> => {
    deps.ledger.append({ type: "started", taskId, at: deps.now(), owner: me });
    const task = entryOf(taskId).row;
    deps.onEvent({ type: "started", task });
    const limit = input.timeoutMs ?? defaultTimeoutMs;
    const timer = setTimeout(() => stop.abort(new SpindleError("timeout", `The task was stopped after ${limit} ms.`)), limit);
    const file = path.join(deps.outputFolder, `${taskId}.log`);
    let tail = "";
    /** Of work that was stopped and still says what it had done. */
    let stopped: TaskOutcome | null = null;
    mkdirSync(deps.outputFolder, { recursive: true, mode: 0o700 });
    try {
      const outcome = await work({
        task,
        input,
        signal: stop.signal,
        output(printed) {
          const text = deps.redact(printed);
          appendFileSync(file, text, { mode: 0o600 });
          // Output comes in pieces that end anywhere: a line is only known together with what came before.
          tail = (tail + text).slice(-1_000);
          const line = tail.trimEnd().split("\n").at(-1)?.trim().slice(0, 200) ?? "";
          if (line === "") return;
          lastLines.set(taskId, { at: deps.now(), line });
          deps.onEvent({ type: "progress", task: withProgress(task) });
        },
      });
      if (stop.signal.aborted && !outcome.ok) stopped = outcome;
      stop.signal.throwIfAborted();
      const error: ErrorData | null = outcome.ok
        ? null
        : { code: task.kind === "exec" ? "command_failed" : "script_error", message: outcome.text.split("\n", 1)[0] ?? "The task failed." };
      finish(taskId, { status: outcome.ok ? "succeeded" : "failed", result: outcome.result, text: outcome.text, error });
    } catch (thrown) {
      const reason: unknown = stop.signal.aborted ? stop.signal.reason : thrown;
      const error = toErrorData(reason);
      const status = closing ? "interrupted" : error.code === "timeout" ? "timed_out" : stop.signal.aborted ? "cancelled" : "failed";
      const text = `${status}: ${error.message}${stopped === null ? "" : `\n\n${stopped.text}`}`;
      finish(taskId, { status, result: stopped?.result ?? null, text, error });
    } finally {
      clearTimeout(timer);
    }
  };

  const begin = (taskId: TaskId, input: SpawnInput, work = deps.work): void => {
    const stop = new AbortController();
    // Counted before its work begins: a script asks for the free places at once.
    places++;
    const done = run(taskId, input, stop, work).finally(() => {
      places--;
      running.delete(taskId);
      pump();
    });
    running.set(taskId, { stop, done });
  };

  const pump = (): void => {
    while (!closing && running.size < deps.maxRunning()) {
      const taskId = queue.shift();
      if (taskId === undefined) break;
      const input = inputs.get(taskId);
      if (input !== undefined) begin(taskId, input);
    }
    // Another process may ask for a stop through the ledger; looking is only needed while something runs.
    if (running.size > 0 && watch === null) watch = setInterval(stopRequested, 500);
    if (running.size === 0 && queue.length === 0) {
      if (watch !== null) clearInterval(watch);
      watch = null;
      for (const resolve of whenIdle) resolve();
      whenIdle = [];
    }
  };

  const stopRequested = (): void => {
    const entries = deps.ledger.entries();
    for (const [taskId, { stop }] of running) if (entries.get(taskId)?.cancelRequested === true) stop.abort(cancelledByPerson());
  };

  reconcile(deps.ledger, deps.now);

  const manager: TaskManager = {
    adopt(input, origin, work) {
      const task = manager.spawn(input, origin);
      queue.splice(queue.indexOf(task.taskId), 1);
      begin(task.taskId, input, work);
      return task;
    },
    spawn(input, origin) {
      if (closing) throw new SpindleError("cancelled", "Spindle is closing; no task is started.");
      const now = deps.now();
      const task: TaskRow = {
        taskId: makeId("task", now),
        kind: input.kind,
        title: input.title ?? titleOf(input),
        status: "queued",
        ...origin,
        notify: input.notify ?? "wake",
        createdAt: now,
        startedAt: null,
        finishedAt: null,
        lastEventAt: now,
        lastLine: "",
        delivery: "pending",
        result: null,
        error: null,
        input: JSON.parse(JSON.stringify(input)) as Json,
      };
      deps.ledger.append({ type: "created", task, owner: me });
      inputs.set(task.taskId, input);
      queue.push(task.taskId);
      deps.onEvent({ type: "created", task });
      // Started behind the caller's back, so that `task_created` always comes before `task_started`.
      setImmediate(pump);
      return task;
    },
    rows: () => [...deps.ledger.entries().values()].map((entry) => withProgress(entry.row)).sort((a, b) => b.createdAt - a.createdAt),
    open: () => places + queue.length,
    row: (taskId) => withProgress(entryOf(taskId).row),
    async cancel(taskId) {
      const { row, owner } = entryOf(taskId);
      if (isTaskOver(row.status)) return [];
      const mine = running.get(taskId);
      if (mine !== undefined) {
        mine.stop.abort(cancelledByPerson());
        await mine.done;
        return [`${row.kind}: ${row.title}`];
      }
      const waiting = queue.indexOf(taskId);
      if (waiting >= 0) {
        queue.splice(waiting, 1);
        finish(taskId, { status: "cancelled", result: null, text: "cancelled before it started", error: toErrorData(cancelledByPerson()) });
        pump();
        return [`${row.kind}: ${row.title}`];
      }
      deps.ledger.append({ type: "cancel_requested", taskId });
      // The owner looks twice a second; its answer is the state in the ledger.
      for (let tries = 0; tries < 60 && isAlive(owner); tries++) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        if (isTaskOver(entryOf(taskId).row.status)) return [`${row.kind}: ${row.title}`];
      }
      if (!isAlive(owner)) {
        reconcile(deps.ledger, deps.now);
        return [];
      }
      throw new SpindleError("timeout", `Process ${owner.pid}, which runs the task, did not stop it within 6 s.`, {
        hint: "Try again, or end that process.",
      });
    },
    output(taskId) {
      entryOf(taskId);
      const file = path.join(deps.outputFolder, `${taskId}.log`);
      if (!existsSync(file)) return { text: "", truncated: false };
      const bytes = readFileSync(file);
      return { text: cutTail(bytes, outputTailBytes), truncated: bytes.length > outputTailBytes };
    },
    markDelivery(taskId, delivery) {
      if (deps.ledger.entries().get(taskId)?.row.delivery !== delivery) deps.ledger.append({ type: "delivery", taskId, delivery });
    },
    undelivered: () =>
      [...deps.ledger.entries().values()].filter(
        (entry) => isTaskOver(entry.row.status) && entry.row.delivery === "pending" && !isAliveElsewhere(entry),
      ),
    idle() {
      if (running.size === 0 && queue.length === 0) return Promise.resolve();
      return new Promise((resolve) => whenIdle.push(resolve));
    },
    async close() {
      closing = true;
      for (const taskId of queue.splice(0)) {
        finish(taskId, {
          status: "interrupted",
          result: null,
          text: "interrupted: Spindle was closed before it started",
          error: { code: "interrupted", message: "Spindle was closed before the task started." },
        });
      }
      for (const { stop } of running.values()) stop.abort(new SpindleError("interrupted", "Spindle was closed while the task ran."));
      await Promise.all([...running.values()].map((task) => task.done));
      if (watch !== null) clearInterval(watch);
      watch = null;
      deps.ledger.close();
    },
  };
  return manager;

  function isAliveElsewhere(entry: LedgerEntry): boolean {
    return entry.owner.pid !== me.pid && isAlive(entry.owner);
  }
}

/** Tasks whose owner is gone become interrupted: a row never says running when nothing runs. */
function reconcile(ledger: Ledger, now: () => number): void {
  for (const { row, owner } of ledger.entries().values()) {
    if (isTaskOver(row.status) || isAlive(owner)) continue;
    const error: ErrorData = {
      code: "interrupted",
      message: "Spindle was closed or killed while the task ran.",
      hint: "Start it again if it is still needed.",
    };
    ledger.append({
      type: "finished",
      taskId: row.taskId,
      at: now(),
      status: "interrupted",
      result: null,
      text: `interrupted: ${error.message}`,
      error,
      lastLine: row.lastLine,
    });
  }
}

function cancelledByPerson(): SpindleError {
  return new SpindleError("cancelled", "The person stopped the task.");
}

function titleOf(input: SpawnInput): string {
  const text = input.kind === "ask" ? input.question : input.kind === "agent" ? input.prompt : input.kind === "exec" ? input.cmd : "Script";
  const line = text.trim().split("\n", 1)[0] ?? "";
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}
