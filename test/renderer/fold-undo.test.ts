import { expect, test } from "vitest";
import { type CallView, type ConversationView, emptyView, patchTotals, type Step } from "../../src/renderer/state/conversation-view.ts";
import { fold } from "../../src/renderer/state/fold.ts";
import { isOnlyOfTurn, scopeChanges } from "../../src/renderer/state/undo.ts";
import { chargeStory } from "./support/story.ts";

function told(step: Step | undefined): string {
  return step?.kind === "revert" ? `${step.redo ? "redo" : "undo"} ${step.scope.kind} ${step.files.length}` : String(step?.kind);
}

function callsOf(view: ConversationView): readonly CallView[] {
  return view.steps.flatMap((step) => (step.kind === "script" ? step.calls : []));
}

test("an undo marks the patches of its calls, takes them out of the totals and is a step of its own; a redo brings them back", () => {
  const story = chargeStory();
  const [patch] = story.events.flatMap((event) => (event.type === "patch_applied" ? [event] : []));
  const body = (kind: "undo" | "redo") =>
    ({
      type: "patch_reverted",
      kind,
      scope: { kind: "turn", id: "t1" },
      callIds: [patch?.callId ?? ""],
      changeId: kind,
      forced: false,
      files: [],
    }) as const;
  story.add(body("undo"));
  const undone = fold(emptyView, story.events);
  story.add(body("redo"));
  const redone = fold(undone, story.events);
  const seen = [undone, redone].map((view) => [view.patches.map((each) => each.undone), patchTotals(view).files, told(view.steps.at(-1))]);
  expect(seen).toEqual([
    [[true], 0, "undo turn 0"],
    [[false], 3, "redo turn 0"],
  ]);
  // What a button shows of its scope.
  const button = (view: ConversationView) => scopeChanges(view.patches, { kind: "turn", id: "t1" });
  expect([button(undone), button(redone), scopeChanges(redone.patches, { kind: "script", id: "c9" })]).toEqual([
    { state: "undone", patches: 1, files: 3, added: 6, removed: 2 },
    { state: "standing", patches: 1, files: 3, added: 6, removed: 2 },
    { state: "none", patches: 0, files: 0, added: 0, removed: 0 },
  ]);
  expect(undone.steps.find((step) => step.kind === "patch")).toBe(undone.patches[0]);
});

test("what a command changed stands with its call and is kept for the review", () => {
  const story = chargeStory();
  const view = fold(emptyView, story.events);
  const call = callsOf(view).find((each) => each.tool === "exec");
  const file = { path: "a", kind: "added", added: 1, removed: 0, bytesBefore: 0, bytesAfter: 2, hunks: [] } as const;
  const changed = (more: { fileCount: number; complete: boolean }) =>
    ({ type: "files_changed_by_command", turnId: "t1", callIds: [call?.callId ?? ""], shared: false, files: [file], ...more }) as const;
  story.add(changed({ fileCount: 1, complete: true }));
  story.add(changed({ fileCount: 120, complete: false }));
  const after = fold(view, story.events);
  expect(callsOf(after).find((each) => each.tool === "exec")?.changed).toEqual({
    files: [file, file],
    fileCount: 121,
    amongOthers: false,
    complete: false,
  });
  expect(after.commandChanges).toHaveLength(2);
});

test("the only patch of an ended turn is undone with the turn, one of several or of a running turn at its card", () => {
  const story = chargeStory();
  const [patch] = story.events.flatMap((event) => (event.type === "patch_applied" ? [event] : []));
  if (patch === undefined) throw new Error("The story has no patch.");
  const seen: boolean[] = [];
  const look = () => seen.push(isOnlyOfTurn(fold(emptyView, story.events), patch));
  look();
  story.add({ type: "turn_finished", turnId: "t1", status: "completed", usage: { inputTokens: 0, outputTokens: 0 }, durationMs: 1 });
  look();
  story.add({ type: "patch_applied", turnId: "t1", callId: "c99", files: patch.files });
  look();
  expect(seen).toEqual([false, true, false]);
});
