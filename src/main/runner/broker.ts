import type { FromBroker } from "./broker-protocol.ts";
import { createLocalRunner } from "./local-runner.ts";
import { serveBroker } from "./serve-broker.ts";
import { createTerminalHost } from "./terminal-host.ts";

/**
 * Entry of the process that runs commands and terminals (`out/main/broker.cjs`). Electron starts it with `utilityProcess.fork` and it
 * talks over `process.parentPort`; plain Node starts it with `child_process.fork`. When the parent is gone it exits at once,
 * and as when it is killed itself, its runner's watchdog kills what it ran.
 */
interface ParentPort {
  on(event: "message", listener: (event: { readonly data: unknown }) => void): void;
  postMessage(message: unknown): void;
}

function parentPort(): ParentPort | undefined {
  return "parentPort" in process ? (process.parentPort as ParentPort | undefined) : undefined;
}

const port = parentPort();
const post = (message: FromBroker): void => {
  if (port !== undefined) port.postMessage(message);
  // The parent may have died a moment ago: `disconnect` says so too, with nobody left to tell.
  else if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
};
const terminals = createTerminalHost({
  output: (id, text) => post({ type: "terminalOutput", id, text }),
  ended: (id, end) => post({ type: "terminalEnded", id, ...end }),
});
const server = serveBroker(createLocalRunner(terminals.hasOpened), terminals, post);

const leave = (): void => {
  void server.shutDown().finally(() => process.exit(0));
};

if (port !== undefined) port.on("message", (event) => server.receive(event.data));
else process.on("message", (message) => server.receive(message));
// Nobody waits for an orderly end any more: the watchdog kills what runs, without grace.
process.on("disconnect", () => process.exit(0));
// A terminal sends these to the whole group: children get theirs from us, in order.
process.on("SIGTERM", leave);
process.on("SIGINT", leave);
process.on("SIGHUP", leave);
