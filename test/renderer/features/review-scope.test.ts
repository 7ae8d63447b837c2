import { describe, expect, it } from "vitest";
import { commandsInScope, patchesInScope, scopeChoices, undoScopeOf } from "../../../src/renderer/features/diff/review-scope.ts";

const patches = [
  { turnId: "t1", callId: "c1", line: null, undone: false, files: [] },
  { turnId: "t1", callId: "c2", line: null, undone: false, files: [] },
  { turnId: "t2", callId: "c3", line: null, undone: false, files: [] },
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

  it("of one patch holds what was taken back of it, as long as that stands", () => {
    const back = { turnId: "t1", callId: "review-1", line: null, undone: false, files: [], takenBack: { calls: ["c2"], hunks: 1 } };
    const of = (undone: boolean) => patchesInScope([...patches, { ...back, undone }], "patch", "c2").map(({ callId }) => callId);
    expect([of(false), of(true)]).toEqual([["c2", "review-1"], ["c2"]]);
  });

  it("of a script holds its patches and what its commands changed, and is undone as one", () => {
    const some = ["c1", "c2.1", "c2.3", "c20.1"].map((callId) => ({ turnId: "t1", callId, line: null, undone: false, files: [] }));
    const changes = [
      { turnId: "t1", callIds: ["c2.2"] },
      { turnId: "t1", callIds: ["c1"] },
    ];
    const of = (callId: string | null) => patchesInScope(some, "script", callId).map((patch) => patch.callId);
    expect([of("c2.1"), of(null), of("c1")]).toEqual([["c2.1", "c2.3"], ["c20.1"], []]);
    expect(commandsInScope(some, changes, "script", "c2.1")).toEqual([changes[0]]);
    expect(undoScopeOf(some, "script", "c2.3")).toEqual({ kind: "script", id: "c2" });
    expect(
      [scopeChoices(some, "c2.1"), scopeChoices(some, "c20.1"), scopeChoices(some, null)].map((all) => all.map(({ value }) => value)),
    ).toEqual([
      ["conversation", "turn", "script", "patch"],
      ["conversation", "turn", "patch"],
      ["conversation", "script"],
    ]);
  });

  it("offers only what differs", () => {
    const values = (rows: typeof patches, callId: string | null) => scopeChoices(rows, callId).map((choice) => choice.value);
    expect([values(patches, null), values(patches.slice(0, 2), null), values(patches, "c1")]).toEqual([
      ["conversation", "turn"],
      ["conversation"],
      ["conversation", "turn", "patch"],
    ]);
  });
});
