import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { processIdentity } from "../../../src/main/lib/process-identity.ts";
import type { FileChange } from "../../../src/main/project/change-files.ts";
import { readState, stampAt } from "../../../src/main/project/file-state.ts";
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

/** A change of a file of the project from what it is now; null removes it. */
async function change(name: string, after: string | null): Promise<FileChange> {
  const place = path.join(root, name);
  const { state, stamp } = await readState(place);
  return { path: place, before: state, stamp, after: after === null ? null : { type: "file", bytes: Buffer.from(after) } };
}

const call = (callId: string) => ({ conversationId: "c_1", turnId: "t1", callId, projectRoot: root });
const of = (...callIds: string[]) => ({ conversationId: "c_1", callIds });

async function apply(callId: string, changes: Readonly<Record<string, string | null>>): Promise<void> {
  await journal.apply(call(callId), await Promise.all(Object.entries(changes).map(([name, after]) => change(name, after))));
}

/** Files of the journal's folder but for kept contents. */
const open = (): string[] =>
  ["pending", "staging"].flatMap((folder) => (existsSync(path.join(data, folder)) ? readdirSync(path.join(data, folder)) : []));

describe("journal", () => {
  test("applies changes as one and keeps their record", async () => {
    fillFolder(root, { files: { a: "1", gone: "g" } });
    await apply("c1", { a: "2", "new/b": "b", gone: null });
    const records = await journal.list("c_1");
    expect([
      readFolder(root).files,
      open(),
      records.map((record) => [
        record.callId,
        record.kind,
        record.files.map((file) => [path.relative(root, file.path), file.before?.type ?? null, file.after?.type ?? null]),
      ]),
    ]).toEqual([
      { a: "2", "new/b": "b" },
      [],
      [
        [
          "c1",
          "patch",
          [
            ["a", "file", "file"],
            ["new/b", null, "file"],
            ["gone", "file", null],
          ],
        ],
      ],
    ]);
  });

  test("puts everything back when a change fails after others are in place", async () => {
    fillFolder(root, { files: { a: "1", b: "2", gone: "g", "folder/x": "" }, modes: { a: "755" } });
    linkSync(path.join(root, "b"), path.join(root, "hard"));
    const before = readFolder(root);
    const changes = [await change("a", "A"), await change("b", "B"), await change("new/n", "n"), await change("gone", null)];
    // A folder cannot be unlinked, which shows only when its turn comes, last.
    const folder = path.join(root, "folder");
    const failing: FileChange = {
      path: folder,
      before: { type: "file", bytes: Buffer.alloc(0), mode: 0o644 },
      stamp: await stampAt(folder),
      after: null,
    };
    await expect(journal.apply(call("c1"), [...changes, failing])).rejects.toMatchObject({ name: "Error", change: failing });
    expect([readFolder(root), open(), await journal.list("c_1")]).toEqual([before, [], []]);
  });

  test("refuses a file that was touched since it was read", async () => {
    fillFolder(root, { files: { a: "1", b: "1" } });
    const changes = [await change("a", "2"), await change("b", "2")];
    writeFileSync(path.join(root, "b"), "other");
    await expect(journal.apply(call("c1"), changes)).rejects.toMatchObject({ cause: { code: "patch_failed" } });
    expect(readFolder(root).files).toEqual({ a: "1", b: "other" });
  });

  test("refuses old contents that are too large to keep", async () => {
    const small = createJournal({ folder: data, maxBytes: 10 });
    fillFolder(root, { files: { a: "12345678901" } });
    await expect(small.apply(call("c1"), [await change("a", "x")])).rejects.toMatchObject({ code: "too_large", hint: expect.any(String) });
    expect(readFolder(root).files).toEqual({ a: "12345678901" });
  });

  test.each(["pending", "staging", "locks", "done"])(
    "a folder of the journal that cannot be written (%s) is told with its place",
    async (name) => {
      fillFolder(root, { files: { a: "1" } });
      writeFileSync(path.join(data, name), "in the way");
      await expect(apply("c1", { a: "2" })).rejects.toMatchObject({
        code: "io_error",
        message: expect.stringContaining(`cannot be kept for undo in ${data}`),
        hint: expect.stringContaining("No file was changed"),
      });
      expect(readFolder(root).files).toEqual({ a: "1" });
    },
  );

  test("keeps one content once, and of a new one what differs", async () => {
    const text = (word: string) => `${Array.from({ length: 2_000 }, (_, i) => `${i * 7919} some line`).join("\n")}${word}`;
    fillFolder(root, { files: { a: text("a"), b: text("a"), c: text("a") } });
    await apply("c1", { a: text("b"), b: text("b"), c: text("b") });
    const [pack = ""] = readdirSync(path.join(data, "packs"));
    const kept = statSync(path.join(data, "packs", pack)).size;
    expect(kept).toBeLessThan(text("a").length / 2);
  });
});

describe("journal, undo and redo", () => {
  test("put created, changed, moved and deleted files back and forth, with modes and links", async () => {
    fillFolder(root, { files: { a: "1", run: "r", gone: "g" }, modes: { run: "755" }, links: { link: "a" } });
    const before = readFolder(root);
    await apply("c1", { a: "2", run: null, "bin/run": "r", gone: null, link: null });
    const after = readFolder(root);
    await journal.undo(of("c1"));
    const undone = readFolder(root);
    await journal.redo(of("c1"));
    const redone = readFolder(root);
    await journal.undo(of("c1"));
    expect([undone, redone, readFolder(root), (await journal.list("c_1")).map((record) => record.kind)]).toEqual([
      before,
      after,
      before,
      ["patch", "undo", "redo", "undo"],
    ]);
  });

  test("undo of one call leaves the files of another", async () => {
    fillFolder(root, { files: { a: "1", b: "1" } });
    await apply("c1", { a: "2" });
    await apply("c2", { b: "2" });
    await journal.undo(of("c1"));
    expect(readFolder(root).files).toEqual({ a: "1", b: "2" });
  });

  test("undo is refused when a file changed since, names the lines, and can be forced and undone", async () => {
    fillFolder(root, { files: { a: "1\n2\n3\n4\n", b: "1" } });
    await apply("c1", { a: "1\ntwo\n3\n4\n", b: "2" });
    writeFileSync(path.join(root, "a"), "1\ntwo\n3\nfour\nfive\n");
    await expect(journal.undo(of("c1"))).rejects.toMatchObject({
      code: "undo_conflict",
      message: "a was changed at lines 4 to 5 after the patch, so nothing was undone.",
      details: { conflicts: [{ path: "a", what: "was changed", lines: [[4, 5]] }], canForce: true },
    });
    expect(readFolder(root).files).toMatchObject({ b: "2" });
    await journal.undo({ ...of("c1"), force: true });
    const forced = readFolder(root).files;
    await journal.redo(of("c1"));
    expect([forced, readFolder(root).files]).toEqual([
      { a: "1\n2\n3\n4\n", b: "1" },
      { a: "1\ntwo\n3\nfour\nfive\n", b: "2" },
    ]);
  });

  test("undo is refused when a file was deleted or became a link since", async () => {
    fillFolder(root, { files: { a: "1", b: "1" } });
    await apply("c1", { a: "2" });
    await apply("c2", { b: "2" });
    for (const name of ["a", "b"]) rmSync(path.join(root, name));
    symlinkSync("elsewhere", path.join(root, "b"));
    await expect(journal.undo(of("c1"))).rejects.toMatchObject({ message: expect.stringContaining("was deleted") });
    await expect(journal.undo(of("c2"))).rejects.toMatchObject({
      code: "undo_conflict",
      message: expect.stringContaining("b became a link"),
    });
    expect(readFolder(root)).toMatchObject({ files: {}, links: { b: "elsewhere" } });
  });

  test.each([
    ["a call that changed nothing", async () => journal.undo(of("c9"))],
    ["an undo of an undone call", async () => (await apply("c1", { n: "1" }), await journal.undo(of("c1")), journal.undo(of("c1")))],
    ["a redo of a call that is not undone", async () => (await apply("c1", { n: "1" }), journal.redo(of("c1")))],
  ])("%s is not_found", async (_, action) => {
    await expect(action()).rejects.toMatchObject({ code: "not_found" });
  });

  test("ids cannot lead out of the journal's folder", async () => {
    await journal.apply({ ...call("../../c1"), conversationId: "../up" }, [await change("n", "1")]);
    await journal.undo({ conversationId: "../up", callIds: ["../../c1"] });
    expect([readdirSync(path.join(data, "done")), readFolder(root).files]).toEqual([["__up"], {}]);
  });
});

describe("journal, recovery", () => {
  /** A record as a process leaves it that dies while it renames. */
  async function interrupted(owner: { pid: number; startTime: string | null } = { pid: 2 ** 22 + 1, startTime: "1" }): Promise<string> {
    fillFolder(root, { files: { a: "1", b: "1" } });
    await apply("c1", { a: "2", b: "2", "new/n": "n" });
    const folder = path.join(data, "done", "c_1");
    const [name = ""] = readdirSync(folder);
    const record = { ...lastLine(path.join(folder, name)), owner };
    rmSync(path.join(folder, name));
    writeFileSync(path.join(data, "pending", "x.json"), JSON.stringify(record));
    return path.join(data, "pending", "x.json");
  }

  test("nothing to do on a new folder", async () => {
    expect(await createJournal({ folder: path.join(data, "none") }).recover()).toEqual([]);
  });

  test("finishes a change whose files are all in place, and it can be undone then", async () => {
    await interrupted();
    const outcome = await journal.recover();
    await journal.undo(of("c1"));
    expect([outcome, open(), readFolder(root).files]).toMatchObject([
      [{ outcome: "finished", conflicts: [], origin: { callId: "c1" } }],
      [],
      { a: "1", b: "1" },
    ]);
  });

  test("rolls a change back of which one file is missing, with the folders it made", async () => {
    await interrupted();
    writeFileSync(path.join(root, "b"), "1");
    const outcome = await journal.recover();
    expect([outcome, open(), existsSync(path.join(root, "new")), readFolder(root).files]).toMatchObject([
      [{ outcome: "rolled_back", conflicts: [] }],
      [],
      false,
      { a: "1", b: "1" },
    ]);
  });

  test("leaves a file alone that somebody changed since, and names it", async () => {
    await interrupted();
    writeFileSync(path.join(root, "b"), "mine");
    expect([await journal.recover(), readFolder(root).files]).toMatchObject([
      [{ outcome: "rolled_back", conflicts: [path.join(root, "b")] }],
      { a: "1", b: "mine" },
    ]);
  });

  test("does not touch the change of a process that still runs", async () => {
    const record = await interrupted(processIdentity() ?? { pid: process.pid, startTime: null });
    writeFileSync(path.join(root, "b"), "1");
    expect([await journal.recover(), existsSync(record), readFolder(root).files]).toEqual([[], true, { a: "2", b: "1", "new/n": "n" }]);
  });

  test("an old file that is torn goes, a young one may be just being written by an older Spindle", async () => {
    const record = await interrupted();
    writeFileSync(record, readFileSync(record, "utf8").slice(0, 40));
    const young = [await journal.recover(), open()];
    utimesSync(record, 1, 1);
    expect([young, await journal.recover(), open()]).toEqual([[[], ["x.json"]], [], []]);
  });

  test("leaves what another version wrote, and says so", async () => {
    const record = await interrupted();
    const text = readFileSync(record, "utf8").replace('"version":', '"version":9');
    writeFileSync(record, text);
    writeFileSync(path.join(root, "b"), "1");
    expect([await journal.recover(), readFileSync(record, "utf8"), readFolder(root).files]).toMatchObject([
      [{ outcome: "left", reason: "another version of Spindle wrote it", origin: null }],
      text,
      { a: "2", b: "1" },
    ]);
  });

  test("waits for the project's folder, and sets the change right when it is back", async () => {
    const record = await interrupted();
    writeFileSync(path.join(root, "b"), "1");
    renameSync(root, `${root}-away`);
    const away = [await journal.recover(), existsSync(record)];
    renameSync(`${root}-away`, root);
    expect([away, await journal.recover(), readFolder(root).files]).toMatchObject([
      [[{ outcome: "left", reason: `${root} is not there` }], true],
      [{ outcome: "rolled_back" }],
      { a: "1", b: "1" },
    ]);
  });

  test("what a file held before that somebody changed since can be brought back by force, and forth again", async () => {
    await interrupted();
    writeFileSync(path.join(root, "b"), "mine");
    await journal.recover();
    await expect(journal.undo(of("c1"))).rejects.toMatchObject({ code: "undo_conflict" });
    await journal.undo({ ...of("c1"), force: true });
    const forced = readFolder(root).files;
    await journal.redo(of("c1"));
    expect([forced, readFolder(root).files]).toEqual([
      { a: "1", b: "1" },
      { a: "1", b: "mine" },
    ]);
  });

  test.each([
    ["its kept contents are gone", () => rmSync(path.join(data, "packs"), { recursive: true })],
    ["a temp name is a folder now", (record: string) => mkdirSync(tempsOf(record)[0] ?? "")],
    ["the parent of a file is a link now", () => swapForLink(path.join(root, "new"))],
    ["it is damaged, though complete", (record: string) => renameSync(record, damaged(record))],
  ])("one change that cannot be set right is set aside, others are set right: %s", async (_, harm) => {
    const record = await interrupted();
    const second = readFileSync(record, "utf8").replaceAll(root, `${root}/second`);
    fillFolder(path.join(root, "second"), { files: { a: "2", b: "1", "new/n": "n" } });
    writeFileSync(path.join(root, "b"), "1");
    harm(record);
    writeFileSync(path.join(data, "pending", "y.json"), second);
    mkdirSync(path.join(data, "pending", "folder"));
    mkdirSync(path.join(data, "staging", "folder.json"), { recursive: true });
    const outcomes = await journal.recover();
    const again = await journal.recover();
    const isBack = existsSync(path.join(data, "packs"));
    expect([outcomes.map(({ outcome }) => outcome).sort(), readFileSync(path.join(root, "second/a"), "utf8"), again]).toEqual([
      isBack ? ["rolled_back", "set_aside"] : ["set_aside", "set_aside"],
      isBack ? "1" : "2",
      [],
    ]);
  });
});

/** The record that a file holds. */
function lastLine(file: string): { files: { temp: string | null }[] } {
  return JSON.parse(readFileSync(file, "utf8").split("\n").at(-1) ?? "");
}

function tempsOf(record: string): string[] {
  return lastLine(record).files.flatMap(({ temp }) => temp ?? []);
}

function swapForLink(folder: string): void {
  renameSync(folder, `${folder}-real`);
  symlinkSync(`${folder}-real`, folder);
}

/** A whole record under the name a dead process gives it, cut off. */
function damaged(record: string): string {
  writeFileSync(record, readFileSync(record, "utf8").slice(0, 40));
  return path.join(path.dirname(record), `w~${2 ** 22 + 1}-1.json`);
}
