import { describe, expect, test } from "vitest";
import type { SpindleEvent } from "../../src/protocol/event.ts";
import { activityOf } from "../../src/renderer/features/conversation/activity.ts";
import { groupTitle, rowsOf } from "../../src/renderer/features/conversation/rows.ts";
import { emptyView } from "../../src/renderer/state/conversation-view.ts";
import { fold } from "../../src/renderer/state/fold.ts";
import { chargeStory, createStory, startOf, usage } from "./support/story.ts";

function kinds(events: readonly SpindleEvent[]): readonly string[] {
  return rowsOf(fold(emptyView, events).steps).map((row) => (row.kind === "calls" ? groupTitle(row) : row.kind));
}

describe("rowsOf", () => {
  test("leaves out the patch call that its card tells and the task that a lane tells", () => {
    expect(kinds(chargeStory().events)).toEqual(["user", "text", "script", "text", "patch"]);
  });

  test("makes one line of three or more finished reading calls in a row", () => {
    const story = createStory();
    const base = { turnId: "t1", durationMs: 2, summary: "" };
    story.call({ ...base, callId: "c1", name: "readFile", input: { path: "a" } });
    story.call({ ...base, callId: "c2", name: "readFile", input: { path: "b" } });
    story.call({ ...base, callId: "c3", name: "grepFiles", input: { pattern: "x" } });
    story.call({ ...base, callId: "c4", name: "exec", input: { cmd: "ls" } });
    story.call({ ...base, callId: "c5", name: "listDir", input: {} });
    expect(kinds(story.events)).toEqual(["Explored 2 files, 1 search", "call", "call"]);
  });
});

describe("activityOf", () => {
  test("says what runs, slow commands first, and nothing once the turn is over", () => {
    const story = createStory();
    const said: (string | null)[] = [];
    const say = () => {
      const activity = activityOf(fold(emptyView, story.events));
      said.push(activity === null ? null : `${activity.verb} ${activity.subject} +${activity.others}`);
    };
    story.add({ type: "user_message", turnId: "t1", text: "Go", attachments: [], source: "user" });
    story.add({ type: "request_started", turnId: "t1", requestNumber: 1, taskIds: [] });
    say();
    story.add({ type: "assistant_delta", turnId: "t1", messageId: "m1", text: "I wi" });
    say();
    story.add({ type: "call_delta", turnId: "t1", callId: "c1", name: "script", text: "await" });
    say();
    story.add({ type: "tool_started", turnId: "t1", callId: "c1", name: "script", input: { code: "await" } });
    story.add(
      startOf({ turnId: "t1", callId: "c1.1", parentCallId: "c1", name: "readFile", input: { path: "a.ts" }, durationMs: 0, summary: "" }),
    );
    story.add(
      startOf({ turnId: "t1", callId: "c1.2", parentCallId: "c1", name: "exec", input: { cmd: "npm test" }, durationMs: 0, summary: "" }),
    );
    say();
    story.add({
      type: "approval_requested",
      turnId: "t1",
      request: { approvalId: "a1", hash: "h", callId: "c1.2", tool: "exec", summary: "npm test", reason: "ask mode" },
    });
    say();
    story.add({ type: "turn_finished", turnId: "t1", status: "interrupted", usage, durationMs: 5 });
    say();
    expect(said).toEqual([
      "Waiting for the model  +0",
      null,
      "Writing a script  +0",
      "Running npm test +1",
      "Waiting for your answer  +0",
      null,
    ]);
  });
});
