import path from "node:path";
import { createLocalRunner } from "../../../src/main/runner/local-runner.ts";
import { createSandbox } from "../../../src/main/sandbox/create-sandbox.ts";

/** Runs one long sandboxed command, named by the first argument, in a process that the test kills. Says `up` when it runs. */
const [, , mark = "", project = "/"] = process.argv;
const sandbox = await createSandbox({
  platform: process.platform,
  arch: process.arch,
  searchPath: process.env["PATH"] ?? "",
  secretFolders: [],
  dataFolder: path.join(project, "../data"),
  tmpFolder: path.join(project, "../tmp"),
});
const command = await sandbox.wrap(["/bin/bash", "-c", `echo up; exec -a ${mark} sleep 60`], {
  level: "workspace-write",
  projectRoot: project,
  writableFolders: [],
  reach: "nothing",
  cwd: project,
  env: { PATH: process.env["PATH"] ?? "" },
});
await createLocalRunner().run(
  { ...command, timeoutMs: 60_000 },
  new AbortController().signal,
  (_, text) => void process.stdout.write(text),
);
