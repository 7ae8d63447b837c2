import { afterEach, expect, test } from "vitest";
import type { SpindleEvent } from "../../src/protocol/event.ts";
import { emptyView } from "../../src/renderer/state/conversation-view.ts";
import { fold } from "../../src/renderer/state/fold.ts";
import { clearPatchDrafts, readPatchDraft, recordPatchDrafts } from "../../src/renderer/state/patch-drafts.ts";
import { createStory } from "./support/story.ts";

afterEach(clearPatchDrafts);

const patch =
  [
    "*** Begin Patch",
    "*** Update File: src/a.ts",
    "*** Move to: src/b.ts",
    "@@",
    "-old",
    "+new",
    "+more",
    "@@ class Shop",
    " kept",
    "*** End of File",
    "*** Add File: c.md",
    "+# C",
    "*** End Patch",
  ].join("\n") + "\n";

function deltas(text: string, callId = "c1", size = 5): readonly SpindleEvent[] {
  const story = createStory();
  for (let at = 0; at < text.length; at += size)
    story.add({ type: "call_delta", turnId: "t1", callId, name: "applyPatch", text: text.slice(at, at + size) });
  return story.events;
}

test("files, lines and counts of a patch grow with its pieces", () => {
  recordPatchDrafts(deltas(patch.slice(0, patch.indexOf("+more"))));
  expect(readPatchDraft("c1")).toMatchObject({ added: 0, removed: 1, files: [{ path: "src/a.ts", movePath: "src/b.ts", removed: 1 }] });
  recordPatchDrafts(deltas(patch.slice(patch.indexOf("+more"))));
  expect(readPatchDraft("c1")).toMatchObject({
    added: 3,
    removed: 1,
    fault: null,
    files: [
      {
        kind: "update",
        added: 2,
        removed: 1,
        lines: [
          { kind: "remove", text: "old" },
          { kind: "add", text: "new" },
          { kind: "add", text: "more" },
          { kind: "place", text: "class Shop" },
          { kind: "context", text: "kept" },
          { kind: "end" },
        ],
      },
      { kind: "add", path: "c.md", added: 1, lines: [{ kind: "add", text: "# C" }] },
    ],
  });
});

test("a fault has its line and what was read stays; a missing end is a fault only when the call is complete", () => {
  recordPatchDrafts(deltas("*** Begin Patch\n*** Add File: a\n+one\ntwo\n+three\n"));
  expect(readPatchDraft("c1")).toMatchObject({ fault: { line: 4 }, files: [{ path: "a", added: 1 }] });

  const unended = "*** Begin Patch\n*** Add File: a\n+one\n+two\n";
  recordPatchDrafts(deltas(unended, "c2"));
  expect(readPatchDraft("c2")).toMatchObject({ fault: null });
  const story = createStory();
  story.add({ type: "tool_started", turnId: "t1", callId: "c2", name: "applyPatch", input: { patch: unended } });
  recordPatchDrafts(story.events);
  expect(readPatchDraft("c2")).toMatchObject({ fault: { line: null, message: expect.stringMatching(/last line of the patch/) } });
});

test("other tools' calls and calls that were never seen arriving have no draft", () => {
  const story = createStory();
  story.add({ type: "call_delta", turnId: "t1", callId: "c1", name: "exec", text: '{"cmd"' });
  story.add({ type: "tool_started", turnId: "t1", callId: "c2", name: "applyPatch", input: { patch } });
  recordPatchDrafts(story.events);
  expect([readPatchDraft("c1"), readPatchDraft("c2")]).toEqual([null, null]);
});

test("a call whose answer broke off is cut when the turn fails, and when the next request starts", () => {
  const writing = deltas(patch.slice(0, 60));
  const failed = createStory();
  failed.add({
    type: "turn_failed",
    turnId: "t1",
    code: "stream_cut",
    message: "Cut.",
    usage: { inputTokens: 0, outputTokens: 0 },
    durationMs: 1,
  });
  const next = createStory();
  next.add({ type: "request_started", turnId: "t1", requestNumber: 2, taskIds: [] });
  const statuses = [failed, next].map((story) => {
    const events = [...writing, ...story.events].map((event, index) => ({ ...event, seq: index + 1 }));
    const [step] = fold(emptyView, events).steps;
    return step?.kind === "call" ? step.call.status : step?.kind;
  });
  expect(statuses).toEqual(["cut", "cut"]);
});
