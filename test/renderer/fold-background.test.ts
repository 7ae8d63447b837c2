import { expect, test } from "vitest";
import { callOutcome } from "../../src/renderer/state/fold-call.ts";

test("a command that was moved to the background is detached, with its task and without an exit code", () => {
  const finished = {
    type: "tool_finished",
    conversationId: "c_1",
    seq: 1,
    time: 1,
    turnId: "t1",
    callId: "c1",
    name: "exec",
    ok: true,
    summary: "in the background",
    durationMs: 5,
    text: "",
    result: { exitCode: -1, backgroundTask: "task_1" },
  } as const;
  expect(callOutcome(finished).call).toMatchObject({ status: "detached", taskId: "task_1", exitCode: null });
});
