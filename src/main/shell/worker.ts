import { workerData } from "node:worker_threads";
import { threadPort } from "../lib/thread-port.ts";
import type { FromShellWorker, ToShellWorker } from "./inspect.ts";
import { type GrammarFiles, loadShellParser } from "./parser.ts";
import { readCommand } from "./read-command.ts";

/** Entry of the thread that reads commands. What is thrown here ends it, and the inspector knows what that means. */
async function main(): Promise<void> {
  const port = threadPort();
  const parser = await loadShellParser(workerData as GrammarFiles);
  port.on("message", ({ cmd, folder }: ToShellWorker) => {
    port.postMessage({ type: "read", inspection: readCommand(cmd, folder, parser) } satisfies FromShellWorker);
  });
  port.postMessage({ type: "ready" } satisfies FromShellWorker);
}

void main();
