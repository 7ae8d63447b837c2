import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import type { FileChange } from "../../../src/main/project/change-files.ts";
import { readState } from "../../../src/main/project/file-state.ts";
import { createJournal, type Journal } from "../../../src/main/project/journal.ts";
import { fillFolder, readFolder } from "../../support/patch-folder.ts";
import { useTempFolders } from "../../support/temp-folder.ts";

const tempFolder = useTempFolders();
let root: string;
let data: string;
let journal: Journal;
beforeEach(() => {
  root = tempFolder();
  data = tempFolder();
  journal = createJournal({ folder: data });
});

async function change(name: string, after: string | Buffer | null): Promise<FileChange> {
  const place = path.join(root, name);
  const { state, stamp } = await readState(place);
  return { path: place, before: state, stamp, after: after === null ? null : { type: "file", bytes: Buffer.from(after) } };
}

async function apply(callId: string, changes: Readonly<Record<string, string | Buffer | null>>): Promise<void> {
  const origin = { conversationId: "c_1", turnId: "t1", callId, projectRoot: root };
  await journal.apply(origin, await Promise.all(Object.entries(changes).map(([name, after]) => change(name, after))));
}

const of = (...callIds: string[]) => ({ conversationId: "c_1", callIds });
const write = (name: string, text: string) => writeFileSync(path.join(root, name), text);
const files = () => readFolder(root).files;
const undo = (...callIds: string[]) => journal.undo(of(...callIds));
const redo = (...callIds: string[]) => journal.redo(of(...callIds));

/** The refusal's files with their lines: `a 4-5,9`. */
async function conflictsOf(action: Promise<unknown>): Promise<string[]> {
  try {
    await action;
  } catch (error) {
    const { code, details } = error as {
      code: string;
      details: { conflicts: { path: string; what: string; lines: [number, number][] }[] };
    };
    expect(code).toBe("undo_conflict");
    return details.conflicts.map((file) => `${file.path} ${file.what} ${file.lines.map((range) => range.join("-")).join(",")}`.trim());
  }
  throw new Error("It was not refused.");
}

describe("undo of several calls", () => {
  test("takes them back newest first as one record, whatever order they are named in", async () => {
    fillFolder(root, { files: { a: "0", b: "0" } });
    await apply("c1", { a: "1" });
    await apply("c2", { a: "2", b: "2" });
    await apply("c3", { a: "3", "deep/er/n": "n" });
    const before = (await journal.list("c_1")).length;
    await undo("c3", "c1", "c2");
    const undone = readFolder(root);
    await redo("c2", "c3", "c1");
    expect([undone.files, undone.emptyFolders, files(), (await journal.list("c_1")).length - before]).toEqual([
      { a: "0", b: "0" },
      [],
      { a: "3", b: "2", "deep/er/n": "n" },
      2,
    ]);
  });

  test("passes over calls that are undone already, and redo brings back what the last undo of each took", async () => {
    fillFolder(root, { files: { a: "0", b: "0" } });
    await apply("c1", { a: "1" });
    await apply("c2", { b: "2" });
    await undo("c2");
    expect((await undo("c1", "c2")).callIds).toEqual(["c1"]);
    await redo("c1", "c2");
    expect(files()).toEqual({ a: "1", b: "2" });
  });

  test("a part of an undo can be redone when nothing was forced, and the rest after it", async () => {
    fillFolder(root, { files: { a: "0", b: "0" } });
    await apply("c1", { a: "1", b: "1" });
    await apply("c2", { a: "2" });
    await undo("c1", "c2");
    await redo("c1");
    const part = files();
    await redo("c2");
    expect([part, files()]).toEqual([
      { a: "1", b: "1" },
      { a: "2", b: "1" },
    ]);
  });

  test("a part of a forced undo cannot be redone alone: the later change would be lost", async () => {
    fillFolder(root, { files: { a: "0" } });
    await apply("c1", { a: "1" });
    await apply("c2", { a: "2" });
    write("a", "mine");
    await journal.undo({ ...of("c1", "c2"), force: true });
    expect(await conflictsOf(redo("c1"))).toHaveLength(1);
    await redo("c1", "c2");
    expect(files()).toEqual({ a: "mine" });
  });

  test("an undo whose files come to nothing still undoes its calls", async () => {
    await apply("c1", { n: "1" });
    await apply("c2", { n: null });
    await undo("c1", "c2");
    await redo("c1", "c2");
    expect([files(), (await journal.list("c_1")).map((record) => record.files.length)]).toEqual([{}, [1, 1, 0, 0]]);
  });
});

describe("a file that changed since", () => {
  const lines = (...texts: string[]) => `${texts.join("\n")}\n`;
  test.each([
    ["lines added", lines("1", "two", "3", "4", "x", "y"), ["a was changed 5-6"]],
    ["a line changed at the beginning and one at the end", lines("one", "two", "3", "four"), ["a was changed 1-1,4-4"]],
    ["lines removed: the line that stands there now", lines("1", "two", "4"), ["a was changed 3-3"]],
    ["the last line end removed", "1\ntwo\n3\n4", ["a was changed 4-4"]],
    ["no text any more", "\0\xff", ["a was changed"]],
  ])("%s", async (_, now, expected) => {
    fillFolder(root, { files: { a: lines("1", "2", "3", "4") } });
    await apply("c1", { a: lines("1", "two", "3", "4") });
    write("a", now);
    expect(await conflictsOf(undo("c1"))).toEqual(expected);
  });

  test("all of them are named at once and nothing is undone", async () => {
    fillFolder(root, { files: { a: "1", b: "1", c: "1", d: "1" } });
    await apply("c1", { a: "2", b: "2", c: "2", d: null, n: "n" });
    rmSync(path.join(root, "a"));
    rmSync(path.join(root, "b"));
    symlinkSync("c", path.join(root, "b"));
    write("d", "again");
    const before = readFolder(root);
    expect(await conflictsOf(undo("c1"))).toEqual(["a was deleted", "b became a link", "d was created anew"]);
    expect(readFolder(root)).toEqual(before);
  });

  test("forced, all of that is kept and comes back", async () => {
    fillFolder(root, { files: { a: "1", b: "1", d: "1" } });
    await apply("c1", { a: "2", b: "2", d: null, n: "n" });
    rmSync(path.join(root, "a"));
    rmSync(path.join(root, "b"));
    symlinkSync("d", path.join(root, "b"));
    write("d", "again");
    const mine = readFolder(root);
    await journal.undo({ ...of("c1"), force: true });
    const undone = readFolder(root);
    await redo("c1");
    expect([undone.files, undone.links, readFolder(root)]).toEqual([{ a: "1", b: "1", d: "1" }, {}, mine]);
  });

  test("a folder in the way is refused even with force, and said so", async () => {
    fillFolder(root, { files: { a: "1" } });
    await apply("c1", { a: null });
    mkdirSync(path.join(root, "a"));
    await expect(journal.undo({ ...of("c1"), force: true })).rejects.toMatchObject({
      code: "undo_conflict",
      message: "a is a folder now after the patch, so nothing was undone.",
      hint: "Move a away first.",
      details: { canForce: false },
    });
  });

  test.each([
    ["a file", null, () => write("d", "in the way"), "is in a folder that is a file now"],
    ["a link, and the patch deleted", null, () => symlinkSync("d2", path.join(root, "d")), "is behind a link now"],
    ["a link, and the patch updated", "2", () => symlinkSync("d2", path.join(root, "d")), "is behind a link now"],
  ])("a folder that became %s is refused even with force, and said so", async (_, after, become, what) => {
    fillFolder(root, { files: { "d/a": "1", "d2/a": "2" } });
    await apply("c1", { "d/a": after });
    rmSync(path.join(root, "d"), { recursive: true });
    become();
    for (const force of [false, true])
      await expect(journal.undo({ ...of("c1"), force })).rejects.toMatchObject({
        code: "undo_conflict",
        message: `d/a ${what} after the patch, so nothing was undone.`,
        hint: "Move d away first.",
        details: { canForce: false },
      });
    expect(files()["d2/a"]).toBe("2");
  });

  test("a redo is refused alike", async () => {
    fillFolder(root, { files: { a: "1\n2\n" } });
    await apply("c1", { a: "one\n2\n" });
    await undo("c1");
    write("a", "1\n2\nthree\n");
    expect(await conflictsOf(redo("c1"))).toEqual(["a was changed 3-3"]);
    await journal.redo({ ...of("c1"), force: true });
    await undo("c1").catch(() => undefined);
    expect(files()).toEqual({ a: "1\n2\n" });
  });
});

describe("what an undo keeps", () => {
  test("a mode that somebody changed since, hard links, links and the modes of files put back", async () => {
    fillFolder(root, { files: { a: "1", run: "r", hard: "h" }, modes: { run: "750" }, links: { link: "a" } });
    linkSync(path.join(root, "hard"), path.join(root, "twin"));
    await apply("c1", { a: "2", run: null, hard: "H", link: null });
    chmodSync(path.join(root, "a"), 0o755);
    await undo("c1");
    const { modes, links } = readFolder(root);
    expect([files(), modes["a"], modes["run"], links, statSync(path.join(root, "hard")).nlink]).toEqual([
      { a: "1", run: "r", hard: "h", twin: "h" },
      "755",
      "750",
      { link: "a" },
      2,
    ]);
  });

  test("a folder that a patch made goes with its last file, and stays when something else is in it", async () => {
    await apply("c1", { "made/deep/n": "1", "other/n": "1" });
    write("other/mine", "m");
    await undo("c1");
    expect([files(), existsSync(path.join(root, "made"))]).toEqual([{ "other/mine": "m" }, false]);
  });

  test("contents beyond what is kept of new files: undo streams them, and redo brings them back", async () => {
    const large = Buffer.alloc(3 * 1024 * 1024, "x");
    fillFolder(root, { files: { a: "small" } });
    await apply("c1", { a: large });
    const at = path.join(data, "blobs");
    const blobs = () => (existsSync(at) ? readdirSync(at) : []).flatMap((folder) => readdirSync(path.join(at, folder)));
    const kept = blobs().length;
    await undo("c1");
    const undone = files();
    await redo("c1");
    expect([kept, undone, files()["a"]?.length, blobs().length]).toEqual([0, { a: "small" }, large.length, 1]);
  });

  test("a content that is damaged or gone is said, and no file changes", async () => {
    fillFolder(root, { files: { a: "1", b: "1b" } });
    await apply("c1", { a: "2", b: "2b" });
    const packs = path.join(data, "packs");
    const pack = path.join(packs, readdirSync(packs)[0] ?? "");
    const whole = readFileSync(pack);
    for (const harmed of [whole.subarray(0, whole.length - 1), whole.map((byte, i) => (i === 2 ? byte ^ 1 : byte)), Buffer.from("x")]) {
      writeFileSync(pack, harmed);
      const again = createJournal({ folder: data });
      await expect(again.undo(of("c1"))).rejects.toMatchObject({ code: "io_error", hint: expect.any(String) });
    }
    rmSync(pack);
    await expect(undo("c1")).rejects.toMatchObject({ code: "not_found" });
    expect(files()).toEqual({ a: "2", b: "2b" });
  });

  test("a kept large content that a power cut damaged is not taken for a good one", async () => {
    const large = Buffer.alloc(2 * 1024 * 1024, "x");
    fillFolder(root, { files: { a: large, b: large } });
    await apply("c1", { a: "1" });
    const folder = path.join(data, "blobs", readdirSync(path.join(data, "blobs"))[0] ?? "");
    const blob = path.join(folder, readdirSync(folder)[0] ?? "");
    writeFileSync(blob, Buffer.alloc(large.length));
    // Another process: this one knows that it synced the content.
    journal = createJournal({ folder: data });
    await apply("c2", { b: "2" });
    await undo("c1", "c2");
    expect(files()).toEqual({ a: large.toString(), b: large.toString() });
  });

  test("200 files of a turn, changed, created and deleted, go back and forth", async () => {
    const name = (i: number) => `src/f${i % 20}/file${i}.txt`;
    const before = Object.fromEntries(Array.from({ length: 150 }, (_, i) => [name(i), `old ${i}\n`.repeat(50)]));
    fillFolder(root, { files: before });
    const all = Array.from({ length: 200 }, (_, i) => [name(i), i >= 100 && i < 150 ? null : `new ${i}\n`.repeat(50)] as const);
    for (let call = 0; call < 10; call++) await apply(`c${call}`, Object.fromEntries(all.slice(call * 20, call * 20 + 20)));
    const after = files();
    const ids = Array.from({ length: 10 }, (_, i) => `c${i}`);
    await undo(...ids);
    const undone = files();
    await redo(...ids);
    expect([undone, files()]).toEqual([before, after]);
  });
});
