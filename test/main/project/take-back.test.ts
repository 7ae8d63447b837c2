import { describe, expect, test } from "vitest";
import { takeBackHunks } from "../../../src/main/project/take-back.ts";
import { diffOfTexts } from "../../../src/main/tools/apply-patch/hunks.ts";
import { createRandom } from "../../support/random.ts";

/** Takes the hunks with these numbers (from 0) of a change back in a text. */
function takeBack(before: string, after: string, numbers: readonly number[], present = after): string | readonly (readonly number[])[] {
  const { hunks } = diffOfTexts(before, after);
  const chosen = numbers.map((number) => {
    const hunk = hunks[number];
    if (hunk === undefined) throw new Error(`There is no hunk ${number} of ${hunks.length}.`);
    const { oldStart, oldLines, newStart, newLines } = hunk;
    return { oldStart, oldLines, newStart, newLines };
  });
  const outcome = takeBackHunks(Buffer.from(before), Buffer.from(after), Buffer.from(present), chosen);
  return "bytes" in outcome ? outcome.bytes.toString("utf8") : outcome.lines;
}

const lines = (count: number, change: (line: number) => string | null = () => null): string =>
  Array.from({ length: count }, (_, i) => change(i + 1) ?? `line ${i + 1}\n`).join("");

describe("taking hunks back", () => {
  const before = lines(40);
  const after = lines(40, (line) => ({ 3: "three\n", 20: "twenty\nand more\n", 38: "" })[line] ?? null);

  test("one of several, all of them, and the first after the last", () => {
    expect(takeBack(before, after, [1])).toBe(lines(40, (line) => ({ 3: "three\n", 38: "" })[line] ?? null));
    expect(takeBack(before, after, [2, 0, 1])).toBe(before);
    expect(takeBack(before, after, [2])).toBe(lines(40, (line) => ({ 3: "three\n", 20: "twenty\nand more\n" })[line] ?? null));
  });

  test("in a text that changed elsewhere since, at the lines where they are now", () => {
    const present = `new first\n${after.replace("line 30\n", "thirty\nthirty one\n")}`;
    expect(takeBack(before, after, [1], present)).toBe(
      `new first\n${lines(40, (line) => ({ 3: "three\n", 38: "" })[line] ?? null).replace("line 30\n", "thirty\nthirty one\n")}`,
    );
    expect(takeBack(before, after, [0, 1, 2], present)).toBe(`new first\n${before.replace("line 30\n", "thirty\nthirty one\n")}`);
  });

  test("not where their own lines were changed since: the lines are named and nothing is taken back", () => {
    const present = after.replace("twenty\n", "by hand\n");
    expect(takeBack(before, after, [0, 1], present)).toEqual([[20, 20]]);
  });

  test.each([
    ["at the beginning", "b\nc\n", "a\nb\nc\n"],
    ["at the end", "a\nb\n", "a\nb\nc\n"],
    ["of all", "", "a\nb\n"],
    ["that removed all", "a\nb\n", ""],
    ["behind a last line without an end", "a\nb", "a\nb\nc\n"],
    ["that took the last line end", "a\nb\n", "a\nc"],
    ["with a byte order mark", "\uFEFFa\nb\n", "\uFEFFx\nb\n"],
    ["with carriage returns", "a\r\nb\r\nc\r\n", "a\r\nx\r\ny\r\nc\r\n"],
    ["that is binary to nobody", "é\n漢\n", "é\n🎉\n"],
  ])("a change %s", (_, old, fresh) => {
    expect(takeBack(old, fresh, [0])).toBe(old);
  });

  test("keeps lines whole where the old text ended without a line end", () => {
    expect(takeBack("a\nb", "a\nx\n", [0], "a\nx\nlater\n")).toBe("a\nb\nlater\n");
    expect(takeBack("a\r\nb", "a\r\nx\r\n", [0], "a\r\nx\r\nlater\r\n")).toBe("a\r\nb\r\nlater\r\n");
  });

  test("random changes: all hunks one after the other, in any order, lead back to the old text", () => {
    const random = createRandom(11);
    for (let round = 0; round < 400; round++) {
      const text = (): string[] => Array.from({ length: 1 + random.int(60) }, () => `${random.int(8)}\n`);
      const old = text();
      const fresh = old.flatMap((line) => (random.chance(0.12) ? [`new ${random.int(5)}\n`] : random.chance(0.08) ? [] : [line]));
      const [a, b] = [old.join(""), fresh.join("")];
      let present = b;
      for (let left = diffOfTexts(a, present).hunks; left.length > 0; left = diffOfTexts(a, present).hunks) {
        const next = takeBack(a, present, [random.int(left.length)]);
        if (typeof next !== "string") throw new Error(`Refused: ${JSON.stringify([a, present])}`);
        present = next;
      }
      expect(present).toBe(a);
      if (b !== a) expect(takeBack(a, b, [...diffOfTexts(a, b).hunks.keys()])).toBe(a);
    }
  });
});
