import { createLocalRunner } from "./local-runner.ts";
import { serveBroker } from "./serve-broker.ts";

/**
 * Entry of the process that runs commands (`out/main/broker.cjs`). Electron starts it with `utilityProcess.fork` and it
 * talks over `process.parentPort`; plain Node starts it with `child_process.fork`. When the parent is gone it kills what
 * it runs and exits; when it is killed itself, its runner's watchdog does that.
 */
interface ParentPort {
  on(event: "message", listener: (event: { readonly data: unknown }) => void): void;
  postMessage(message: unknown): void;
}

function parentPort(): ParentPort | undefined {
  return "parentPort" in process ? (process.parentPort as ParentPort | undefined) : undefined;
}

const port = parentPort();
const server = serveBroker(createLocalRunner(), (message) => {
  if (port !== undefined) port.postMessage(message);
  else if (process.connected) process.send?.(message);
});

const leave = (): void => {
  void server.shutDown().finally(() => process.exit(0));
};

if (port !== undefined) port.on("message", (event) => server.receive(event.data));
else process.on("message", (message) => server.receive(message));
process.on("disconnect", leave);
// A terminal sends these to the whole group: children get theirs from us, in order.
process.on("SIGTERM", leave);
process.on("SIGINT", leave);
process.on("SIGHUP", leave);
