import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import type { SpindleEvent } from "../../../src/protocol/event.ts";
import type { Json } from "../../../src/protocol/json.ts";
import { callsScript, callsTool, createScriptedProvider, says } from "../../support/scripted-provider.ts";
import { useTempFolders } from "../../support/temp-folder.ts";
import { of, until, useEngines } from "./engine-lab.ts";

const lab = useEngines();
const tempFolder = useTempFolders();

/** The values of scripts that ended with `return context`. */
function contexts(events: readonly SpindleEvent[]): { readonly [key: string]: Json }[] {
  return of(events, "tool_finished")
    .map((event) => (event.result as { value?: Json } | null)?.value)
    .filter((value): value is { readonly [key: string]: Json } => typeof value === "object" && value !== null && "originalPrompt" in value);
}

const patch = (...lines: readonly string[]): string => ["*** Begin Patch", ...lines, "*** End Patch"].join("\n");

test("the facts of earlier turns stand in a later one: first prompt, attachments, files changed by patches only", async () => {
  const house = lab();
  house.write({ "a.txt": "a\n", "b.txt": "b\n", "c.txt": "c\n" });
  const outside = tempFolder();
  mkdirSync(path.join(outside, "docs"));
  writeFileSync(path.join(outside, "spec.md"), "spec");
  const attached = [
    { path: path.join(outside, "spec.md"), name: "spec.md", kind: "file", size: 4 },
    { path: path.join(outside, "docs"), name: "docs", kind: "folder", size: 0 },
  ] as const;
  const provider = createScriptedProvider([
    callsTool("applyPatch", { patch: patch("*** Update File: a.txt", "@@", "-a", "+A", "*** Add File: new/n.txt", "+n") }),
    callsScript("return context"),
    says("One."),
    callsTool("exec", { cmd: "echo x > by-command.txt" }),
    callsScript(
      `await tools.applyPatch({ patch: ${JSON.stringify(patch("*** Update File: b.txt", "*** Move to: moved.txt", "@@", "-b", "+B", "*** Delete File: c.txt"))} }); return context.changedFiles;`,
    ),
    callsScript("return context"),
    says("Two."),
  ]);
  const before = Date.now();
  const engine = await house.open({ provider, settings: { maxRequestsPerTurn: 10, maxRunningTasks: 3 } });
  const conversation = engine.conversations.create(house.project);
  await conversation.send("First & <b>", [attached[0]]).done;
  await conversation.send("Second", [attached[1]]).done;
  const [first, second] = contexts(conversation.events);
  expect(first).toEqual({
    project: house.project,
    cwd: house.project,
    originalPrompt: "First & <b>",
    attachments: [attached[0]],
    changedFiles: ["a.txt", "new/n.txt"],
    limits: { cpuMs: 10_000, wallMs: 600_000, memoryMb: 128, maxCalls: 10_000, maxInFlight: 100 },
    budget: { requests: 8, tasks: 3, cpuMs: expect.any(Number), wallMs: expect.any(Number), calls: 10_000 },
    date: expect.any(String),
  });
  expect(second).toMatchObject({
    originalPrompt: "First & <b>",
    attachments: attached,
    changedFiles: ["a.txt", "new/n.txt", "b.txt", "moved.txt", "c.txt"],
    budget: { requests: 7, tasks: 3 },
  });
  const date = Date.parse(JSON.stringify(second?.["date"]).slice(1, -1));
  expect([date >= before, date <= Date.now(), new Date(date).toISOString() === second?.["date"]]).toEqual([true, true, true]);
  // A script sees what held when it started.
  expect(
    of(conversation.events, "tool_finished").find((event) => Array.isArray((event.result as { value?: Json }).value))?.result,
  ).toMatchObject({
    value: ["a.txt", "new/n.txt"],
  });
});

test("a turn woken by a task has the first prompt and a budget of its own; tasks take places", async () => {
  const house = lab();
  const provider = createScriptedProvider([
    callsScript(
      `await tools.spawn({ kind: "exec", title: "long", cmd: "until [ -e done ]; do sleep 0.05; done", notify: "silent" }); return 1;`,
    ),
    callsScript("return context"),
    callsTool("spawn", { kind: "script", title: "inner", code: "return context" }),
    says("Started."),
    callsScript("return context"),
    says("Woken."),
  ]);
  const engine = await house.open({ provider, wake: true, settings: { maxRequestsPerTurn: 5, maxRunningTasks: 2 } });
  const conversation = engine.conversations.create(house.project);
  await conversation.send("The task of all", []).done;
  await until("the woken turn ended", () => of(conversation.events, "turn_finished").length === 2);
  const inner = engine.tasks.rows().find((task) => task.title === "inner")?.result;
  const [own, woken] = contexts(conversation.events);
  house.write({ done: "" });
  await engine.tasks.idle();
  expect({ own, woken, inner }).toMatchObject({
    own: { originalPrompt: "The task of all", budget: { requests: 3, tasks: 1 } },
    woken: { originalPrompt: "The task of all", budget: { requests: 4, tasks: 1 } },
    inner: { value: { originalPrompt: "The task of all", budget: { requests: null, tasks: 0 } } },
  });
});

test("an agent's conversation begins with what the agent was asked; a script without a conversation has no prompt and no requests", async () => {
  const house = lab();
  const provider = createScriptedProvider([
    callsTool("spawn", { kind: "agent", title: "helper", prompt: "Help out", notify: "silent" }),
    says("Started."),
    callsScript("return context"),
    says("Helped."),
  ]);
  const engine = await house.open({ provider });
  const conversation = engine.conversations.create(house.project);
  await conversation.send("Spawn", []).done;
  await engine.tasks.idle();
  const id = (engine.tasks.rows()[0]?.result as { conversationId?: string } | null)?.conversationId ?? "";
  expect(contexts(engine.conversations.read(id))[0]).toMatchObject({ originalPrompt: "Help out", attachments: [], changedFiles: [] });
  const events: SpindleEvent[] = [];
  const outcome = await engine.call(
    { callId: "c1", name: "script", input: { code: "return context" } },
    {
      conversationId: "c_loose",
      turnId: "t1",
      projectRoot: house.project,
      events,
      scriptStore: { entries: () => ({}), set: () => undefined },
      readGrants: () => [],
      emit: () => undefined,
      input: { who: "Ada" },
    },
    new AbortController().signal,
  );
  expect(outcome).toMatchObject({
    ok: true,
    result: { value: { originalPrompt: "", attachments: [], input: { who: "Ada" }, budget: { requests: null, tasks: 4 } } },
  });
});

test("a named runtime belongs to its conversation", async () => {
  const house = lab();
  const name = '// @script {"runtime":"r"}\n';
  const provider = createScriptedProvider([
    callsScript(`${name}globalThis.seen = ["one"]; return context;`),
    callsScript(`${name}seen.push("two"); return { ...context, seen };`),
    says("One."),
    callsScript(`${name}return { ...context, seen: typeof seen };`),
    says("Two."),
  ]);
  const engine = await house.open({ provider, settings: {} });
  const first = engine.conversations.create(house.project);
  const second = engine.conversations.create(house.project);
  await first.send("Remember", []).done;
  await second.send("Do you know?", []).done;
  expect(contexts(first.events)).toMatchObject([
    { runtime: { name: "r", scripts: 0 } },
    { runtime: { name: "r", scripts: 1 }, seen: ["one", "two"] },
  ]);
  expect(contexts(second.events)).toMatchObject([{ runtime: { name: "r", scripts: 0 }, seen: "undefined" }]);
});
