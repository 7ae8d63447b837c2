import { createBrokerLink } from "../../../src/main/runner/broker-link.ts";
import { createBrokerRunner } from "../../../src/main/runner/broker-runner.ts";
import { createLocalRunner } from "../../../src/main/runner/local-runner.ts";
import { startNodeBroker } from "./node-broker.ts";

/**
 * Starts a command every few milliseconds in a process that the test kills: named by the first argument, through a broker
 * when the second is `broker`. Says `up` when the first one runs.
 */
const [, , mark = "", kind] = process.argv;
const runner = kind === "broker" ? createBrokerRunner(createBrokerLink(() => startNodeBroker([]))) : createLocalRunner();

const start = (): void => {
  void runner.run(
    // Ignores SIGTERM: only SIGKILL ends it.
    {
      argv: ["bash", "-c", `trap '' TERM; echo up; exec -a ${mark} sleep 60`],
      cwd: "/",
      env: { PATH: process.env["PATH"] ?? "" },
      timeoutMs: 60_000,
    },
    new AbortController().signal,
    (_, text) => void process.stdout.write(text),
  );
};
start();
for (let tries = 0; tries < 200; tries++) {
  await new Promise((resolve) => setTimeout(resolve, 2));
  start();
}
