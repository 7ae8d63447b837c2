import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSandboxLab, type SandboxLab } from "../../support/sandbox-lab.ts";

let lab: SandboxLab;
beforeAll(async () => {
  lab = await createSandboxLab();
});
afterAll(() => lab.close());

describe("folders that change while commands run", () => {
  const folder = (name: string): string => path.join(path.dirname(lab.project), name);
  const project = (name: string): string => {
    mkdirSync(path.join(folder(name), "src"), { recursive: true });
    return folder(name);
  };

  it("a folder replaced by a link to outside between the search and the mount gives no way out", async () => {
    const swapped = project("swapped");
    const victim = folder("outside-swapped/etc");
    mkdirSync(victim, { recursive: true });
    writeFileSync(path.join(victim, "file"), "original");
    const begin = await lab.attack("echo ready", { project: swapped });
    expect(begin.stdout).toBe("ready\n");
    const mover = lab.attack(
      "mkdir -p a/etc n; echo 'gitdir: ../a/etc' > n/.git; until [ -e go ]; do sleep 0.02; done; mv a a.old; ln -s ../outside-swapped a; touch gone; sleep 1",
      { project: swapped },
    );
    await expect.poll(() => existsSync(path.join(swapped, "n/.git"))).toBe(true);
    // The search finds the new repository, and is remembered.
    await expect.poll(async () => (await lab.attack("grep -c n/.git /proc/self/mountinfo", { project: swapped })).stdout).toBe("1\n");
    writeFileSync(path.join(swapped, "go"), "");
    await expect.poll(() => existsSync(path.join(swapped, "gone"))).toBe(true);
    const after = await lab.attack("echo out > ../outside-swapped/file; echo out > ../outside-swapped/etc/file; ls -A a", {
      project: swapped,
    });
    expect([existsSync(path.join(folder("outside-swapped"), "file")), readFileSync(path.join(victim, "file"), "utf8")]).toEqual([
      false,
      "original",
    ]);
    expect(after).toMatchObject({ exitCode: 1, stdout: "", stderr: expect.stringMatching(/^sandbox: .* was replaced/) });
    await mover;
  });

  it("a new repository in a folder with blanks, quotes and backslashes is guarded and the command runs", async () => {
    const odd = project("odd $(x) \\ 'q\"");
    await lab.attack("true", { project: odd });
    mkdirSync(path.join(odd, "a b\\/sub\t/.git/hooks"), { recursive: true });
    const run = async () => lab.attack("cd a*/sub*; echo x > .git/hooks/pre-commit; echo y > ok && echo fine", { project: odd });
    await expect.poll(async () => (await run()).stderr).toContain("Read-only");
    expect(await run()).toMatchObject({ exitCode: 0, stdout: "fine\n" });
  });

  it("a folder above hidden places cannot be moved away with them", async () => {
    mkdirSync(path.join(lab.home, ".config/gh"), { recursive: true });
    writeFileSync(path.join(lab.home, ".config/gh/hosts.yml"), "FAKE-TOKEN");
    const moved = await lab.attack("mv .config c2; cat c2/gh/hosts.yml .config/gh/hosts.yml; touch .config/mine && echo fine", {
      project: lab.home,
    });
    expect(moved.stdout).toBe("fine\n");
    expect(existsSync(path.join(lab.home, ".config/gh/hosts.yml"))).toBe(true);
  });

  it("a variable cannot bring options for the sandbox along", async () => {
    await expect(
      lab.sandbox.wrap(["/bin/true"], {
        level: "workspace-write",
        projectRoot: lab.project,
        writableFolders: [],
        reach: "nothing",
        cwd: lab.project,
        env: { A: "x\0--bind\0/\0/" },
      }),
    ).rejects.toMatchObject({ code: "invalid_input" });
  });
});
