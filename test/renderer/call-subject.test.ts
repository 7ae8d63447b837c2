import { expect, test } from "vitest";
import { callFile } from "../../src/renderer/state/call-subject.ts";

test("a call names the file that can be opened when it is about exactly one", () => {
  const patch = (...names: readonly string[]) => ({ patch: names.map((name) => `*** Update File: ${name}\n@@\n-a\n+b`).join("\n") });
  expect(callFile("readFile", { path: "src/a.ts", offset: 40 })).toEqual({ path: "src/a.ts", line: 40 });
  expect(callFile("readFile", { path: "src/a.ts" })).toEqual({ path: "src/a.ts", line: null });
  expect(callFile("applyPatch", patch("src/a b.ts"))).toEqual({ path: "src/a b.ts", line: null });
  expect(callFile("applyPatch", patch("a", "b"))).toBeNull();
  expect(callFile("applyPatch", { patch: "*** Delete File: a" })).toBeNull();
  expect(callFile("exec", { cmd: "cat a" })).toBeNull();
  expect(callFile("listDir", { path: "src" })).toBeNull();
});
