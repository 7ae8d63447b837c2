import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createProjectStatus } from "../../../src/main/desktop/project-status.ts";
import type { Git } from "../../../src/main/engine/git.ts";
import type { ProjectInfo } from "../../../src/protocol/ipc.ts";
import { createGitLab, type GitLab } from "../../support/git-lab.ts";

/** The real git, in the real sandbox. */
let lab: GitLab;
beforeAll(async () => {
  lab = await createGitLab();
});
afterAll(() => lab.close());
beforeEach(() => lab.reset());

const commitAll = (): void => {
  lab.plain(["add", "-A"]);
  lab.plain(["commit", "-qm", "Begin"]);
};
const repository = (): void => {
  lab.plain(["init", "-q"]);
  lab.write({ "a.txt": "one\ntwo\n", "sub/b.txt": "b\n", "old.txt": "same\nlines\nhere\n" });
  commitAll();
};

describe("status", () => {
  it("counts changed, new, deleted and renamed files, and writes nothing", async () => {
    repository();
    expect(await lab.ours.status(lab.project)).toMatchObject({ branch: "main", changed: 0, ahead: 0, behind: 0 });
    lab.write({ "a.txt": "changed\n", "new folder/x": "x", "new folder/y": "y" });
    rmSync(path.join(lab.project, "sub/b.txt"));
    lab.plain(["mv", "old.txt", "new\nname.txt"]);
    const index = readFileSync(path.join(lab.project, ".git/index"));
    expect(await lab.ours.status(lab.project)).toMatchObject({ branch: "main", changed: 4 });
    expect(readFileSync(path.join(lab.project, ".git/index"))).toEqual(index);
  });

  it("knows a repository without a commit, a detached one, and what the upstream branch has", async () => {
    lab.plain(["init", "-q"]);
    lab.write({ "a.txt": "one\n" });
    expect(await lab.ours.status(lab.project)).toMatchObject({ branch: "main", changed: 1, commit: null });
    commitAll();
    lab.plain(["clone", "-q", ".", "../clone"]);
    const clone = path.join(lab.base, "clone");
    try {
      lab.write({ "c.txt": "c\n" });
      commitAll();
      lab.plain(["commit", "-q", "--allow-empty", "-m", "Own"], clone);
      lab.plain(["fetch", "-q"], clone);
      expect(await lab.ours.status(clone)).toMatchObject({ branch: "main", changed: 0, ahead: 1, behind: 1 });
    } finally {
      rmSync(clone, { recursive: true });
    }
    const commit = lab.plain(["rev-parse", "HEAD"]).trim();
    lab.plain(["checkout", "-q", "--detach"]);
    expect(await lab.ours.status(lab.project)).toMatchObject({ branch: commit.slice(0, 8) });
  });

  it("is the folder's own: not of a repository above, not of another folder that the settings name", async () => {
    repository();
    expect(await lab.ours.status(path.join(lab.project, "sub"))).toBeNull();
    expect(await lab.ours.describe(path.join(lab.project, "sub"))).toEqual({ branch: null, changes: null });
    lab.plain(["config", "core.worktree", lab.home]);
    expect(await lab.ours.status(lab.project)).toMatchObject({ changed: 0 });
  });

  it("works in a worktree", async () => {
    repository();
    const worktree = path.join(lab.base, "worktree");
    lab.plain(["worktree", "add", "-q", "-b", "other", worktree]);
    writeFileSync(path.join(worktree, "new.txt"), "");
    try {
      expect(await lab.ours.status(worktree)).toMatchObject({ branch: "other", changed: 1 });
    } finally {
      rmSync(worktree, { recursive: true });
    }
  });

  it("is not asked without trust or sandbox: the branch then comes from the files", async () => {
    repository();
    const none = { ...lab.sandbox, info: { enforcer: "none", detail: "", grants: [] } } as const;
    for (const git of [lab.git({ trusted: false }), lab.git({ sandbox: none }), lab.git({ path: "/nowhere" })]) {
      expect(await git.status(lab.project)).toBeNull();
      expect(await git.diff(lab.project)).toBeNull();
      expect(await git.describe(lab.project)).toEqual({ branch: "main", changes: null });
    }
  });

  it("is null for a damaged repository", async () => {
    repository();
    writeFileSync(path.join(lab.project, ".git/config"), "[core\n");
    expect(await lab.ours.status(lab.project)).toBeNull();
  });
});

describe("diff", () => {
  it("is a patch that makes the working tree from the last commit, new files included", async () => {
    repository();
    lab.write({
      "a.txt": "one\nthree\n",
      "new/deep.txt": "fresh",
      'quo"te\t.txt': "q\n",
      "empty.txt": "",
      "ümlaut.txt": "ü\n",
      run: "#!/bin/sh\n",
    });
    chmodSync(path.join(lab.project, "run"), 0o755);
    symlinkSync("a.txt", path.join(lab.project, "link"));
    rmSync(path.join(lab.project, "sub/b.txt"));
    renameSync(path.join(lab.project, "old.txt"), path.join(lab.project, "moved.txt"));
    const found = await lab.ours.diff(lab.project);
    expect(found).toMatchObject({ truncated: false, diff: expect.stringContaining("-two\n+three\n") });
    const patch = path.join(lab.base, "patch");
    writeFileSync(patch, found?.diff ?? "");
    lab.plain(["clone", "-q", ".", "../clone"]);
    const clone = path.join(lab.base, "clone");
    try {
      lab.plain(["apply", patch], clone);
      lab.plain(["add", "-A"], clone);
      lab.plain(["add", "-A"]);
      expect(lab.plain(["write-tree"], clone)).toBe(lab.plain(["write-tree"]));
    } finally {
      rmSync(clone, { recursive: true });
    }
  });

  it("has the files of a repository without a commit, and says of binary files that they differ", async () => {
    lab.plain(["init", "-q"]);
    lab.write({ "a.txt": "one\n", "b.bin": "\0" });
    lab.plain(["add", "a.txt"]);
    const found = await lab.ours.diff(lab.project);
    expect(found?.diff).toContain("diff --git a/a.txt b/a.txt\nnew file mode 100644");
    expect(found?.diff).toContain("Binary files /dev/null and b/b.bin differ\n");
  });

  it("is the same whatever the settings say about its look, and has whole files within 4 MiB", async () => {
    repository();
    lab.plain(["config", "diff.noprefix", "true"]);
    lab.plain(["config", "color.ui", "always"]);
    lab.write({ "a.txt": `${"x".repeat(99)}\n`.repeat(20_000), "b.txt": `${"y".repeat(99)}\n`.repeat(30_000), "c.txt": "c\n" });
    const found = await lab.ours.diff(lab.project);
    expect(found?.diff).toMatch(/^diff --git a\/a\.txt b\/a\.txt\n/);
    expect([found?.truncated, found?.diff.includes("b.txt"), found?.diff.endsWith("x\n")]).toEqual([true, false, true]);
    lab.write({ "a.txt": `${"x".repeat(99)}\n`.repeat(60_000), "b.txt": "b\n" });
    expect(await lab.ours.diff(lab.project)).toMatchObject({ diff: expect.stringContaining("b/b.txt"), truncated: true });
  });

  it("does not show what a link points to, nor a pipe", async () => {
    repository();
    mkdirSync(path.join(lab.home, "secret"));
    writeFileSync(path.join(lab.home, "secret/key"), "SECRET\n");
    symlinkSync(path.join(lab.home, "secret"), path.join(lab.project, "folder"));
    symlinkSync(path.join(lab.home, "secret/key"), path.join(lab.project, "file"));
    lab.person(["mkfifo", "pipe"]);
    const found = await lab.ours.diff(lab.project);
    expect(found?.diff).not.toContain("SECRET");
    expect(found?.diff).not.toContain("pipe");
  });
});

describe("what the window shows", () => {
  const project: ProjectInfo = { root: "/p", name: "p", branch: null, changes: null, trusted: true, reach: "nothing" };
  const logger = { error: (message: string) => expect.fail(message) };
  const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

  it("is asked for once for many reasons, again for reasons that come meanwhile, and only told when it is other", async () => {
    let asked = 0;
    let open: ProjectInfo = project;
    const told: ProjectInfo[] = [];
    const git: Pick<Git, "describe"> = {
      async describe() {
        asked++;
        await wait(40);
        return { branch: "main", changes: asked };
      },
    };
    const changed = (one: ProjectInfo): void => void told.push((open = one));
    const status = createProjectStatus({ git, logger, project: () => open, changed, waitMs: 20 });
    for (let n = 0; n < 5; n++) status.ask();
    await wait(35);
    for (let n = 0; n < 5; n++) status.ask();
    await expect.poll(() => told.map(({ changes }) => changes)).toEqual([1, 2]);
    await wait(100);
    expect(asked).toBe(2);
    status.close();
    status.ask();
    await wait(40);
    expect(asked).toBe(2);
  });

  it("is not told for another folder, and not after trust was taken back", async () => {
    let open: ProjectInfo = project;
    const told: ProjectInfo[] = [];
    const git: Pick<Git, "describe"> = { describe: () => wait(40).then(() => ({ branch: "main", changes: 3 })) };
    const status = createProjectStatus({ git, logger, project: () => open, changed: (one) => void told.push(one), waitMs: 1 });
    status.ask();
    await wait(20);
    open = { ...project, root: "/other" };
    await wait(60);
    expect(told).toEqual([]);
    status.ask();
    await wait(20);
    open = { ...open, trusted: false };
    await wait(60);
    expect(told).toEqual([{ ...open, branch: "main", changes: null }]);
    status.close();
  });
});
