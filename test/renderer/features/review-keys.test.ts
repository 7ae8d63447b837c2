import { expect, it, vi } from "vitest";
import { letterAction } from "../../../src/renderer/features/diff/use-review-keys.ts";

it("letters of the review work once for each press; only those that move go on while they are held", () => {
  const actions = {
    step: vi.fn(),
    accept: vi.fn(),
    acceptAll: vi.fn(),
    reject: vi.fn(),
    undo: vi.fn(),
    comment: vi.fn(),
    openFile: vi.fn(),
  };
  for (const repeat of [false, true]) for (const key of "npNParucox") letterAction({ key, repeat })?.(actions);
  const { step, acceptAll, ...once } = actions;
  expect(step.mock.calls.slice(0, 4)).toEqual([
    [1, "hunk"],
    [-1, "hunk"],
    [1, "file"],
    [-1, "file"],
  ]);
  expect(step).toHaveBeenCalledTimes(8);
  expect(acceptAll).not.toHaveBeenCalled();
  expect(Object.entries(once).map(([name, action]) => [name, action.mock.calls.length])).toEqual([
    ["accept", 1],
    ["reject", 1],
    ["undo", 1],
    ["comment", 1],
    ["openFile", 1],
  ]);
});
