import { expect, test } from "vitest";
import { cutAtPlaces, findInLines, rawLines } from "../../../src/renderer/features/conversation/raw-lines.ts";

const joined = (text: string) =>
  rawLines(text)
    .map((line) => line.map(({ text: part }) => part).join(""))
    .join("\n");

test("lines are the text, with the original prompt marked, also where it begins or ends within a line", () => {
  const text = "[user]\nsee <original-user-prompt>fix\nit</original-user-prompt> now\n\nend";
  expect(joined(text)).toBe(text);
  expect(rawLines(text).map((line) => line.map(({ prompt }) => (prompt ? "P" : "-")).join(""))).toEqual(["-", "-P", "P-", "", "-"]);
});

test("a line of a megabyte is many short ones", () => {
  const lines = rawLines(`a\n${"x".repeat(1_000_000)}\nb`);
  expect(lines.length).toBe(502);
  expect(lines.every((line) => line.reduce((sum, { text }) => sum + text.length, 0) <= 2_000)).toBe(true);
});

test("finds every place, upper and lower case alike, with letters that patterns are made of", () => {
  const lines = rawLines("Retry (a+b)\nnothing\nretry and RETRY, (A+B)");
  expect(findInLines(lines, "retry")).toEqual([
    { line: 0, at: 0 },
    { line: 2, at: 0 },
    { line: 2, at: 1 },
  ]);
  expect(findInLines(lines, "(a+b)").map(({ line }) => line)).toEqual([0, 2]);
  expect(findInLines(lines, "")).toEqual([]);
});

test("a line is cut where places begin and end, across the edge of the prompt too", () => {
  const [line = []] = rawLines("ab<original-user-prompt>cd</original-user-prompt>");
  const runs = cutAtPlaces(line, "b<original");
  expect(runs.map(({ text, place, prompt }) => [text, place, prompt])).toEqual([
    ["a", null, false],
    ["b", 0, false],
    ["<original", 0, true],
    ["-user-prompt>cd</original-user-prompt>", null, true],
  ]);
});
