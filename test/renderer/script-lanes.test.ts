import { describe, expect, test } from "vitest";
import { axisMarks, formatMark, type Lane, lanesOf, sameLane } from "../../src/renderer/features/script/lane-model.ts";
import { notePlace } from "../../src/renderer/features/script/note-place.ts";
import { formatDuration } from "../../src/renderer/lib/format.ts";
import { type ConversationView, emptyView } from "../../src/renderer/state/conversation-view.ts";
import { fold } from "../../src/renderer/state/fold.ts";
import { chargeStory, createStory, endOf, startOf, type Story, type StoryCall } from "./support/story.ts";

function lanesIn(view: ConversationView, unfolded: readonly string[] = []): readonly Lane[] {
  const step = view.steps.find((each) => each.kind === "script");
  if (step?.kind !== "script") throw new Error("There is no script step.");
  return lanesOf(step.calls, step.startedAt, new Set(unfolded), formatDuration);
}

function lanesFor(story: Story, unfolded: readonly string[] = []): readonly Lane[] {
  return lanesIn(fold(emptyView, story.events), unfolded);
}

function rows(story: Story, unfolded: readonly string[] = []): readonly string[] {
  return lanesFor(story, unfolded).map((lane) => `${lane.tool} | ${lane.subject} | ${lane.status} | ${lane.note} | ${lane.outcome}`);
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

  test("unfolds a group on demand; its row stays, open, to fold it again", () => {
    const reads = rows(chargeStory(), ["group:readFile@4"]).filter((row) => row.startsWith("readFile"));
    expect(reads).toHaveLength(9);
    expect(reads[2]).toBe("readFile | 5 more files | done | ×5 | 226 ms");
    const open = (unfolded: readonly string[]) =>
      lanesFor(chargeStory(), unfolded).flatMap((lane) => (lane.open === null ? [] : [lane.open]));
    expect(open([])).toEqual([false]);
    expect(open(["group:readFile@4"])).toEqual([true]);
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

describe("sameLane", () => {
  test("of a thousand rows only the one that changed, and the group that counts it, are drawn anew", () => {
    const unfolded = ["group:readFile@2"];
    const story = scripted(Array.from({ length: 1_000 }, (_, index) => read(index + 1, index === 999 ? { durationMs: 0 } : {})));
    const view = fold(emptyView, story.events);
    const before = lanesIn(view, unfolded);
    const event = story.add(endOf(read(1_000)), 1);
    const after = lanesIn(fold(view, [event]), unfolded);
    const drawn = after.filter((lane, index) => !sameLane(before[index] ?? lane, lane)).map((lane) => lane.key);
    expect(drawn).toEqual(["group:readFile@2", "c1.1000"]);
  });
});

describe("notePlace", () => {
  const lane = (change: Partial<Lane>): Lane => ({
    key: "c1.1",
    tool: "exec",
    subject: "npm test",
    status: "done",
    start: 0,
    end: 100,
    note: "7 files",
    outcome: "",
    line: null,
    calls: [],
    open: null,
    ...change,
  });

  test.each([
    ["after", { start: 0, end: 100 }],
    ["before", { start: 900, end: 1_000 }],
    ["none", { start: 0, end: 1_000 }],
    ["none", { note: "" }],
    ["none", { status: "running", end: null, note: "1 of 3" }],
  ] as const)("is %s the bar for %o", (place, change) => {
    expect(notePlace(lane(change), 1_000, 500)).toBe(place);
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
