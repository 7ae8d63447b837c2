import { createLocalRunner } from "../../../src/main/runner/local-runner.ts";

/** Runs one long command, named by the first argument, in a process that the test kills. Says `up` when it runs. */
const mark = process.argv[2] ?? "";
const runner = createLocalRunner();
await runner.run(
  { argv: ["bash", "-c", `echo up; exec -a ${mark} sleep 60`], cwd: "/", env: { PATH: process.env["PATH"] ?? "" }, timeoutMs: 60_000 },
  new AbortController().signal,
  (_, text) => void process.stdout.write(text),
);
