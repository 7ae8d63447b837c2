import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { createEngine } from "../../src/main/engine.ts";
import { openSandbox } from "../../src/main/engine/open-sandbox.ts";
import type { ModelEvent, ModelRequest } from "../../src/main/providers/provider.ts";
import { createLocalRunner } from "../../src/main/runner/local-runner.ts";
import { callsScript, callsTool, createScriptedProvider, says } from "./scripted-provider.ts";

/**
 * A process of its own that works in a data folder until it is done or killed. `begin`: a new conversation starts six tasks
 * of all kinds and waits for them. `recover`: what a start does by itself, and no more. Says `ready`, works as soon as it is
 * told anything, says `done` at the end. Arguments: begin or recover, data folder, project, and files of the workers.
 */
const [mode = "", step = "0", home = "", project = "", workerFile = "", wasmFile = "", worker = "", engineFile = "", grammar = ""] =
  process.argv.slice(2);

const spawns = `
  const big = "x".repeat(20000);
  await Promise.all([
    tools.spawn({ kind: "exec", title: "quick", cmd: "echo quick" }),
    tools.spawn({ kind: "exec", title: "slow", cmd: "sleep 0.25; echo slow" }),
    tools.spawn({ kind: "script", title: "script", code: "await tools.exec({ cmd: 'sleep 0.1' }); return '" + big + "'" }),
    tools.spawn({ kind: "ask", title: "ask", question: "What?" }),
    tools.spawn({ kind: "ask", title: "late", question: "Later?", timeoutMs: 100 }),
    tools.spawn({ kind: "agent", title: "agent", prompt: "Work" }),
  ]);`;

async function answer(request: ModelRequest): Promise<readonly ModelEvent[]> {
  const first = request.messages[0];
  const asked = request.messages.at(-1);
  const hasResult = request.messages.some((message) => message.role === "result");
  if (request.tools.length === 0) {
    await pause(asked?.role === "user" && asked.text.includes("Later?") ? 300 : 120);
    return says("An answer.");
  }
  await pause(20);
  if (first?.role === "user" && first.text.includes("Work"))
    return hasResult ? says("The agent is done.") : callsTool("exec", { cmd: "sleep 0.1; echo by the agent" });
  return hasResult || mode === "recover" ? says("I see.") : callsScript(spawns);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Lines that decide what happens with a result: between any two of them the process may die. */
const steps = /"type":"(?:created|started|finished|delivery|late|late_state|task_finished|task_delivered|task_late|turn_started)"/;
let count = 0;
const { writeSync } = fs;
fs.writeSync = ((fd: number, ...what: [string]) => {
  const isStep = typeof what[0] === "string" && steps.test(what[0]);
  if (isStep) count++;
  if (isStep && Number(step) === count - 0.5) process.kill(process.pid, "SIGKILL");
  const written = writeSync(fd, ...what);
  if (isStep && Number(step) === count) process.kill(process.pid, "SIGKILL");
  return written;
}) as typeof fs.writeSync;
syncBuiltinESMExports();

async function main(): Promise<void> {
  const { sandbox } = await openSandbox(home);
  process.stdout.write("ready\n");
  await new Promise((resolve) => process.stdin.once("data", resolve));
  const engine = await createEngine({
    home,
    env: {},
    workerFile,
    wasmFile,
    shellFiles: { worker, engine: engineFile, grammar },
    runner: createLocalRunner(),
    sandbox,
    audience: "nobody",
    trust: "named",
    wake: true,
    override: (settings) => ({ ...settings, approval: "auto", sandbox: "full", maxRunningTasks: 6 }),
    provider: createScriptedProvider(Array.from({ length: 200 }, () => answer)),
  });
  if (mode === "begin") {
    const conversation = engine.conversations.create(project);
    await conversation.send("Go", []).done;
  }
  // A start asks again what was cut short.
  await engine.tasks.idle();
  while (engine.tasks.rows().some((row) => row.late?.state === "expected")) await pause(10);
  for (const { row } of engine.conversations.rows()) await engine.conversations.opened(row.id)?.settled();
  await engine.close();
  process.stdout.write(`done ${count}\n`);
  process.exit(0);
}

void main();
