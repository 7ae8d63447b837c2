import { describe, expect, it } from "vitest";
import { diffLines, linesOf } from "../../../src/renderer/features/diff/line-diff.ts";

/** Applies hunks to the old lines; fails loudly when context does not match. */
function apply(before: string, hunks: ReturnType<typeof diffLines>["hunks"]): string[] {
  const old = linesOf(before);
  const out: string[] = [];
  let at = 0;
  for (const hunk of hunks) {
    const start = hunk.oldLines === 0 ? hunk.oldStart : hunk.oldStart - 1;
    while (at < start) out.push(old[at++] ?? "?");
    expect(hunk.newLines === 0 ? hunk.newStart : hunk.newStart - 1).toBe(out.length);
    for (const line of hunk.lines) {
      if (!line.startsWith("+")) expect(old[at++]).toBe(line.slice(1));
      if (!line.startsWith("-")) out.push(line.slice(1));
    }
  }
  return [...out, ...old.slice(at)];
}

const many = Array.from({ length: 40 }, (_, index) => `line ${index}`).join("\n");

describe("diffLines", () => {
  const cases: readonly (readonly [name: string, before: string, after: string, counts: string])[] = [
    ["nothing for equal texts", "a\nb\n", "a\nb\n", "+0 -0 0"],
    ["nothing for a last newline", "a\nb", "a\nb\n", "+0 -0 0"],
    ["nothing for other line ends", "a\r\nb\r\n", "a\nb\n", "+0 -0 0"],
    ["a new file", "", "a\nb\n", "+2 -0 1"],
    ["a deleted file", "a\nb\n", "", "+0 -2 1"],
    ["a changed line", "a\nb\nc\n", "a\nB\nc\n", "+1 -1 1"],
    ["an insertion at the start", "b\nc\n", "a\nb\nc\n", "+1 -0 1"],
    ["a removal at the end", "a\nb\nc\n", "a\nb\n", "+0 -1 1"],
    ["two far changes in two hunks", many, many.replace("line 3", "x").replace("line 30", "y"), "+2 -2 2"],
    ["two near changes in one hunk", many, many.replace("line 20", "x").replace("line 26", "y"), "+2 -2 1"],
    ["lines that are not unique", "}\n}\n}\nx\n}\n", "}\n}\nx\n}\n}\n", "+1 -1 1"],
    ["a moved block", "a\nb\nc\nd\ne\nf\n", "d\ne\nf\na\nb\nc\n", "+3 -3 1"],
  ];
  it.each(cases)("finds %s", (_name, before, after, counts) => {
    const diff = diffLines(before, after);
    expect(apply(before, diff.hunks)).toEqual(linesOf(after));
    expect(`+${diff.added} -${diff.removed} ${diff.hunks.length}`).toBe(counts);
  });

  it("is right for random edits of texts with many equal lines", () => {
    let seed = 7;
    const random = (limit: number) => (seed = (seed * 16_807) % 2_147_483_647) % limit;
    for (let round = 0; round < 200; round++) {
      const before = Array.from({ length: random(60) }, () => `l${random(9)}`);
      const after = before.flatMap((line) => (random(6) === 0 ? [] : random(6) === 0 ? [line, `n${random(5)}`] : [line]));
      const [a, b] = [before.join("\n"), after.join("\n")];
      const diff = diffLines(a, b);
      expect(apply(a, diff.hunks)).toEqual(linesOf(b));
      expect(diff.added - diff.removed).toBe(linesOf(b).length - linesOf(a).length);
    }
  });

  it("compares 20,000 rewritten lines without hanging", () => {
    const before = Array.from({ length: 20_000 }, (_, index) => (index % 3 === 0 ? "}" : `old ${index}`)).join("\n");
    const after = Array.from({ length: 20_000 }, (_, index) => (index % 3 === 0 ? "}" : `new ${index}`)).join("\n");
    const diff = diffLines(before, after);
    expect(apply(before, diff.hunks)).toEqual(linesOf(after));
  });
});
