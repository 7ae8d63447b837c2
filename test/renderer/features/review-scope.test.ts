import { describe, expect, it } from "vitest";
import { patchesInScope, scopeChoices } from "../../../src/renderer/features/diff/review-scope.ts";

const patches = [
  { turnId: "t1", callId: "c1", undone: false, files: [] },
  { turnId: "t1", callId: "c2", undone: false, files: [] },
  { turnId: "t2", callId: "c3", undone: false, files: [] },
];

describe("the scope of a review", () => {
  it.each([
    ["conversation", null, "c1 c2 c3"],
    ["turn", null, "c3"],
    ["turn", "c1", "c1 c2"],
    ["patch", "c2", "c2"],
    ["patch", "gone", "c1 c2 c3"],
  ] as const)("%s asked with %s holds %s", (scope, callId, expected) =>
    expect(
      patchesInScope(patches, scope, callId)
        .map((patch) => patch.callId)
        .join(" "),
    ).toBe(expected),
  );

  it("offers only what differs", () => {
    const values = (rows: typeof patches, callId: string | null) => scopeChoices(rows, callId).map((choice) => choice.value);
    expect([values(patches, null), values(patches.slice(0, 2), null), values(patches, "c1")]).toEqual([
      ["conversation", "turn"],
      ["conversation"],
      ["conversation", "turn", "patch"],
    ]);
  });
});
