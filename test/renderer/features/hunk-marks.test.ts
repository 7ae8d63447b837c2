import { describe, expect, it, vi } from "vitest";
import { reviewHunks } from "../../../src/renderer/features/diff/hunk-marks.ts";
import type { ReviewFile } from "../../../src/renderer/features/diff/merge-patches.ts";
import { linesAt } from "../../../src/renderer/features/diff/place-comments.ts";
import { parseFile } from "../../../src/renderer/features/diff/parse-file.ts";
import { hunkMarkSchema, hunkPlaceSchema } from "../../../src/protocol/review.ts";

// The library looks at the browser when it is loaded; Node 20 has no navigator.
vi.hoisted(() => vi.stubGlobal("navigator", { userAgent: "node", platform: "Linux", maxTouchPoints: 0 }));

const text = (change: Readonly<Record<number, string>> = {}): string =>
  Array.from({ length: 40 }, (_, i) => `${change[i + 1] ?? `line ${i + 1}`}\n`).join("");

function prepared(before: string, after: string, path = "a.ts") {
  const file = { key: "k", path, fromPath: null, kind: "update" as const, before, after, added: null, removed: null, hunks: null };
  const parsed = parseFile(file);
  return { hunks: reviewHunks(file as unknown as ReviewFile, parsed), diff: parsed.diff };
}

describe("the hunks of a review", () => {
  it("have places as main takes them, marks it accepts, and the line behind which their buttons stand", () => {
    const { hunks } = prepared(text(), text({ 3: "three", 20: "twenty\nand more" }).replace("line 38\n", ""));
    expect(hunks.map(({ hunk, place, end }) => ({ hunk, place, end }))).toEqual([
      { hunk: 1, place: { oldStart: 1, oldLines: 6, newStart: 1, newLines: 6 }, end: { side: "additions", line: 3 } },
      { hunk: 2, place: { oldStart: 17, oldLines: 7, newStart: 17, newLines: 8 }, end: { side: "additions", line: 21 } },
      { hunk: 3, place: { oldStart: 35, oldLines: 6, newStart: 36, newLines: 5 }, end: { side: "deletions", line: 38 } },
    ]);
    expect(hunks.every(({ mark, place }) => hunkMarkSchema.safeParse(mark).success && hunkPlaceSchema.safeParse(place).success)).toBe(true);
  });

  it("keep their mark when lines elsewhere change, and lose it when their own do", () => {
    const marks = (after: string, path?: string) => prepared(text(), after, path).hunks.map(({ mark }) => mark);
    const [first, second] = marks(text({ 3: "three", 20: "twenty" }));
    expect(marks(text({ 1: "new\nlines\nabove", 20: "twenty" }))[1]).toBe(second);
    expect(marks(text({ 3: "three", 20: "twenty!" }))).toEqual([first, expect.not.stringMatching(new RegExp(`^${second}$`))]);
    expect(marks(text({ 3: "three", 20: "twenty" }), "b.ts")[0]).not.toBe(first);
  });

  it("are told apart when they change the same", () => {
    const old = text({ 5: "same", 25: "same" });
    const marks = prepared(old, text({ 5: "other", 25: "other" })).hunks.map(({ mark }) => mark);
    expect(new Set(marks).size).toBe(2);
  });

  it("give the lines that a comment quotes, of either side", () => {
    const { diff } = prepared(text(), text({ 3: "three", 20: "twenty" }));
    if (diff === null) throw new Error("There is no diff.");
    expect([
      linesAt(diff, { side: "additions", from: 2, to: 4 }),
      linesAt(diff, { side: "deletions", from: 20, to: 20 }),
      linesAt(diff, { side: "additions", from: 12, to: 12 }),
    ]).toEqual([["line 2", "three", "line 4"], ["line 20"], ["line 12"]]);
  });
});
