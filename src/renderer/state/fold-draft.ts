import type { Usage } from "../../protocol/event.ts";
import type { CallId, ConversationId, TaskId, TurnId } from "../../protocol/ids.ts";
import type {
  CallView,
  CommandChange,
  ConversationView,
  PatchStep,
  PendingApproval,
  ScriptStep,
  Step,
  TaskStep,
  TurnView,
} from "./conversation-view.ts";

/**
 * A view while a batch is folded into it. Lists are copied at most once per batch, steps are replaced, and what nobody
 * touched keeps its identity. Look-ups go backwards from the end: events are about what happened last.
 */
export class Draft {
  conversationId: ConversationId | null;
  title: string | null;
  lastSeq: number;
  lastRequestSeq: number;
  lastUsage: Usage | null;
  accepted: ReadonlySet<string>;
  readonly #before: ConversationView;
  readonly #steps: CopyOnWrite<Step>;
  readonly #turns: CopyOnWrite<TurnView>;
  readonly #approvals: CopyOnWrite<PendingApproval>;
  readonly #patches: CopyOnWrite<PatchStep>;
  readonly #commandChanges: CopyOnWrite<CommandChange>;
  /** Call lists of scripts that this batch already copied and may change in place, with the number of open calls. */
  readonly #ownCalls = new Map<CallId, { readonly calls: CallView[]; open: number }>();

  constructor(view: ConversationView) {
    this.#before = view;
    this.conversationId = view.conversationId;
    this.title = view.title;
    this.lastSeq = view.lastSeq;
    this.lastRequestSeq = view.lastRequestSeq;
    this.lastUsage = view.lastUsage;
    this.accepted = view.accepted;
    this.#steps = new CopyOnWrite(view.steps);
    this.#turns = new CopyOnWrite(view.turns);
    this.#approvals = new CopyOnWrite(view.approvals);
    this.#patches = new CopyOnWrite(view.patches);
    this.#commandChanges = new CopyOnWrite(view.commandChanges);
  }

  finish(): ConversationView {
    const view: ConversationView = {
      conversationId: this.conversationId,
      title: this.title,
      lastSeq: this.lastSeq,
      steps: this.#steps.list,
      turns: this.#turns.list,
      approvals: this.#approvals.list,
      patches: this.#patches.list,
      commandChanges: this.#commandChanges.list,
      accepted: this.accepted,
      lastRequestSeq: this.lastRequestSeq,
      lastUsage: this.lastUsage,
    };
    const same = (Object.keys(view) as (keyof ConversationView)[]).every((key) => view[key] === this.#before[key]);
    return same ? this.#before : view;
  }

  push(step: Step): void {
    this.#steps.own().push(step);
  }

  /** A request takes what the person said behind the last one: those messages move behind what was done meanwhile, where the model reads them. */
  takeMessages(seq: number): void {
    const { list } = this.#steps;
    const last = list.findLastIndex((step) => step.kind !== "user");
    let from = list.length;
    for (let at = list.length - 1; at >= 0; at--) {
      const step = list[at];
      if (step?.kind !== "user") continue;
      if (step.seq <= this.lastRequestSeq) break;
      from = at;
    }
    if (from < last) {
      const taken = list.slice(from).filter((step) => step.kind === "user" && step.source === "user");
      const rest = list.slice(from).filter((step) => !taken.includes(step));
      this.#steps.own().splice(from, list.length - from, ...rest, ...taken);
    }
    this.lastRequestSeq = seq;
  }

  some(test: (step: Step) => boolean): boolean {
    return this.#steps.list.some(test);
  }

  /** Changes the step with this key; false when there is none. */
  update(key: string, change: (step: Step) => Step): boolean {
    return this.#steps.replaceLast((step) => step.key === key, change);
  }

  script(callId: CallId, change: (step: ScriptStep) => ScriptStep): boolean {
    return this.update(`c:${callId}`, (step) => (step.kind === "script" ? change(step) : step)) && this.#isScript(callId);
  }

  /** Changes a call, be it a step of its own or one of a script's. */
  call(callId: CallId, change: (call: CallView) => CallView): boolean {
    const direct = this.update(`c:${callId}`, (step) => (step.kind === "call" ? { ...step, call: change(step.call) } : step));
    if (direct) return true;
    const script = scriptOf(callId);
    if (script === null) return false;
    const own = this.#calls(script);
    if (own === null) return false;
    const at = indexOfCall(own.calls, callId);
    const call = own.calls[at];
    if (call === undefined) return false;
    const next = change(call);
    own.calls[at] = next;
    own.open += Number(next.finishedAt === null) - Number(call.finishedAt === null);
    return true;
  }

  /** Adds a call to its script; false when the script is not in the view. */
  addCall(parent: CallId, call: CallView): boolean {
    const script = scriptOf(`${parent}.0`) ?? parent;
    if (this.call(call.callId, () => call)) return true;
    const own = this.#calls(script);
    if (own === null) return false;
    own.calls.push(call);
    own.open++;
    this.script(script, (step) => (own.open > step.parallel ? { ...step, parallel: own.open } : step));
    return true;
  }

  patch(step: PatchStep): void {
    this.push(step);
    this.#patches.own().push(step);
  }

  /** Marks the patches of calls as undone, or as standing again. */
  revert(callIds: ReadonlySet<CallId>, undone: boolean): void {
    for (const [at, patch] of this.#patches.list.entries()) {
      if (!callIds.has(patch.callId) || patch.undone === undone) continue;
      const marked = { ...patch, undone };
      this.#patches.own()[at] = marked;
      this.update(patch.key, () => marked);
    }
  }

  changedByCommand(change: CommandChange): void {
    this.#commandChanges.own().push(change);
  }

  ask(approval: PendingApproval): void {
    this.#approvals.own().push(approval);
  }

  answered(approvalId: string): void {
    this.#approvals.remove((approval) => approval.request.approvalId === approvalId);
  }

  task(taskId: TaskId, change: Partial<Pick<TaskStep, "status" | "startedAt" | "finishedAt">>): void {
    this.#steps.replaceLast(
      (step) => step.kind === "task" && step.taskId === taskId,
      (step) => (step.kind === "task" ? { ...step, ...change } : step),
    );
  }

  /** Makes the turn if it is new, else changes it where `change` differs. */
  turn(turnId: TurnId, time: number, change: Partial<Omit<TurnView, "turnId" | "startedAt">>): void {
    const found = this.#turns.replaceLast(
      (turn) => turn.turnId === turnId,
      (turn) =>
        (Object.keys(change) as (keyof typeof change)[]).every((key) => turn[key] === change[key]) ? turn : { ...turn, ...change },
    );
    if (found) return;
    this.#turns.own().push({
      turnId,
      status: "running",
      startedAt: time,
      provider: null,
      model: null,
      approval: null,
      requests: 0,
      waiting: true,
      durationMs: null,
      usage: null,
      ...change,
    });
  }

  settleRetry(): void {
    this.#steps.replaceLast(
      (step) => step.kind === "retry",
      (step) => (step.kind === "retry" && step.pending ? { ...step, pending: false } : step),
    );
  }

  /** Only one turn runs at a time: one that is still open when another starts lost its process and counts as interrupted. */
  endOtherTurns(turnId: TurnId, time: number): void {
    for (const turn of this.#turns.list) {
      if (turn.turnId === turnId || turn.status !== "running") continue;
      this.settleRetry();
      this.closeOpen(turn.turnId, time);
      this.turn(turn.turnId, time, { status: "interrupted", waiting: false });
    }
  }

  /** The answer is over: calls of it that never came whole will not run. */
  cutWriting(turnId: TurnId, time: number): void {
    for (let at = this.#steps.list.length - 1; at >= 0; at--) {
      const step = this.#steps.list[at];
      if (step === undefined || (step.turnId !== turnId && step.turnId !== null)) return;
      if (step.kind === "call" && step.call.status === "writing") this.#steps.own()[at] = { ...step, call: closeCall(step.call, time) };
    }
  }

  /** A turn has ended: what still looks open in it (a torn log, a stop) is closed as cancelled, its questions are gone. */
  closeOpen(turnId: TurnId, time: number): void {
    this.#approvals.remove((approval) => approval.turnId === turnId);
    this.#ownCalls.clear();
    const startedAt = this.#turns.list.findLast((turn) => turn.turnId === turnId)?.startedAt ?? 0;
    for (let at = this.#steps.list.length - 1; at >= 0; at--) {
      const step = this.#steps.list[at];
      if (step === undefined) return;
      if (step.turnId !== turnId) {
        // Messages added to the turn and other turns may stand between its steps; what is older than the turn ends the search.
        if (step.turnId !== null && step.time < startedAt) return;
        continue;
      }
      const closed = closeStep(step, time);
      if (closed !== step) this.#steps.own()[at] = closed;
    }
  }

  #isScript(callId: CallId): boolean {
    return this.#find(callId) !== undefined;
  }

  #find(callId: CallId): ScriptStep | undefined {
    const step = this.#steps.list.findLast((each) => each.key === `c:${callId}`);
    return step?.kind === "script" ? step : undefined;
  }

  #calls(script: CallId): { readonly calls: CallView[]; open: number } | null {
    const known = this.#ownCalls.get(script);
    if (known !== undefined) return known;
    const step = this.#find(script);
    if (step === undefined) return null;
    const calls = [...step.calls];
    const own = { calls, open: calls.filter((call) => call.finishedAt === null).length };
    this.#ownCalls.set(script, own);
    this.script(script, (each) => ({ ...each, calls }));
    return own;
  }
}

/** A list that is copied on its first change. */
class CopyOnWrite<T> {
  list: readonly T[];
  #own: T[] | null = null;

  constructor(list: readonly T[]) {
    this.list = list;
  }

  own(): T[] {
    if (this.#own === null) {
      this.#own = [...this.list];
      this.list = this.#own;
    }
    return this.#own;
  }

  replaceLast(test: (value: T) => boolean, change: (value: T) => T): boolean {
    const at = this.list.findLastIndex(test);
    const value = this.list[at];
    if (value === undefined) return false;
    const next = change(value);
    if (next !== value) this.own()[at] = next;
    return true;
  }

  remove(test: (value: T) => boolean): void {
    if (!this.list.some(test)) return;
    this.#own = this.list.filter((value) => !test(value));
    this.list = this.#own;
  }
}

/** The script a call id belongs to: `c3` of `c3.7`; null for a direct call. */
function scriptOf(callId: CallId): CallId | null {
  const dot = callId.indexOf(".");
  return dot === -1 ? null : callId.slice(0, dot);
}

/** Calls are numbered in order of their start, so the place is nearly always known from the id. */
function indexOfCall(calls: readonly CallView[], callId: CallId): number {
  const guess = Number(callId.slice(callId.lastIndexOf(".") + 1)) - 1;
  if (calls[guess]?.callId === callId) return guess;
  return calls.findLastIndex((call) => call.callId === callId);
}

function closeStep(step: Step, time: number): Step {
  if (step.kind === "text" || step.kind === "reasoning") return step.streaming ? { ...step, streaming: false } : step;
  if (step.kind === "call") return step.call.finishedAt === null ? { ...step, call: closeCall(step.call, time) } : step;
  if (step.kind !== "script" || (step.finishedAt !== null && step.calls.every((call) => call.finishedAt !== null))) return step;
  const calls = step.calls.map((call) => (call.finishedAt === null ? closeCall(call, time) : call));
  if (step.finishedAt !== null) return { ...step, calls };
  return { ...step, status: "cancelled", finishedAt: time, durationMs: Math.max(0, time - step.startedAt), calls };
}

function closeCall(call: CallView, time: number): CallView {
  return {
    ...call,
    status: call.status === "writing" ? "cut" : "cancelled",
    finishedAt: time,
    durationMs: Math.max(0, time - call.startedAt),
  };
}
