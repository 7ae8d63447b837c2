import { utilityProcess } from "electron";
import { createBrokerRunner } from "../runner/broker-runner.ts";
import type { Runner } from "../runner/runner.ts";

/** The desktop application's runner: commands are children of a utility process, which inherits nothing of ours but one read-only file. */
export function createDesktopRunner(brokerFile: string): Runner {
  return createBrokerRunner(() => {
    const child = utilityProcess.fork(brokerFile, [], { serviceName: "Spindle commands", stdio: "ignore" });
    return {
      post: (message) => child.postMessage(message),
      onMessage: (listener) => void child.on("message", listener),
      onExit: (listener) => void child.on("exit", (code) => listener(`exit code ${code}`)),
      kill: () => void child.kill(),
    };
  });
}
