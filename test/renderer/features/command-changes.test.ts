import { expect, test } from "vitest";
import type { CommandFile } from "../../../src/protocol/patch.ts";
import { withCommandChanges } from "../../../src/renderer/features/diff/command-changes.ts";
import { mergePatches } from "../../../src/renderer/features/diff/merge-patches.ts";

const hunk = { oldStart: 1, oldLines: 1, newStart: 1, newLines: 1, lines: ["-1", "+2"] };
const found = (path: string, kind: CommandFile["kind"], hunks: CommandFile["hunks"] = []): CommandFile => ({
  path,
  kind,
  added: hunks.length === 0 ? null : 1,
  removed: hunks.length === 0 ? null : 1,
  bytesBefore: 2,
  bytesAfter: 2,
  hunks,
});

test("marks files of patches and adds the others; lines only of one look whose earlier content was known", () => {
  const patched = mergePatches([
    { callId: "c1", line: null, files: [{ path: "a", kind: "update", added: 1, removed: 1, before: "1", after: "2", hunks: [hunk] }] },
  ]);
  const files = withCommandChanges(patched, [
    {
      turnId: "t1",
      callIds: ["c2"],
      files: [found("a", "modified"), found("b", "modified", [hunk]), found("c", "added"), found("tmp", "added")],
    },
    { turnId: "t1", callIds: ["c3", "c4"], files: [found("c", "modified", [hunk]), found("tmp", "deleted")] },
  ]);
  expect(
    files.map((file) => `${file.kind} ${file.path} ${file.parts} ${file.added} ${file.hunks?.length} ${file.byCommands.join(",")}`),
  ).toEqual(["update a 1 1 1 c2", "update b 0 1 1 c2", "add c 0 null 0 c2,c3,c4"]);
});

test("a hunk is followed to the call it comes from, through the patches after it", () => {
  const lines = (...numbers: number[]) => numbers.map((number) => `${number}\n`).join("");
  const [file] = mergePatches([
    {
      callId: "c1.1",
      line: 4,
      files: [
        {
          path: "a",
          kind: "update",
          added: 1,
          removed: 1,
          before: lines(1, 2, 3, 4, 5, 6, 7, 8, 9),
          after: lines(1, 2, 3, 4, 5, 6, 7, 80, 9),
          hunks: [{ oldStart: 7, oldLines: 3, newStart: 7, newLines: 3, lines: [" 7", "-8", "+80", " 9"] }],
        },
      ],
    },
    {
      callId: "c2",
      line: null,
      files: [
        {
          path: "a",
          kind: "update",
          added: 2,
          removed: 0,
          before: lines(1, 2, 3, 4, 5, 6, 7, 80, 9),
          after: lines(-1, 0, 1, 2, 3, 4, 5, 6, 7, 80, 9),
          hunks: [{ oldStart: 1, oldLines: 1, newStart: 1, newLines: 3, lines: ["+-1", "+0", " 1"] }],
        },
      ],
    },
  ]);
  expect(file?.origins).toEqual([
    { callId: "c1.1", line: 4, ranges: [[10, 10]] },
    { callId: "c2", line: null, ranges: [[1, 2]] },
  ]);
});
