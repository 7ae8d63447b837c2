import { utimesSync } from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { grepFilesResult, type GrepFilesInput } from "../../../src/protocol/tools.ts";
import { grepFilesTool } from "../../../src/main/tools/grep-files.ts";
import { fillFolder } from "../../support/patch-folder.ts";
import { useTempFolders } from "../../support/temp-folder.ts";
import { toolContext } from "../../support/tool-context.ts";

const tempFolder = useTempFolders();
let root: string;
beforeEach(() => {
  root = tempFolder();
});

async function grep(input: GrepFilesInput, overrides: Parameters<typeof toolContext>[1] = {}) {
  const outcome = await grepFilesTool.run(grepFilesTool.input.parse(input), toolContext(root, overrides));
  return { ...outcome, result: grepFilesResult.parse(outcome.result) };
}

/** Files with ages in seconds: the smaller, the newer. */
function fillAged(files: Readonly<Record<string, readonly [age: number, content: string]>>): void {
  fillFolder(root, { files: Object.fromEntries(Object.entries(files).map(([name, [, content]]) => [name, content])) });
  for (const [name, [age]] of Object.entries(files)) utimesSync(path.join(root, name), new Date(), new Date(Date.now() - age * 1_000));
}

describe("grepFiles", () => {
  test("gives matching files newest first, and a script the lines with their numbers", async () => {
    fillAged({
      "old.ts": [30, "let needle;\n"],
      "src/new.ts": [10, "x\r\nneedle needle\r\n"],
      "mid.md": [20, "needle"],
      "no.ts": [0, "hay\n"],
    });
    const outcome = await grep({ pattern: " needle|^needle" });
    expect(outcome).toEqual({
      text: "src/new.ts\nmid.md\nold.ts",
      summary: "3 files",
      result: {
        files: ["src/new.ts", "mid.md", "old.ts"],
        matches: [
          { path: "src/new.ts", line: 2, text: "needle needle" },
          { path: "mid.md", line: 1, text: "needle" },
          { path: "old.ts", line: 1, text: "let needle;" },
        ],
        matchCount: 3,
        truncated: false,
      },
    });
  });

  test("with context shows the lines around, each once", async () => {
    fillAged({ a: [1, "1\n2 hit\n3\n4 hit\n5\n6\n7\n8 hit\n"] });
    const { text, result } = await grep({ pattern: "hit", context: 1 });
    expect([text, result.matches[0], result.matches[1]]).toEqual([
      "a\n1-1\n2:2 hit\n3-3\n4:4 hit\n5-5\n--\n7-7\n8:8 hit",
      { path: "a", line: 2, text: "2 hit", before: ["1"], after: ["3"] },
      { path: "a", line: 4, text: "4 hit", before: ["3"], after: ["5"] },
    ]);
  });

  test("limits files, filters by glob, searches one folder or one file, and skips what git ignores", async () => {
    fillAged({
      "a.ts": [3, "x"],
      "b.ts": [2, "x"],
      "d/c.js": [1, "x"],
      "d/ignored.js": [0, "x"],
      ".gitignore": [9, "ignored.js\n"],
      ".git/HEAD": [9, ""],
    });
    const [limited, included, inFolder, oneFile] = [
      await grep({ pattern: "x", limit: 2 }),
      await grep({ pattern: "x", include: "*.ts" }),
      await grep({ pattern: "x", path: "d" }),
      await grep({ pattern: "x", path: "a.ts" }),
    ];
    expect([limited.result.files, limited.result.truncated, included.result.files, inFolder.result.files, oneFile.result.files]).toEqual([
      ["d/c.js", "b.ts"],
      true,
      ["b.ts", "a.ts"],
      ["d/c.js"],
      ["a.ts"],
    ]);
  });

  test("blanks around a glob do not count, and a blank one is none", async () => {
    fillAged({ "a.ts": [1, "x"], "b.js": [0, "x"] });
    const [padded, blank] = [await grep({ pattern: "x", include: " *.ts " }), await grep({ pattern: "x", include: "  " })];
    expect([padded.result.files, blank.result.files]).toEqual([["a.ts"], ["b.js", "a.ts"]]);
  });

  test("no match is an answer", async () => {
    fillAged({ a: [0, "x"] });
    expect(await grep({ pattern: "nowhere" })).toMatchObject({
      text: "No matches found.",
      summary: "no matches",
      result: { files: [], matches: [], matchCount: 0, truncated: false },
    });
  });

  test("a pattern may begin with a dash, and odd file names survive", async () => {
    fillAged({ "-v": [0, "--flag"], "with\nnewline": [1, "--flag"] });
    expect((await grep({ pattern: "--flag" })).result.files).toEqual(["-v", "with\nnewline"]);
  });

  test.each([
    [{ pattern: "  " }, "invalid_pattern", "pattern must not be empty"],
    [{ pattern: "(" }, "invalid_pattern", "unclosed group"],
    [{ pattern: "(?=x)" }, "invalid_pattern", "look-around"],
    [{ pattern: "a\\nb" }, "invalid_pattern", "not allowed"],
    [{ pattern: "a\0b" }, "invalid_pattern", "NUL"],
    [{ pattern: "x", include: "a\0" }, "invalid_input", "NUL"],
    [{ pattern: "x", path: "a\0b" }, "invalid_input", "NUL"],
    [{ pattern: "x", include: "{a" }, "invalid_input", "glob"],
    [{ pattern: "x", path: "none" }, "not_found", "none"],
    [{ pattern: "x", path: ".." }, "outside_project", ".."],
  ] satisfies [GrepFilesInput, string, string][])("%j is %s", async (input, code, message) => {
    await expect(grep(input)).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  });

  test("a configuration file of ripgrep has no say", async () => {
    fillAged({ a: [0, "x"], rc: [1, "--invert-match\n"] });
    const before = process.env["RIPGREP_CONFIG_PATH"];
    process.env["RIPGREP_CONFIG_PATH"] = path.join(root, "rc");
    try {
      expect((await grep({ pattern: "x" })).result.files).toEqual(["a"]);
    } finally {
      if (before === undefined) delete process.env["RIPGREP_CONFIG_PATH"];
      else process.env["RIPGREP_CONFIG_PATH"] = before;
    }
  });

  test("counts all matches but hands over 5000, and cuts long lines", async () => {
    fillAged({ a: [0, `${"x".repeat(3_000)}\n${"x\n".repeat(6_000)}`] });
    const { result } = await grep({ pattern: "x" });
    expect([result.matchCount, result.matches.length, result.matches[0]?.text.length, result.truncated]).toEqual([
      6_001,
      5_000,
      2_000,
      true,
    ]);
  });

  test("a cancelled search ends at once", async () => {
    fillAged({ a: [0, "x"] });
    const stop = new AbortController();
    const running = grep({ pattern: "x" }, { signal: stop.signal });
    stop.abort();
    await expect(running).rejects.toThrow();
  });

  test("very long lines are cut, and cost other files nothing", async () => {
    fillAged({ long: [1, `${"x".repeat(40_000_000)}\n`], wide: [2, `${"é".repeat(3_000)}xx\n`], short: [3, "an xx\nanother xx\n"] });
    const started = performance.now();
    const { result } = await grep({ pattern: "xx" });
    expect(result.matches.map(({ path: file, line, text }) => [file, line, text.length])).toEqual([
      ["long", 1, 2_000],
      ["wide", 1, 2_000],
      ["short", 1, 5],
      ["short", 2, 10],
    ]);
    expect([result.files.length, result.matchCount, result.truncated]).toEqual([3, 4, true]);
    // 0.1 s here; every place in the long line took 8 s.
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  test("a file with very many matches leaves the others their lines, and all are counted", async () => {
    fillAged({ newest: [1, "x\n"], many: [2, "x\n".repeat(7_000)], last: [3, "x\n"] });
    const { result } = await grep({ pattern: "x" });
    expect([result.matches.length, result.matchCount, result.truncated, result.matches[0]?.path]).toEqual([5_000, 7_002, true, "newest"]);
  });

  test("lines around matches stay with their file, whatever names and lines look like", async () => {
    fillAged({ "with\nend": [1, "a\nhit\nb\r\n"], "12-b": [2, "1:x\n2-hit:more\n--\n"] });
    const { result } = await grep({ pattern: "hit", context: 1 });
    expect(result.matches).toEqual([
      { path: "with\nend", line: 2, text: "hit", before: ["a"], after: ["b"] },
      { path: "12-b", line: 2, text: "2-hit:more", before: ["1:x"], after: ["--"] },
    ]);
  });
});
