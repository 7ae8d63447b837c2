import { expect, it } from "vitest";
import { orphanEnds } from "../../../src/main/conversations/close-orphans.ts";
import type { EventBody, SpindleEvent } from "../../../src/protocol/event.ts";

function log(...bodies: readonly EventBody[]): SpindleEvent[] {
  return bodies.map((body, index) => ({ ...body, conversationId: "c_1", seq: index + 1, time: 1_000 + index * 100 }));
}

const prompt: EventBody = { type: "user_message", turnId: "t1", text: "go", attachments: [], source: "user" };
const started: EventBody = {
  type: "turn_started",
  turnId: "t1",
  provider: "demo",
  model: "m",
  approval: "ask",
  sandbox: "workspace-write",
};
const script: EventBody = { type: "tool_started", turnId: "t1", callId: "c1", name: "script", input: { code: "" }, wireCallId: "w1" };
const child: EventBody = { type: "tool_started", turnId: "t1", callId: "c1.1", parentCallId: "c1", name: "exec", input: { cmd: "x" } };
const asked: EventBody = {
  type: "approval_requested",
  turnId: "t1",
  request: { approvalId: "a_c1.1", hash: "h", callId: "c1.1", tool: "exec", summary: "x", reason: "asks" },
};
const usage = { inputTokens: 0, outputTokens: 0 };

it("a log that ends in the middle of a turn gets answers, ends of calls from the inside out, and the end of the turn", () => {
  const ends = orphanEnds(log(prompt, started, script, child, asked));
  expect(
    ends.map((end) => [
      end.type,
      "callId" in end ? end.callId : null,
      "code" in end ? end.code : null,
      "reason" in end ? end.reason : null,
    ]),
  ).toEqual([
    ["approval_answered", "c1.1", null, null],
    ["tool_finished", "c1.1", "interrupted", null],
    ["tool_finished", "c1", "interrupted", null],
    ["turn_finished", null, null, "killed"],
  ]);
  expect(orphanEnds([...log(prompt, started, script, child, asked), ...log(...ends)])).toEqual([]);
});

it("a prompt that was logged but never started ends too, and a log that ended well gets nothing", () => {
  expect(orphanEnds(log(prompt)).map((end) => end.type)).toEqual(["turn_finished"]);
  expect(orphanEnds(log(prompt, started, { type: "turn_finished", turnId: "t1", status: "completed", usage, durationMs: 1 }))).toEqual([]);
  expect(orphanEnds(log(prompt, started, { type: "turn_failed", turnId: "t1", code: "x", message: "m", usage, durationMs: 1 }))).toEqual(
    [],
  );
  expect(orphanEnds([])).toEqual([]);
});
