import {
  chownSync,
  existsSync,
  linkSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { openAnchor } from "../../../src/main/project/anchor.ts";
import { writeFileAtomic } from "../../../src/main/project/write-file.ts";
import { resolveEntry, resolveWriteTarget } from "../../../src/main/project/write-target.ts";
import { fillFolder, readFolder } from "../../support/patch-folder.ts";
import { useTempFolders } from "../../support/temp-folder.ts";

const tempFolder = useTempFolders();
let root: string;
beforeEach(() => {
  root = tempFolder();
});

describe("writeFileAtomic", () => {
  test.each(["755", "640", "600", "444"])("keeps mode %s and replaces the file by renaming", async (mode) => {
    fillFolder(root, { files: { f: "old" }, modes: { f: mode } });
    const inode = statSync(path.join(root, "f")).ino;
    const writable = mode !== "444" || process.getuid?.() === 0;
    const outcome = await writeFileAtomic(path.join(root, "f"), Buffer.from("new")).then(
      () => "written",
      (error: NodeJS.ErrnoException) => error.code,
    );
    expect({ outcome, renamed: statSync(path.join(root, "f")).ino !== inode, ...readFolder(root) }).toMatchObject({
      outcome: writable ? "written" : "EACCES",
      renamed: writable,
      files: { f: writable ? "new" : "old" },
      modes: { f: mode },
    });
  });

  test("makes missing folders and a file with the mode of the umask, or the given one", async () => {
    await writeFileAtomic(path.join(root, "a/b/c"), Buffer.from("x"));
    await writeFileAtomic(path.join(root, "a/run"), Buffer.from("x"), { newMode: 0o750 });
    const usual = (0o666 & ~process.umask()).toString(8);
    expect(readFolder(root)).toMatchObject({ files: { "a/b/c": "x", "a/run": "x" }, modes: { "a/b/c": usual, "a/run": "750" } });
  });

  test("writes the target of a link, also of a chain and of a dangling one, and keeps the link", async () => {
    fillFolder(root, { files: { "d/real": "old" }, links: { one: "two", two: "d/real", dangling: "d/fresh" } });
    await writeFileAtomic(path.join(root, "one"), Buffer.from("new"));
    await writeFileAtomic(path.join(root, "dangling"), Buffer.from("made"));
    expect(readFolder(root)).toMatchObject({
      files: { "d/real": "new", "d/fresh": "made" },
      links: { one: "two", two: "d/real", dangling: "d/fresh" },
    });
  });

  test("keeps hard links by writing in place, shorter and longer", async () => {
    fillFolder(root, { files: { f: "a longer old text" } });
    linkSync(path.join(root, "f"), path.join(root, "g"));
    await writeFileAtomic(path.join(root, "g"), Buffer.from("short"));
    const short = readFileSync(path.join(root, "f"), "utf8");
    await writeFileAtomic(path.join(root, "f"), Buffer.from("x".repeat(100_000)));
    expect([short, readFileSync(path.join(root, "g"), "utf8").length, statSync(path.join(root, "f")).nlink, readdirSync(root)]).toEqual([
      "short",
      100_000,
      2,
      ["f", "g"],
    ]);
  });

  test("keeps the owner", async () => {
    fillFolder(root, { files: { f: "old" } });
    const file = path.join(root, "f");
    // Only the superuser can give files away; for others the owner is their own before and after.
    if (process.getuid?.() === 0) chownSync(file, 12_345, 23_456);
    const before = statSync(file);
    await writeFileAtomic(file, Buffer.from("new"));
    const after = statSync(file);
    expect([after.uid, after.gid, readFileSync(file, "utf8")]).toEqual([before.uid, before.gid, "new"]);
  });

  test.each([
    ["a folder", "d", "EISDIR"],
    ["below a file", "f/x", "ENOTDIR"],
    ["a loop of links", "loop", "ELOOP"],
    ["a device", "null", "EINVAL"],
  ])("refuses %s and leaves nothing behind", async (_, name, code) => {
    fillFolder(root, { files: { f: "1", "d/x": "1" }, links: { loop: "loop", null: "/dev/null" } });
    const before = readFolder(root);
    await expect(writeFileAtomic(path.join(root, name), Buffer.from("x"))).rejects.toMatchObject({ code });
    expect(readFolder(root)).toEqual(before);
  });

  test("a reader sees the old or the new text, never a part", async () => {
    const file = path.join(root, "f");
    const texts = ["a".repeat(300_000), "b".repeat(200_000)];
    writeFileSync(file, texts[0] ?? "");
    let done = false;
    const seen = new Set<string>();
    const writing = (async () => {
      for (let i = 0; i < 40; i++) await writeFileAtomic(file, Buffer.from(texts[(i + 1) % 2] ?? ""));
      done = true;
    })();
    while (!done) {
      const text = readFileSync(file, "utf8");
      seen.add(texts.includes(text) ? "whole" : `torn at ${text.length}`);
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    await writing;
    expect([...seen]).toEqual(["whole"]);
  });
});

describe("resolveWriteTarget and resolveEntry", () => {
  test("follow links as writing and deleting would", () => {
    const outside = tempFolder();
    fillFolder(root, { files: { "real/f": "" }, links: { folder: "real", out: outside, dangling: "nowhere/x", relative: "../missing" } });
    const at = (name: string): string => path.join(root, name);
    expect([at("folder/f"), at("out/new/n"), at("dangling"), at("relative")].map(resolveWriteTarget)).toEqual([
      at("real/f"),
      path.join(outside, "new/n"),
      at("nowhere/x"),
      path.join(path.dirname(root), "missing"),
    ]);
    expect([at("folder"), at("folder/f"), at("out/x")].map(resolveEntry)).toEqual([at("folder"), at("real/f"), path.join(outside, "x")]);
  });
});

describe("openAnchor", () => {
  test("refuses a folder that is a link by now, and one whose parent became a link", async () => {
    const outside = tempFolder();
    fillFolder(outside, { files: { "inner/x": "" } });
    symlinkSync(outside, path.join(root, "swapped"));
    await expect(openAnchor(path.join(root, "swapped"))).rejects.toThrow();
    await expect(openAnchor(path.join(root, "swapped/inner"))).rejects.toMatchObject({ code: "io_error" });
    await expect(openAnchor(path.join(root, "swapped/made/here"), () => {})).rejects.toThrow();
    expect(existsSync(path.join(outside, "made"))).toBe(false);
  });

  test("on Linux keeps naming the opened folder when its path leads elsewhere meanwhile", async () => {
    const outside = tempFolder();
    fillFolder(root, { files: { "d/x": "kept" } });
    const anchor = await openAnchor(path.join(root, "d"));
    try {
      renameSync(path.join(root, "d"), path.join(root, "moved"));
      symlinkSync(outside, path.join(root, "d"));
      writeFileSync(anchor.at("new"), "1");
    } finally {
      await anchor.close();
    }
    const linux = process.platform === "linux";
    expect([readdirSync(outside), readdirSync(path.join(root, "moved")), readlinkSync(path.join(root, "d"))]).toEqual([
      linux ? [] : ["new"],
      linux ? ["new", "x"] : ["x"],
      outside,
    ]);
  });
});
