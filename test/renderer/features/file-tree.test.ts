import { describe, expect, it } from "vitest";
import { mergePatches } from "../../../src/renderer/features/diff/merge-patches.ts";
import { finishedReads, projectPath, touchedFiles } from "../../../src/renderer/features/diff/touched-files.ts";
import { treeRows } from "../../../src/renderer/features/diff/tree-rows.ts";
import { emptyView } from "../../../src/renderer/state/conversation-view.ts";
import { fold } from "../../../src/renderer/state/fold.ts";
import { chargeStory } from "../support/story.ts";

const root = "/home/dev/payments-api";

describe("files that a conversation touched", () => {
  const story = chargeStory();
  story.call({ turnId: "t1", callId: "c9", name: "readFile", input: { path: `${root}/src/charges.ts` }, durationMs: 1, summary: "" });
  story.call({
    turnId: "t1",
    callId: "c10",
    name: "readFile",
    input: { path: "gone.ts" },
    durationMs: 1,
    summary: "",
    fail: { code: "not_found", message: "No such file" },
  });
  const view = fold(emptyView, story.events);
  const { patches, steps } = view;
  const files = touchedFiles(mergePatches(patches), finishedReads(steps), root);

  it("are what patches changed and what calls read, by either form of the path; a failed read is none", () => {
    const shown = files.map(({ path, changed, reads, lastRead }) => `${path} ${changed?.kind ?? "-"} ${reads} ${lastRead ?? "-"}`);
    expect(shown).toEqual([
      "src/charges.ts update 2 c9",
      "src/retry.ts update 1 c1.3",
      "test/retry.test.ts add 1 c1.7",
      "src/refunds.ts - 1 c1.4",
      "src/ledger/lock.ts - 1 c1.5",
      "src/gateway.ts - 1 c1.6",
      "test/charges.test.ts - 1 c1.8",
      "db/schema.sql - 1 c1.10",
    ]);
  });

  it("are nothing new while words stream, only when another read ends", () => {
    const reads = finishedReads(steps);
    story.text("t1", "m9", "Words, and more words.");
    const talking = fold(view, story.events);
    expect(talking.steps).not.toBe(steps);
    expect(finishedReads(talking.steps).map((call, index) => call === reads[index])).toEqual(reads.map(() => true));
    story.call({ turnId: "t1", callId: "c11", name: "readFile", input: { path: "a.ts" }, durationMs: 1, summary: "" });
    expect(finishedReads(fold(talking, story.events).steps)).toHaveLength(reads.length + 1);
  });

  it("make a tree: folders first, lone folders in one line, what is folded is counted", () => {
    const draw = (folded: readonly string[]) =>
      treeRows(files, new Set(folded)).map(
        (row) => `${"  ".repeat(row.level - 1)}${row.name}${row.kind === "folder" ? `/ ${row.open ? "open" : `closed ${row.files}`}` : ""}`,
      );
    expect(draw(["src/"])).toEqual(["db/ open", "  schema.sql", "src/ closed 5", "test/ open", "  charges.test.ts", "  retry.test.ts"]);
    expect(draw(["db/", "test/"])).toEqual([
      "db/ closed 1",
      "src/ open",
      "  ledger/ open",
      "    lock.ts",
      "  charges.ts",
      "  gateway.ts",
      "  refunds.ts",
      "  retry.ts",
      "test/ closed 2",
    ]);
    const outside = [{ path: "/etc/ssl/a.conf", changed: null, reads: 1, lastRead: "c1" }];
    expect(treeRows(outside, new Set()).map((row) => [row.path, row.name, row.level])).toEqual([
      ["/etc/ssl/", "/etc/ssl", 1],
      ["/etc/ssl/a.conf", "a.conf", 2],
    ]);
  });
});

it.each([
  ["src/a.ts", root, "src/a.ts"],
  ["./src/../b.ts", root, "b.ts"],
  [`${root}/src/a.ts`, root, "src/a.ts"],
  [`${root}-other/a.ts`, root, `${root}-other/a.ts`],
  ["../x.ts", root, "/home/dev/x.ts"],
  ["C:\\work\\p\\src\\a.ts", "C:\\work\\p", "src/a.ts"],
  ["D:\\a.ts", "C:\\work\\p", "D:/a.ts"],
])("%s in %s is %s", (given, at, path) => {
  expect(projectPath(given, at)).toBe(path);
});
