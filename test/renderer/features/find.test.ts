import { expect, test } from "vitest";
import { createFinder } from "../../../src/renderer/features/conversation/find-matches.ts";
import { rowsOf } from "../../../src/renderer/features/conversation/rows.ts";
import { emptyView } from "../../../src/renderer/state/conversation-view.ts";
import { fold } from "../../../src/renderer/state/fold.ts";
import { createStory } from "../support/story.ts";

function view() {
  const story = createStory();
  story.add({ type: "user_message", turnId: "t1", text: "Where is the Needle? needle!", attachments: [], source: "user" });
  story.text("t1", "m1", "I look for it.");
  for (const callId of ["c1", "c2", "c3"])
    story.call({
      turnId: "t1",
      callId,
      name: "readFile",
      input: { path: `${callId}.ts` },
      durationMs: 1,
      summary: "1 line",
      text: "a NEEDLE here",
    });
  story.call({ turnId: "t1", callId: "c4", name: "script", input: { code: "return 'needle';" }, durationMs: 1, summary: "", text: "done" });
  return { story, rows: () => rowsOf(fold(emptyView, story.events).steps) };
}

test("counts every place of the store in order, also in calls that are folded into a group and in scripts", () => {
  const { rows } = view();
  const matches = createFinder("needle")(rows());
  expect(matches.map(({ row, at }) => `${rows()[row]?.kind} ${at}`)).toEqual([
    "user 0",
    "user 1",
    "calls 0",
    "calls 1",
    "calls 2",
    "script 0",
  ]);
  expect(createFinder("")(rows())).toEqual([]);
  expect(createFinder("nowhere")(rows())).toEqual([]);
});

test("what is added later is found by the same finder", () => {
  const { story, rows } = view();
  const find = createFinder("needle");
  const before = find(rows()).length;
  story.text("t1", "m2", "There: need**le**, and [the needle](https://example.org).");
  expect(find(rows()).length).toBe(before + 2);
});
