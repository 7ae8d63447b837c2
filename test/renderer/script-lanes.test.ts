import { describe, expect, test } from "vitest";
import { axisMarks, formatMark, lanesOf } from "../../src/renderer/features/script/lane-model.ts";
import { formatDuration } from "../../src/renderer/lib/format.ts";
import { type CallView, emptyView } from "../../src/renderer/state/conversation-view.ts";
import { fold } from "../../src/renderer/state/fold.ts";
import { chargeStory, createStory, endOf, startOf, type Story, type StoryCall } from "./support/story.ts";

function scriptOf(story: Story): { readonly calls: readonly CallView[]; readonly startedAt: number } {
  const step = fold(emptyView, story.events).steps.find((each) => each.kind === "script");
  if (step?.kind !== "script") throw new Error("There is no script step.");
  return step;
}

function rows(story: Story, unfolded: readonly string[] = []): readonly string[] {
  const { calls, startedAt } = scriptOf(story);
  return lanesOf(calls, startedAt, new Set(unfolded), formatDuration).map(
    (lane) => `${lane.tool} | ${lane.subject} | ${lane.status} | ${lane.note} | ${lane.outcome}`,
  );
}

function scripted(calls: readonly StoryCall[]): Story {
  const story = createStory();
  story.add({ type: "tool_started", turnId: "t1", callId: "c1", name: "script", input: { code: "…" } });
  for (const call of calls) story.add(startOf(call));
  for (const call of calls.filter((each) => each.durationMs > 0)) story.add(endOf(call), 1);
  return story;
}

function read(index: number, change: Partial<StoryCall> = {}): StoryCall {
  return {
    turnId: "t1",
    callId: `c1.${index}`,
    parentCallId: "c1",
    name: "readFile",
    input: { path: `f${index}.ts` },
    line: 2,
    durationMs: 5,
    summary: "9 lines",
    ...change,
  };
}

describe("lanesOf", () => {
  test("draws a lane per call, folds many calls of one line after the second and marks exit codes and detached tasks", () => {
    expect(rows(chargeStory())).toEqual([
      "grepFiles | chargeCard | done | 7 files | 118 ms",
      "readFile | src/charges.ts | done |  | 64 ms",
      "readFile | src/retry.ts | done |  | 91 ms",
      "readFile | 5 more files | done | ×5 | 226 ms",
      "exec | npm test -- retry | failed |  | exit 1",
      "readFile | db/schema.sql | done |  | 58 ms",
      "spawn | Advisory lock or unique key? | detached |  | detached",
    ]);
  });

  test("unfolds a group on demand", () => {
    expect(rows(chargeStory(), ["readFile@4"]).filter((row) => row.startsWith("readFile"))).toHaveLength(8);
  });

  test("never hides a failed call or one that waits for a person inside a group", () => {
    const calls = [1, 2, 3, 4, 5, 6].map((index) =>
      read(index, index === 5 ? { fail: { code: "not_found", message: "There is no such file." } } : {}),
    );
    expect(rows(scripted(calls))).toEqual([
      "readFile | f1.ts | done |  | 5 ms",
      "readFile | f2.ts | done |  | 5 ms",
      "readFile | 3 more files | done | ×3 | 6 ms",
      "readFile | f5.ts | failed |  | not found",
    ]);
  });

  test("counts a running group instead of giving it a length", () => {
    const calls = [1, 2, 3, 4, 5].map((index) => read(index, index >= 4 ? { durationMs: 0 } : {}));
    expect(rows(scripted(calls)).at(-1)).toBe("readFile | 3 more files | running | 1 of 3 | ");
  });

  test("makes three rows of a thousand calls", () => {
    expect(rows(scripted(Array.from({ length: 1_000 }, (_, index) => read(index + 1))))).toHaveLength(3);
  });
});

describe("axisMarks", () => {
  test.each([
    [30, ["0", "10 ms", "20 ms"]],
    [1_840, ["0", "0.5 s", "1 s", "1.5 s"]],
    [90_000, ["0", "30 s", "1 min"]],
    [2_400_000, ["0", "10 min", "20 min", "30 min"]],
    [5 * 3_600_000, ["0", "2 h", "4 h"]],
  ])("puts at most five round marks on %i ms", (total, marks) => {
    expect(axisMarks(total).map(formatMark)).toEqual(marks);
  });
});
