import { findTestCommand, listFiles, literal, readHelpers } from "./code.ts";
import { textOf, type DemoConversation, type DemoStep } from "./conversation.ts";
import { isObject } from "./extract-json.ts";
import type { Intent } from "./intent.ts";
import type { Plan } from "./plan.ts";
import { readTestOutput } from "./test-output.ts";
import { caughtError, explainCaught, explainFailure, quote } from "./trouble.ts";

/** Runs the command the person gave, or starts it as a task when they said so. */
export function planRun(conversation: DemoConversation, intent: Extract<Intent, { kind: "run" }>): Plan {
  const started = conversation.steps.find((step) => step.name === "run-task");
  if (started !== undefined) return { say: taskText(started) };
  const ran = conversation.steps.find((step) => step.name === "run");
  if (ran !== undefined) return { say: runText(ran) };
  if (intent.background)
    return {
      say: `I start \`${intent.cmd}\` as a task; its result comes here by itself.`,
      script: taskScript(`{ kind: "exec", title: ${literal(intent.cmd.slice(0, 100))}, cmd: ${literal(intent.cmd)} }`),
    };
  return { say: `I run \`${intent.cmd}\`.`, script: runScript(intent.cmd) };
}

/** Runs the project's tests, whatever they are, and changes nothing. */
export function planTest(conversation: DemoConversation): Plan {
  const ran = conversation.steps.find((step) => step.name === "run");
  if (ran !== undefined) return { say: runText(ran) };
  return { say: "I find out how this project runs its tests, and run them.", script: testScript };
}

/** Hands a question to an expert task; the Demo itself answers it when it is the provider. */
export function planAsk(conversation: DemoConversation, intent: Extract<Intent, { kind: "ask" }>): Plan {
  const started = conversation.steps.find((step) => step.name === "run-task");
  if (started !== undefined) return { say: taskText(started) };
  const files = intent.files.length === 0 ? "" : `, files: ${JSON.stringify(intent.files)}`;
  return {
    say: "I hand the question to a task of its own. With the Demo provider it is answered by rules, too.",
    script: taskScript(`{ kind: "ask", title: ${literal(intent.question.slice(0, 100))}, question: ${literal(intent.question)}${files} }`),
  };
}

function runText(step: DemoStep): string {
  if (!step.ok || step.value === null) return explainFailure(step);
  const cmd = textOf(step.value["cmd"]);
  if (cmd === undefined)
    return "I found no way to run tests here: no `test` script in package.json, no Cargo.toml, go.mod or pytest. Give me a command: “run `…`”.";
  const run = step.value["run"];
  const error = caughtError(run);
  if (error !== null || !isObject(run)) return explainCaught(`Running \`${cmd}\``, error ?? { code: "error", message: "no result" });
  const output = textOf(run["output"]) ?? "";
  const report = readTestOutput(output);
  const seconds = (Number(run["durationMs"] ?? 0) / 1000).toFixed(1);
  const counts =
    report.passed === null
      ? ""
      : ` ${report.passed} passed, ${report.failed ?? 0} failed${report.failing.length === 0 ? "" : ` (${report.failing.slice(0, 5).join("; ")})`}.`;
  const end =
    run["timedOut"] === true
      ? `was stopped at its time limit after ${seconds} s`
      : `ended with exit code ${Number(run["exitCode"] ?? -1)} after ${seconds} s`;
  return `\`${cmd}\` ${end}.${counts}\n\n${output.trim() === "" ? "It printed nothing." : quote(output, 3000)}`;
}

function taskText(step: DemoStep): string {
  if (!step.ok || step.value === null) return explainFailure(step);
  const error = caughtError(step.value["task"]);
  if (error !== null) return explainCaught("Starting the task", error);
  const task = step.value["task"];
  return `Task “${isObject(task) ? (textOf(task["title"]) ?? "") : ""}” is ${isObject(task) ? (textOf(task["status"]) ?? "started") : "started"}. You can close this conversation; the result arrives here when it is done.`;
}

const returnRun = `return {
  step: "run",
  cmd,
  run: "error" in run ? run : { exitCode: run.exitCode, timedOut: run.timedOut, durationMs: run.durationMs, output: run.output.slice(-8000) },
};
`;

function runScript(cmd: string): string {
  return `// Run ${cmd.split("\n")[0] ?? ""}
const failure = (error: unknown) => ({ error: { code: String((error as { code?: string }).code ?? "error"), message: (error as Error).message } });
const cmd = ${literal(cmd)};
const run = await tools.exec({ cmd, justification: "You asked for it." }).catch(failure);
${returnRun}`;
}

const testScript = `// Find and run the project's tests
${listFiles}
${readHelpers}
${findTestCommand}
if (command === null) return { step: "run", cmd: null };
const cmd = command;
const run = await tools.exec({ cmd, timeoutMs: 180_000 }).catch(failure);
${returnRun}`;

function taskScript(input: string): string {
  return `// Start a task
const task = await tools.spawn(${input}).catch((error) => ({ error: { code: String(error.code ?? "error"), message: error.message } }));
return { step: "run-task", task };
`;
}
