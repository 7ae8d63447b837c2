import path from "node:path";
import { createLocalRunner } from "../../../src/main/runner/local-runner.ts";
import { createSandbox } from "../../../src/main/sandbox/create-sandbox.ts";

/**
 * Runs one long sandboxed command, named by the first argument, in a session of its own, in a process that the test kills. Says `up`
 * when it runs. A third argument is the place of bubblewrap: one that is not there gives the fallback.
 */
const [, , mark = "", project = "/", bwrapPath] = process.argv;
const sandbox = await createSandbox({
  platform: process.platform,
  arch: process.arch,
  searchPath: process.env["PATH"] ?? "",
  ...(bwrapPath === undefined ? {} : { bwrapPath }),
  secretFolders: [],
  dataFolder: path.join(project, "../data"),
  tmpFolder: path.join(project, "../tmp"),
});
const command = await sandbox.wrap(
  ["/bin/bash", "-c", `setsid -f bash -c 'exec -a ${mark} sleep 60' </dev/null >/dev/null 2>&1; sleep 0.2; echo up; sleep 60`],
  {
    level: "workspace-write",
    projectRoot: project,
    writableFolders: [],
    reach: "nothing",
    cwd: project,
    env: { PATH: process.env["PATH"] ?? "" },
  },
);
await createLocalRunner().run(
  { ...command, timeoutMs: 60_000 },
  new AbortController().signal,
  (_, text) => void process.stdout.write(text),
);
