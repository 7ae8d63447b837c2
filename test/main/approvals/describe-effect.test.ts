import { describe, expect, it } from "vitest";
import { describeEffect, visibleText } from "../../../src/main/approvals/describe-effect.ts";

describe("what a card shows", () => {
  it("shows characters that hide or turn text as escapes and leaves ordinary text, tabs and lines alone", () => {
    expect(visibleText("rm \u202Exfa\u2069 \u200Ba\u{E0041}b\u001b[31m")).toBe("rm \\u{202e}xfa\\u{2069} \\u{200b}a\\u{e0041}b\\u{1b}[31m");
    expect(visibleText("für 漢字 🎉\tx\ny")).toBe("für 漢字 🎉\tx\ny");
  });

  it("names files relative to the project, and a command whole with its folder", () => {
    const root = "/p";
    const words = [["npm", "test"]];
    const line = { cmd: "npm test", words, seen: { commands: words, unread: false, code: false }, variables: "" };
    expect([
      describeEffect({ kind: "write", paths: ["/p/a.ts"], guarded: [], operations: [] }, root),
      describeEffect({ kind: "write", paths: ["/p/a.ts", "/q/b"], guarded: [], operations: [] }, root),
      describeEffect(
        {
          kind: "command",
          cmd: "X='1' npm test",
          line,
          folder: { path: "/p/sub", id: null },
          escalated: false,
          justification: undefined,
          forcedRm: false,
        },
        root,
      ),
      describeEffect(
        { kind: "spawn", input: { kind: "exec", cmd: "make", env: { CC: "it's" } }, line, folder: null, forcedRm: false },
        root,
      ),
    ]).toEqual(["change a.ts", "change 2 files: a.ts, /q/b", "X='1' npm test  (in sub)", "CC='it'\\''s' make"]);
  });
});
