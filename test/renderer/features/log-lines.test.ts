import { describe, expect, it } from "vitest";
import { createLogLines, drawnLine, plainLine } from "../../../src/renderer/features/tasks/log-lines.ts";

const escape = "\u001B";

describe("lines of a log", () => {
  it("come out the same however the text was cut", () => {
    const text = "one\n\ntwo\nthree\n\nlast";
    for (const size of [1, 2, 3, 5, 100]) {
      const log = createLogLines();
      for (let at = 0; at < text.length; at += size) log.add(text.slice(at, at + size));
      expect(log.lines).toEqual(["one", "", "two", "three", "", "last"]);
    }
  });

  it("go on where a line had no end", () => {
    const log = createLogLines();
    for (const part of ["a", "b\n", "", "c\n", "\n", "d"]) log.add(part);
    expect(log.lines).toEqual(["ab", "c", "", "d"]);
  });

  it.each([
    ["plain", "plain"],
    [`${escape}[31mred${escape}[0m and ${escape}[1;4mbold`, "red and bold"],
    ["10 %\r50 %\r100 %\r", "100 %"],
    [`${escape}]0;title\u0007text`, "text"],
    [`${escape}]8;;https://a.example${escape}\\link`, "link"],
  ])("draws %j as %j", (line, expected) => expect(drawnLine(line)).toBe(expected));

  it("are copied whole, however long they are", () =>
    expect(plainLine(`${escape}[31m${"x".repeat(5_000)}${escape}[0m\r`)).toBe("x".repeat(5_000)));

  it("cuts a line that is too long to draw, and says how long it is", () =>
    expect(drawnLine("x".repeat(5_000))).toBe(`${"x".repeat(2_000)}… (5,000 characters)`));
});
