import { execFileSync } from "node:child_process";
import { closeSync, openSync, symlinkSync, writeFileSync, writeSync } from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { readFileResult, type ReadFileInput } from "../../../src/protocol/tools.ts";
import { readFileTool } from "../../../src/main/tools/read-file.ts";
import { fillFolder } from "../../support/patch-folder.ts";
import { useTempFolders } from "../../support/temp-folder.ts";
import { toolContext } from "../../support/tool-context.ts";

const tempFolder = useTempFolders();
let root: string;
beforeEach(() => {
  root = tempFolder();
});

async function read(input: ReadFileInput, overrides: Parameters<typeof toolContext>[1] = {}) {
  const outcome = await readFileTool.run(readFileTool.input.parse(input), toolContext(root, overrides));
  return { ...outcome, result: readFileResult.parse(outcome.result) };
}

describe("readFile", () => {
  test("numbers lines for a model and gives a script the text", async () => {
    fillFolder(root, { files: { "a.txt": "one\r\n\ntwo\nthree" } });
    const direct = await read({ path: "a.txt", offset: 2, limit: 2 });
    const whole = await read({ path: path.join(root, "a.txt") }, { fromScript: true });
    expect([direct, whole.result]).toEqual([
      {
        text: "L2: \nL3: two",
        summary: "2 lines",
        result: { path: "a.txt", text: "\ntwo", startLine: 2, endLine: 3, totalLines: 4, truncated: true },
      },
      { path: path.join(root, "a.txt"), text: "one\n\ntwo\nthree", startLine: 1, endLine: 4, totalLines: 4, truncated: false },
    ]);
  });

  test("cuts lines over 500 bytes at a character for a model, not for a script", async () => {
    fillFolder(root, { files: { a: `${"€".repeat(200)}\n` } });
    const direct = await read({ path: "a" });
    const script = await read({ path: "a" }, { fromScript: true });
    expect([direct.text, direct.result.truncated, script.result.text.length, script.result.truncated]).toEqual([
      `L1: ${"€".repeat(166)}`,
      true,
      200,
      false,
    ]);
  });

  test("shows a model 2000 lines and a script all of them by default", async () => {
    fillFolder(root, { files: { a: Array.from({ length: 5_000 }, (_, i) => `${i}\n`).join("") } });
    const [direct, script] = [await read({ path: "a" }), await read({ path: "a" }, { fromScript: true })];
    expect([direct.result.endLine, direct.result.totalLines, script.result.endLine, script.result.truncated]).toEqual([
      2_000,
      5_000,
      5_000,
      false,
    ]);
  });

  test("truncated says that more follow: a script pages through a file and ends at its end", async () => {
    fillFolder(root, { files: { a: "1\n2\n3\n4\n5\n6\n7\n" } });
    const pages: string[] = [];
    for (let offset = 1, more = true; more;) {
      const { result } = await read({ path: "a", offset, limit: 3 }, { fromScript: true });
      pages.push(result.text);
      offset = result.endLine + 1;
      more = result.truncated;
    }
    const tail = await read({ path: "a", offset: 6, limit: 5 });
    expect([pages, tail.result.truncated]).toEqual([["1\n2\n3", "4\n5\n6", "7"], false]);
  });

  test("an empty file is empty, not an error", async () => {
    fillFolder(root, { files: { a: "" } });
    expect(await read({ path: "a" })).toMatchObject({
      text: "The file is empty.",
      result: { text: "", startLine: 1, endLine: 0, totalLines: 0, truncated: false },
    });
  });

  test("bytes that are not UTF-8 become U+FFFD, and characters across read blocks stay whole", async () => {
    fillFolder(root, { files: { bad: Uint8Array.of(0x61, 0xff, 0x62, 0x0a), long: `x${"é".repeat(200_000)}\nend` } });
    const [bad, long] = [await read({ path: "bad" }), await read({ path: "long" }, { fromScript: true })];
    expect([bad.result.text, long.result.text === `x${"é".repeat(200_000)}\nend`]).toEqual(["a\uFFFDb", true]);
  });

  test("a slice of a large file is read without keeping the file in memory", async () => {
    const file = openSync(path.join(root, "big"), "w");
    const block = `${"x".repeat(1_023)}\n`.repeat(1_024);
    for (let i = 0; i < 96; i++) writeSync(file, block);
    writeSync(file, "the end\n");
    closeSync(file);
    const before = process.memoryUsage.rss();
    const outcome = await read({ path: "big", offset: 96 * 1_024 + 1, limit: 5 }, { fromScript: true });
    const grown = process.memoryUsage.rss() - before;
    expect([outcome.result, grown < 48 * 1024 * 1024]).toEqual([
      { path: "big", text: "the end", startLine: 98_305, endLine: 98_305, totalLines: 98_305, truncated: false },
      true,
    ]);
  });

  test("a script gets 10 MB of a larger file at most, and is told", async () => {
    fillFolder(root, { files: { big: `${"é".repeat(499)}\n`.repeat(11_000) } });
    const { result } = await read({ path: "big" }, { fromScript: true });
    expect([Buffer.byteLength(result.text) <= 10 * 1024 * 1024, result.text.endsWith("é"), result.totalLines, result.truncated]).toEqual([
      true,
      true,
      11_000,
      true,
    ]);
  });

  test.each([
    ["none", "not_found"],
    ["a/x", "not_found"],
    ["folder", "not_a_file"],
    ["pipe", "not_a_file"],
    ["binary", "binary_file"],
    ["../x", "outside_project"],
    ["/etc/hostname", "outside_project"],
    ["escape", "outside_project"],
    ["loop", "io_error"],
    ["a\0b", "invalid_input"],
  ])("%j is %s", async (given, code) => {
    fillFolder(root, {
      files: { a: "1\n", "folder/x": "1\n", binary: Uint8Array.of(0x7f, 0x45, 0, 1) },
      links: { escape: "/etc/hostname", loop: "loop" },
    });
    execFileSync("mkfifo", [path.join(root, "pipe")]);
    await expect(read({ path: given })).rejects.toMatchObject({
      name: "SpindleError",
      code,
      message: expect.stringContaining(given.includes("\0") ? "NUL" : given),
    });
  });

  test("a binary file's error carries its size", async () => {
    fillFolder(root, { files: { b: new Uint8Array(5_000) } });
    await expect(read({ path: "b" })).rejects.toMatchObject({ code: "binary_file", details: { path: "b", bytes: 5_000 } });
  });

  test.each([
    [{ path: "a", offset: 3 }, "offset exceeds file length"],
    [{ path: "a", mode: "indentation" as const, offset: 9 }, "anchor_line exceeds file length"],
  ])("%j is refused", async (input, message) => {
    fillFolder(root, { files: { a: "1\n2\n" } });
    await expect(read(input)).rejects.toMatchObject({ code: "invalid_input", message });
  });

  test("attached files outside the project may be read, and everything at level full", async () => {
    const outside = tempFolder();
    writeFileSync(path.join(outside, "x"), "x\n");
    symlinkSync(path.join(outside, "x"), path.join(root, "link"));
    const granted = await read({ path: "link" }, { readGrants: [outside] });
    const full = await read({ path: path.join(outside, "x") }, { sandboxLevel: "full" });
    expect([granted.text, full.text]).toEqual(["L1: x", "L1: x"]);
  });

  test("a cancelled read stops", async () => {
    fillFolder(root, { files: { a: "1\n" } });
    await expect(read({ path: "a" }, { signal: AbortSignal.abort() })).rejects.toThrow();
  });
});

describe("readFile, indentation mode", () => {
  const source = [
    "// imports",
    "import x",
    "",
    "// about f",
    "function f() {",
    "  // loop",
    "  for (;;) {",
    "    a();",
    "    if (b) {",
    "      c();",
    "    }",
    "  }",
    "",
    "  done();",
    "}",
    "",
    "function g() {",
    "  d();",
    "}",
  ].join("\n");
  const block = async (indentation: NonNullable<ReadFileInput["indentation"]>, limit?: number): Promise<[number, number]> => {
    fillFolder(root, { files: { "f.ts": source } });
    const { result } = await read({ path: "f.ts", mode: "indentation", indentation, ...(limit === undefined ? {} : { limit }) });
    return [result.startLine, result.endLine];
  };

  test("grows to the block whose first and last line are less indented", async () => {
    // Two-space code: one level is four columns, so from column 6 the block of column 2 is one level up.
    expect(await block({ anchorLine: 10, maxLevels: 1 })).toEqual([6, 12]);
  });

  test("leaves the comment above out when no header is wanted", async () => {
    expect(await block({ anchorLine: 10, maxLevels: 1, includeHeader: false })).toEqual([7, 12]);
  });

  test("takes blocks of the same indentation when siblings are wanted", async () => {
    expect(await block({ anchorLine: 10, maxLevels: 1, includeSiblings: true })).toEqual([6, 14]);
  });

  test("without a limit of levels takes the outermost block and the comment above it", async () => {
    expect(await block({ anchorLine: 10 })).toEqual([4, 15]);
  });

  test.each([
    [{ anchorLine: 10, maxLines: 1 }, undefined, [10, 10]],
    [{ anchorLine: 10, maxLines: 3 }, undefined, [9, 11]],
    [{ anchorLine: 10, maxLines: 9 }, 3, [9, 11]],
  ] as const)("%j with limit %j gives lines %j", async (indentation, limit, lines) => {
    expect(await block(indentation, limit)).toEqual(lines);
  });

  test("of blank lines only nothing is left, as in the original; a single line is given as it is", async () => {
    fillFolder(root, { files: { blank: "\n \n\t\n" } });
    const { text, result } = await read({ path: "blank", mode: "indentation", indentation: { anchorLine: 2 } });
    const single = await read({ path: "blank", mode: "indentation", indentation: { anchorLine: 2, maxLines: 1 } });
    expect([text, result.text, result.startLine, result.endLine, single.text]).toEqual(["", "", 4, 3, "L2:  "]);
  });
});
