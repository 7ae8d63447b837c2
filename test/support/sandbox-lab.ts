import { accessSync, chmodSync, constants, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { createLocalRunner } from "../../src/main/runner/local-runner.ts";
import type { RunResult } from "../../src/main/runner/runner.ts";
import { commandEnvironment } from "../../src/main/sandbox/command-environment.ts";
import { createSandbox, type SandboxOptions } from "../../src/main/sandbox/create-sandbox.ts";
import type { Sandbox, SandboxedCommand } from "../../src/main/sandbox/sandbox.ts";
import { secretFolders } from "../../src/main/sandbox/secret-folders.ts";
import type { Reach, SandboxLevel } from "../../src/protocol/settings.ts";

/** A project, things outside that a command must not touch, and the real sandbox between them. */
export interface SandboxLab {
  readonly sandbox: Sandbox;
  readonly project: string;
  readonly outside: string;
  readonly home: string;
  readonly dataFolder: string;
  /** Runs bash in the sandbox. `before` goes in front of the wrapper (for example to change the user). */
  attack(cmd: string, options?: AttackOptions): Promise<RunResult>;
  close(): Promise<void>;
}

interface AttackOptions {
  /** Another folder as the project. */
  readonly project?: string;
  readonly level?: SandboxLevel;
  readonly reach?: Reach;
  readonly timeoutMs?: number;
  readonly before?: readonly string[];
  readonly signal?: AbortSignal;
  readonly onOutput?: (stream: "stdout" | "stderr", text: string) => void;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/**
 * Makes the lab. It lies beside the installed packages and not in `/tmp`: commands get a `/tmp` of their own, where nothing
 * outside could be seen anyway.
 */
export async function createSandboxLab(overrides: Partial<SandboxOptions> = {}): Promise<SandboxLab> {
  const cache = labFolder();
  const root = mkdtempSync(path.join(cache, "spindle-lab-"));
  // Another user has to get in for the tests that are run as one.
  chmodSync(root, 0o755);
  const at = (name: string): string => path.join(root, name);
  for (const folder of [
    "project/.git/hooks",
    "project/.spindle",
    "project/packages/sub/.git/hooks",
    "project/src",
    "outside",
    "home/.ssh",
    "data",
  ])
    mkdirSync(at(folder), { recursive: true });
  writeFileSync(at("outside/file"), "original");
  writeFileSync(at("home/.ssh/id_rsa"), "FAKE-PRIVATE-KEY");
  writeFileSync(at("home/.netrc"), "FAKE-NETRC");
  writeFileSync(at("home/notes"), "ordinary");
  writeFileSync(at("data/settings.json"), "FAKE-SETTINGS");
  writeFileSync(at("project/.git/config"), "[core]\n");
  const home = at("home");
  const sandbox = await createSandbox({
    platform: process.platform,
    arch: process.arch,
    searchPath: process.env["PATH"] ?? "",
    secretFolders: secretFolders(home),
    dataFolder: at("data"),
    tmpFolder: at("tmp"),
    ...overrides,
  });
  const runner = createLocalRunner();
  const project = at("project");
  return {
    sandbox,
    project,
    outside: at("outside"),
    home,
    dataFolder: at("data"),
    async attack(cmd, options = {}) {
      const env = commandEnvironment({ ...process.env, HOME: home, ...options.env }, { allow: [], extra: {} });
      const command: SandboxedCommand = await sandbox.wrap(["/bin/bash", "-c", cmd], {
        level: options.level ?? "workspace-write",
        projectRoot: options.project ?? project,
        writableFolders: [],
        reach: options.reach ?? "nothing",
        cwd: options.project ?? project,
        env,
      });
      const [program = command.argv[0], ...rest] = [...(options.before ?? []), ...command.argv];
      return runner.run(
        { ...command, argv: [program, ...rest], timeoutMs: options.timeoutMs ?? 15_000 },
        options.signal ?? new AbortController().signal,
        options.onOutput,
      );
    },
    async close() {
      await runner.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/**
 * A place outside of every temp folder, because commands get a private /tmp: a write "outside" must hit the real disk to
 * count. Usually beside the dependencies; a checkout that lies under /tmp itself uses another one.
 */
export function labFolder(): string {
  const places = [path.join(import.meta.dirname, "../../node_modules/.cache"), "/opt", homedir()];
  for (const place of places) {
    if (/^\/(?:var\/)?tmp(?:\/|$)/.test(place)) continue;
    try {
      mkdirSync(place, { recursive: true });
      accessSync(place, constants.W_OK);
      return place;
    } catch {
      // Not ours to write in: the next place.
      continue;
    }
  }
  throw new Error("There is no folder outside of /tmp to test the sandbox in.");
}
