import { describe, expect, test } from "vitest";
import type { SpindleEvent } from "../../src/protocol/event.ts";
import { emptyView, patchTotals, runningTurn, type ScriptStep, type Step } from "../../src/renderer/state/conversation-view.ts";
import { fold } from "../../src/renderer/state/fold.ts";
import { chargeStory, createStory, endOf, runScript, startOf, taskRow, usage } from "./support/story.ts";

/** Folds one event at a time, as a slow stream would arrive. */
function foldSingly(events: readonly SpindleEvent[]) {
  return events.reduce((view, event) => fold(view, [event]), emptyView);
}

function script(steps: readonly Step[]): ScriptStep {
  const step = steps.find((each) => each.kind === "script");
  if (step?.kind !== "script") throw new Error("There is no script step.");
  return step;
}

/** What a person sees of a step, in one line. */
function told(step: Step): string {
  switch (step.kind) {
    case "user":
      return `user${step.original ? " (original)" : ""}: ${step.text.slice(0, 12)}`;
    case "text":
    case "reasoning":
      return `${step.kind}${step.streaming ? " (streaming)" : ""}: ${step.text.slice(0, 12)}`;
    case "call":
      return `call ${step.call.tool} ${step.call.status}`;
    case "script":
      return `script ${step.status} ${step.calls.length}`;
    case "patch":
      return `patch ${step.files.length} +${step.added} -${step.removed}`;
    case "revert":
      return `${step.redo ? "redo" : "undo"} ${step.scope.kind} ${step.files.length}`;
    case "task":
      return `task ${step.status}`;
    case "delivery":
      return `delivery ${step.status}`;
    case "retry":
      return `retry ${step.attempt}${step.pending ? " (pending)" : ""}`;
    case "notice":
      return `notice ${step.code}`;
    case "end":
      return `end ${step.status}`;
  }
}

describe("fold", () => {
  test("turns the events of a whole turn into its steps in order, with the script's eleven calls inside its card", () => {
    const story = chargeStory();
    story.add({ type: "turn_finished", turnId: "t1", status: "completed", usage, durationMs: 2_400 });
    const view = fold(emptyView, story.events);
    expect({
      title: view.title,
      steps: view.steps.map(told),
      turn: view.turns[0]?.status,
      totals: patchTotals(view),
      lastSeq: view.lastSeq,
    }).toEqual({
      title: "Make charge retries idempotent",
      steps: [
        "user (original): Retries of `",
        "text: I’ll find ev",
        "script done 11",
        "task running",
        "text: Seven caller",
        "call applyPatch done",
        "patch 3 +6 -2",
        "end completed",
      ],
      turn: "completed",
      totals: { files: 3, added: 6, removed: 2 },
      lastSeq: story.events.at(-1)?.seq,
    });
  });

  test("tells of a script its title, its calls with line and outcome, how many ran at once, its log and its value", () => {
    const step = script(fold(emptyView, chargeStory().events).steps);
    const calls = step.calls.map(
      (call) => `${call.tool} ${call.subject} @${call.line} ${call.status}${call.exitCode === null ? "" : ` exit ${call.exitCode}`}`,
    );
    expect({
      title: step.title,
      parallel: step.parallel,
      log: [step.logCount, step.lastLog],
      cpuMs: step.cpuMs,
      value: Object.keys(step.value ?? {}),
      calls: calls.slice(7),
    }).toEqual({
      title: "Find every caller, then read the code, tests and schema at once",
      parallel: 9,
      log: [1, "7 callers; tests exit 1"],
      cpuMs: 12,
      value: ["callers", "exit", "task", "notes"],
      calls: [
        "readFile test/charges.test.ts @4 done",
        "exec npm test -- retry @5 failed exit 1",
        "readFile db/schema.sql @6 done",
        "spawn Advisory lock or unique key? @8 detached",
      ],
    });
  });

  test("gives the same view however the events are cut into batches", () => {
    const { events } = chargeStory();
    const whole = fold(emptyView, events);
    const pieces = [...Array(Math.ceil(events.length / 7)).keys()].reduce(
      (view, index) => fold(view, events.slice(index * 7, index * 7 + 7)),
      emptyView,
    );
    expect([foldSingly(events), pieces]).toEqual([whole, whole]);
  });

  test("never changes the view it was given and keeps every step that the batch did not touch", () => {
    const story = chargeStory();
    const before = fold(emptyView, story.events);
    const copy = structuredClone(before);
    story.text("t1", "m3", "More to say.");
    const after = fold(before, story.events);
    expect(before).toEqual(copy);
    expect(after.steps.slice(0, before.steps.length).every((step, index) => step === before.steps[index])).toBe(true);
  });

  test("ignores logged events it has and deltas of text that has come whole, so that a page and pushes may overlap", () => {
    const { events } = chargeStory();
    const view = fold(emptyView, events);
    expect(fold(view, events)).toBe(view);
  });

  test("shows code while the model writes it and keeps the card when the call starts", () => {
    const story = createStory();
    story.add({ type: "call_delta", turnId: "t1", callId: "c1", name: "script", text: "// Look around\nawait too" });
    const writing = fold(emptyView, story.events);
    story.add({
      type: "tool_started",
      turnId: "t1",
      callId: "c1",
      name: "script",
      input: { code: "// Look around\nawait tools.listDir({})" },
    });
    const running = fold(writing, story.events);
    expect(
      [writing, running].map((view) =>
        view.steps.map((step) => (step.kind === "script" ? [step.key, step.status, step.title, step.code] : [])),
      ),
    ).toEqual([
      [["c:c1", "writing", "Look around", "// Look around\nawait too"]],
      [["c:c1", "running", "Look around", "// Look around\nawait tools.listDir({})"]],
    ]);
  });

  test("tells where a script failed and which of its calls were never awaited", () => {
    const story = createStory();
    story.add({ type: "tool_started", turnId: "t1", callId: "c1", name: "script", input: { code: "boom()" } });
    story.add({
      type: "tool_finished",
      turnId: "t1",
      callId: "c1",
      name: "script",
      ok: false,
      code: "script_error",
      durationMs: 3,
      summary: "boom is not defined",
      text: "",
      result: {
        value: null,
        warnings: [{ code: "unawaited_call", message: "readFile was never awaited", line: 2 }],
        stats: { cpuMs: 1 },
        error: { code: "script_error", name: "ReferenceError", message: "boom is not defined", line: 1, column: 1, frame: "> 1 | boom()" },
      },
    });
    const { status, error, warnings } = script(fold(emptyView, story.events).steps);
    expect({ status, error, warnings }).toEqual({
      status: "failed",
      error: {
        code: "script_error",
        name: "ReferenceError",
        message: "boom is not defined",
        hint: null,
        line: 1,
        column: 1,
        frame: "> 1 | boom()",
      },
      warnings: [{ message: "readFile was never awaited", line: 2 }],
    });
  });

  test("asks while an approval is open and goes on when it is answered", () => {
    const story = createStory();
    const call = { turnId: "t1", callId: "c1", name: "exec", input: { cmd: "npm publish" }, durationMs: 9, summary: "exit 0" };
    story.add(startOf(call));
    story.add({
      type: "approval_requested",
      turnId: "t1",
      request: { approvalId: "a1", callId: "c1", tool: "exec", summary: "npm publish", reason: "ask mode" },
    });
    const asking = fold(emptyView, story.events);
    story.add({ type: "approval_answered", approvalId: "a1", callId: "c1", answer: { decision: "allow", scope: "once" }, by: "user" });
    const going = fold(asking, story.events);
    expect([asking, going].map((view) => [view.approvals.map((each) => each.request.approvalId), view.steps.map(told)])).toEqual([
      [["a1"], ["call exec asking"]],
      [[], ["call exec running"]],
    ]);
  });

  test("closes what a stop left open: text, calls, the script and its questions", () => {
    const story = createStory();
    story.add({ type: "user_message", turnId: "t1", text: "Go", attachments: [], source: "user" });
    story.add({ type: "assistant_delta", turnId: "t1", messageId: "m1", text: "I wi" });
    story.add({
      type: "tool_started",
      turnId: "t1",
      callId: "c1",
      name: "script",
      input: { code: "await tools.exec({ cmd: 'sleep 9' })" },
    });
    story.add(
      startOf({ turnId: "t1", callId: "c1.1", parentCallId: "c1", name: "exec", input: { cmd: "sleep 9" }, durationMs: 0, summary: "" }),
    );
    story.add({
      type: "approval_requested",
      turnId: "t1",
      request: { approvalId: "a1", callId: "c1.1", tool: "exec", summary: "sleep 9", reason: "ask mode" },
    });
    story.add({ type: "turn_finished", turnId: "t1", status: "interrupted", usage, durationMs: 40 }, 40);
    const view = fold(emptyView, story.events);
    expect({
      steps: view.steps.map(told),
      call: script(view.steps).calls[0]?.status,
      approvals: view.approvals,
      running: runningTurn(view),
    }).toEqual({
      steps: ["user (original): Go", "text: I wi", "script cancelled 1", "end interrupted"],
      call: "cancelled",
      approvals: [],
      running: null,
    });
  });

  /** A turn that was asking about one call of its script, with a message added to it, when its process died. */
  function diedWhileAsking() {
    const story = createStory();
    const exec = { turnId: "t1", callId: "c1.1", parentCallId: "c1", name: "exec", input: { cmd: "rm x" }, durationMs: 0, summary: "" };
    story.add({ type: "user_message", turnId: "t1", text: "Go", attachments: [], source: "user" });
    story.add({ type: "turn_started", turnId: "t1", provider: "demo", model: "demo", approval: "ask", sandbox: "workspace-write" });
    story.add(
      { type: "tool_started", turnId: "t1", callId: "c1", name: "script", input: { code: "await tools.exec({ cmd: 'rm x' })" } },
      5,
    );
    story.add(startOf(exec), 5);
    const request = { approvalId: "a1", callId: "c1.1", tool: "exec", summary: "rm x", reason: "ask mode" } as const;
    story.add({ type: "approval_requested", turnId: "t1", request });
    story.add({ type: "user_message", turnId: "t1", text: "Also this", attachments: [], source: "user" }, 5);
    return story;
  }

  function open(view: ReturnType<typeof fold>) {
    return { call: script(view.steps).calls[0]?.status, approvals: view.approvals.length, turns: view.turns.map((turn) => turn.status) };
  }

  test("ends a turn that was left open as soon as another turn starts", () => {
    const story = diedWhileAsking();
    story.add({ type: "user_message", turnId: "t2", text: "Again", attachments: [], source: "user" }, 60_000);
    story.add({ type: "turn_started", turnId: "t2", provider: "demo", model: "demo", approval: "ask", sandbox: "workspace-write" });
    const view = fold(emptyView, story.events);
    expect({ steps: view.steps.map(told), ...open(view), running: runningTurn(view)?.turnId }).toEqual({
      steps: ["user (original): Go", "script cancelled 1", "user: Also this", "user: Again"],
      call: "cancelled",
      approvals: 0,
      turns: ["interrupted", "running"],
      running: "t2",
    });
    expect(foldSingly(story.events)).toEqual(view);
  });

  test("shows a turn as interrupted whose end was written for it after its process died", () => {
    const story = diedWhileAsking();
    const code = "interrupted" as const;
    const fail = {
      type: "tool_finished",
      turnId: "t1",
      ok: false,
      code,
      durationMs: 0,
      summary: "interrupted",
      text: "",
      result: null,
    } as const;
    story.add({ type: "approval_answered", approvalId: "a1", callId: "c1.1", answer: { decision: "deny" }, by: "stop" }, 60_000);
    const asked = fold(emptyView, story.events);
    story.add({ ...fail, callId: "c1", name: "script" });
    story.add({ type: "turn_finished", turnId: "t1", status: "interrupted", usage, durationMs: 15 });
    const view = fold(asked, story.events);
    expect([open(asked), { steps: view.steps.map(told), ...open(view), running: runningTurn(view) }]).toEqual([
      { call: "running", approvals: 0, turns: ["running"] },
      {
        steps: ["user (original): Go", "script cancelled 1", "user: Also this", "end interrupted"],
        call: "cancelled",
        approvals: 0,
        turns: ["interrupted"],
        running: null,
      },
    ]);
    expect(foldSingly(story.events)).toEqual(view);
  });

  test("shows each retry until something happens and a failed turn with its code and hint", () => {
    const story = createStory();
    const error = { code: "rate_limited", message: "The provider is rate limiting." } as const;
    story.add({ type: "user_message", turnId: "t1", text: "Go", attachments: [], source: "user" });
    story.add({ type: "provider_retry", turnId: "t1", attempt: 1, maxRetries: 2, delayMs: 500, error });
    const waiting = fold(emptyView, story.events);
    story.add({ type: "provider_retry", turnId: "t1", attempt: 2, maxRetries: 2, delayMs: 900, error });
    story.add({ type: "task_delivered", taskId: "task_1", title: "A task", status: "succeeded", text: "done" });
    story.add({
      type: "turn_failed",
      turnId: "t1",
      code: "rate_limited",
      message: "Still rate limiting.",
      hint: "Wait a minute.",
      usage,
      durationMs: 9,
    });
    const failed = fold(waiting, story.events);
    const end = failed.steps.at(-1);
    expect([waiting.steps.map(told), failed.steps.map(told), end?.kind === "end" ? end.error : null]).toEqual([
      ["user (original): Go", "retry 1 (pending)"],
      ["user (original): Go", "retry 1", "retry 2", "delivery succeeded", "end failed"],
      { code: "rate_limited", message: "Still rate limiting.", hint: "Wait a minute." },
    ]);
  });

  test("follows a task from its start to its end", () => {
    const story = createStory();
    const task = taskRow({ taskId: "task_1", callId: "c1" });
    story.add({ type: "task_created", task });
    story.add({ type: "task_started", taskId: "task_1", at: 10 });
    const running = fold(emptyView, story.events);
    story.add({ type: "task_finished", task: { ...task, status: "failed", finishedAt: 20 } });
    expect([running.steps.map(told), fold(running, story.events).steps.map(told)]).toEqual([["task running"], ["task failed"]]);
  });

  test("follows a thousand calls of one script that run at once, in batches", () => {
    const story = createStory();
    story.add({ type: "tool_started", turnId: "t1", callId: "c1", name: "script", input: { code: "…" } });
    const call = (index: number) => ({
      turnId: "t1",
      callId: `c1.${index}`,
      parentCallId: "c1",
      name: "readFile",
      input: { path: `f${index}` },
      durationMs: 1,
      summary: "",
    });
    for (let index = 1; index <= 1_000; index++) story.add(startOf(call(index)));
    for (let index = 1_000; index >= 1; index--) story.add(endOf(call(index)));
    let view = emptyView;
    for (let at = 0; at < story.events.length; at += 100) view = fold(view, story.events.slice(at, at + 100));
    const step = script(view.steps);
    expect({
      calls: step.calls.length,
      parallel: step.parallel,
      open: step.calls.filter((each) => each.finishedAt === null).length,
    }).toEqual({ calls: 1_000, parallel: 1_000, open: 0 });
  });

  test("changes one step and nothing else for a delta at the end of a long conversation", () => {
    const story = createStory();
    for (let turn = 1; turn <= 400; turn++) {
      story.add({ type: "user_message", turnId: `t${turn}`, text: "Go", attachments: [], source: "user" });
      runScript(story, `t${turn}`, `c${turn}`);
      story.add({ type: "turn_finished", turnId: `t${turn}`, status: "completed", usage, durationMs: 1 });
    }
    const before = fold(emptyView, [
      ...story.events,
      story.add({ type: "assistant_delta", turnId: "t400", messageId: "m9", text: "one " }),
    ]);
    const after = fold(before, [story.add({ type: "assistant_delta", turnId: "t400", messageId: "m9", text: "two" })]);
    const changed = after.steps.filter((step, index) => step !== before.steps[index]);
    expect({ steps: after.steps.length, changed: changed.map(told), turns: after.turns === before.turns }).toEqual({
      steps: 400 * 4 + 1,
      changed: ["text (streaming): one two"],
      turns: true,
    });
  });
});
