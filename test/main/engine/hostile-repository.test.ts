import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createProjectStatus } from "../../../src/main/desktop/project-status.ts";
import { createEngine } from "../../../src/main/engine.ts";
import { createGit } from "../../../src/main/engine/git.ts";
import { createLocalRunner } from "../../../src/main/runner/local-runner.ts";
import type { ProjectInfo } from "../../../src/protocol/ipc.ts";
import { createGitLab, type GitLab } from "../../support/git-lab.ts";
import { callsTool, createScriptedProvider, says } from "../../support/scripted-provider.ts";
import { harnessFiles, shellFiles } from "../../support/worker-file.ts";
import { of } from "./engine-lab.ts";
import { vectors } from "./hostile-vectors.ts";

/** Folders whose authors want their programs run by whoever opens them. Every canary is first proven to sing. */
let lab: GitLab;
beforeAll(async () => {
  lab = await createGitLab();
});
afterAll(() => lab.close());
beforeEach(() => lab.reset());

describe("git of the application runs nothing of", () => {
  it.each(vectors)("$what", async (vector) => {
    vector.plant(lab);
    lab.runs();
    try {
      const git = lab.git(vector.path === undefined ? {} : { path: vector.path(lab) });
      const status = await git.status(lab.project);
      const diff = await git.diff(lab.project);
      await git.describe(lab.project);
      const ours = lab.runs();
      vector.trigger(lab);
      const theirs = lab.runs();
      expect({ ours, proven: theirs > 0, answer: status === null ? "none" : "status" }).toEqual({
        ours: 0,
        proven: true,
        answer: vector.answer,
      });
      if (status === null) expect(diff).toBeNull();
    } finally {
      vector.clear?.(lab);
    }
  });

  it("nothing: and the same git in the same sandbox, with the drivers on, does run them", async () => {
    const vector = vectors.find(({ what }) => what === "core.fsmonitor");
    vector?.plant(lab);
    lab.runs();
    const runner = createLocalRunner();
    const command = await lab.sandbox.wrap(["git", "status"], {
      level: "read-only",
      projectRoot: lab.project,
      writableFolders: [],
      reach: "nothing",
      cwd: lab.project,
      env: lab.env,
    });
    await runner.run({ ...command, timeoutMs: 10_000 }, new AbortController().signal);
    await runner.close();
    expect(lab.runs()).toBeGreaterThan(0);
  });
});

describe("the whole application on a folder with all of it", () => {
  const closing: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).toReversed()) await close();
  });

  /** Everything that can stand together in one repository. */
  function hostile(): void {
    const together = ["hooks, post-index-change among them", "core.fsmonitor", "filter.process"];
    for (const what of ["core.pager and pager.status", "diff.external", "core.editor", "core.sshCommand of a remote"]) together.push(what);
    for (const what of together) {
      // Each begins with a repository of its own; the settings of the earlier ones are kept.
      const config = path.join(lab.project, ".git/config");
      const before = existsSync(config) ? readFileSync(config, "utf8") : "";
      rmSync(path.join(lab.project, ".git"), { recursive: true, force: true });
      vectors.find((vector) => vector.what === what)?.plant(lab);
      writeFileSync(
        config,
        `${readFileSync(config, "utf8")}\n${before.replaceAll(/\[core\]\n(?:\t(?:repo|file|bare|log).*\n)+/g, "[core]\n")}`,
      );
    }
    lab.write({
      ".envrc": `${lab.canary}\n`,
      "package.json": JSON.stringify({ scripts: { preinstall: lab.canary } }),
      "bin/git": `#!/bin/sh\nexec ${lab.canary}\n`,
    });
    chmodSync(path.join(lab.project, "bin/git"), 0o755);
  }

  /** A git that counts its starts and then is the real one; not in the folder. */
  function countedGit(): { readonly path: string; starts(): number } {
    const folder = path.join(lab.base, "counted");
    const marks = [path.join(lab.sandboxTmp, "git-starts"), "/tmp/git-starts"];
    lab.person(["mkdir", "-p", folder]);
    const real = (lab.env["PATH"] ?? "").split(":").find((place) => existsSync(path.join(place, "git")));
    writeFileSync(path.join(folder, "git"), `#!/bin/sh\necho "$*" >>/tmp/git-starts\nexec ${real}/git "$@"\n`, { mode: 0o755 });
    for (const file of marks) rmSync(file, { force: true });
    const count = (file: string): number => (existsSync(file) ? readFileSync(file, "utf8").split("\n").length - 1 : 0);
    return { path: `${folder}:${lab.env["PATH"]}`, starts: () => marks.reduce((sum, file) => sum + count(file), 0) };
  }

  it("runs nothing of it, and starts git only once the folder is trusted", async () => {
    hostile();
    lab.runs();
    lab.person(["git", "status"]);
    expect(lab.runs()).toBeGreaterThan(0);
    hostile();
    lab.runs();

    const counted = countedGit();
    const home = path.join(lab.base, "data");
    const provider = createScriptedProvider([
      callsTool("readFile", { path: "a.txt" }, "w1"),
      callsTool("grepFiles", { pattern: "two" }, "w2"),
      callsTool("listDir", { path: "." }, "w3"),
      callsTool("applyPatch", { patch: "*** Begin Patch\n*** Update File: a.txt\n@@\n-two\n+three\n*** End Patch" }, "w4"),
      callsTool("exec", { cmd: "echo four > b.txt" }, "w5"),
      callsTool("script", { code: "return await tools.listDir({ path: '.' })" }, "w6"),
      says("Done."),
      callsTool("exec", { cmd: "echo five > b.txt" }, "w7"),
      says("Done."),
    ]);
    const runner = createLocalRunner();
    const engine = await createEngine({
      home,
      env: {},
      ...(await harnessFiles()),
      shellFiles: await shellFiles(),
      runner,
      sandbox: lab.sandbox,
      audience: "nobody",
      trust: "asked",
      wake: false,
      override: (settings) => ({ ...settings, approval: "auto" }),
      provider,
    });
    closing.push(() => engine.close());
    let project: ProjectInfo = await engine.openProject(lab.project);
    const told: ProjectInfo[] = [];
    const git = createGit({ runner, sandbox: lab.sandbox, isTrusted: engine.authority.isTrusted, env: { ...lab.env, PATH: counted.path } });
    let errors = 0;
    const status = createProjectStatus({
      git,
      logger: { error: () => errors++ },
      project: () => project,
      changed: (one) => void told.push((project = one)),
      waitMs: 10,
    });
    closing.push(() => git.close(), status.close);
    const events: string[] = [];
    closing.push(
      engine.onEvent((event) => {
        events.push(event.type);
        status.ask();
      }),
    );
    const settle = async (): Promise<void> => {
      status.ask();
      await new Promise((resolve) => setTimeout(resolve, 600));
      await engine.settled();
    };
    await settle();
    const before = engine.conversations.create(lab.project);
    await before.send("Go", []).done;
    await settle();
    expect({
      starts: counted.starts(),
      runs: lab.runs(),
      branch: project.branch,
      told,
      diff: await git.diff(lab.project),
      ran: of(before.events, "tool_finished").map(({ name, ok }) => `${name} ${ok}`),
    }).toMatchObject({
      starts: 0,
      runs: 0,
      branch: "main",
      told: [],
      diff: null,
      ran: expect.arrayContaining(["readFile true", "exec false"]),
    });

    engine.authority.projects.setTrusted(lab.project, true);
    project = engine.authority.describe(project);
    await settle();
    const after = engine.conversations.create(lab.project);
    await after.send("Go on", []).done;
    await settle();
    const diff = await git.diff(lab.project);
    expect({ runs: lab.runs(), errors, exec: of(after.events, "tool_finished").at(-1)?.ok }).toEqual({ runs: 0, errors: 0, exec: true });
    expect(counted.starts()).toBeGreaterThan(0);
    expect(project).toMatchObject({ branch: "main", changes: expect.any(Number) });
    expect(diff?.diff).toContain("+five");
    expect(events).toContain("files_changed_by_command");
  });
});
