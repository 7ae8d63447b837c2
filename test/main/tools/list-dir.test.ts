import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync } from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { listDirResult, type ListDirInput } from "../../../src/protocol/tools.ts";
import { listDirTool } from "../../../src/main/tools/list-dir.ts";
import { fillFolder } from "../../support/patch-folder.ts";
import { useTempFolders } from "../../support/temp-folder.ts";
import { toolContext } from "../../support/tool-context.ts";

const tempFolder = useTempFolders();
let root: string;
beforeEach(() => {
  root = tempFolder();
});

async function list(input: ListDirInput = {}, overrides: Parameters<typeof toolContext>[1] = {}) {
  const outcome = await listDirTool.run(listDirTool.input.parse(input), toolContext(root, overrides));
  return { ...outcome, result: listDirResult.parse(outcome.result) };
}

describe("listDir", () => {
  test("lists two levels sorted by path, hidden entries too, with a mark for what is no file", async () => {
    fillFolder(root, { files: { "src/b.ts": "", "src/deep/c.ts": "", "src.txt": "", ".hidden": "" }, links: { link: "src" } });
    execFileSync("mkfifo", [path.join(root, "pipe")]);
    const outcome = await list();
    expect(outcome).toEqual({
      text: [`Absolute path: ${root}`, ".hidden", "link@", "pipe?", "src/", "src.txt", "  b.ts", "  deep/"].join("\n"),
      summary: "7 entries",
      result: {
        path: ".",
        entries: [
          { path: ".hidden", kind: "file", depth: 1 },
          { path: "link", kind: "symlink", depth: 1 },
          { path: "pipe", kind: "other", depth: 1 },
          { path: "src", kind: "dir", depth: 1 },
          { path: "src.txt", kind: "file", depth: 1 },
          { path: "src/b.ts", kind: "file", depth: 2 },
          { path: "src/deep", kind: "dir", depth: 2 },
        ],
        truncated: false,
      },
    });
  });

  test("sorts by the bytes of the path, also beyond U+FFFF", async () => {
    fillFolder(root, { files: { "\u{1F600}.txt": "", "\uFB01.txt": "", "z.txt": "" } });
    expect((await list()).result.entries.map((entry) => entry.path)).toEqual(["z.txt", "\uFB01.txt", "\u{1F600}.txt"]);
  });

  test("shows a slice and says that there is more; a script gets all", async () => {
    fillFolder(root, { files: Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`f${String(i).padStart(2, "0")}`, ""])) });
    const [first, second, script] = [await list(), await list({ offset: 39, limit: 25 }), await list({}, { fromScript: true })];
    expect([
      first.text.split("\n").slice(-2),
      first.result.truncated,
      second.text.split("\n").slice(1),
      second.result.truncated,
      script.result.entries.length,
    ]).toEqual([["f24", "More than 25 entries found"], true, ["f38", "f39"], false, 40]);
  });

  test("depth 1 gives direct children; an empty folder gives its path alone", async () => {
    fillFolder(root, { files: { "a/b/c": "" } });
    mkdirSync(path.join(root, "empty"));
    expect([
      (await list({ depth: 1 })).result.entries.map((entry) => entry.path),
      (await list({ path: "empty" })).text,
      (await list({ depth: 9 })).result.entries.length,
    ]).toEqual([["a", "empty"], `Absolute path: ${root}/empty`, 4]);
  });

  test.each([
    [{ path: "none" }, "not_found"],
    [{ path: "file" }, "not_a_folder"],
    [{ path: ".." }, "outside_project"],
    [{ path: "escape" }, "outside_project"],
    [{ offset: 3 }, "invalid_input"],
  ] satisfies [ListDirInput, string][])("%j is %s", async (input, code) => {
    fillFolder(root, { files: { file: "" }, links: { escape: "/etc" } });
    await expect(list(input)).rejects.toMatchObject({ code });
  });

  test("a subfolder that cannot be read is listed and named; the root of the listing is an error", async () => {
    fillFolder(root, { files: { "shut/x": "", "open/y": "" } });
    chmodSync(path.join(root, "shut"), 0o000);
    const seesAll = process.getuid?.() === 0;
    const outcome = await list();
    const direct = await list({ path: "shut" }).then(
      () => "listed",
      (error: { code?: string }) => error.code,
    );
    chmodSync(path.join(root, "shut"), 0o755);
    // The superuser reads every folder, so only the others see the note.
    expect([outcome.result.unreadable, outcome.text.includes("Could not be read: shut/"), direct]).toEqual(
      seesAll ? [undefined, false, "listed"] : [["shut"], true, "permission_denied"],
    );
  });
});
