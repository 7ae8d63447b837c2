import { appendFileSync, existsSync, openSync, closeSync, readFileSync, renameSync, symlinkSync, writeFileSync, writeSync } from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { changeFiles, type ChangeObserver, type FileChange } from "../../../src/main/project/change-files.ts";
import { readState, stampAt } from "../../../src/main/project/file-state.ts";
import { giveBack, putLink, swapIn, takeOut, TouchedEntry } from "../../../src/main/project/swap-entry.ts";
import { fillFolder, readFolder } from "../../support/patch-folder.ts";
import { useTempFolders } from "../../support/temp-folder.ts";

const tempFolder = useTempFolders();
let root: string;
beforeEach(() => (root = tempFolder()));
const at = (name: string): string => path.join(root, name);
const files = () => readFolder(root).files;

describe("swap of an entry", () => {
  test("a place that carries another stamp keeps what it holds", async () => {
    fillFolder(root, { files: { a: "1", temp: "new" } });
    const stamp = await stampAt(at("a"));
    appendFileSync(at("a"), "2");
    expect(() => swapIn(at("temp"), at("a"), stamp)).toThrow(TouchedEntry);
    expect(() => takeOut(at("a"), at("aside"), stamp)).toThrow(TouchedEntry);
    expect(files()).toEqual({ a: "12", temp: "new" });
  });

  test("a place that should be empty is never overwritten, also by a link", () => {
    fillFolder(root, { files: { a: "1", temp: "new" } });
    expect(() => swapIn(at("temp"), at("a"), "none")).toThrow(TouchedEntry);
    expect(() => putLink("elsewhere", at("a"))).toThrow(TouchedEntry);
    expect([giveBack(at("temp"), at("a")), files()]).toEqual([false, { a: "1", temp: "new" }]);
  });

  test("who had the old file open before is noticed when writing into it after the swap", async () => {
    fillFolder(root, { files: { a: "1", b: "1", temp: "new" } });
    const [a, b] = [openSync(at("a"), "a"), openSync(at("b"), "a")];
    const held = [swapIn(at("temp"), at("a"), await stampAt(at("a"))), takeOut(at("b"), at("aside"), await stampAt(at("b")))];
    const before = held.map((one) => one?.wasWritten());
    writeSync(a, "2");
    writeSync(b, "3");
    expect([before, held.map((one) => one?.wasWritten()), held.map((one) => one?.content().toString()), files()]).toEqual([
      [false, false],
      [true, true],
      ["12", "13"],
      { a: "new" },
    ]);
    for (const one of held) one?.close();
    closeSync(a);
    closeSync(b);
  });
});

describe("a change of files that somebody else gets into", () => {
  async function change(name: string, after: string | null): Promise<FileChange> {
    const { state, stamp } = await readState(at(name));
    return { path: at(name), before: state, stamp, after: after === null ? null : { type: "file", bytes: Buffer.from(after) } };
  }
  const leftAlone: string[] = [];
  /** `meddle` runs when all is staged, before the first file is touched. */
  const observer = (meddle: () => void, atEnd: () => void = () => undefined): ChangeObserver => ({
    beginning: () => Promise.resolve(),
    staged: () => Promise.resolve(meddle()),
    committed: async () => atEnd(),
    rolledBack: (left) => Promise.resolve(void leftAlone.push(...left.map((one) => path.basename(one.path)))),
  });
  beforeEach(() => leftAlone.splice(0));

  test.each([
    ["the last one is saved", "c", () => writeFileSync(at("c"), "mine"), { a: "1", b: "1", c: "mine" }],
    ["the last one is made", "n", () => writeFileSync(at("n"), "mine"), { a: "1", b: "1", c: "1", n: "mine" }],
    [
      "the last one becomes another file",
      "c",
      () => (writeFileSync(at("x"), "mine"), renameSync(at("x"), at("c"))),
      { a: "1", b: "1", c: "mine" },
    ],
    ["one that is removed is saved", "gone", () => writeFileSync(at("c"), "mine"), { a: "1", b: "1", c: "mine" }],
  ])("before it is reached: it stays, the others are put back (%s)", async (_, last, meddle, expected) => {
    fillFolder(root, { files: { a: "1", b: "1", c: "1" } });
    const changes = [await change("a", "2"), await change("b", null), last === "gone" ? await change("c", null) : await change(last, "2")];
    await expect(changeFiles(changes, "id", observer(meddle))).rejects.toMatchObject({ cause: { code: "patch_failed" }, leftAlone: [] });
    expect(files()).toEqual(expected);
  });

  test("after it was reached, when another one fails: it stays and is named", async () => {
    fillFolder(root, { files: { a: "1", b: "1" } });
    const changes = [await change("a", "2"), await change("b", "2"), await change("new/n", "n")];
    const failing = observer(
      () => undefined,
      () => {
        appendFileSync(at("a"), " and mine");
        throw new Error("the end fails");
      },
    );
    await expect(changeFiles(changes, "id", failing)).rejects.toThrow("the end fails");
    expect([files(), existsSync(at("new")), leftAlone]).toEqual([{ a: "2 and mine", b: "1" }, false, ["a"]]);
  });

  test("a link that was put in the place of a file is not followed", async () => {
    fillFolder(root, { files: { a: "1", b: "1", other: "o" } });
    const changes = [await change("a", "2"), await change("b", "2")];
    const meddle = () => {
      renameSync(at("b"), at("was-b"));
      symlinkSync("other", at("b"));
    };
    await expect(changeFiles(changes, "id", observer(meddle))).rejects.toMatchObject({ cause: { code: "patch_failed" } });
    expect([readFileSync(at("b"), "utf8"), files(), readFolder(root).links]).toEqual([
      "o",
      { a: "1", "was-b": "1", other: "o" },
      { b: "other" },
    ]);
  });
});
