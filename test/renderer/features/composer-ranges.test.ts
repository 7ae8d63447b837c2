import { expect, test } from "vitest";
import { rangesIn } from "../../../src/renderer/features/composer/ranges.ts";

const found = (text: string, finished = true) => rangesIn(text, finished).map(({ path, range }) => `${path} ${range.from} ${range.to}`);

test("names files with ranges of lines, also absolute ones, in brackets and at the end of a sentence", () => {
  expect(found("See src/a.ts:10-20 and (./b.ts:3-3), /tmp/c d.ts:1-2.")).toEqual(["src/a.ts 10 20", "./b.ts 3 3", "d.ts 1 2"]);
  expect(found("C:\\x\\y.ts:4-9")).toEqual(["C:\\x\\y.ts 4 9"]);
  expect(found("one.ts:1-2\ntwo.ts:3-4")).toEqual(["one.ts 1 2", "two.ts 3 4"]);
});

test("a range that is being typed waits; times, ratios and backward ranges are none", () => {
  expect(found("src/a.ts:10-2", false)).toEqual([]);
  expect(found("src/a.ts:10-20 ", false)).toEqual(["src/a.ts 10 20"]);
  expect(found("src/a.ts:20-10 b.ts:0-3 c.ts:7")).toEqual([]);
  expect(found("http://host:80-90/x")).toEqual([]);
});
