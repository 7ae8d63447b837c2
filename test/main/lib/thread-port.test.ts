import path from "node:path";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";

const support = path.join(import.meta.dirname, "../../support");

// The deadlock this prevents needs a collision of threads; what it needs first is a thread whose loop has nothing to turn for.
test("a thread that took its port goes on while nothing but V8 works for it, and answers later", async () => {
  const thread = new Worker(path.join(support, "idle-thread.ts"), { execArgv: ["--import", path.join(support, "strip-types.mjs")] });
  const ended = new Promise((resolve) => thread.once("exit", () => resolve("ended")));
  const answer = new Promise((resolve) => thread.once("message", resolve));
  thread.postMessage("are you there?");
  expect(await Promise.race([answer, ended])).toBe("yes");
  await thread.terminate();
});
