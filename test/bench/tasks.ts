import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { createEngine, type Engine } from "../../src/main/engine.ts";
import { openSandbox } from "../../src/main/engine/open-sandbox.ts";
import type { ModelEvent, ModelRequest } from "../../src/main/providers/provider.ts";
import { createLocalRunner } from "../../src/main/runner/local-runner.ts";
import { taskSettingsSchema } from "../../src/protocol/settings.ts";
import { isTaskOver } from "../../src/protocol/task.ts";
import { livingWith } from "../main/runner/living.ts";
import { callsScript, callsTool, createScriptedProvider, says } from "../support/scripted-provider.ts";
import type { Report, Surroundings } from "./lib/figures.ts";
import { collectSamples, pause } from "./lib/samples.ts";

const { resolve } = createRequire(import.meta.url);
const finished = 500;
const atOnce = 20;
const wakes = 20;
const trees = 7;

/** Detached tasks as built in `out/main`: are all results delivered, how fast does one wake its conversation, how fast is a tree dead. */
export async function bench(report: Report, { progress }: Surroundings): Promise<void> {
  progress(`${finished} tasks, ${atOnce} ending at once`);
  await deliveries(report);
  progress("waking");
  await wakeLatency(report);
  progress("cancelling trees");
  await cancelTrees(report);
}

type Answer = (request: ModelRequest, isOwn: boolean) => readonly ModelEvent[] | Promise<readonly ModelEvent[]>;

/** An engine on a data folder of its own; `isOwn` is true for requests of the person's conversation. */
async function withEngine(answer: Answer, use: (engine: Engine, project: string) => Promise<void>): Promise<void> {
  const base = mkdtempSync(path.join(tmpdir(), "spindle-bench-"));
  const home = path.join(base, "home");
  const project = path.join(base, "project");
  mkdirSync(home);
  mkdirSync(project);
  const { sandbox, close } = await openSandbox(home);
  const main = path.resolve("out/main");
  const respond = (request: ModelRequest) => {
    const first = request.messages[0];
    return answer(request, request.tools.length > 0 && first?.role === "user" && first.text.includes("Begin"));
  };
  const engine = await createEngine({
    home,
    env: {},
    workerFile: path.join(main, "worker.cjs"),
    wasmFile: resolve("@jitl/quickjs-wasmfile-release-sync/wasm"),
    shellFiles: {
      worker: path.join(main, "shell-worker.cjs"),
      engine: resolve("web-tree-sitter/web-tree-sitter.wasm"),
      grammar: resolve("tree-sitter-bash/tree-sitter-bash.wasm"),
    },
    runner: createLocalRunner(),
    sandbox,
    audience: "nobody",
    trust: "named",
    wake: true,
    override: (settings) => ({
      ...settings,
      approval: "auto",
      sandbox: "full",
      maxRunningTasks: atOnce,
      tasks: taskSettingsSchema.parse({ perProvider: atOnce, maxPerConversation: 2 * finished, askAbove: 2 * finished }),
    }),
    provider: createScriptedProvider(Array.from({ length: 4 * finished }, () => respond)),
  });
  try {
    await use(engine, project);
  } finally {
    await engine.close();
    close();
    rmSync(base, { recursive: true, force: true });
  }
}

/** Asks whose answers come in waves: none of a wave ends before the last one has begun. */
async function deliveries(report: Report): Promise<void> {
  let waiting: (() => void)[] = [];
  const spawns = `for (let n = 0; n < ${finished}; n++) await tools.spawn({ kind: "ask", title: "ask " + n, question: "?" });`;
  await withEngine(
    async (request, isOwn) => {
      if (isOwn) return request.messages.some((message) => message.role === "result") ? says("Read.") : callsScript(spawns);
      const wave = new Promise<void>((resolve) => waiting.push(resolve));
      if (waiting.length === atOnce) {
        for (const go of waiting) go();
        waiting = [];
      }
      await wave;
      return says("An answer.");
    },
    async (engine, project) => {
      const conversation = engine.conversations.create(project);
      await conversation.send("Begin", []).done;
      await engine.tasks.idle();
      await conversation.settled();
      const delivered: string[] = [];
      const seen: string[] = [];
      for (const event of conversation.events) {
        if (event.type === "task_delivered") delivered.push(event.taskId);
        else if (event.type === "request_started") seen.push(...event.taskIds);
      }
      for (const [what, ids] of [
        ["delivered", delivered],
        ["read by the model", seen],
      ] as const) {
        const once = new Set(ids).size;
        const ok = once === finished && ids.length === finished;
        report({
          metric: `results ${what}, ${atOnce} ending at once`,
          value: once,
          unit: "",
          target: `${finished} of ${finished}, each once`,
          ok,
        });
      }
    },
  );
}

/** From the end of a command's task to the request that carries its result, in an idle conversation. */
async function wakeLatency(report: Report): Promise<void> {
  const samples = collectSamples();
  let spawned = 0;
  await withEngine(
    (request, isOwn) => {
      const last = request.messages.at(-1);
      const prompted = last?.role === "user" && !last.text.startsWith("<task-result");
      return isOwn && prompted ? callsTool("spawn", { kind: "exec", title: `n${spawned++}`, cmd: "sleep 0.2" }) : says("Idle.");
    },
    async (engine, project) => {
      const conversation = engine.conversations.create(project);
      let endedAt = 0;
      conversation.subscribe((event) => {
        if (event.type === "task_finished") endedAt = conversation.isRunning() ? Number.NaN : performance.now();
        else if (event.type === "request_started" && event.taskIds.length > 0) samples.add("wake", performance.now() - endedAt);
      });
      for (let n = 0; n < wakes; n++) {
        await conversation.send(n === 0 ? "Begin" : "Once more", []).done;
        await engine.tasks.idle();
        await conversation.settled();
      }
    },
  );
  const [median, worst] = [samples.median("wake"), samples.worst("wake")];
  report({ metric: "a finished task wakes an idle conversation", value: median, unit: "ms", target: "<= 200 ms", ok: median <= 200 });
  report({ metric: `the slowest of ${wakes}`, value: worst, unit: "ms", target: "<= 200 ms", ok: worst <= 200 });
}

/** An agent whose script started three commands: from the wish to the moment when nothing of it lives. */
async function cancelTrees(report: Report): Promise<void> {
  const samples = collectSamples();
  let listed = 0;
  const mark = `spindle-bench-tree-${process.pid}`;
  const command = `{ kind: "exec", cmd: "exec -a ${mark} sleep 300", notify: "silent" }`;
  const script = `await Promise.all([1, 2, 3].map((n) => tools.spawn({ ...${command}, title: "command " + n }))); await tools.exec({ cmd: "sleep 300" });`;
  const agent = `await tools.spawn({ kind: "script", title: "script", notify: "silent", code: ${JSON.stringify(script)} }); await tools.exec({ cmd: "sleep 300" });`;
  await withEngine(
    (request, isOwn) => {
      if (!isOwn) return callsScript(agent);
      const last = request.messages.at(-1);
      return last?.role === "result"
        ? says("Started.")
        : callsTool("spawn", { kind: "agent", title: "agent", prompt: "Work", notify: "silent" });
    },
    async (engine, project) => {
      const conversation = engine.conversations.create(project);
      for (let run = 0; run < trees; run++) {
        await conversation.send(run === 0 ? "Begin" : "Once more", []).done;
        while (livingWith(mark).length < 3) await pause(10);
        const root = engine.tasks.rows().find((row) => row.kind === "agent" && !isTaskOver(row.status));
        if (root === undefined) throw new Error("The agent does not run.");
        const startedAt = performance.now();
        const stopped = await engine.tasks.cancel(root.taskId);
        while (livingWith(mark).length > 0) await pause(1);
        samples.add("dead", performance.now() - startedAt);
        if (stopped.length === 5) listed++;
      }
    },
  );
  const [median, worst] = [samples.median("dead"), samples.worst("dead")];
  report({ metric: "cancel of agent -> script -> 3 commands", value: median, unit: "ms", target: "<= 600 ms", ok: median <= 600 });
  report({ metric: `the slowest of ${trees}`, value: worst, unit: "ms", target: "<= 600 ms", ok: worst <= 600 });
  report({
    metric: "trees whose five tasks were all named",
    value: listed,
    unit: "",
    target: `${trees} of ${trees}`,
    ok: listed === trees,
  });
}
