import { describe, expect, it } from "vitest";
import type { TaskStatus } from "../../../src/protocol/task.ts";
import { deliveryWords, orderTasks, shownTasks, taskLine, taskSummary } from "../../../src/renderer/features/tasks/task-groups.ts";
import { taskInput } from "../../../src/renderer/features/tasks/task-input.ts";
import { taskRow } from "../support/story.ts";

function row(taskId: string, status: TaskStatus, time: number) {
  const over = !["queued", "running", "needs_you"].includes(status);
  return taskRow({
    taskId,
    status,
    createdAt: time,
    startedAt: status === "queued" ? null : time,
    finishedAt: over ? time + 5 : null,
    lastEventAt: time,
  });
}

const rows = [
  row("f1", "failed", 10),
  row("s1", "succeeded", 20),
  row("q2", "queued", 40),
  row("r2", "running", 35),
  row("q1", "queued", 30),
  row("r1", "running", 5),
  row("n1", "needs_you", 50),
  row("c1", "cancelled", 25),
  row("t1", "timed_out", 60),
];

describe("the task list", () => {
  it("puts what needs a person first, then running, queued, finished and failed", () =>
    expect(orderTasks(rows).map((each) => each.taskId)).toEqual(["n1", "r1", "r2", "q1", "q2", "c1", "s1", "t1", "f1"]));

  it("shows all that is open and the latest that ended, failures too", () => {
    const shown = (kept: number) => shownTasks(orderTasks(rows), kept).map((each) => each.taskId);
    expect([shown(1), shown(8)]).toEqual([
      ["n1", "r1", "r2", "q1", "q2", "c1", "t1"],
      ["n1", "r1", "r2", "q1", "q2", "c1", "s1", "t1"],
    ]);
  });

  it("sums up in a few words", () => {
    const summary = (...statuses: readonly TaskStatus[]) => taskSummary(statuses.map((status, index) => row(`t${index}`, status, index)));
    expect([
      summary("running", "queued", "succeeded"),
      summary("needs_you", "running", "running", "queued"),
      summary("succeeded", "cancelled", "failed"),
      summary(),
    ]).toEqual(["1 running · 1 queued", "1 needs you · 2 running", "2 done · 1 failed", ""]);
  });

  it.each([
    ["queued", "", "Waits for a free place"],
    ["running", "", "Started"],
    ["running", "41 of 128 files", "41 of 128 files"],
    ["needs_you", "", "Waits for your answer"],
    ["cancelled", "whatever", "Stopped"],
    ["timed_out", "", "Stopped at its time limit"],
    ["interrupted", "", "Ended while Spindle was closed"],
  ] as const)("says of a %s task with last line %j: %s", (status, lastLine, expected) =>
    expect(taskLine(taskRow({ status, lastLine }))).toBe(expected),
  );

  it("prefers the reason of a failure and says where a result went", () =>
    expect([
      taskLine(taskRow({ status: "failed", lastLine: "x", error: { code: "timeout", message: "No answer." } })),
      taskLine(taskRow({ status: "succeeded", delivery: "seen" })),
      deliveryWords(taskRow({ status: "succeeded", notify: "silent" })),
      deliveryWords(taskRow({ status: "running", notify: "next_turn" })),
    ]).toEqual(["No answer.", "Read by the agent", "Kept here only", "Waits for the next turn when done"]));
});

describe("the input of a task", () => {
  it.each([
    ["exec", { kind: "exec", cmd: "npm test", workdir: "web", title: "Tests" }, "Command|npm test|bash|workdir=web"],
    ["ask", { kind: "ask", question: "Why?", files: ["a.ts", "b.ts"] }, "Question|Why?|md|files=a.ts, b.ts"],
    ["agent", { kind: "agent", prompt: "Do it" }, "Prompt|Do it|md|"],
    ["script", "return 1", "Script|return 1|ts|"],
    ["exec", { other: 1 }, 'Input|{\n  "other": 1\n}|json|'],
    ["ask", null, "Input|null|json|"],
  ] as const)("of kind %s given as %j is shown readably", (kind, input, expected) => {
    const view = taskInput(kind, input);
    expect(`${view.title}|${view.text}|${view.lang}|${view.details.map(([name, value]) => `${name}=${value}`).join(" ")}`).toBe(expected);
  });
});
