import { existsSync } from "node:fs";
import path from "node:path";
import { SpindleError } from "../../protocol/error.ts";
import { findProgram } from "../lib/find-program.ts";
import type { Runner, RunResult } from "../runner/runner.ts";
import { commandEnvironment } from "../sandbox/command-environment.ts";
import { sandboxFailure } from "../sandbox/sandbox-failure.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";

export interface GitDeps {
  readonly runner: Runner;
  readonly sandbox: Sandbox;
  /** Nothing runs in a folder that the person does not trust. */
  isTrusted(root: string): boolean;
  /** Our own environment: `PATH` for finding git, `HOME` for the person's settings. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Runs one git command in a repository; the output beyond `maxBytes` is dropped from its middle. */
export type GitCommand = (args: readonly [string, ...string[]], maxBytes: number) => Promise<RunResult>;

const timeoutMs = 10_000;
/** Settings with more drivers than this are no person's. */
const maxDrivers = 200;

/**
 * Settings by which a repository makes git run programs, switched off; they come after every file. Drivers are added by name.
 * `safe.bareRepository`: a folder that only looks like the inside of a repository brings settings too.
 */
const overrides: readonly (readonly [string, string])[] = [
  ["core.fsmonitor", "false"],
  ["core.untrackedCache", "false"],
  ["core.hooksPath", "/dev/null"],
  ["core.sshCommand", "false"],
  ["core.gitProxy", "false"],
  ["core.askPass", "false"],
  ["core.pager", "cat"],
  ["core.editor", "false"],
  ["credential.helper", ""],
  ["gpg.program", "false"],
  ["protocol.allow", "never"],
  ["submodule.recurse", "false"],
  ["maintenance.auto", "false"],
  ["gc.auto", "0"],
  ["safe.bareRepository", "explicit"],
  ["core.quotePath", "false"],
];

/**
 * Prepares git for a folder: in the sandbox, read-only, without network, and with everything off by which a repository runs
 * programs. Null when git may not or cannot be asked: no `.git` in the folder itself (a repository of a folder above is not what
 * the person trusted), not trusted, nothing to keep it in, no git outside the project. The promise rejects like `Runner.run` and
 * `Sandbox.wrap`.
 */
export async function openGit(root: string, deps: GitDeps, signal: AbortSignal): Promise<GitCommand | null> {
  if (!existsSync(path.join(root, ".git")) || !deps.isTrusted(root) || deps.sandbox.info.enforcer === "none") return null;
  const program = findProgram("git", deps.env["PATH"] ?? "", [root]);
  if (program === undefined) return null;
  const run = async (args: readonly string[], settings: readonly (readonly [string, string])[], maxBytes: number): Promise<RunResult> => {
    const env = { ...commandEnvironment(deps.env, { allow: [], extra: {} }), ...gitEnvironment(root, settings) };
    const policy = { level: "read-only", projectRoot: root, writableFolders: [], reach: "nothing", cwd: root, env } as const;
    const command = await deps.sandbox.wrap([program, ...args], policy);
    const result = await deps.runner.run({ ...command, timeoutMs, maxBytes }, signal);
    const idle = async (): Promise<RunResult> =>
      deps.runner.run({ ...(await deps.sandbox.wrap([program, "version"], policy)), timeoutMs }, signal);
    const failure = await sandboxFailure(command, result, idle);
    if (failure !== null) throw new SpindleError("sandbox_unavailable", `The sandbox could not be set up for git: ${failure}`);
    return result;
  };
  // Reading names runs nothing. Not only the repository's own: a driver of the person (git-lfs) is told by the repository what to run.
  const names = await run(["config", "--includes", "--null", "--name-only", "--get-regexp", "^filter\\."], overrides, 1024 * 1024);
  // 1: there is no such setting.
  if ((names.exitCode !== 0 && names.exitCode !== 1) || names.truncated) return null;
  const drivers = driverNames(names.stdout);
  if (drivers.length > maxDrivers) return null;
  const settings = [...overrides, ...drivers.flatMap(driverOff)];
  return (args, maxBytes) => run(args, settings, maxBytes);
}

/** `filter.<name>.<what>` as git prints it; a name may have dots and any other character but NUL and line ends. */
function driverNames(listed: string): readonly string[] {
  const names = listed.split("\0").map((key) => key.slice("filter.".length, Math.max("filter.".length, key.lastIndexOf("."))));
  return [...new Set(names)].filter((name) => name !== "");
}

/** An empty command is none; what is `required` would make git give up. */
function driverOff(name: string): readonly (readonly [string, string])[] {
  const key = (what: string): string => `filter.${name}.${what}`;
  return [
    [key("clean"), ""],
    [key("smudge"), ""],
    [key("process"), ""],
    [key("required"), "false"],
  ];
}

function gitEnvironment(root: string, settings: readonly (readonly [string, string])[]): Record<string, string> {
  return {
    LC_ALL: "C.UTF-8",
    // The index is not written, which would run a hook.
    GIT_OPTIONAL_LOCKS: "0",
    GIT_TERMINAL_PROMPT: "0",
    // Neither a folder above nor what the repository says is looked at instead of this one.
    GIT_CEILING_DIRECTORIES: path.dirname(root),
    GIT_WORK_TREE: root,
    // A missing object is missing: fetching it would run what the repository names.
    GIT_NO_LAZY_FETCH: "1",
    GIT_ALLOW_PROTOCOL: "",
    GIT_SSH_COMMAND: "false",
    GIT_ASKPASS: "false",
    GIT_EDITOR: "false",
    GIT_PAGER: "cat",
    GIT_CONFIG_COUNT: String(settings.length),
    ...Object.fromEntries(
      settings.flatMap(([key, value], index) => [
        [`GIT_CONFIG_KEY_${index}`, key],
        [`GIT_CONFIG_VALUE_${index}`, value],
      ]),
    ),
  };
}
