import { expect, it, vi } from "vitest";
import type { ReviewFile } from "../../../src/renderer/features/diff/merge-patches.ts";
import { parseFile, parseFiles, type ParsedFile, type ParseInput } from "../../../src/renderer/features/diff/parse-file.ts";
import { pills } from "../../../src/renderer/features/diff/pills.ts";
import { prepareBatch } from "../../../src/renderer/features/diff/prepare-batch.ts";

// The library looks at the browser when it is loaded; Node 20 has no navigator.
vi.hoisted(() => vi.stubGlobal("navigator", { userAgent: "node", platform: "Linux", maxTouchPoints: 0 }));

const file = (key: string): ReviewFile => ({
  key,
  path: key,
  fromPath: null,
  kind: "update",
  before: "a\n",
  after: "b\n",
  added: 1,
  removed: 1,
  hunks: null,
  sums: { added: 1, removed: 1 },
  parts: 1,
  changedBetween: false,
  origins: [],
  byCommands: [],
});
const ready = ({ key }: ReviewFile): ParsedFile => ({ key, added: 1, removed: 1, hunkCount: 1, hiddenHunks: 0, diff: null });
const files = ["a", "b", "c", "d", "e"].map(file);

it("one file that cannot be read keeps no other from the review, and says why", () => {
  const input = (key: string, lines: readonly string[]): ParseInput => ({
    ...file(key),
    before: "a\n",
    after: "b\n",
    hunks: [{ oldStart: 1, oldLines: 1, newStart: 1, newLines: 1, lines }],
  });
  const bad = input("bad", ["?"]);
  expect(() => parseFile(bad)).toThrow();
  const [first, second, third] = parseFiles([input("one", ["-a", "+b"]), bad, input("two", ["-a", "+b"])]);
  expect([first?.hunkCount, third?.hunkCount, first?.problem, third?.problem]).toEqual([1, 1, undefined, undefined]);
  expect(second).toMatchObject({ key: "bad", diff: null, hunkCount: 0, problem: expect.stringMatching(/./) });
});

it("a batch that fails is tried in halves, down to the file that fails", async () => {
  let calls = 0;
  const done = await prepareBatch(
    files,
    async (batch) => {
      calls++;
      if (batch.some(({ key }) => key === "d")) throw new Error("d broke the worker");
      return batch.map(ready);
    },
    () => false,
  );
  expect(done.map(({ key, problem }) => `${key} ${problem ?? "-"}`)).toEqual(["a -", "b -", "c -", "d d broke the worker", "e -"]);
  expect(calls).toBeLessThan(9);
});

it("nothing is tried again when nobody waits any more", async () => {
  let gone = false;
  const done = await prepareBatch(
    files,
    () => {
      gone = true;
      return Promise.reject(new Error("closed"));
    },
    () => gone,
  );
  expect(done).toEqual([]);
});

it.each([
  [0, 4, "...."],
  [2, 6, "##...."],
  [6, 6, "######"],
  [0, 0, ""],
  [1, 200, "......"],
  [199, 200, "#####."],
  [200, 200, "######"],
])("%i of %i hunks: %s", (accepted, hunks, drawn) => {
  expect(
    pills(accepted, hunks)
      .map((on) => (on ? "#" : "."))
      .join(""),
  ).toBe(drawn);
});
