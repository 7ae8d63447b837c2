import { expect, test } from "vitest";
import type { PatchFile } from "../../../src/protocol/patch.ts";
import { createFileTexts } from "../../../src/renderer/features/diff/file-texts.ts";
import { mergePatches } from "../../../src/renderer/features/diff/merge-patches.ts";

const hunk = { oldStart: 1, oldLines: 1, newStart: 1, newLines: 1, lines: ["-1", "+2"] };
const name = (text: string) => ({ hash: text, bytes: text.length });
const update = (before: PatchFile["before"], after: PatchFile["after"]): PatchFile => ({
  path: "a",
  kind: "update",
  added: 1,
  removed: 1,
  before,
  after,
  hunks: [hunk],
});
const files = (...parts: readonly PatchFile[]) =>
  mergePatches(parts.map((part, index) => ({ callId: `c${index}`, line: null, files: [part] })));

/** Texts are asked for by their hashes, which say what they hold. */
function lab(gone: readonly string[] = []) {
  const asked: string[][] = [];
  const texts = createFileTexts(async (hashes) => {
    asked.push([...hashes]);
    return hashes.map((hash) => (gone.includes(hash) ? null : `text of ${hash}`));
  });
  return { texts, asked };
}

test("only the first and the last text of a folded file are asked for, each once", async () => {
  const { texts, asked } = lab();
  const [first] = await texts.fill(files(update(name("1"), name("2")), update(name("2"), name("3"))));
  const [second] = await texts.fill(files(update(name("1"), name("2")), update(name("2"), name("3")), update(name("3"), name("4"))));
  expect([asked, first?.before, first?.after, second?.before, second?.after]).toEqual([
    [["1", "3"], ["4"]],
    "text of 1",
    "text of 3",
    "text of 1",
    "text of 4",
  ]);
});

test("texts of old logs and empty ones need no asking", async () => {
  const { texts, asked } = lab();
  const [file] = await texts.fill(files(update("old\n", "")));
  expect([asked, file?.before, file?.after]).toEqual([[], "old\n", ""]);
});

test("a text that is gone leaves one patch its hunks and folded ones their counts", async () => {
  const { texts } = lab(["1"]);
  const [one] = await texts.fill(files(update(name("1"), name("2"))));
  const [folded] = await texts.fill(files(update(name("1"), name("2")), update(name("2"), name("3"))));
  expect([one?.before, one?.hunks, one?.added, folded?.hunks, folded?.added, folded?.removed]).toEqual([null, [hunk], 1, null, 2, 2]);
});

test("what is remembered has a limit", async () => {
  const asked: string[] = [];
  const texts = createFileTexts(async (hashes) => {
    asked.push(...hashes);
    return hashes.map(() => "x".repeat(1_500_000));
  });
  for (const [before, after] of [
    ["1", "2"],
    ["3", "4"],
    ["1", "4"],
  ] as const)
    await texts.fill(files(update(name(before), name(after))));
  expect(asked).toEqual(["1", "2", "3", "4", "1"]);
});
