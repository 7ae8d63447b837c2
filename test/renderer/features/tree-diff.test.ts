import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { treeFiles } from "../../../src/renderer/features/diff/tree-diff.ts";
import { useTempFolders as createTempFolders } from "../../support/temp-folder.ts";

const tempFolder = createTempFolders();

test("what git says of a working tree is read: kinds, names of all sorts, hunks, files without lines", () => {
  const root = tempFolder();
  const git = (...args: readonly string[]): string =>
    execFileSync("git", ["-c", "user.name=x", "-c", "user.email=x@example.com", ...args], { cwd: root, encoding: "utf8" });
  const write = (name: string, content: string | Buffer): void => {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), content);
  };
  const lines = Array.from({ length: 30 }, (_, i) => `line ${i + 1}\n`);
  git("init", "-q");
  write("gone.txt", "it goes\n");
  for (const name of ["a.txt", "old.txt", "src/with space.ts", "ünï.txt", 'q"uote\t.txt', "mode.sh"]) write(name, lines.join(""));
  write("bin", Buffer.from([0, 1, 2]));
  git("add", "-A");
  git("commit", "-qm", "Begin");
  write("a.txt", lines.join("").replace("line 2\n", "two\n").replace("line 29\n", ""));
  rmSync(path.join(root, "gone.txt"));
  renameSync(path.join(root, "old.txt"), path.join(root, "new name.txt"));
  for (const name of ["src/with space.ts", "ünï.txt", 'q"uote\t.txt']) write(name, `${lines.join("")}-- more\n`);
  write("bin", Buffer.from([0, 1, 3]));
  write("fresh.txt", "one\ndiff --git a/x b/x\n");
  chmodSync(path.join(root, "mode.sh"), 0o755);
  git("add", "-A");
  const files = treeFiles(git("diff", "--find-renames", "--no-color", "--src-prefix=a/", "--dst-prefix=b/", "HEAD"));
  expect(
    files
      .map(({ path: name, fromPath, kind, added, removed, hunks }) => [name, fromPath, kind, added, removed, hunks?.length])
      .toSorted((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1)),
  ).toEqual([
    ["a.txt", null, "update", 1, 2, 2],
    ["bin", null, "update", 0, 0, 0],
    ["fresh.txt", null, "add", 2, 0, 1],
    ["gone.txt", null, "delete", 0, 1, 1],
    ["mode.sh", null, "update", 0, 0, 0],
    ["new name.txt", "old.txt", "move", 0, 0, 0],
    ['q"uote\t.txt', null, "update", 1, 0, 1],
    ["src/with space.ts", null, "update", 1, 0, 1],
    ["ünï.txt", null, "update", 1, 0, 1],
  ]);
  expect(new Set(files.map(({ key }) => key)).size).toBe(files.length);
  expect(treeFiles("")).toEqual([]);
  expect(treeFiles("nonsense\ndiff --git\n")).toEqual([]);
});
