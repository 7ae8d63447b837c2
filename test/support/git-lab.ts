import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createGit, type Git } from "../../src/main/engine/git.ts";
import { createLocalRunner } from "../../src/main/runner/local-runner.ts";
import { projectTmp } from "../../src/main/sandbox/project-tmp.ts";
import { createSandbox } from "../../src/main/sandbox/create-sandbox.ts";
import type { Sandbox } from "../../src/main/sandbox/sandbox.ts";
import { labFolder } from "./sandbox-lab.ts";

/** A folder for a repository, a home folder, the real git, and a canary: a program that nothing of ours may ever run. */
export interface GitLab {
  readonly base: string;
  readonly project: string;
  readonly home: string;
  /** A program that counts how often it was run, in the sandbox or outside, and passes its input on. Takes any arguments. */
  readonly canary: string;
  readonly sandbox: Sandbox;
  /** The temp folder that commands in the sandbox see as /tmp. */
  readonly sandboxTmp: string;
  readonly env: Readonly<Record<string, string>>;
  /** Ours, on a trusted folder. */
  readonly ours: Git;
  /** Another one of ours. */
  git(options?: { readonly trusted?: boolean; readonly path?: string; readonly sandbox?: Sandbox }): Git;
  /** Plain git as a person would run it; throws when it fails. */
  plain(args: readonly string[], cwd?: string): string;
  /** Runs a program as a person would, whatever its outcome. `{ terminal: true }`: on a terminal. */
  person(
    argv: readonly [string, ...string[]],
    options?: { readonly cwd?: string; readonly terminal?: boolean; readonly path?: string },
  ): void;
  /** Writes files, by path relative to the project. */
  write(files: Readonly<Record<string, string>>): void;
  /** How often the canary was run since the last time it was asked. */
  runs(): number;
  /** An empty project, an empty home folder. */
  reset(): void;
  close(): Promise<void>;
}

export async function createGitLab(): Promise<GitLab> {
  // Not in a temp folder: commands in the sandbox have their own, where what lies outside of the project could not be seen.
  const base = mkdtempSync(path.join(labFolder(), "spindle-git-"));
  chmodSync(base, 0o755);
  const at = (name: string): string => path.join(base, name);
  const id = path.basename(base);
  const canary = at("canary");
  const project = at("project");
  const sandboxTmp = projectTmp(at("tmp"), project);
  const marks = [at("marks"), `/tmp/${id}.marks`, path.join(sandboxTmp, `${id}.marks`)];
  const home = at("home");
  // Two places: one that every program outside can write, and /tmp, which also a program in the sandbox can.
  writeFileSync(canary, `#!/bin/sh\necho "$*" >>'${marks[0]}'\necho "$*" >>'${marks[1]}'\ntimeout 0.3 cat 2>&-\nexit 0\n`, { mode: 0o755 });
  const runner = createLocalRunner();
  const sandbox = await createSandbox({
    platform: process.platform,
    arch: process.arch,
    searchPath: process.env["PATH"] ?? "",
    secretFolders: [],
    dataFolder: at("data"),
    tmpFolder: at("tmp"),
  });
  const env = { PATH: process.env["PATH"] ?? "", HOME: home, GIT_CONFIG_NOSYSTEM: "1", EMAIL: "somebody@example.com" };
  const reset = (): void => {
    for (const folder of [project, home]) {
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder);
    }
    writeFileSync(
      path.join(home, ".gitconfig"),
      "[user]\n\tname = Somebody\n\temail = somebody@example.com\n[init]\n\tdefaultBranch = main\n",
    );
  };
  reset();
  const opened: Git[] = [];
  const git: GitLab["git"] = ({ trusted = true, path: searchPath, sandbox: other } = {}) => {
    const one = createGit({
      runner,
      sandbox: other ?? sandbox,
      isTrusted: () => trusted,
      env: { ...env, ...(searchPath === undefined ? {} : { PATH: searchPath }) },
    });
    opened.push(one);
    return one;
  };
  return {
    base,
    project,
    home,
    canary,
    sandbox,
    sandboxTmp,
    env,
    ours: git(),
    git,
    plain: (args, cwd = project) => execFileSync("git", args, { cwd, env, stdio: ["ignore", "pipe", "pipe"], encoding: "utf8" }),
    person([program, ...args], options = {}) {
      const cwd = options.cwd ?? project;
      const personal = { ...env, ...(options.path === undefined ? {} : { PATH: options.path }), TERM: "xterm" };
      const line = [program, ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
      const [command, ...rest] =
        options.terminal === true ? (["script", "-qec", line, "/dev/null"] as const) : (["/bin/sh", "-c", line] as const);
      spawnSync(command, rest, { cwd, env: personal, stdio: ["ignore", "ignore", "ignore"], timeout: 20_000 });
    },
    write(files) {
      for (const [name, content] of Object.entries(files)) {
        mkdirSync(path.dirname(path.join(project, name)), { recursive: true });
        writeFileSync(path.join(project, name), content);
      }
    },
    runs() {
      let most = 0;
      let inSandbox = 0;
      for (const [index, file] of marks.entries()) {
        const count = existsSync(file) ? readFileSync(file, "utf8").split("\n").length - 1 : 0;
        // The first two are written by the same run outside.
        if (index < 2) most = Math.max(most, count);
        else inSandbox = count;
        rmSync(file, { force: true });
      }
      return most + inSandbox;
    },
    reset,
    async close() {
      for (const one of opened) one.close();
      await runner.close();
      rmSync(base, { recursive: true, force: true });
      for (const file of marks) rmSync(file, { force: true });
    },
  };
}
