import { utilityProcess } from "electron";

/** Starts the process that runs commands: a utility process, which inherits nothing of ours but one read-only file. The result is a `BrokerPort`. */
export function startBroker(brokerFile: string) {
  const child = utilityProcess.fork(brokerFile, [], { serviceName: "Spindle commands", stdio: "ignore" });
  return {
    post: (message: unknown) => child.postMessage(message),
    onMessage: (listener: (message: unknown) => void) => void child.on("message", listener),
    onExit: (listener: (reason: string) => void) => void child.on("exit", (code) => listener(`exit code ${code}`)),
    kill: () => void child.kill(),
  };
}
