import { afterEach, describe, expect, it, vi } from "vitest";
import { menuTemplate } from "../../src/main/desktop/menu-template.ts";
import { entriesFor } from "../../src/renderer/features/palette/entries.ts";
import { fuzzyMatch } from "../../src/renderer/lib/fuzzy.ts";
import { chordOf, type Command, commandFor, commandOf, keysOf, keysProblem, shownKeys } from "../../src/renderer/state/commands.ts";
import type { AppState } from "../../src/protocol/ipc.ts";
import { useApp } from "../../src/renderer/state/app.ts";
import { useReview } from "../../src/renderer/state/review.ts";
import { useLayout } from "../../src/renderer/state/layout.ts";
import { useTerminals } from "../../src/renderer/state/terminals.ts";
import { commands as all } from "../../src/renderer/command-list.ts";

const command = (id: string, title: string, keys: string | null, possible = true): Command => ({
  id,
  title,
  group: "View",
  keys,
  possible: () => possible,
  run: () => undefined,
});
const some = [command("a", "Show the sidebar", "Mod+B"), command("b", "Stop the turn", null), command("c", "Undo changes", "Mod+Alt+Z")];
const none = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };

it("one new terminal is one, also when it is the first and the drawer is closed", () => {
  for (const count of [1, 2]) {
    all.find(({ id }) => id === "terminal.new")?.run();
    expect([useTerminals.getState().tabs.length, useLayout.getState().terminalOpen]).toEqual([count, true]);
  }
});

describe("keys", () => {
  it.each([
    ["Mod+B", { key: "b", code: "KeyB", ctrlKey: true }],
    ["Mod+Shift+P", { key: "P", code: "KeyP", ctrlKey: true, shiftKey: true }],
    ["Mod+,", { key: ",", code: "Comma", ctrlKey: true }],
    ["Mod+`", { key: "Dead", code: "Backquote", ctrlKey: true }],
    ["Mod+Alt+Z", { key: "Ω", code: "KeyZ", ctrlKey: true, altKey: true }],
    ["Mod+Alt+ArrowDown", { key: "ArrowDown", code: "ArrowDown", ctrlKey: true, altKey: true }],
    ["F7", { key: "F7", code: "F7" }],
    ["Mod+1", { key: "1", code: "Digit1", ctrlKey: true }],
    [null, { key: "Control", code: "ControlLeft", ctrlKey: true }],
    [null, { key: "Shift", code: "ShiftLeft", shiftKey: true }],
  ])("%s", (chord, event) => {
    expect(chordOf({ ...none, ...event })).toBe(chord);
  });

  it.each([
    ["US Ctrl+=", { key: "=", code: "Equal" }, "view.larger"],
    ["US Ctrl++", { key: "+", code: "Equal", shiftKey: true }, "view.larger"],
    ["German Ctrl++", { key: "+", code: "BracketRight" }, "view.larger"],
    ["number pad Ctrl++", { key: "+", code: "NumpadAdd" }, "view.larger"],
    ["US Ctrl+-", { key: "-", code: "Minus" }, "view.smaller"],
    ["German Ctrl+-", { key: "-", code: "Slash" }, "view.smaller"],
    ["number pad Ctrl+-", { key: "-", code: "NumpadSubtract" }, "view.smaller"],
    ["number pad Ctrl+0", { key: "0", code: "Numpad0" }, "view.usualSize"],
  ])("%s changes the size", (_, event, id) => {
    expect(commandOf({ ...none, ctrlKey: true, ...event }, all, {})?.id).toBe(id);
  });

  it("further keys go when others are chosen, and the place of a key counts before what it types", () => {
    const plus = { ...none, ctrlKey: true, key: "+", code: "BracketRight" };
    expect(commandOf(plus, all, { "view.larger": "Mod+U" })).toBeUndefined();
    expect(commandOf(plus, all, { "view.sidebar": "Mod+]" })?.id).toBe("view.sidebar");
    expect(keysProblem("Mod++", "view.sidebar", all, {})).toContain("larger");
  });

  it("chosen ones take the place of a command's own; an empty text takes them away", () => {
    expect([
      commandFor("Mod+B", some, {})?.id,
      commandFor("Mod+B", some, { a: "Mod+U" }),
      commandFor("Mod+U", some, { a: "Mod+U" })?.id,
      keysOf({ id: "a", keys: "Mod+B" }, { a: "" }),
      shownKeys("Mod+Alt+ArrowDown"),
    ]).toEqual(["a", undefined, "a", null, "Ctrl Alt Down"]);
  });

  it("say why they cannot be given", () => {
    expect([
      keysProblem("Mod+B", "b", some, {}),
      keysProblem("Mod+B", "a", some, {}),
      keysProblem("Shift+Q", "b", some, {}),
      keysProblem("Mod+C", "b", some, {}),
      keysProblem("F5", "b", some, {}),
      keysProblem("Mod+B", "b", some, { a: "" }),
    ]).toEqual([
      "Ctrl B is taken by “Show the sidebar”.",
      null,
      "Keys need Ctrl or Alt, or are a function key.",
      "Ctrl C belongs to text.",
      null,
      null,
    ]);
  });

  it("belong to the system where it has them: F11 everywhere, more on a Mac", () => {
    const problems = () => ["F11", "Mod+M", "Mod+H", "Mod+Ctrl+F"].map((chord) => keysProblem(chord, "b", some, {}) !== null);
    expect(problems()).toEqual([true, false, false, false]);
    const before = useApp.getState();
    useApp.setState({ app: { platform: "darwin" } as AppState });
    expect(problems()).toEqual([true, true, true, true]);
    useApp.setState(before);
  });

  it("every item of the menus is one of them", () => {
    const ids: string[] = [];
    const menus = (["linux", "darwin"] as const).flatMap((platform) =>
      menuTemplate(platform, { packaged: true, run: (id) => void ids.push(id) }),
    );
    for (const { submenu } of menus) for (const item of Array.isArray(submenu) ? submenu : []) (item.click as (() => void) | undefined)?.();
    expect(ids.length).toBeGreaterThan(20);
    expect(ids.filter((id) => !all.some((command) => command.id === id))).toEqual([]);
  });

  it("every command of the window has a name and keys of its own, all of them allowed", () => {
    const keys = all.flatMap((one) => one.keys ?? []);
    expect(new Set(all.map((one) => one.id)).size).toBe(all.length);
    expect(new Set(keys).size).toBe(keys.length);
    expect(
      all.flatMap((one) => (one.keys === null ? [] : [keysProblem(one.keys, one.id, all, {})])).filter((problem) => problem !== null),
    ).toEqual([]);
  });
});

describe("accepting all of the review", () => {
  const none = () => undefined;
  const actions = { step: none, accept: none, acceptAll: none, reject: none, undo: none, comment: none, openFile: none };
  /** The cursor is in an element of that kind, which lies in something that this selector names. */
  const withCursor = (kind: string, inside: string): boolean | undefined => {
    const names = (selectors: string, one: string): boolean => selectors.split(", ").includes(one);
    const activeElement = {
      matches: (selectors: string) => names(selectors, kind),
      closest: (selectors: string) => (names(selectors, inside) ? {} : null),
    };
    vi.stubGlobal("document", { activeElement });
    return all.find((one) => one.id === "review.acceptAll")?.possible?.();
  };
  afterEach(() => {
    vi.unstubAllGlobals();
    useReview.setState({ actions: null });
  });

  it("is not possible from a text outside of it, for example the note of an approval; but from a dialog, by name", () => {
    useReview.setState({ actions });
    expect([
      withCursor("input", "form"),
      withCursor("textarea", "form"),
      withCursor("button", "form"),
      withCursor("textarea", '[data-testid="review-panel"]'),
      withCursor("input", '[role="dialog"]'),
    ]).toEqual([false, false, true, true, true]);
  });

  it("is not possible without a review", () => expect(withCursor("button", "form")).toBe(false));
});

describe("the palette", () => {
  it("finds letters in order, starts of words first, words in any order", () => {
    const best = (query: string, ...texts: readonly string[]) =>
      texts
        .flatMap((text) => {
          const match = fuzzyMatch(query, text);
          return match === null ? [] : [{ text, score: match.score }];
        })
        .toSorted((a, b) => b.score - a.score)
        .map(({ text }) => text);
    expect([
      best("ud", "Undo changes", "Use the dark theme", "Show the sidebar"),
      best("turn stop", "Stop the turn", "Show the sidebar"),
      best("xyz", "Stop the turn"),
      fuzzyMatch("st", "Stop the turn")?.at,
      fuzzyMatch("srcmain", "src/main/index.ts")?.at.length,
    ]).toEqual([["Use the dark theme", "Undo changes"], ["Stop the turn"], [], [0, 1], 7]);
  });

  it("shows what is possible now, with its keys, and conversations; at most 50", () => {
    const rows = Array.from({ length: 80 }, (_, n) => ({
      id: `c_${n}`,
      title: `Talk ${n}`,
      createdAt: 0,
      updatedAt: 0,
      status: "idle" as const,
      unread: false,
      added: 0,
      removed: 0,
    }));
    const from = { commands: [...some, command("d", "Never", null, false)], keys: { a: "Mod+U" }, conversations: rows };
    const everything = entriesFor("", from);
    expect([everything.length, everything.slice(0, 4).map((entry) => [entry.title, entry.keys])]).toEqual([
      50,
      [
        ["Show the sidebar", "Ctrl U"],
        ["Stop the turn", null],
        ["Undo changes", "Ctrl Alt Z"],
        ["Talk 0", null],
      ],
    ]);
    expect(entriesFor("talk 7", from)[0]?.title).toBe("Talk 7");
    expect(entriesFor("never", from)).toEqual([]);
  });
});
