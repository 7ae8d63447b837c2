import { expect, test } from "vitest";
import { isAskedAgain } from "../../../src/main/tasks/reconcile.ts";
import { assertMay } from "../../../src/main/tasks/may.ts";
import { type TaskRow, taskRowDefaults } from "../../../src/protocol/task.ts";

const row: TaskRow = {
  ...taskRowDefaults,
  taskId: "task_1",
  kind: "ask",
  title: "t",
  status: "interrupted",
  conversationId: "c_1",
  projectRoot: "/p",
  callId: null,
  scriptLine: null,
  notify: "wake",
  createdAt: 10,
  startedAt: null,
  finishedAt: 20,
  lastEventAt: 10,
  lastLine: "",
  delivery: "pending",
  result: null,
  error: { code: "interrupted", message: "killed" },
  input: { kind: "ask", title: "t", question: "Why?" },
};
const redacted: TaskRow = { ...row, input: { kind: "ask", title: "t", question: "Why does [redacted] fail?" } };

test("what held a key does not run again: it would not be what was asked for", () => {
  for (const how of ["retry", "resume"] as const) {
    expect(() => assertMay(how, row)).not.toThrow();
    expect(() => assertMay(how, redacted)).toThrow(expect.objectContaining({ code: "bad_request", hint: expect.stringContaining("anew") }));
  }
  expect([isAskedAgain(row), isAskedAgain(redacted)]).toEqual([true, false]);
});
