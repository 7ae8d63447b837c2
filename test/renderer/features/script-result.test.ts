import { describe, expect, test } from "vitest";
import { resultOf } from "../../../src/renderer/features/script/script-result.ts";
import type { ScriptStep } from "../../../src/renderer/state/conversation-view.ts";
import { emptyView } from "../../../src/renderer/state/conversation-view.ts";
import { fold } from "../../../src/renderer/state/fold.ts";
import { cutLines } from "../../../src/renderer/ui/cut-lines.ts";
import { createStory } from "../support/story.ts";

function stepWith(change: Partial<ScriptStep>): ScriptStep {
  const story = createStory();
  story.add({ type: "tool_started", turnId: "t1", callId: "c1", name: "script", input: { code: "return 1;" } });
  const step = fold(emptyView, story.events).steps.find((each) => each.kind === "script");
  if (step?.kind !== "script") throw new Error("There is no script step.");
  return { ...step, status: "done", ...change };
}

describe("resultOf", () => {
  test("is made once for a step, however often its card is drawn", () => {
    let asked = 0;
    const value = { rows: [1, 2], toJSON: () => (asked++, [1, 2]) };
    const step = stepWith({ value: value as unknown as ScriptStep["value"] });
    const first = resultOf(step);
    expect(resultOf(step)).toBe(first);
    expect(asked).toBe(1);
    expect(first.brief).toBe("[ 1, 2 ]");
  });

  test("is a text as it is, its size in bytes, and nothing for a script that returned nothing or runs", () => {
    expect(resultOf(stepWith({ value: "äöü" }))).toMatchObject({ text: "äöü", lang: "text", size: "6 B" });
    expect(resultOf(stepWith({ value: null })).text).toBe("");
    expect(resultOf(stepWith({ value: 1, status: "running" })).text).toBe("");
  });
});

describe("cutLines", () => {
  const plain = (text: string) => [{ text, color: null }];

  test("leaves short lines as they are", () => {
    const lines = [plain("a"), plain("")];
    expect(cutLines(lines)).toEqual(lines);
  });

  test("cuts a long line into rows that join to the same text, never inside a character", () => {
    const text = `${"x".repeat(1_999)}😀${"y".repeat(3_000)}`;
    const rows = cutLines([
      [
        { text: "key: ", color: "red" },
        { text, color: null },
      ],
    ]);
    expect(rows.length).toBe(3);
    const parts = rows.map((row) => row.map((token) => token.text).join(""));
    expect(parts.join("")).toBe(`key: ${text}`);
    expect(parts.every((part) => part.length <= 2_001 && !/^[\udc00-\udfff]/.test(part))).toBe(true);
    expect(cutLines([plain(`${"x".repeat(1_999)}😀😀`)]).map((row) => row[0]?.text.length)).toEqual([2_001, 2]);
  });
});
