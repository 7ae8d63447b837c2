import { expect, test } from "vitest";
import { splitLines } from "../../../src/main/tools/apply-patch/lines.ts";
import { createMatcher } from "../../../src/main/tools/apply-patch/match.ts";
import { plainFindBlock } from "../../support/plain-match.ts";
import { createRandom, type Random } from "../../support/random.ts";

const pieces = ["a", "b", "", " ", "  ", "\t", "é", "\u00a0", "\u3000", "\u0085", "\ufeff", "’", "'", "–", "-", "\ufffd", "😀"] as const;
/** Halves of a pair come in patches, never in files. */
const patchPieces = [...pieces, "\ud800"] as const;

function randomLine(random: Random, from: readonly [string, ...string[]]): string {
  return Array.from({ length: random.int(4) }, () => random.pick(from)).join("");
}

/** A block that stands in the file, more or less: white space and typography differ. */
function randomBlock(random: Random, lines: readonly string[]): string[] {
  const at = random.int(lines.length + 1);
  const block = lines.slice(at, at + 1 + random.int(5));
  return block.map((line) => {
    if (random.chance(0.7)) return line;
    if (random.chance(0.3)) return randomLine(random, patchPieces);
    const plain = random.chance(0.5) ? line.replaceAll("’", "'").replaceAll("–", "-") : line;
    return `${random.pick(["", " ", "\u00a0"])}${plain}${random.pick(["", "\t", "\u3000"])}`;
  });
}

test("blocks are found where the plain rules find them, several in one file", () => {
  const random = createRandom(24);
  let loose = 0;
  for (let round = 0; round < 30_000; round++) {
    // Few kinds of lines: much is equal, blocks begin often and break off.
    const kinds = Array.from({ length: 1 + random.int(6) }, () => randomLine(random, pieces));
    const lines = Array.from({ length: random.int(30) }, () => kinds[random.int(kinds.length)] ?? "");
    const file = splitLines(lines.map((line) => `${line}\n`).join(""));
    const matcher = createMatcher(file);
    for (let blocks = random.int(6); blocks >= 0; blocks--) {
      const block = randomBlock(random, lines);
      const from = random.int(lines.length + 2);
      const atEnd = random.chance(0.2);
      const wanted = plainFindBlock(file, block, from, atEnd);
      const found = matcher.findBlock(block, from, atEnd);
      if (found !== wanted) expect({ lines, block, from, atEnd, found }).toEqual({ lines, block, from, atEnd, found: wanted });
      if (wanted !== undefined && block.some((line, index) => line !== lines[wanted + index])) loose++;
    }
  }
  expect(loose).toBeGreaterThan(5_000);
});

test("many equal lines and blocks that break off late cost one look at each line", () => {
  const file = splitLines("  }\n".repeat(500_000));
  const block = [...Array.from({ length: 400 }, () => "  }"), "end"];
  const started = performance.now();
  expect(createMatcher(file).findBlock(block, 0, false)).toBeUndefined();
  const loosely = splitLines(`${"  }\n".repeat(500_000)}end`);
  expect(createMatcher(loosely).findBlock([...block.slice(0, -1).map(() => "}"), "end"], 0, false)).toBe(499_600);
  // About 0.3 s here; comparing line by line does not end in 200 s.
  expect(performance.now() - started).toBeLessThan(15_000);
});
