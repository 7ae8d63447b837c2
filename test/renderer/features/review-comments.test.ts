import { beforeEach, describe, expect, it, vi } from "vitest";
import { rowsOf } from "../../../src/renderer/features/diff/changed-lines.tsx";
import { reviewHunks } from "../../../src/renderer/features/diff/hunk-marks.ts";
import type { ReviewFile } from "../../../src/renderer/features/diff/merge-patches.ts";
import { notesKey } from "../../../src/renderer/features/diff/notes.ts";
import { parseFile } from "../../../src/renderer/features/diff/parse-file.ts";
import { placeComments } from "../../../src/renderer/features/diff/place-comments.ts";
import type { ReviewComment } from "../../../src/renderer/state/review-comments.ts";

// The library and the store look at the browser when they are loaded.
const { kept, page } = vi.hoisted(() => {
  const kept = new Map<string, string>();
  vi.stubGlobal("navigator", { userAgent: "node", platform: "Linux", maxTouchPoints: 0 });
  const localStorage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
  const page = new EventTarget();
  vi.stubGlobal("localStorage", localStorage);
  vi.stubGlobal("window", Object.assign(page, { localStorage }));
  return { kept, page };
});
const state = await import("../../../src/renderer/state/review-comments.ts");
const { useReviewComments } = state;

const numbered = (change: Readonly<Record<number, string>> = {}): string =>
  Array.from({ length: 40 }, (_, i) => `${change[i + 1] ?? `line ${i + 1}`}\n`).join("");

function prepared(before: string, after: string, path = "a.ts") {
  const file: ReviewFile = {
    key: `${path} ${after.length}`,
    path,
    fromPath: null,
    kind: "update",
    before,
    after,
    added: null,
    removed: null,
    hunks: null,
    sums: { added: 0, removed: 0 },
    parts: 1,
    changedBetween: false,
    origins: [],
    byCommands: [],
  };
  const ready = parseFile({ ...file, before, after });
  return { file, ready, files: [file], parsed: new Map([[file.key, ready]]) };
}

const comment = (change: Partial<ReviewComment>): ReviewComment => ({
  id: "1",
  path: "a.ts",
  side: "additions",
  from: 10,
  to: 10,
  lines: ["ten"],
  text: "Why?",
  ...change,
});

describe("comments whose lines moved", () => {
  it("are found again where the same text stands now, the nearest of several", () => {
    const after = `one more\ntwo more\n${numbered({ 10: "ten", 30: "ten" })}`;
    const { files, parsed } = prepared(numbered(), after);
    const { byPath, places, unseen } = placeComments([comment({})], files, parsed);
    expect(byPath.get("a.ts")).toMatchObject([{ id: "1", from: 12, to: 12 }]);
    expect([places.get("1"), unseen]).toEqual([{ path: "a.ts", side: "additions", from: 12, to: 12 }, []]);
    expect(placeComments([comment({ from: 29, to: 29 })], files, parsed).places.get("1")).toMatchObject({ from: 32 });
    // The diff draws its notes anew.
    expect(notesKey([], byPath.get("a.ts") ?? [])).not.toBe(notesKey([], [comment({})]));
  });

  it("are listed when the lines or the file are gone, and when they are folded away", () => {
    const { files, parsed } = prepared(numbered(), numbered({ 10: "ten" }));
    const gone = comment({ id: "gone", lines: ["was here"] });
    const elsewhere = comment({ id: "elsewhere", path: "b.ts" });
    const folded = comment({ id: "folded", from: 35, to: 35, lines: ["line 35"] });
    const here = comment({ id: "here" });
    const found = placeComments([gone, elsewhere, folded, here], files, parsed);
    expect(found.unseen.map(({ id }) => id)).toEqual(["gone", "elsewhere", "folded"]);
    expect(found.byPath.get("a.ts")?.map(({ id }) => id)).toEqual(["folded", "here"]);
    // Not prepared yet is not gone.
    expect(placeComments([here], files, new Map()).unseen).toEqual([]);
  });

  it("follow a file that moved", () => {
    const { file, ready } = prepared(numbered(), numbered({ 10: "ten" }), "b.ts");
    const found = placeComments([comment({})], [{ ...file, fromPath: "a.ts" }], new Map([[file.key, ready]]));
    expect(found.byPath.get("b.ts")).toMatchObject([{ path: "b.ts", from: 10 }]);
  });
});

it("the list of changed lines has the comments: behind their line, or at the end of their hunk", () => {
  const { file, ready } = prepared(numbered(), numbered({ 10: "ten", 30: "thirty" }));
  const comments = [
    comment({ id: "new" }),
    comment({ id: "old", side: "deletions", lines: ["line 10"] }),
    comment({ id: "unchanged", from: 12, to: 12, lines: ["line 12"] }),
  ];
  const rows = rowsOf(file, ready, reviewHunks(file, ready), comments).map((row) =>
    row.kind === "comment" ? row.comment.id : row.kind === "line" ? `${row.sign}${row.line}` : row.kind,
  );
  expect(rows).toEqual(["file", "-10", "old", "+10", "new", "unchanged", "hunk", "-30", "+30", "hunk"]);
});

describe("what is being written", () => {
  const place = { path: "a.ts", side: "additions", from: 3, to: 3 } as const;
  const list = () => useReviewComments.getState().comments["c"] ?? [];
  const saved = () => {
    page.dispatchEvent(new Event("pagehide"));
    return JSON.parse(kept.get("spindle.review-comments") ?? "{}") as { state: { comments: object; drafts: object } };
  };
  beforeEach(() => useReviewComments.setState({ comments: {}, drafts: {}, editing: null }));

  it("stays in the store, also over a restart, until it is added or given up", () => {
    state.beginComment("c", place, ["x"]);
    const [begun] = list();
    if (begun === undefined) throw new Error("Nothing was begun.");
    expect(useReviewComments.getState()).toMatchObject({ editing: begun.id, drafts: { [begun.id]: "" } });
    // A field without a word is nothing to keep.
    expect(saved().state).toEqual({ comments: {}, drafts: {} });
    state.draftComment(begun.id, "Half a");
    expect(saved().state.drafts).toEqual({ [begun.id]: "Half a" });
    // Another one is begun: the first is neither lost nor empty.
    state.beginComment("c", { ...place, from: 9, to: 9 }, ["y"]);
    expect([list().length, useReviewComments.getState().drafts[begun.id]]).toEqual([2, "Half a"]);
    state.beginComment("c", { ...place, from: 20, to: 20 }, ["z"]);
    expect(list().map(({ from }) => from)).toEqual([3, 20]);
    state.keepComment("c", begun.id, " Half a word ");
    expect([list()[0]?.text, useReviewComments.getState().drafts[begun.id]]).toEqual(["Half a word", undefined]);
  });

  it("is not sent before it is added; a change of an added one keeps that from being sent", () => {
    const ready = () => state.readyComments(list(), useReviewComments.getState().drafts).length;
    state.beginComment("c", place, ["x"]);
    const id = list()[0]?.id ?? "";
    state.draftComment(id, "One");
    expect(ready()).toBe(0);
    state.keepComment("c", id, "One");
    expect(ready()).toBe(1);
    state.editComment({ id, text: "One" });
    expect(ready()).toBe(1);
    state.draftComment(id, "One and more");
    expect(ready()).toBe(0);
  });

  it("cancelled before it had a text, the comment goes", () => {
    state.beginComment("c", place, ["x"]);
    const id = list()[0]?.id ?? "";
    state.draftComment(id, "Hm");
    state.keepComment("c", id, "");
    expect([list(), useReviewComments.getState().drafts]).toEqual([[], {}]);
  });
});
