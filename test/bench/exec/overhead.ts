import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { inheritedDescriptors } from "../../../src/main/runner/inherited-descriptors.ts";
import { createLocalRunner } from "../../../src/main/runner/local-runner.ts";
import { createSandbox } from "../../../src/main/sandbox/create-sandbox.ts";
import { secretFolders } from "../../../src/main/sandbox/secret-folders.ts";
import { againstFloor, atMost, type Report } from "../lib/figures.ts";
import { collectSamples, repeat, time } from "../lib/samples.ts";

const rounds = 150;
const warmUp = 10;
const argv = ["/bin/bash", "-c", "true"] as const;
const never = new AbortController().signal;

/** `bash -c true`: spawned as little as Node can, by the runner, and by the runner in the sandbox of a project with a repository in it. */
export async function overhead(report: Report): Promise<void> {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), "spindle-bench-")));
  const runner = createLocalRunner();
  try {
    const project = path.join(folder, "project");
    mkdirSync(path.join(project, "packages/sub/.git"), { recursive: true });
    mkdirSync(path.join(project, ".git"));
    const env = { PATH: process.env["PATH"] ?? "" };
    const sandbox = await createSandbox({
      platform: process.platform,
      arch: process.arch,
      searchPath: env.PATH,
      secretFolders: secretFolders(process.env["HOME"] ?? "/"),
      dataFolder: path.join(folder, "data"),
      tmpFolder: path.join(folder, "tmp"),
    });
    if (sandbox.info.enforcer === "none") throw new Error(`Nothing can be enforced here: ${sandbox.info.detail}`);
    const policy = { level: "workspace-write", projectRoot: project, writableFolders: [], reach: "nothing", cwd: project, env } as const;
    const ways = {
      bare: () => bareSpawn(project, env),
      runner: () => runner.run({ argv, cwd: project, env, timeoutMs: 20_000 }, never),
      sandbox: async () => runner.run({ ...(await sandbox.wrap(argv, policy)), timeoutMs: 20_000 }, never),
    };
    const samples = collectSamples();
    await repeat(rounds + warmUp, async (round) => {
      for (const [name, run] of Object.entries(ways)) {
        const ms = await time(run);
        if (round >= warmUp) samples.add(name, ms);
      }
    });
    const [bare, plain, boxed] = [samples.median("bare"), samples.median("runner"), samples.median("sandbox")];
    // Whoever started this process may have left descriptors open: then a shell closes them in front of each command.
    const note = inheritedDescriptors().length > 0 ? " (with a shell that closes inherited descriptors)" : "";
    report(againstFloor("a command without sandbox / bare spawn", plain, bare, 1.3, "ms", note));
    report(againstFloor(`a command in the sandbox (${sandbox.info.enforcer}) / bare spawn`, boxed, bare, 5, "ms", note));
    report(atMost("start-up of the sandbox over a bare spawn", boxed - bare, 10, "ms"));
  } finally {
    await runner.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The floor: a child in a group of its own, both streams read to their end. */
function bareSpawn(cwd: string, env: NodeJS.ProcessEnv): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(argv[0], argv.slice(1), { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.resume();
    child.stderr.resume();
    child.once("error", reject);
    child.once("close", () => resolve());
  });
}
