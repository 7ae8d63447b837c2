import { expect, test, vi } from "vitest";
import { createAttention } from "../../../src/main/desktop/attention.ts";
import { openNeeds } from "../../../src/main/desktop/needs.ts";
import { shownTask } from "../../../src/main/desktop/task-rows.ts";
import type { Engine } from "../../../src/main/engine.ts";
import { workingTitles } from "../../../src/main/engine/working-titles.ts";
import { notificationSettingsSchema } from "../../../src/protocol/settings.ts";
import type { LateResult, TaskRow } from "../../../src/protocol/task.ts";
import { taskRow } from "../../renderer/support/story.ts";

/** What an engine with these rows tells the desktop; questions by conversation: call and summary. */
function engineOf(rows: () => readonly TaskRow[], questions: Readonly<Record<string, readonly (readonly [string, string])[]>> = {}) {
  const pending = (id: string) => (questions[id] ?? []).map(([callId, summary]) => ({ callId, summary }));
  return { tasks: { rows }, approvals: { pending }, conversations: { rows: () => [] } } as unknown as Engine;
}

test("one question is one need, of the task that asks, in its words", () => {
  const agent = taskRow({ taskId: "a", kind: "agent", status: "needs_you", agentConversationId: "c_agent", conversationId: "c_p" });
  const script = taskRow({ taskId: "s", kind: "script", status: "needs_you", conversationId: "c_agent", parentTaskId: "a", callId: "c4" });
  const other = taskRow({ taskId: "o", kind: "script", status: "needs_you", conversationId: "c_p", parentTaskId: null, callId: "c2" });
  const engine = engineOf(() => [agent, script, other], {
    c_agent: [["c4.1", "rm x"]],
    c_p: [
      ["c20", "of the turn"],
      ["c2.3", "rm y"],
    ],
  });
  expect(openNeeds(engine).map(({ taskId, conversationId, why }) => [taskId, conversationId, why])).toEqual([
    ["s", "c_agent", "rm x"],
    ["o", "c_p", "rm y"],
  ]);
  expect(shownTask(engine, other).waitsFor).toBe("rm y");
});

test("what becomes of a late answer is no second failure, and two that come together are both told", async () => {
  vi.useFakeTimers();
  try {
    const late = (taskId: string, state: LateResult["state"]) =>
      taskRow({
        taskId,
        kind: "ask",
        title: taskId,
        status: "timed_out",
        parentTaskId: null,
        error: { code: "timeout", message: "There was no answer." },
        late: { state, at: 1, ageMs: 1, changed: [], changedCount: 0, incomplete: false },
      });
    let rows = [late("q", "expected"), late("r", "expected")];
    const told: string[] = [];
    const attention = createAttention(
      engineOf(() => rows),
      () => notificationSettingsSchema.parse({}),
      { isFocused: () => false, notify: (title) => void told.push(title), sound: () => undefined, badge: () => undefined },
    );
    const become = async (state: LateResult["state"]) => {
      rows = [late("q", state), late("r", state)];
      for (const row of rows) attention.task(row);
      await vi.advanceTimersByTimeAsync(400);
      return told.splice(0);
    };
    expect([await become("waiting"), await become("side"), await become("lost")]).toEqual([["Needs you: q", "Needs you: r"], [], []]);
    attention.close();
  } finally {
    vi.useRealTimers();
  }
});

test("closing stops what this process works on, late questions too, and nothing of another one", () => {
  const mine = { pid: process.pid, startTime: null };
  const rows = [
    taskRow({ title: "mine", kind: "exec", status: "running", owner: mine }),
    taskRow({ title: "theirs", kind: "exec", status: "running", owner: { pid: 1, startTime: null } }),
    taskRow({
      title: "late",
      kind: "ask",
      status: "timed_out",
      owner: mine,
      late: { state: "expected", at: 1, ageMs: 1, changed: [], changedCount: 0, incomplete: false },
    }),
    taskRow({ title: "over", kind: "exec", status: "succeeded", owner: mine }),
  ];
  expect(workingTitles({ rows: () => [], opened: () => null } as never, { rows: () => rows })).toEqual(["exec: mine", "ask: late"]);
});
