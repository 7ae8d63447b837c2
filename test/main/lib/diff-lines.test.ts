import { describe, expect, test } from "vitest";
import { diffLines } from "../../../src/main/lib/diff-lines.ts";
import { createRandom } from "../../support/random.ts";

describe("diffLines", () => {
  test.each([
    ["", "", []],
    ["abc", "abc", []],
    ["abc", "axc", [{ at: 1, removed: 1, newAt: 1, added: 1 }]],
    ["", "ab", [{ at: 0, removed: 0, newAt: 0, added: 2 }]],
    ["ab", "", [{ at: 0, removed: 2, newAt: 0, added: 0 }]],
    [
      "abcdef",
      "xbcdey",
      [
        { at: 0, removed: 1, newAt: 0, added: 1 },
        { at: 5, removed: 1, newAt: 5, added: 1 },
      ],
    ],
  ])("%j to %j", (before, after, runs) => {
    expect(diffLines(before.split(""), after.split(""))).toEqual(runs);
  });

  test("runs applied to the old lines give the new lines, also when the step limit makes them coarse", () => {
    const random = createRandom(7);
    for (let round = 0; round < 2_000; round++) {
      const letters = (): string[] => Array.from({ length: random.int(15) }, () => random.pick(["a", "b", "c"]));
      const [before, after] = [letters(), letters()];
      const result: string[] = [];
      let position = 0;
      for (const run of diffLines(before, after, random.chance(0.5) ? 2 : undefined)) {
        result.push(...before.slice(position, run.at), ...after.slice(run.newAt, run.newAt + run.added));
        position = run.at + run.removed;
      }
      expect([...result, ...before.slice(position)]).toEqual(after);
    }
  });
});
