import { execFileSync } from "node:child_process";
import { chmodSync, linkSync, lstatSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { SpindleError } from "../../../src/protocol/error.ts";
import { applyPatchResult } from "../../../src/protocol/tools.ts";
import { createJournal, type Journal } from "../../../src/main/project/journal.ts";
import { parsePatch } from "../../../src/main/tools/apply-patch/parse.ts";
import { createApplyPatchTool } from "../../../src/main/tools/apply-patch/tool.ts";
import { named } from "../../support/patch-text.ts";
import { fillFolder, readFolder } from "../../support/patch-folder.ts";
import { useTempFolders } from "../../support/temp-folder.ts";
import { toolContext } from "../../support/tool-context.ts";

const tempFolder = useTempFolders();
let root: string;
let journal: Journal;
let tool: ReturnType<typeof createApplyPatchTool>;
beforeEach(() => {
  root = tempFolder();
  journal = createJournal({ folder: tempFolder() });
  tool = createApplyPatchTool({ journal });
});

const patchOf = (...lines: readonly string[]): string => ["*** Begin Patch", ...lines, "*** End Patch"].join("\n");

/** The error a patch ends with, from `effect` or `run`, as data. */
async function failureOf(
  patch: string,
  overrides: Parameters<typeof toolContext>[1] = {},
  workdir?: string,
): Promise<Pick<SpindleError, "code" | "message" | "hint" | "details">> {
  const ctx = toolContext(root, overrides);
  const input = { patch, ...(workdir === undefined ? {} : { workdir }) };
  try {
    await tool.effect(input, ctx);
    await tool.run(input, ctx);
  } catch (error) {
    if (error instanceof SpindleError) return { code: error.code, message: error.message, hint: error.hint, details: error.details };
    throw error;
  }
  throw new Error("The patch was applied.");
}

describe("applyPatch", () => {
  test("gives counts, the original's text and an event with hunks for added, changed, moved and deleted files", async () => {
    fillFolder(root, { files: { "a.ts": "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "old.ts": "x\n", "gone.ts": "g\n" } });
    const ctx = toolContext(root);
    const patch = patchOf(
      "*** Delete File: gone.ts",
      "*** Update File: a.ts",
      "@@",
      "-5",
      "+five",
      "+5b",
      "*** Update File: old.ts",
      "*** Move to: d/new.ts",
      " x",
      "*** Add File: n.ts",
      "+n",
    );
    const outcome = await tool.run({ patch }, ctx);
    expect(applyPatchResult.parse(outcome.result)).toEqual({
      files: [
        { path: "gone.ts", kind: "delete", added: 0, removed: 1 },
        { path: "a.ts", kind: "update", added: 2, removed: 1 },
        { path: "d/new.ts", kind: "move", added: 0, removed: 0 },
        { path: "n.ts", kind: "add", added: 1, removed: 0 },
      ],
      added: 3,
      removed: 2,
    });
    expect([outcome.text, outcome.summary]).toEqual([
      expect.stringMatching(
        /^Exit code: 0\nWall time: \d+(\.\d)? seconds\nOutput:\nSuccess\. Updated the following files:\nA n\.ts\nM a\.ts\nM d\/new\.ts\nD gone\.ts\n$/,
      ),
      "4 files, +3 −2",
    ]);
    expect(ctx.events).toEqual([
      {
        type: "patch_applied",
        turnId: "t1",
        callId: "c1",
        files: [
          {
            path: "gone.ts",
            kind: "delete",
            added: 0,
            removed: 1,
            before: named("g\n"),
            after: "",
            hunks: [{ oldStart: 1, oldLines: 1, newStart: 0, newLines: 0, lines: ["-g"] }],
          },
          {
            path: "a.ts",
            kind: "update",
            added: 2,
            removed: 1,
            before: named("1\n2\n3\n4\n5\n6\n7\n8\n9\n"),
            after: named("1\n2\n3\n4\nfive\n5b\n6\n7\n8\n9\n"),
            hunks: [
              { oldStart: 2, oldLines: 7, newStart: 2, newLines: 8, lines: [" 2", " 3", " 4", "-5", "+five", "+5b", " 6", " 7", " 8"] },
            ],
          },
          {
            path: "d/new.ts",
            kind: "move",
            fromPath: "old.ts",
            added: 0,
            removed: 0,
            before: named("x\n"),
            after: named("x\n"),
            hunks: [],
          },
          {
            path: "n.ts",
            kind: "add",
            added: 1,
            removed: 0,
            before: "",
            after: named("n\n"),
            hunks: [{ oldStart: 0, oldLines: 0, newStart: 1, newLines: 1, lines: ["+n"] }],
          },
        ],
      },
    ]);
    expect(readFolder(root).files).toEqual({ "a.ts": "1\n2\n3\n4\nfive\n5b\n6\n7\n8\n9\n", "d/new.ts": "x\n", "n.ts": "n\n" });
  });

  test("names the real places it will write before it runs, links followed", async () => {
    fillFolder(root, { files: { "real/f": "1\n" }, links: { link: "real", dangling: "/nowhere/else" } });
    const patch = patchOf(
      "*** Update File: link/f",
      " 1",
      "*** Add File: dangling",
      "+x",
      "*** Delete File: link",
      "*** Update File: a",
      "*** Move to: b/c",
      " 1",
    );
    expect(await tool.effect({ patch, workdir: "." }, { projectRoot: root })).toEqual({
      kind: "write",
      guarded: [],
      operations: parsePatch(patch).operations,
      paths: [path.join(root, "real/f"), "/nowhere/else", path.join(root, "link"), path.join(root, "a"), path.join(root, "b/c")],
    });
  });

  test("resolves paths from workdir", async () => {
    mkdirSync(path.join(root, "sub"));
    const { result } = await tool.run({ patch: patchOf("*** Add File: n", "+x"), workdir: "sub" }, toolContext(root));
    expect([result.files[0]?.path, readFolder(root).files]).toEqual(["sub/n", { "sub/n": "x\n" }]);
  });

  test.each([
    ["", "invalid_patch", "apply_patch verification failed: invalid patch: The last line of the patch must be '*** End Patch'"],
    [
      patchOf("oops"),
      "invalid_patch",
      "apply_patch verification failed: invalid hunk at line 2, 'oops' is not a valid hunk header. Valid hunk headers: '*** Add File: {path}', '*** Delete File: {path}', '*** Update File: {path}'",
    ],
    [patchOf(), "invalid_patch", "patch rejected: empty patch"],
    [
      patchOf("*** Environment ID: x", "*** Add File: n"),
      "invalid_patch",
      "apply_patch environment selection is unavailable for this turn",
    ],
    [
      patchOf("*** Update File: f", "-none"),
      "patch_failed",
      "apply_patch verification failed: Failed to find expected lines in {ROOT}/f:\nnone",
    ],
    [
      patchOf("*** Update File: none", "-x"),
      "patch_failed",
      "apply_patch verification failed: Failed to read file to update {ROOT}/none: No such file or directory (os error 2)",
    ],
    [
      patchOf("*** Update File: d", "-x"),
      "patch_failed",
      "apply_patch verification failed: Failed to read file to update {ROOT}/d: path `{ROOT}/d` is not a file",
    ],
    [
      patchOf("*** Update File: bin", "-x"),
      "patch_failed",
      "apply_patch verification failed: Failed to read file to update {ROOT}/bin: invalid utf-8 sequence of 1 bytes from index 0",
    ],
    [
      patchOf("*** Delete File: none"),
      "patch_failed",
      "apply_patch verification failed: Failed to read {ROOT}/none: No such file or directory (os error 2)",
    ],
    [
      patchOf("*** Delete File: bin"),
      "patch_failed",
      "apply_patch verification failed: Failed to read {ROOT}/bin: invalid utf-8 sequence of 1 bytes from index 0",
    ],
    [
      patchOf("*** Update File: f", " 1", "*** Delete File: ./f"),
      "patch_failed",
      "apply_patch verification failed: multiple operations target {ROOT}/f",
    ],
    [
      patchOf("*** Update File: f", " 1", "*** Update File: link", " 1"),
      "patch_failed",
      "apply_patch verification failed: multiple operations target {ROOT}/f",
    ],
    [
      patchOf("*** Add File: n", "+x", "*** Update File: f", "*** Move to: n", " 1"),
      "patch_failed",
      "apply_patch verification failed: multiple operations target {ROOT}/n",
    ],
    [patchOf("*** Add File: d", "+x"), "patch_failed", "apply_patch verification failed: Failed to write file {ROOT}/d"],
    [patchOf("*** Add File: f/x", "+x"), "patch_failed", "Failed to write file {ROOT}/f/x"],
    [patchOf("*** Delete File: f", "*** Add File: f/x", "+x"), "patch_failed", "Failed to write file {ROOT}/f/x"],
    [patchOf("*** Add File: lost/x", "+x"), "patch_failed", "Failed to create parent directories for {ROOT}/lost/x"],
  ])("refuses a patch whole: %j", async (patch, code, message) => {
    fillFolder(root, { files: { f: "1\n", "d/x": "1\n", bin: Uint8Array.of(0xff, 0x0a) }, links: { link: "f", lost: "nowhere" } });
    const before = readFolder(root);
    const failure = await failureOf(patch);
    expect({ code: failure.code, message: failure.message, files: readFolder(root) }).toEqual({
      code,
      message: message.replaceAll("{ROOT}", root),
      files: before,
    });
  });

  test("writes nothing of a patch whose last file does not fit", async () => {
    fillFolder(root, { files: { f: "1\n", g: "2\n" } });
    await failureOf(patchOf("*** Update File: f", "-1", "+x", "*** Add File: deep/n", "+x", "*** Update File: g", "-none"));
    expect(readFolder(root)).toMatchObject({ files: { f: "1\n", g: "2\n" }, emptyFolders: [] });
  });

  test.each([
    ["outside by ..", "outside_project", patchOf("*** Add File: ../n", "+x")],
    ["outside by an absolute path", "outside_project", patchOf("*** Add File: /tmp/spindle-never-written", "+x")],
    ["outside by a link to a folder", "outside_project", patchOf("*** Add File: out/n", "+x")],
    ["outside by a dangling link", "outside_project", patchOf("*** Add File: dangling", "+x")],
    ["reading outside by moving a link", "outside_project", patchOf("*** Update File: secret", "*** Move to: n", " s")],
    ["into .git", "permission_denied", patchOf("*** Add File: .git/hooks/pre-commit", "+x")],
    ["into .GIT of a sub-project", "permission_denied", patchOf("*** Add File: sub/.GIT/config", "+x")],
    ["into .git by a link", "permission_denied", patchOf("*** Add File: toGit/config", "+x")],
    ["into .spindle", "permission_denied", patchOf("*** Update File: f", "*** Move to: .spindle/rules.json", " 1")],
  ])("does not write %s", async (_, code, patch) => {
    const outside = tempFolder();
    fillFolder(outside, { files: { s: "s\n" } });
    fillFolder(root, {
      files: { f: "1\n", ".git/HEAD": "x" },
      links: { out: outside, dangling: path.join(outside, "n"), secret: path.join(outside, "s"), toGit: ".git" },
    });
    const before = [readFolder(root), readFolder(outside)];
    const failure = await failureOf(patch);
    expect([failure.code, [readFolder(root), readFolder(outside)]]).toEqual([code, before]);
  });

  test("writes outside the project and into .git at sandbox level full", async () => {
    const outside = tempFolder();
    const patch = patchOf(`*** Add File: ${outside}/n`, "+x", "*** Add File: .git/info/exclude", "+y");
    const { result } = await tool.run({ patch }, toolContext(root, { sandboxLevel: "full" }));
    expect([result.files.map((file) => file.path), readFolder(outside).files, readFolder(root).files]).toEqual([
      [`${outside}/n`, ".git/info/exclude"],
      { n: "x\n" },
      { ".git/info/exclude": "y\n" },
    ]);
  });

  test("removes a link that leads outside without reading what is there", async () => {
    const outside = tempFolder();
    fillFolder(outside, { files: { secret: "s\n" } });
    symlinkSync(path.join(outside, "secret"), path.join(root, "link"));
    const ctx = toolContext(root);
    await tool.run({ patch: patchOf("*** Delete File: link") }, ctx);
    expect([readFolder(root).links, readFolder(outside).files, ctx.events]).toMatchObject([
      {},
      { secret: "s\n" },
      [{ files: [{ before: null, hunks: [] }] }],
    ]);
  });

  test("does not lose a file that is moved onto itself, and keeps the mode of a moved one", async () => {
    fillFolder(root, { files: { f: "1\n", run: "1\n" }, modes: { run: "755" } });
    const { result } = await tool.run(
      { patch: patchOf("*** Update File: f", "*** Move to: ./f", "-1", "+2", "*** Update File: run", "*** Move to: bin/run", " 1") },
      toolContext(root),
    );
    expect([result.files.map((file) => file.kind), readFolder(root)]).toMatchObject([
      ["update", "move"],
      { files: { f: "2\n", "bin/run": "1\n" }, modes: { "bin/run": "755" } },
    ]);
  });

  test("keeps links, hard links, CRLF and a byte order mark", async () => {
    fillFolder(root, { files: { real: "\uFEFFa\r\nb\r\n" }, links: { link: "real" } });
    linkSync(path.join(root, "real"), path.join(root, "hard"));
    await tool.run({ patch: patchOf("*** Update File: link", "-b", "+c") }, toolContext(root));
    const there = readFolder(root);
    expect({ ...there, inodes: new Set(["real", "hard"].map((name) => statSync(path.join(root, name)).ino)).size }).toMatchObject({
      files: { real: "\uFEFFa\r\nc\r\n", hard: "\uFEFFa\r\nc\r\n" },
      links: { link: "real" },
      inodes: 1,
    });
  });

  test("adding over a binary file works and shows no text", async () => {
    fillFolder(root, { files: { bin: Uint8Array.of(0xff, 0, 1) } });
    const ctx = toolContext(root);
    await tool.run({ patch: patchOf("*** Add File: bin", "+text") }, ctx);
    expect([readFolder(root).files, ctx.events]).toMatchObject([
      { bin: "text\n" },
      [{ files: [{ before: null, after: null, added: 1, removed: 0, hunks: [] }] }],
    ]);
  });

  test("carries the hunks but no names of texts over 1 MiB, and only the counts of larger hunks", async () => {
    fillFolder(root, { files: { big: "line of text\n".repeat(90_000) } });
    const ctx = toolContext(root);
    await tool.run({ patch: patchOf("*** Update File: big", "@@", " line of text", "-line of text", "+other") }, ctx);
    await tool.run({ patch: patchOf("*** Add File: large", ...Array.from({ length: 90_000 }, () => "+line of text")) }, ctx);
    expect(ctx.events).toMatchObject([
      { files: [{ added: 1, removed: 1, before: null, after: null, hunks: [{ oldStart: 1, oldLines: 5 }] }] },
      { files: [{ added: 90_000, removed: 0, before: null, after: null, hunks: [] }] },
    ]);
  });

  test("parallel patches of one file are applied one after the other, none is lost", async () => {
    fillFolder(root, { files: { f: Array.from({ length: 20 }, (_, i) => `line ${i}\n`).join("") } });
    await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        tool.run({ patch: patchOf("*** Update File: f", `-line ${i}`, `+done ${i}`) }, toolContext(root, { callId: `c1.${i}` })),
      ),
    );
    expect(readFileSync(path.join(root, "f"), "utf8")).toBe(Array.from({ length: 20 }, (_, i) => `done ${i}\n`).join(""));
  });

  test("refuses when something else changed the file between checking and writing", async () => {
    fillFolder(root, { files: { f: "1\n" } });
    const interfering = createApplyPatchTool({
      journal: {
        apply: (origin, changes) => {
          writeFileSync(path.join(root, "f"), "somebody else\n");
          return journal.apply(origin, changes);
        },
      },
    });
    await expect(interfering.run({ patch: patchOf("*** Update File: f", "-1", "+2") }, toolContext(root))).rejects.toMatchObject({
      code: "patch_failed",
      message: expect.stringContaining("was changed by something else"),
    });
    expect(readFolder(root).files).toEqual({ f: "somebody else\n" });
  });

  test("a cancelled call writes nothing", async () => {
    fillFolder(root, { files: { f: "1\n" } });
    const stop = new AbortController();
    stop.abort();
    await expect(
      tool.run({ patch: patchOf("*** Update File: f", "-1", "+2") }, toolContext(root, { signal: stop.signal })),
    ).rejects.toThrow();
    expect(readFolder(root).files).toEqual({ f: "1\n" });
  });

  test("updating a pipe neither hangs nor writes", async () => {
    execFileSync("mkfifo", [path.join(root, "pipe")]);
    const failure = await failureOf(patchOf("*** Update File: pipe", " x"));
    expect([failure.message, lstatSync(path.join(root, "pipe")).isFIFO()]).toEqual([
      `apply_patch verification failed: Failed to read file to update ${root}/pipe: path \`${root}/pipe\` is not a file`,
      true,
    ]);
  });

  test("a read-only file is not replaced by renaming over it", async () => {
    fillFolder(root, { files: { f: "1\n" }, modes: { f: "444" } });
    chmodSync(root, 0o777);
    const asRoot = process.getuid?.() === 0;
    // The superuser may write it, and its mode stays; anybody else is refused.
    const outcome = await tool.run({ patch: patchOf("*** Update File: f", "-1", "+2") }, toolContext(root)).then(
      () => "written",
      (error: unknown) => (error instanceof SpindleError ? error.code : "unknown"),
    );
    expect([outcome, readFolder(root)]).toMatchObject([
      asRoot ? "written" : "patch_failed",
      { files: { f: asRoot ? "2\n" : "1\n" }, modes: { f: "444" } },
    ]);
  });
});
