import { expect, test } from "vitest";
import { drawnPlace } from "../../../src/renderer/features/conversation/find-place.ts";

const starts = (text: string, query: string): readonly number[] => [...text.matchAll(new RegExp(query, "g"))].map(({ index }) => index);
const placed = (told: string, query: string, at: number, drawn: string) => drawnPlace({ told, query, at }, drawn, starts(drawn, query));

test("the same text: the same number, also where the words around are alike", () => {
  const text = "red apple, red apple, red apple";
  expect([0, 1, 2].map((at) => placed(text, "apple", at, text))).toEqual([0, 1, 2]);
});

test("what is drawn besides does not count", () => {
  const told = "run the tests\nall tests passed\nno tests left";
  const drawn = "show tests\nrun the tests\n12 ms\nall tests passed\ncopy tests\nno tests left";
  expect([0, 1, 2].map((at) => placed(told, "tests", at, drawn))).toEqual([1, 2, 4]);
});

test("signs of Markdown that are not drawn do not matter", () => {
  expect(placed("# the **zebra**\n\n- a `zebra` in a list", "zebra", 1, "the zebra\na zebra in a list")).toBe(1);
});

test("a place that is folded away is none of those that are drawn", () => {
  const told = "one needle here\nanother needle in the dark part";
  expect([placed(told, "needle", 1, "one needle here\nmore"), placed(told, "needle", 0, "one needle here\nmore")]).toEqual([-1, 0]);
  expect(placed("needle", "needle", 0, "needle")).toBe(0);
});
