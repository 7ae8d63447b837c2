import { expect, test } from "vitest";
import { leaveOut } from "../../../src/main/tools/apply-patch/leave-out.ts";
import { parsePatch } from "../../../src/main/tools/apply-patch/parse.ts";
import type { PatchPart } from "../../../src/protocol/approval.ts";
import { createRandom } from "../../support/random.ts";

const patch = [
  "*** Begin Patch",
  "*** Update File: a",
  "@@ def f",
  " x",
  "-one",
  "+two",
  "@@",
  "-three",
  "*** End of File",
  "*** Add File: b",
  "+1",
  "+",
  "*** Delete File: c",
  "*** Update File: d",
  "*** Move to: e",
  "@@",
  "+end",
  "*** End Patch",
].join("\n");

test.each([
  [
    [{ operation: 0, chunk: 0 }],
    ["a: -one"],
    "*** Update File: a\n@@\n-three\n*** End of File\n*** Add File: b\n+1\n+\n*** Delete File: c\n*** Update File: d\n*** Move to: e\n@@\n+end",
  ],
  [
    [
      { operation: 0, chunk: null },
      { operation: 1, chunk: null },
    ],
    ["a: all of it", "b: all of it"],
    "*** Delete File: c\n*** Update File: d\n*** Move to: e\n@@\n+end",
  ],
  [
    [
      { operation: 0, chunk: 1 },
      { operation: 0, chunk: 0 },
      { operation: 2, chunk: null },
    ],
    ["a: -three", "a: -one", "c: all of it"],
    "*** Add File: b\n+1\n+\n*** Update File: d\n*** Move to: e\n@@\n+end",
  ],
  // A move without a change cannot be said.
  [
    [
      { operation: 0, chunk: null },
      { operation: 3, chunk: 0 },
    ],
    ["a: all of it", "d: +end", "d: its move to e"],
    "*** Add File: b\n+1\n+\n*** Delete File: c",
  ],
] as const)("leaves out %j", (parts, leftOut, left) => {
  const rest = leaveOut(patch, parts);
  expect(rest.patch).toBe(`*** Begin Patch\n${left}\n*** End Patch`);
  expect(rest.leftOut).toEqual(leftOut);
});

test.each([
  [[{ operation: 9, chunk: null }], "not there"],
  [[{ operation: 0, chunk: 7 }], "not there"],
  [[{ operation: 1, chunk: 0 }], "not there"],
  [[0, 1, 2, 3].map((operation) => ({ operation, chunk: null })), "Nothing would be left"],
])("refuses %j", (parts, message) => {
  expect(() => leaveOut(patch, parts)).toThrow(
    expect.objectContaining({ code: "invalid_input", message: expect.stringContaining(message) }),
  );
});

test("what stays of random patches reads as the same operations and chunks", () => {
  const random = createRandom(3);
  const pick = (items: readonly string[]): string => items[random.int(items.length)] ?? "";
  for (let round = 0; round < 500; round++) {
    const file = (i: number): string[] => {
      const kind = random.int(3);
      if (kind === 0)
        return [`*** Add File: n${i}`, ...Array.from({ length: random.int(3) }, () => `+${pick(["", "a", "  b ", "*** x"])}`)];
      if (kind === 1) return [`*** Delete File: d${i}`];
      const chunk = (): string[] => [
        pick(["@@", "@@ class A", "@@  spaced "]),
        ...Array.from({ length: 1 + random.int(4) }, () => `${pick([" ", "+", "-"])}${pick(["", "x", "\ty ", "@@ z", "*** End"])}`),
        ...(random.chance(0.2) ? ["*** End of File"] : []),
      ];
      return [
        `*** Update File: u${i}`,
        ...(random.chance(0.3) ? [`*** Move to: m${i}`] : []),
        ...Array.from({ length: 1 + random.int(3) }, chunk).flat(),
      ];
    };
    const text = [
      "*** Begin Patch",
      ...Array.from({ length: 1 + random.int(4) }, (_, i) => file(i)).flat(),
      "*** Delete File: last",
      "*** End Patch",
    ].join("\n");
    const { operations } = parsePatch(text);
    const parts = operations.slice(0, -1).flatMap((operation, at): PatchPart[] => {
      if (random.chance(0.3)) return [{ operation: at, chunk: null }];
      return operation.type === "update" && random.chance(0.5) ? [{ operation: at, chunk: random.int(operation.chunks.length) }] : [];
    });
    const expected = operations.flatMap((operation, at) => {
      const own = parts.filter((part) => part.operation === at);
      if (own.some(({ chunk }) => chunk === null)) return [];
      if (operation.type !== "update" || own.length === 0) return [operation];
      const chunks = operation.chunks.filter((_, chunk) => own[0]?.chunk !== chunk);
      return chunks.length === 0 ? [] : [{ ...operation, chunks }];
    });
    expect(parsePatch(leaveOut(text, parts).patch).operations).toEqual(expected);
  }
});
