import path from "node:path";
import type { Json } from "../../src/protocol/json.ts";
import { createJournal } from "../../src/main/project/journal.ts";
import { createDemoProvider } from "../../src/main/providers/demo.ts";
import type { ModelMessage, ModelTool } from "../../src/main/providers/provider.ts";
import { createLocalRunner } from "../../src/main/runner/local-runner.ts";
import { createApplyPatchTool } from "../../src/main/tools/apply-patch/tool.ts";
import { grepFilesTool } from "../../src/main/tools/grep-files.ts";
import { listDirTool } from "../../src/main/tools/list-dir.ts";
import { readFileTool } from "../../src/main/tools/read-file.ts";
import { collectConsoleLines } from "../../src/main/tools/script/console-lines.ts";
import { outcomeText } from "../../src/main/tools/script/outcome.ts";
import { SpindleError } from "../../src/protocol/error.ts";
import type { ScriptRunner } from "./script-runner.ts";
import { toolContext } from "./tool-context.ts";

export interface DemoTurn {
  /** What the Demo said last. */
  readonly answer: string;
  readonly scripts: readonly string[];
  readonly spawned: readonly Json[];
  readonly messages: readonly ModelMessage[];
}

export interface DemoTurnOptions {
  readonly project: string;
  readonly prompt: string;
  readonly runner: ScriptRunner;
  /** Where the journal of patches is kept. */
  readonly journalFolder: string;
  readonly approval?: "plan" | "ask" | "auto";
  /** Tools the person refuses. */
  readonly denied?: readonly string[];
  readonly before?: readonly ModelMessage[];
}

const scriptTool: ModelTool = {
  name: "script",
  description: "Runs a script.",
  format: "custom",
  schema: { type: "object" },
  textField: "code",
};

/** One whole turn of the Demo on a real folder: real harness, real file tools, real commands; only the gate above them is missing. */
export async function demoTurn(options: DemoTurnOptions): Promise<DemoTurn> {
  const spawned: Json[] = [];
  const tools = toolFunctions(options, spawned);
  const provider = createDemoProvider({ pauseMs: 0 });
  const messages: ModelMessage[] = [
    ...(options.before ?? []),
    {
      role: "user",
      text: options.before === undefined ? `<original-user-prompt>\n${options.prompt}\n</original-user-prompt>` : options.prompt,
    },
    { role: "user", text: `<environment>\nproject: ${options.project}\napproval mode: ${options.approval ?? "auto"}\n</environment>` },
  ];
  const scripts: string[] = [];
  for (let request = 0; request < 5; request++) {
    let answer = "";
    let script: string | null = null;
    for await (const event of provider.stream(
      { model: "rules", system: "", messages, tools: [scriptTool] },
      new AbortController().signal,
    )) {
      if (event.type === "text") answer = event.text;
      if (event.type === "call") script = event.input;
      if (event.type === "failed") throw new Error(event.error.message);
    }
    messages.push({ role: "assistant", text: answer });
    if (script === null) return { answer, scripts, spawned, messages };
    scripts.push(script);
    const outcome = await options.runner.run(script, { tools });
    const lines = collectConsoleLines();
    lines.add(outcome.logs);
    const wireCallId = `call_${request}`;
    messages.push(
      { role: "call", wireCallId, name: "script", format: "custom", input: script },
      { role: "result", wireCallId, format: "custom", text: outcomeText({ outcome, console: lines.read(), report: null }), ok: outcome.ok },
    );
  }
  throw new Error("The Demo did not come to an end.");
}

function toolFunctions(options: DemoTurnOptions, spawned: Json[]) {
  const ctx = toolContext(options.project, { fromScript: true });
  const applyPatch = createApplyPatchTool({ journal: createJournal({ folder: options.journalFolder }) });
  const gate =
    <I>(tool: { name: string; input: { parse(value: unknown): I }; run(input: I, context: typeof ctx): Promise<{ result: unknown }> }) =>
    async (input: Json): Promise<Json> => {
      refuse(options, tool.name);
      const outcome = await tool.run(tool.input.parse(input), ctx);
      return JSON.parse(JSON.stringify(outcome.result));
    };
  return {
    readFile: gate(readFileTool),
    listDir: gate(listDirTool),
    grepFiles: gate(grepFilesTool),
    applyPatch: gate(applyPatch),
    async exec(input: Json): Promise<Json> {
      refuse(options, "exec");
      const { cmd } = input as { cmd: string };
      const runner = createLocalRunner();
      try {
        const env = { PATH: `${path.dirname(process.execPath)}:${process.env["PATH"] ?? ""}`, HOME: options.project };
        const result = await runner.run(
          { argv: ["bash", "-c", cmd], cwd: options.project, env, timeoutMs: 60_000 },
          new AbortController().signal,
        );
        return JSON.parse(JSON.stringify(result));
      } finally {
        await runner.close();
      }
    },
    spawn(input: Json): Json {
      refuse(options, "spawn");
      spawned.push(input);
      const { kind, title } = input as { kind: string; title: string };
      return { id: `task_${spawned.length}`, kind, title, status: "queued" };
    },
  };
}

function refuse(options: DemoTurnOptions, name: string): void {
  if (options.denied?.includes(name) === true) throw new SpindleError("denied", `The person refused ${name}.`);
}
