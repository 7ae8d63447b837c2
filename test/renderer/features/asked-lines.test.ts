import { expect, test } from "vitest";
import { coloured } from "../../../src/renderer/features/approval/asked-lines.tsx";
import { plainLines } from "../../../src/renderer/ui/highlight.ts";

const chunk = {
  lines: [
    { kind: "context", text: "a" },
    { kind: "remove", text: "b" },
    { kind: "add", text: "/* c" },
    { kind: "add", text: "\u202ed" },
    { kind: "context", text: "e" },
    { kind: "remove", text: "f" },
  ],
} as const;

test("removed lines have the colours of the old text, all others those of the new one; every line keeps its own words", () => {
  const asked: string[] = [];
  const lines = coloured(chunk, (text) => {
    asked.push(text);
    return plainLines(text).map((line) => line.map((token) => ({ ...token, color: `text ${asked.length}` })));
  });
  expect(asked).toEqual(["a\nb\ne\nf", "a\n/* c\n\\u{202e}d\ne"]);
  expect(lines.map((line) => line.map(({ text, color }) => `${text} ${color}`).join(""))).toEqual([
    "a text 2",
    "b text 1",
    "/* c text 2",
    "\\u{202e}d text 2",
    "e text 2",
    "f text 1",
  ]);
});
