import { fork, type ChildProcess } from "node:child_process";
import path from "node:path";
import type { BrokerPort } from "../../../src/main/runner/broker-link.ts";

const support = path.join(import.meta.dirname, "../../support/strip-types.mjs");

/** The real broker under plain Node, as `desktop/` runs it under Electron; each started one is added to `brokers`. */
export function startNodeBroker(brokers: ChildProcess[]): BrokerPort {
  const child = fork(path.join(import.meta.dirname, "../../../src/main/runner/broker.ts"), {
    execArgv: ["--import", support],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  brokers.push(child);
  return {
    post: (message) => void child.send(message),
    onMessage: (listener) => void child.on("message", listener),
    onExit: (listener) => void child.on("exit", (code, signal) => listener(signal ?? `exit code ${code}`)),
    kill: () => void child.kill("SIGKILL"),
  };
}

/** Waits until all of them have exited. */
export async function brokersGone(brokers: readonly ChildProcess[]): Promise<void> {
  for (const broker of brokers)
    if (broker.exitCode === null && broker.signalCode === null) await new Promise((resolve) => broker.once("exit", resolve));
}
