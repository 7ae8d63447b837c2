import { describe, expect, it } from "vitest";
import { hiddenCharacters, withoutHidden } from "../../src/grammar/hidden-text.ts";

describe("text that cannot be seen", () => {
  it.each([
    ["tags", "a\u{e0041}\u{e0042}b", "ab", 2],
    ["direction marks", "a\u202eb\u2066c\u2069", "abc", 3],
    ["zero-width characters", "a\u200bb\u2060\ufeffc", "abc", 3],
    ["control characters", "a\u0000\u0008b\u007f", "ab", 3],
    ["colours of a terminal", "\u001b[1;31mred\u001b[0m", "red", 2],
    ["titles and links of a terminal", "\u001b]0;title\u0007x\u001b]8;;http://a\u001b\\y", "xy", 2],
    ["an escape sequence that is cut", "x\u001b[", "x", 1],
    ["the beginning of one that never ends, not what follows", "x\u001b]0;title\nmore", "x0;title\nmore", 1],
    ["three variation selectors in a row", "a\ufe00\ufe01\ufe02b", "ab", 1],
  ])("is taken out: %s", (_name, given, text, removed) => {
    expect(withoutHidden(given)).toEqual({ text, removed });
    expect(hiddenCharacters(given)).toBe(removed);
  });

  it.each(["plain\ttext\r\nwith lines", "❤\ufe0f 👩\u200d💻 e\u0301", "पुस्तक\u094d\u200dष", "soft\u00adhyphen", "漢字 🎉"])(
    "stays: %j",
    (given) => {
      expect(withoutHidden(given)).toEqual({ text: given, removed: 0 });
    },
  );

  it("10 MB of it, or of none, are looked through in linear time", () => {
    const many = "a\u001b[m".repeat(1_000_000);
    expect(withoutHidden(many)).toEqual({ text: "a".repeat(1_000_000), removed: 1_000_000 });
    expect(hiddenCharacters("\u001b]".repeat(100_000))).toBeGreaterThan(0);
    expect(hiddenCharacters("\u001bP".repeat(100_000))).toBeGreaterThan(0);
  });
});
