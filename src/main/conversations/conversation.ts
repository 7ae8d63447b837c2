import { setMaxListeners } from "node:events";
import type { Attachment } from "../../protocol/attachment.ts";
import { type ErrorData, SpindleError, toErrorData } from "../../protocol/error.ts";
import type { EventBody, SpindleEvent } from "../../protocol/event.ts";
import type { ConversationId, TurnId } from "../../protocol/ids.ts";
import type { ApprovalMode, ProviderId, SandboxLevel } from "../../protocol/settings.ts";
import { type LoopOutcome, type LoopPorts, runTurn } from "../agent/loop.ts";
import type { ConversationLog } from "./log.ts";

/** What a turn runs with; fixed when it starts. */
export interface TurnSetup {
  readonly provider: ProviderId;
  readonly model: string;
  readonly approval: ApprovalMode;
  readonly sandbox: SandboxLevel;
  readonly ports: Pick<LoopPorts, "provider" | "maxRequests" | "buildRequest" | "runCall" | "isParallel">;
  /** Waits until everything the turn's calls did was told in the log, a moment at most. Never rejects. */
  settled?(): Promise<void>;
}

/** What a turn gives to the house when it asks for its setup. */
export interface TurnStart {
  readonly conversation: Conversation;
  readonly turnId: TurnId;
  readonly signal: AbortSignal;
}

export interface TurnResult {
  readonly status: "completed" | "interrupted" | "failed";
  readonly error: ErrorData | null;
}

export interface Conversation {
  readonly id: ConversationId;
  readonly projectRoot: string;
  readonly events: readonly SpindleEvent[];
  /** Gets every event, logged or ephemeral, in order; returns the function that unsubscribes. */
  subscribe(listener: (event: SpindleEvent) => void): () => void;
  emit(event: EventBody): SpindleEvent;
  isRunning(): boolean;
  /**
   * Takes a message. Idle: starts a turn. Running: the message enters the running turn at its next request, or a turn of
   * its own when there is none. `done` settles, never rejects, when the turn that carries it ends. Throws `empty_prompt`.
   */
  send(
    text: string,
    attachments: readonly Attachment[],
    source?: "user" | "task",
  ): { readonly turnId: TurnId; readonly done: Promise<TurnResult> };
  /** Puts a task's result into the log; an idle conversation starts a turn when `wake`. */
  deliver(event: Extract<EventBody, { type: "task_delivered" }>, wake: boolean): void;
  /** Starts a turn for what stands in the log and was in no request; nothing while one runs. */
  wake(): void;
  /** Resolves when no turn runs, with how the last one ended since this was called; null when none ran. */
  settled(): Promise<TurnResult | null>;
  /** Stops the running turn; resolves when it has ended, with its calls. False when nothing ran. */
  stop(reason?: "person" | "closed"): Promise<boolean>;
  /** Stops and closes the log. */
  close(): Promise<void>;
}

/** A conversation over its log. `setUpTurn` may throw `SpindleError`: then the turn fails with it, visibly. */
export function createConversation(deps: {
  readonly id: ConversationId;
  readonly projectRoot: string;
  readonly log: ConversationLog;
  readonly setUpTurn: (start: TurnStart) => Promise<TurnSetup>;
  readonly onTurnEnd: (conversation: Conversation) => void;
  readonly onClose: () => void;
}): Conversation {
  const { log } = deps;
  const listeners = new Set<(event: SpindleEvent) => void>();
  let stopReason: "person" | "closed" = "person";
  let running: RunningTurn | null = null;
  let closed = false;
  let calls = lastNumber(log.events, "c");
  let turns = lastNumber(log.events, "t");
  /** True when a message or a waking result came behind the last request: nobody has read it yet. */
  let unread = false;
  /** Place of the last `request_started`: what stands before it was read by a model. */
  let lastRequestSeq = 0;

  const emit = (body: EventBody): SpindleEvent => {
    const event = log.append(body);
    for (const listener of listeners) listener(event);
    return event;
  };

  const startTurn = (turnId: TurnId): Promise<TurnResult> => {
    const stop = new AbortController();
    // All calls of it listen, and there may be many at once.
    setMaxListeners(0, stop.signal);
    const end = turn(turnId, stop.signal).then((result): TurnEnd => {
      running = null;
      const readUpTo = lastRequestSeq;
      if (unread && !closed && result.status === "completed") return { result, readUpTo, next: startTurn(nextTurnId()) };
      deps.onTurnEnd(conversation);
      return { result, readUpTo, next: null };
    });
    const done = end.then(({ result }) => result);
    running = { turnId, stop, done, end };
    return done;
  };

  const nextTurnId = (): TurnId => `t${++turns}`;

  const turn = async (turnId: TurnId, signal: AbortSignal): Promise<TurnResult> => {
    const startedAt = Date.now();
    let outcome: LoopOutcome;
    // The turn counts as running before anything of it happens: what wakes the conversation from here on enters it.
    await Promise.resolve();
    try {
      const setup = await deps.setUpTurn({ conversation, turnId, signal });
      emit({
        type: "turn_started",
        turnId,
        provider: setup.provider,
        model: setup.model,
        approval: setup.approval,
        sandbox: setup.sandbox,
      });
      outcome = await runTurn({
        ...setup.ports,
        turnId,
        signal,
        emit,
        nextCallId: () => `c${++calls}`,
        requestStarted(requestNumber) {
          lastRequestSeq = emit({ type: "request_started", turnId, requestNumber, taskIds: unseenTasks(log.events) }).seq;
          unread = false;
        },
      });
      await setup.settled?.();
    } catch (thrown) {
      outcome = {
        status: signal.aborted ? "interrupted" : "failed",
        error: toErrorData(thrown),
        usage: { inputTokens: 0, outputTokens: 0 },
      };
    }
    const { usage } = outcome;
    const durationMs = Date.now() - startedAt;
    if (outcome.status === "failed") {
      const error = outcome.error ?? { code: "internal" as const, message: "The turn failed without a reason." };
      emit({
        type: "turn_failed",
        turnId,
        code: error.code,
        message: error.message,
        ...(error.hint === undefined ? {} : { hint: error.hint }),
        usage,
        durationMs,
      });
      return { status: "failed", error };
    }
    emit({
      type: "turn_finished",
      turnId,
      status: outcome.status,
      ...(outcome.status === "interrupted" ? { reason: stopReason } : {}),
      usage,
      durationMs,
    });
    return { status: outcome.status, error: null };
  };

  const conversation: Conversation = {
    id: deps.id,
    projectRoot: deps.projectRoot,
    events: log.events,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    emit,
    isRunning: () => running !== null,
    send(text, attachments, source = "user") {
      if (closed) throw new SpindleError("cancelled", "The conversation is closed.");
      if (text.trim() === "") throw new SpindleError("empty_prompt", "The prompt is empty.", { hint: "Write what you want done." });
      if (running !== null) {
        const { seq } = emit({ type: "user_message", turnId: running.turnId, text, attachments, source });
        unread = true;
        // Came behind the turn's last request: the turn that follows carries it.
        const done = running.end.then(({ result, readUpTo, next }) => (seq > readUpTo && next !== null ? next : result));
        return { turnId: running.turnId, done };
      }
      const turnId = nextTurnId();
      emit({ type: "user_message", turnId, text, attachments, source });
      unread = true;
      return { turnId, done: startTurn(turnId) };
    },
    deliver(event, wake) {
      emit(event);
      if (wake) conversation.wake();
    },
    wake() {
      if (closed) return;
      unread = true;
      if (running === null) void startTurn(nextTurnId());
    },
    async settled() {
      let last: TurnResult | null = null;
      while (running !== null) last = await running.done;
      return last;
    },
    async stop(reason = "person") {
      if (running === null) return false;
      const { stop, done } = running;
      stopReason = reason;
      stop.abort(new SpindleError("interrupted", reason === "person" ? "The person stopped the turn." : "Spindle was closed."));
      await done;
      return true;
    },
    async close() {
      if (closed) return;
      closed = true;
      await conversation.stop("closed");
      log.close();
      deps.onClose();
    },
  };
  return conversation;
}

interface RunningTurn {
  readonly turnId: TurnId;
  readonly stop: AbortController;
  readonly done: Promise<TurnResult>;
  readonly end: Promise<TurnEnd>;
}

interface TurnEnd {
  readonly result: TurnResult;
  /** Place of the turn's last request: what stands behind it was not read. */
  readonly readUpTo: number;
  /** The turn that follows for what was not read. */
  readonly next: Promise<TurnResult> | null;
}

/** Results that stand in the log but were in no request so far. A task that was run again may stand there again. */
function unseenTasks(events: readonly SpindleEvent[]): string[] {
  const unseen = new Set<string>();
  for (const event of events) {
    if (event.type === "request_started") for (const id of event.taskIds) unseen.delete(id);
    else if (event.type === "task_delivered") unseen.add(event.taskId);
  }
  return [...unseen];
}

/** Highest number in use for calls (`c7`) or turns (`t3`), so that a reopened conversation goes on counting. */
function lastNumber(events: readonly SpindleEvent[], prefix: "c" | "t"): number {
  let last = 0;
  for (const event of events) {
    const id = prefix === "c" ? ("callId" in event ? event.callId : null) : "turnId" in event ? event.turnId : null;
    const digits = id === null ? undefined : new RegExp(`^${prefix}(\\d+)`).exec(id)?.[1];
    if (digits !== undefined) last = Math.max(last, Number(digits));
  }
  return last;
}
