import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { guardedFolderOf, repositoryAround } from "../../../src/main/lib/git-folder.ts";
import { useTempFolders } from "../../support/temp-folder.ts";

const tempFolder = useTempFolders();

test("a project that is the inside of a repository is known, a worktree beside its parts is an ordinary one", () => {
  const folder = tempFolder();
  const at = (...names: readonly string[]): string => path.join(folder, ...names);
  for (const name of ["x.git/objects", "x.git/refs", "x.git/hooks/deep", "x.git/main/src", "plain/.git/hooks", "plain/src"])
    mkdirSync(at(name), { recursive: true });
  writeFileSync(at("x.git/HEAD"), "ref: refs/heads/main");
  writeFileSync(at("x.git/main/.git"), "gitdir: ../worktrees/main");
  const around = [
    "x.git",
    "x.git/hooks",
    "x.git/hooks/deep",
    "plain/.git",
    "plain/.git/hooks",
    "x.git/main",
    "x.git/main/src",
    "plain/src",
  ];
  expect(around.map((name) => repositoryAround(at(name)))).toEqual([
    ...Array<string>(3).fill(at("x.git")),
    ...Array<string>(2).fill(at("plain/.git")),
    null,
    null,
    null,
  ]);
  expect(guardedFolderOf(at("x.git"), at("x.git/description"))).toBe("x.git");
  expect(guardedFolderOf(at("x.git/main"), at("x.git/main/src/a"))).toBe(null);
});
