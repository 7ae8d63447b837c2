import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { findGuardedPaths } from "../../../src/main/sandbox/git-folders.ts";
import { useTempFolders } from "../../support/temp-folder.ts";

const tempFolder = useTempFolders();

describe("the search for what must stay read-only", () => {
  it("finds repositories at any depth, worktrees' git folders and .spindle, and pins every folder above", async () => {
    const root = tempFolder();
    const at = (...parts: string[]): string => path.join(root, ...parts);
    for (const folder of [
      ".git/hooks",
      ".spindle",
      "a/b/c/.git",
      "worktree",
      "bare/worktrees/w",
      "node_modules/pkg/.git",
      "node_modules/pkg/lib/x/.git",
    ])
      mkdirSync(at(folder), { recursive: true });
    writeFileSync(at("worktree/.git"), "gitdir: ../bare/worktrees/w\n");
    writeFileSync(at("bare/worktrees/w/commondir"), "../..\n");
    expect(await findGuardedPaths(root)).toEqual({
      pins: [at("a"), at("a/b"), at("a/b/c"), at("node_modules"), at("node_modules/pkg"), at("worktree")],
      readOnly: [at(".git"), at(".spindle"), at("a/b/c/.git"), at("bare"), at("node_modules/pkg/.git"), at("worktree/.git")],
    });
  });

  it("does not accept a .git that is a symbolic link", async () => {
    const root = tempFolder();
    mkdirSync(path.join(root, "elsewhere"));
    symlinkSync("elsewhere", path.join(root, ".git"));
    await expect(findGuardedPaths(root)).rejects.toMatchObject({ code: "sandbox_unavailable" });
  });
});
