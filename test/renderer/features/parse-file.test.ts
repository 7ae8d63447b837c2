import { describe, expect, it, vi } from "vitest";
import { describeStop, hunkStops, nextStop } from "../../../src/renderer/features/diff/hunk-stops.ts";
import { diffLines } from "../../../src/renderer/features/diff/line-diff.ts";
import { type ParseInput, parseFile } from "../../../src/renderer/features/diff/parse-file.ts";

// The library looks at the browser when it is loaded; Node 20 has no navigator.
vi.hoisted(() => vi.stubGlobal("navigator", { userAgent: "node", platform: "Linux", maxTouchPoints: 0 }));

const text = Array.from({ length: 60 }, (_, index) => `line ${index + 1}`).join("\n");

function input(change: Partial<ParseInput>): ParseInput {
  return {
    key: "k",
    path: "src/a.ts",
    fromPath: null,
    kind: "update",
    before: text,
    after: text.replace("line 10\n", "ten\n").replace("line 50\n", ""),
    added: null,
    removed: null,
    hunks: null,
    ...change,
  };
}

describe("parseFile", () => {
  it("leaves out hunks that change only white space, and says how many", () => {
    const after = text.replace("line 10\n", "\tline  10\n").replace("line 30\n", "line 30\n\n").replace("line 50\n", "fifty\n");
    const found = (hidesSpace: boolean) => {
      const { hunkCount, hiddenHunks, diff } = parseFile(input({ after, hidesSpace }));
      return [hunkCount, hiddenHunks, diff?.hunks.map((hunk) => hunk.additionStart)];
    };
    expect([found(false), found(true)]).toEqual([
      [3, 0, [7, 28, 48]],
      [1, 2, [48]],
    ]);
    // Places stay those of the whole texts: what is taken back is found by them.
    expect(parseFile(input({ after: text.replace("line 10\n", " line 10\n"), hidesSpace: true }))).toMatchObject({
      hunkCount: 0,
      hiddenHunks: 1,
    });
  });

  it("compares folded patches and keeps the whole texts, so that context can be opened", () => {
    const { added, removed, hunkCount, diff } = parseFile(input({}));
    expect({
      added,
      removed,
      hunkCount,
      partial: diff?.isPartial,
      lines: diff?.additionLines.length,
      name: diff?.name,
      type: diff?.type,
    }).toEqual({ added: 1, removed: 2, hunkCount: 2, partial: false, lines: 59, name: "src/a.ts", type: "change" });
  });

  it("takes the hunks of a single patch as they were applied", () => {
    const file = input({});
    const { hunks } = diffLines(file.before ?? "", file.after ?? "");
    expect(parseFile({ ...file, hunks, added: 1, removed: 2 }).diff?.hunks).toEqual(parseFile(file).diff?.hunks);
  });

  const kinds: readonly (readonly [name: string, change: Partial<ParseInput>, type: string | undefined])[] = [
    ["a new file", { kind: "add", before: "", after: "a\nb" }, "new"],
    ["a deleted file", { kind: "delete", before: "a\nb\n", after: "" }, "deleted"],
    ["an empty new file", { kind: "add", before: "", after: "", hunks: [], added: 0, removed: 0 }, "new"],
    ["a moved and changed file", { kind: "move", fromPath: "src/b.ts" }, "rename-changed"],
    ["a moved file", { kind: "move", fromPath: "src/b.ts", before: "a\n", after: "a\n" }, "rename-pure"],
    ["a file with lines that look like a patch", { before: "--- a\n@@ -1 +1 @@\n", after: "--- b\n@@ -2 +2 @@\n+++ c\n" }, "change"],
    ["a path that no patch header can hold", { path: 'a"\t\nb.ts' }, "change"],
    ["a file without text", { before: null, after: null, hunks: [] }, undefined],
  ];
  it.each(kinds)("reads %s", (_name, change, type) => {
    const file = input(change);
    const { diff } = parseFile(file);
    expect({ type: diff?.type, name: diff?.name, lines: diff?.additionLines.join("") }).toEqual({
      type,
      name: type === undefined ? undefined : file.path,
      lines: type === undefined ? undefined : file.after,
    });
  });

  it("says which side ends without a newline", () => {
    const ends = (before: string, after: string) => {
      const hunk = parseFile(input({ before, after })).diff?.hunks.at(-1);
      return [hunk?.noEOFCRDeletions, hunk?.noEOFCRAdditions];
    };
    expect([ends("a\nb", "a\nc\n"), ends("a\nb\n", "a\nc"), ends("a\nb", "a\nc"), ends("a\nb", "x\nb"), ends("a\nb\n", "x\nb\n")]).toEqual([
      [true, false],
      [false, true],
      [true, true],
      [true, true],
      [false, false],
    ]);
  });
});

describe("hunkStops", () => {
  const first = parseFile(input({})).diff;
  const added = parseFile(input({ path: "b.ts", kind: "add", before: "", after: "x\ny\n" })).diff;
  const stops = hunkStops([
    { path: "a.ts", diff: first },
    { path: "logo.png", diff: null },
    { path: "b.ts", diff: added },
  ]);

  it("names each hunk by its changed lines, on the new side when it has some", () =>
    expect(stops.map(describeStop)).toEqual([
      "Hunk 1 of 2, a.ts, line 10, 1 added, 1 removed",
      "Hunk 2 of 2, a.ts, line 50, 0 added, 1 removed",
      "logo.png, no changed lines to show",
      "Hunk 1 of 1, b.ts, lines 1 to 2, 2 added, 0 removed",
    ]));

  it("walks by hunk and by file, from where the person stands or has scrolled to", () => {
    const go = (from: number | null, path: string | null, step: 1 | -1, unit: "hunk" | "file") => {
      const stop = nextStop(stops, from === null ? null : (stops[from] ?? null), path, step, unit);
      return stop === null ? -1 : stops.indexOf(stop);
    };
    expect([
      go(null, "a.ts", 1, "hunk"),
      go(0, "a.ts", 1, "hunk"),
      go(1, "a.ts", 1, "hunk"),
      go(3, "b.ts", 1, "hunk"),
      go(0, "a.ts", -1, "hunk"),
      go(0, "b.ts", 1, "hunk"),
      go(0, "b.ts", -1, "hunk"),
      go(0, "a.ts", 1, "file"),
      go(3, "b.ts", -1, "file"),
      go(2, "logo.png", -1, "file"),
      go(null, null, -1, "hunk"),
    ]).toEqual([0, 1, 2, -1, -1, 3, 2, 2, 2, 0, 3]);
  });
});
