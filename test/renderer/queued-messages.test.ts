import { expect, test } from "vitest";
import { contextText } from "../../src/renderer/features/composer/context-ring.tsx";
import { rowsOf } from "../../src/renderer/features/conversation/rows.ts";
import { type ConversationView, emptyView, queuedMessages } from "../../src/renderer/state/conversation-view.ts";
import { fold } from "../../src/renderer/state/fold.ts";
import { createStory } from "./support/story.ts";

const said = (view: ConversationView) => view.steps.map((step) => (step.kind === "user" || step.kind === "text" ? step.text : step.kind));
const user = (turnId: string, text: string) => ({ type: "user_message", turnId, text, attachments: [], source: "user" }) as const;
const usage = { inputTokens: 1_200, outputTokens: 80, cachedTokens: 1_000 };

function begun() {
  const story = createStory();
  story.add(user("t1", "A"));
  story.add({ type: "turn_started", turnId: "t1", provider: "demo", model: "m", approval: "ask", sandbox: "read-only" });
  expect(queuedMessages(fold(emptyView, story.events))).toEqual([]);
  story.add({ type: "request_started", turnId: "t1", requestNumber: 1, taskIds: [] });
  return story;
}

test("a message during a turn waits out of the thread until a request takes it, and then stands where the model reads it", () => {
  const story = begun();
  story.add(user("t1", "B"));
  story.text("t1", "m1", "first words");
  story.call({ turnId: "t1", callId: "c1", name: "readFile", input: { path: "a" }, durationMs: 5, summary: "1 line" });
  const waiting = fold(emptyView, story.events);
  expect(queuedMessages(waiting).map((step) => step.text)).toEqual(["B"]);
  expect(rowsOf(waiting.steps, queuedMessages(waiting)).some((row) => row.kind === "user" && row.text === "B")).toBe(false);

  story.add({ type: "request_finished", turnId: "t1", requestNumber: 1, usage });
  story.add({ type: "request_started", turnId: "t1", requestNumber: 2, taskIds: [] });
  story.text("t1", "m2", "second words");
  const taken = fold(emptyView, story.events);
  expect(queuedMessages(taken)).toEqual([]);
  expect(said(taken)).toEqual(["A", "first words", "call", "B", "second words"]);
  expect(taken.lastUsage).toEqual(usage);
  // Page by page or at once: the same.
  expect(fold(waiting, story.events.slice(-8))).toEqual(taken);
});

test("a message behind the last request of a turn begins the next one, below the end of the first", () => {
  const story = begun();
  story.text("t1", "m1", "words");
  story.add(user("t1", "B"));
  story.add({ type: "turn_finished", turnId: "t1", status: "completed", usage, durationMs: 10 });
  expect(queuedMessages(fold(emptyView, story.events))).toEqual([]);
  story.add({ type: "turn_started", turnId: "t2", provider: "demo", model: "m", approval: "ask", sandbox: "read-only" });
  story.add({ type: "request_started", turnId: "t2", requestNumber: 1, taskIds: [] });
  expect(said(fold(emptyView, story.events))).toEqual(["A", "words", "end", "B"]);
});

test("the ring says what was counted, and what is missing for a share", () => {
  expect(contextText(usage, 200_000)).toBe("1,280 of 200,000 tokens at the last request (1,200 in, 1,000 of them cached, 80 out).");
  expect(contextText({ inputTokens: 5, outputTokens: 1, estimated: true }, null)).toMatch(
    /^About 6 tokens .*context window in the settings/,
  );
});
