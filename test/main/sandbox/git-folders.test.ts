import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { guardedFolderOf } from "../../../src/main/lib/git-folder.ts";
import { createGuardedPathFinder, findGuardedPaths } from "../../../src/main/sandbox/git-folders.ts";
import { socketsBelow } from "../../../src/main/sandbox/socket-walk.ts";
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

  it("looks at every folder, however deep and however many, or refuses", async () => {
    const root = tempFolder();
    const deep = Array.from({ length: 40 }, (_, i) => `d${i}`).join("/");
    mkdirSync(path.join(root, deep, ".git"), { recursive: true });
    // Twice as many as one look at 20,000 folders would have seen.
    for (let i = 0; i < 40_000; i++) mkdirSync(path.join(root, `f${i}`));
    mkdirSync(path.join(root, "f39999", "sub", ".git"), { recursive: true });
    const { readOnly } = await findGuardedPaths(root);
    expect(readOnly).toEqual([path.join(root, deep, ".git"), path.join(root, "f39999", "sub", ".git")]);
    await expect(findGuardedPaths(root, 40_000)).rejects.toMatchObject({
      code: "sandbox_unavailable",
      message: `${root} has more than 40000 folders, too many to look for repositories in.`,
    });
  });

  it("guards a folder whole that this user cannot read but could make readable, and leaves another user's alone", async () => {
    const root = tempFolder();
    mkdirSync(path.join(root, "a/shut/.git"), { recursive: true });
    mkdirSync(path.join(root, "foreign"));
    const isRoot = process.geteuid?.() === 0;
    // Root reads everything: an ordinary user's eyes are borrowed.
    if (isRoot) for (const name of ["", "a", "a/shut", "a/shut/.git"]) chownSync(path.join(root, name), 12_345, 12_345);
    for (const name of ["a/shut", "foreign"]) chmodSync(path.join(root, name), 0);
    if (isRoot) process.seteuid?.(12_345);
    try {
      const expected = isRoot ? [path.join(root, "a/shut")] : [path.join(root, "a/shut"), path.join(root, "foreign")];
      expect((await findGuardedPaths(root)).readOnly).toEqual(expected);
      if (isRoot) await expect(socketsBelow([root])).rejects.toMatchObject({ code: "sandbox_unavailable" });
    } finally {
      if (isRoot) process.seteuid?.(0);
      for (const name of ["a/shut", "foreign"]) chmodSync(path.join(root, name), 0o755);
    }
  });

  it("refuses a path that is too long to be read", async () => {
    const root = tempFolder();
    const name = "n".repeat(250);
    execFileSync("sh", ["-c", `for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18; do mkdir ${name} && cd -P ./${name}; done`], {
      cwd: root,
    });
    try {
      await expect(findGuardedPaths(root)).rejects.toMatchObject({ code: "sandbox_unavailable" });
    } finally {
      execFileSync("rm", ["-rf", path.join(root, name)]);
    }
  });

  it("finds repositories without a .git: bare ones, and folders of --separate-git-dir", async () => {
    const root = tempFolder();
    execFileSync("git", ["init", "-q", "--bare", path.join(root, "store", "bare.git")]);
    execFileSync("git", ["init", "-q", `--separate-git-dir=${path.join(root, "apart")}`, path.join(root, "tree")]);
    expect(await findGuardedPaths(root)).toEqual({
      pins: [path.join(root, "store"), path.join(root, "tree")],
      readOnly: [path.join(root, "apart"), path.join(root, "store", "bare.git"), path.join(root, "tree", ".git")],
    });
    const guarded = ["apart/config", "store/bare.git/hooks/x", "tree/.git", "tree/sub/.GIT/x", "tree/HEAD", "store/x", ".spindle/s"].map(
      (file) => guardedFolderOf(root, path.join(root, file)),
    );
    expect(guarded).toEqual(["apart", "store/bare.git", ".git", ".GIT", null, null, ".spindle"]);
  });

  it("looks into scoped packages, not below a package", async () => {
    const root = tempFolder();
    const modules = path.join(root, "node_modules");
    for (const folder of ["@scope/pkg/.git", "@scope/pkg/lib/.git", "pkg/lib/.git"])
      mkdirSync(path.join(modules, folder), { recursive: true });
    expect((await findGuardedPaths(root)).readOnly).toEqual([path.join(modules, "@scope/pkg/.git")]);
  });

  it("shares a scan, does not remember a failure, and looks again after a second", async () => {
    const root = tempFolder();
    const find = createGuardedPathFinder();
    symlinkSync("elsewhere", path.join(root, ".git"));
    await expect(find([root])).rejects.toMatchObject({ code: "sandbox_unavailable" });
    rmSync(path.join(root, ".git"));
    expect((await find([root])).readOnly).toEqual([]);
    mkdirSync(path.join(root, "new", ".git"), { recursive: true });
    await expect.poll(async () => (await find([root])).readOnly, { timeout: 20_000 }).toEqual([path.join(root, "new", ".git")]);
  });

  it("does not accept a .git that is a symbolic link", async () => {
    const root = tempFolder();
    mkdirSync(path.join(root, "elsewhere"));
    symlinkSync("elsewhere", path.join(root, ".git"));
    await expect(findGuardedPaths(root)).rejects.toMatchObject({ code: "sandbox_unavailable" });
  });
});
