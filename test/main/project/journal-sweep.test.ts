import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, expect, test } from "vitest";
import type { FileChange } from "../../../src/main/project/change-files.ts";
import { readState } from "../../../src/main/project/file-state.ts";
import { createJournal, type Journal } from "../../../src/main/project/journal.ts";
import { fillFolder, readFolder } from "../../support/patch-folder.ts";
import { useTempFolders } from "../../support/temp-folder.ts";

const tempFolder = useTempFolders();
const day = 24 * 3_600_000;
let root: string;
let data: string;
let now: number;
let journal: Journal;
beforeEach(() => {
  root = tempFolder();
  data = tempFolder();
  now = Date.now();
  journal = createJournal({ folder: data, now: () => now });
});

async function apply(conversationId: string, callId: string, changes: Readonly<Record<string, string | Buffer>>): Promise<void> {
  const all = Object.entries(changes).map(async ([name, bytes]): Promise<FileChange> => {
    const place = path.join(root, name);
    const { state, stamp } = await readState(place);
    return { path: place, before: state, stamp, after: { type: "file", bytes: Buffer.from(bytes) } };
  });
  await journal.apply({ conversationId, turnId: "t1", callId, projectRoot: root }, await Promise.all(all));
}

/** Every file of the journal, with its size. */
function kept(folder = data): Map<string, number> {
  const files = new Map<string, number>();
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const place = path.join(folder, entry.name);
    if (entry.isDirectory()) for (const [name, size] of kept(place)) files.set(name, size);
    else files.set(path.relative(data, place), statSync(place).size);
  }
  return files;
}
const contents = (): string[] => [...kept().keys()].filter((name) => /^(packs|blobs)/.test(name));
const bytes = (): number => [...kept().values()].reduce((sum, size) => sum + size, 0);
/** As if all contents had been written a day ago. */
function age(): void {
  for (const name of contents()) utimesSync(path.join(data, name), now / 1_000 - 86_400, now / 1_000 - 86_400);
}
const large = (word: string): Buffer => Buffer.from(`${word}\n${"one line of a large text\n".repeat(100_000)}`);
const calls = async (conversationId: string) => (await journal.list(conversationId)).map((record) => record.callId);

test("many small patches of files come to a few kilobytes each", async () => {
  const source = (seed: number) => Array.from({ length: 300 }, (_, i) => `export const value${i} = compute(${i * seed});\n`).join("");
  const patches = 20;
  fillFolder(root, { files: { a: source(1), b: source(2), c: source(3) } });
  for (let i = 0; i < patches; i++)
    await apply("c_1", `c${i}`, { a: `${i}\n${source(1)}`, b: `${i}\n${source(2)}`, c: `${i}\n${source(3)}` });
  expect(source(1).length * 3).toBeGreaterThan(30_000);
  expect(bytes() / patches).toBeLessThan(10_000);
  expect(kept().size).toBe(2 * patches);
});

test("what a deleted conversation kept is gone at once, but for what others need", async () => {
  fillFolder(root, { files: { a: large("shared"), b: large("shared"), c: large("own"), d: "secret" } });
  await apply("c_1", "c1", { a: "1", c: "1", d: "1" });
  await apply("c_2", "c1", { b: "1" });
  await journal.undo({ conversationId: "c_1", callIds: ["c1"] });
  await journal.redo({ conversationId: "c_1", callIds: ["c1"] });
  await journal.forget("c_1");
  expect([await calls("c_1"), existsSync(path.join(data, "done/c_1")), contents().length]).toEqual([[], false, 2]);
  await journal.undo({ conversationId: "c_2", callIds: ["c1"] });
  expect(readFolder(root).files["b"]).toBe(large("shared").toString());
});

test("a sweep drops what belongs to no conversation, what is too old, and then contents that nobody names", async () => {
  fillFolder(root, { files: { a: large("a"), b: "0" } });
  await apply("c_gone", "c1", { a: "1" });
  await apply("c_old", "c1", { b: "1" });
  now += 20 * day;
  await apply("c_old", "c2", { b: "2" });
  now += 11 * day;
  await apply("c_gone", "c2", { a: "2" });
  age();
  const result = await journal.sweep((id) => id !== "c_gone");
  expect([result, await calls("c_gone"), await calls("c_old"), await journal.done.missing("c_old", ["c1", "c2"])]).toEqual([
    { records: 2, contents: 3, compressed: 0 },
    ["c2"],
    ["c2"],
    ["c1"],
  ]);
  await journal.undo({ conversationId: "c_old", callIds: ["c2"] });
  expect(readFolder(root).files["b"]).toBe("1");
});

test("beyond the limit the oldest go", async () => {
  const noise = (seed: number) => Array.from({ length: 2_000 }, (_, i) => ((i * 7919 * seed) % 99_991).toString(36)).join("\n");
  journal = createJournal({ folder: data, now: () => now, retention: { maxBytes: 20_000 } });
  fillFolder(root, { files: { a: noise(1) } });
  for (let i = 1; i < 8; i++) {
    now += 1_000;
    await apply("c_1", `c${i}`, { a: noise(i + 1) });
  }
  age();
  await journal.sweep(() => true);
  const left = await calls("c_1");
  expect([left.at(-1), left.length > 0 && left.length < 5, contents().length]).toEqual(["c7", true, left.length]);
});

test("contents that are young, or named by a change under way or set aside, stay", async () => {
  fillFolder(root, { files: { a: large("a"), b: large("b"), c: large("c") } });
  for (const name of ["a", "b", "c"]) await apply("c_1", name, { [name]: "1" });
  const done = path.join(data, "done/c_1");
  const [pending = "", aside = "", young = ""] = readdirSync(done).toSorted();
  await apply("c_2", "x", { a: "2" });
  renameSync(path.join(done, pending), path.join(data, "pending", "x.json"));
  writeFileSync(path.join(data, "pending", "folder"), "");
  mkdirSync(path.join(data, "aside"));
  renameSync(path.join(done, aside), path.join(data, "aside", "y.json"));
  writeFileSync(path.join(data, "aside", "torn.json"), "{");
  age();
  const before = contents();
  rmSync(path.join(done, young));
  await journal.sweep(() => true);
  const gone = before.filter((name) => !contents().includes(name) && !contents().includes(`${name}.gz`));
  expect(new Set(gone.map((name) => name.split("/")[0]))).toEqual(new Set(["blobs", "packs"]));
  // Now the young ones of a record that is gone.
  await apply("c_3", "y", { b: large("young") });
  await apply("c_3", "z", { b: "3" });
  const fresh = contents().length;
  rmSync(path.join(data, "done/c_3"), { recursive: true });
  await journal.sweep(() => true);
  expect(contents().length).toBe(fresh);
});

test("nothing is removed while there is a record of another version", async () => {
  fillFolder(root, { files: { a: "0" } });
  await apply("c_1", "c1", { a: "1" });
  const [name = ""] = readdirSync(path.join(data, "done/c_1"));
  const record = path.join(data, "done/c_1", name);
  writeFileSync(record, readFileSync(record, "utf8").replace('"version":2', '"version":3'));
  writeFileSync(path.join(data, "packs", "nobody.pack"), "x");
  age();
  await journal.sweep(() => true);
  expect(contents().length).toBe(2);
});

test("large contents are compressed, and are read as before", async () => {
  fillFolder(root, { files: { a: large("old") } });
  await apply("c_1", "c1", { a: "1" });
  const before = bytes();
  const result = await journal.sweep(() => true);
  const after = bytes();
  journal = createJournal({ folder: data });
  await journal.undo({ conversationId: "c_1", callIds: ["c1"] });
  expect([result.compressed, after < before / 10, readFolder(root).files]).toEqual([1, true, { a: large("old").toString() }]);
});
