import { spawn } from "node:child_process";
import { createLocalRunner } from "../../../src/main/runner/local-runner.ts";
import { livingWithin } from "../../main/runner/living.ts";
import { atMost, type Report } from "../lib/figures.ts";
import { pause } from "../lib/samples.ts";

const rounds = 20;

/** A process that starts commands without a pause is killed by SIGKILL at a random moment; `module` exports `startMany`. */
export async function killed(report: Report, module: string): Promise<void> {
  let late = 0;
  let slowest = 0;
  for (let round = 0; round < rounds; round++) {
    const mark = `spindle_bench_${process.pid}_killed_${round}_`;
    const code = `import(${JSON.stringify(module)}).then(({ startMany }) => startMany(${JSON.stringify(mark)}))`;
    const child = spawn(process.execPath, ["-e", code], { stdio: ["ignore", "pipe", "inherit"] });
    const ended = new Promise((resolve) => child.once("exit", resolve));
    await new Promise((resolve) => child.stdout.once("data", resolve));
    await pause(Math.random() * 60);
    child.kill("SIGKILL");
    await ended;
    const from = performance.now();
    let alive = livingWithin(mark);
    while (alive.length > 0 && performance.now() - from < 400) {
      await pause(5);
      alive = livingWithin(mark);
    }
    slowest = Math.max(slowest, performance.now() - from);
    late += alive.length;
    for (const { pid } of alive) process.kill(pid, "SIGKILL");
  }
  report(atMost(`kill -9 of the application: commands alive after 400 ms, ${rounds} times`, late, 0, "processes"));
  report(atMost("kill -9 of the application: until the last command is dead, worst", slowest, 400, "ms"));
}

/** The victim: starts a command every 2 ms, says so once. */
export async function startMany(mark: string): Promise<void> {
  const runner = createLocalRunner();
  for (let count = 0; count < 200; count++) {
    void runner.run(
      {
        argv: ["bash", "-c", `trap '' TERM; echo up; exec -a ${mark} sleep 60`],
        cwd: "/",
        env: { PATH: process.env["PATH"] ?? "" },
        timeoutMs: 60_000,
      },
      new AbortController().signal,
      () => void process.stdout.write("up\n"),
    );
    await pause(2);
  }
}
