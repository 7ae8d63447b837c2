import { beforeEach, expect, test } from "vitest";
import { clearLogs, readLogs, recordLogs } from "../../src/renderer/state/log-rings.ts";
import { createStory } from "./support/story.ts";

beforeEach(clearLogs);

function output(callId: string, ...parts: readonly string[]): void {
  const story = createStory();
  for (const text of parts) story.add({ type: "tool_output", callId, stream: "stdout", text });
  recordLogs(story.events);
}

const texts = (callId: string): readonly string[] => readLogs(callId).lines.map(({ text }) => text);

test("chunks go on in the open line", () => {
  output("c1", "one\ntw", "o\nthree", "\n", "\nfive");
  expect(texts("c1")).toEqual(["one", "two", "three", "", "five"]);
});

test("a carriage return writes over the line; at the end of a line it is none", () => {
  output("c1", "10 %\r20 %\r", "30 %", "\rdone\r", "\nnext\r\nlast\r", "\n");
  expect(texts("c1")).toEqual(["done", "next", "last", ""]);
});

test("what a chunk with a carriage return begins with still belongs to the open line", () => {
  output("c1", "Down", "loading 10%\r");
  output("c2", "Down", "loading 10%\r", "loading 20%\r");
  output("c3", "Down", "loading 10%\rDone");
  expect([texts("c1"), texts("c2"), texts("c3")]).toEqual([["Downloading 10%"], ["loading 20%"], ["Done"]]);
});

test("output without a line break keeps within the limits", () => {
  const chunk = "x".repeat(10_000);
  output("c1", ...Array.from({ length: 100 }, () => chunk));
  const { lines, dropped } = readLogs("c1");
  expect(Math.max(...lines.map(({ text }) => text.length))).toBe(8_000);
  expect(lines.reduce((sum, { text }) => sum + text.length, 0)).toBeLessThanOrEqual(500_000);
  expect(lines.length + dropped).toBe(125);
});

test("all calls together keep within a limit: the ones that were quiet longest lose their lines", () => {
  for (let call = 0; call < 30; call++) output(`c${call}`, `${"y".repeat(199)}\n`.repeat(1_000));
  const kept = Array.from({ length: 30 }, (_, call) => readLogs(`c${call}`));
  expect(kept.reduce((sum, { lines }) => sum + lines.reduce((size, { text }) => size + text.length, 0), 0)).toBeLessThan(4_000_000);
  expect(kept[0]).toMatchObject({ lines: [], dropped: 1_001 });
  expect(kept[29]?.lines).toHaveLength(1_001);
});
