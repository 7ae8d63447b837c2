import { describe, expect, it } from "vitest";
import type { PatchFile, PatchText } from "../../../src/protocol/patch.ts";
import { mergePatches } from "../../../src/renderer/features/diff/merge-patches.ts";

function file(kind: PatchFile["kind"], path: string, before: string | null, after: string | null, fromPath?: string): PatchFile {
  return { path, kind, ...(fromPath === undefined ? {} : { fromPath }), added: 1, removed: 1, before, after, hunks: [] };
}

/** One patch per list; `path kind before>after` is enough to see what was folded. */
function merged(...patches: readonly (readonly PatchFile[])[]): string[] {
  return mergePatches(patches.map((files, index) => ({ callId: `c${index + 1}`, line: null, files }))).map(
    (each) =>
      `${each.fromPath === null ? "" : `${each.fromPath}→`}${each.path} ${each.kind} ${told(each.before)}>${told(each.after)}${each.changedBetween ? " !" : ""}`,
  );
}

function told(text: PatchText | null): string | null {
  return text === null || typeof text === "string" ? text : text.hash;
}

/** As events name texts now; `file` has them as logs of earlier versions do. */
function named(one: PatchFile): PatchFile {
  const name = (text: PatchText | null): PatchText | null =>
    typeof text !== "string" || text === "" ? text : { hash: text, bytes: text.length };
  return { ...one, before: name(one.before), after: name(one.after) };
}

describe("mergePatches", () => {
  const cases: readonly {
    readonly name: string;
    readonly patches: readonly (readonly PatchFile[])[];
    readonly expected: readonly string[];
  }[] = [
    {
      name: "keeps a single patch as it is",
      patches: [[file("update", "a", "1", "2"), file("add", "b", "", "x")]],
      expected: ["a update 1>2", "b add >x"],
    },
    {
      name: "folds two updates from the first before to the last after",
      patches: [[file("update", "a", "1", "2")], [file("update", "a", "2", "3")]],
      expected: ["a update 1>3"],
    },
    {
      name: "marks a file that changed between two patches",
      patches: [[file("update", "a", "1", "2")], [file("update", "a", "2b", "3")]],
      expected: ["a update 1>3 !"],
    },
    {
      name: "calls a new file that was edited new",
      patches: [[file("add", "a", "", "1")], [file("update", "a", "1", "2")]],
      expected: ["a add >2"],
    },
    {
      name: "leaves out a file that was made and deleted",
      patches: [[file("add", "a", "", "1")], [file("delete", "a", "1", "")]],
      expected: [],
    },
    {
      name: "leaves out a file that is back to what it was",
      patches: [[file("update", "a", "1", "2")], [file("update", "a", "2", "1")]],
      expected: [],
    },
    {
      name: "shows a deletion with the text before the first edit",
      patches: [[file("update", "a", "1", "2")], [file("delete", "a", "2", "")]],
      expected: ["a delete 1>"],
    },
    {
      name: "makes an update of a file deleted and made again",
      patches: [[file("delete", "a", "1", "")], [file("add", "a", "", "2")]],
      expected: ["a update 1>2"],
    },
    {
      name: "follows moves to where the file stands now",
      patches: [[file("update", "a", "1", "2")], [file("move", "b", "2", "2", "a")], [file("move", "c", "2", "3", "b")]],
      expected: ["a→c move 1>3"],
    },
    {
      name: "forgets a move there and back",
      patches: [[file("move", "b", "1", "1", "a")], [file("move", "a", "1", "2", "b")]],
      expected: ["a update 1>2"],
    },
    {
      name: "treats a new file at the old path of a moved one as its own",
      patches: [[file("move", "b", "1", "1", "a")], [file("add", "a", "", "9")]],
      expected: ["a→b move 1>1", "a add >9"],
    },
    {
      name: "keeps only counts when one part has no text",
      patches: [[file("update", "a", "1", "2")], [file("update", "a", null, null)]],
      expected: ["a update null>null"],
    },
  ];
  it.each(cases)("$name", ({ patches, expected }) => expect(merged(...patches.map((files) => files.map(named)))).toEqual(expected));
  it.each(cases)("$name, in a log of an earlier version", ({ patches, expected }) => expect(merged(...patches)).toEqual(expected));

  it("folds a patch of an earlier version with one of this: what cannot be compared is not called changed", () =>
    expect(
      merged(
        [file("add", "a", "", "1"), file("update", "b", "1", "2")],
        [named(file("update", "a", "1", "2")), named(file("update", "b", "2", "1"))],
      ),
    ).toEqual(["a add >2", "b update 1>1"]));

  it("gives a file a new key with every further patch and sums counts it cannot compute", () => {
    const one = mergePatches([{ callId: "c1", line: null, files: [file("update", "a", null, null)] }]);
    const two = mergePatches(["c1", "c2"].map((callId) => ({ callId, line: null, files: [file("update", "a", null, null)] })));
    expect({ keys: new Set([one[0]?.key, two[0]?.key]).size, added: two[0]?.added, parts: two[0]?.parts }).toEqual({
      keys: 2,
      added: 2,
      parts: 2,
    });
  });
});
