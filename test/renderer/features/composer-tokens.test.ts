import { describe, expect, test } from "vitest";
import { createPathIndex } from "../../../src/renderer/features/composer/path-index.ts";
import { leadingMode, slashEntries } from "../../../src/renderer/features/composer/slash.ts";
import { replaceToken, tokenAt } from "../../../src/renderer/features/composer/token.ts";
import type { Command } from "../../../src/renderer/state/commands.ts";

describe("the token at the caret", () => {
  test("an @ at the start, after a space or a bracket opens the list of paths up to the caret", () => {
    expect(tokenAt("@src/ma", 7)).toEqual({ kind: "path", start: 0, end: 7, query: "src/ma" });
    expect(tokenAt("look at @mon and go", 12)).toEqual({ kind: "path", start: 8, end: 12, query: "mon" });
    expect(tokenAt("(@", 2)?.query).toBe("");
  });

  test("an address, a finished path and a caret elsewhere open nothing", () => {
    expect(tokenAt("mail me@home.org", 16)).toBeNull();
    expect(tokenAt("see @src/a.ts now", 17)).toBeNull();
    expect(tokenAt("see @src", 3)).toBeNull();
  });

  test("a slash counts at the very start only, and a path is no command", () => {
    expect(tokenAt("/pl", 3)).toEqual({ kind: "command", start: 0, end: 3, query: "pl" });
    expect(tokenAt("/new conv", 9)?.query).toBe("new conv");
    expect(tokenAt("do /pl", 6)).toBeNull();
    expect(tokenAt("/etc/passwd", 11)).toBeNull();
    expect(tokenAt("/plan\nmore", 10)).toBeNull();
  });

  test("a choice replaces the token and leaves one space behind it", () => {
    const token = tokenAt("see @mon", 8);
    if (token === null) throw new Error("There is a token.");
    expect(replaceToken("see @mon", token, "src/money.ts")).toEqual({ text: "see src/money.ts ", caret: 17 });
    expect(replaceToken("see @mon now", token, "src/money.ts")).toEqual({ text: "see src/money.ts now", caret: 17 });
  });
});

describe("the / list", () => {
  const command = (id: string, title: string, more: Partial<Command> = {}): Command => ({
    id,
    title,
    group: "View",
    keys: null,
    run: () => undefined,
    ...more,
  });
  const commands = [
    command("view.sidebar", "Show or hide the sidebar", { keys: "Mod+B" }),
    command("approvals.plan", "Plan only", { group: "Approvals" }),
    command("conversation.stop", "Stop the turn", { possible: () => false }),
  ];

  test("modes come first, then commands that are possible, each once", () => {
    expect(slashEntries("", commands, {}).map((entry) => entry.title)).toEqual(["/plan", "/ask", "/auto", "Show or hide the sidebar"]);
    expect(slashEntries("plan", commands, {})[0]?.title).toBe("/plan");
    expect(slashEntries("sideb", commands, {}).map((entry) => entry.key)).toEqual(["view.sidebar"]);
    expect(slashEntries("zzz", commands, {})).toEqual([]);
  });

  test("a prompt that begins with a mode sets it and keeps the rest", () => {
    expect(leadingMode("/plan write the docs")).toEqual({ mode: "plan", rest: "write the docs" });
    expect(leadingMode("/auto")).toEqual({ mode: "auto", rest: "" });
    expect(leadingMode("/planning is all")).toBeNull();
    expect(leadingMode("make a /plan")).toBeNull();
  });
});

describe("the index of paths", () => {
  const index = createPathIndex(["README.md", "src/main/ipc.ts", "src/main/window.ts", "src/renderer/app.tsx"].join("\0"));

  test("has the folders of its files, and shows the top of the project when nothing is typed", () => {
    expect(index.count).toBe(7);
    expect(index.search("", 3).map(({ path }) => path)).toEqual(["README.md", "src/", "src/main/"]);
  });

  test("finds letters in order, with their places", () => {
    const [best] = index.search("smipc", 5);
    expect(best?.path).toBe("src/main/ipc.ts");
    expect(best?.at.map((at) => best.path[at]).join("")).toBe("smipc");
    expect(index.search("main/", 5)[0]?.path).toBe("src/main/");
    expect(index.search("qqqq", 5)).toEqual([]);
    expect(createPathIndex("").search("a", 5)).toEqual([]);
  });
});
