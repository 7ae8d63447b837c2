import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import type { Engine } from "../../../src/main/engine.ts";
import type { RuleDraft } from "../../../src/protocol/rule.ts";
import type { Settings } from "../../../src/protocol/settings.ts";
import { callsTool, createScriptedProvider, says } from "../../support/scripted-provider.ts";
import { type EngineLab, type OpenOptions, openQuestion, until, useEngines } from "./engine-lab.ts";

const lab = useEngines();

/** An engine whose model spawns the commands, one after the other. */
function spawning(house: EngineLab, cmds: readonly string[], options: OpenOptions = {}): Promise<Engine> {
  const calls = cmds.map((cmd, index) => callsTool("spawn", { kind: "exec", title: cmd, cmd, notify: "silent" }, `w${index}`));
  return house.open({ provider: createScriptedProvider([...calls, says("Begun.")]), ...options });
}

async function begin(house: EngineLab, engine: Engine): Promise<string> {
  const conversation = engine.conversations.create(house.project);
  await conversation.send("Go", []).done;
  return conversation.id;
}

const rule = (decision: RuleDraft["decision"], ...words: string[]): RuleDraft => ({
  words,
  exact: false,
  decision,
  outside: false,
  scope: { kind: "always" },
});

const taskOf = (engine: Engine, title: string) => {
  const found = engine.tasks.rows().find((row) => row.title === title);
  if (found === undefined) throw new Error(`No task ${title}`);
  return found;
};

const ran = (house: EngineLab): string => readFileSync(path.join(house.project, "ran"), "utf8");

/** A command that fails and says that it ran. */
const failing = "echo ran >> ran; exit 3";

test.each([
  ["a rule forbids it by now", { after: (engine: Engine) => engine.authority.addRule(rule("deny", "echo")) }, "denied"],
  [
    "the folder is not trusted any more",
    { after: (engine: Engine, root: string) => engine.authority.projects.setTrusted(root, false) },
    "untrusted_folder",
  ],
] as const)("a command that is run again does not when %s", async (_, { after }, code) => {
  const house = lab();
  const engine = await spawning(house, [failing], { trust: "asked" });
  engine.authority.projects.setTrusted(house.project, true);
  await begin(house, engine);
  await engine.tasks.idle();
  const { taskId } = taskOf(engine, failing);
  after(engine, house.project);
  engine.tasks.again(taskId, "retry");
  await engine.tasks.idle();
  expect(engine.tasks.row(taskId)).toMatchObject({ run: 2, status: "failed", error: { code } });
  expect(ran(house)).toBe("ran\n");
});

test("a person who retries a command is not asked about it; in plan mode it writes nothing", async () => {
  const house = lab();
  const settings: { approval: Settings["approval"] } = { approval: "auto" };
  const engine = await spawning(house, [failing], { audience: "person", settings });
  await begin(house, engine);
  await engine.tasks.idle();
  const { taskId } = taskOf(engine, failing);
  engine.authority.addRule(rule("ask", "echo"));
  engine.tasks.again(taskId, "retry");
  await engine.tasks.idle();
  expect([engine.tasks.row(taskId).run, ran(house)]).toEqual([2, "ran\nran\n"]);
  settings.approval = "plan";
  engine.tasks.again(taskId, "retry");
  await engine.tasks.idle();
  expect([engine.tasks.row(taskId).status, ran(house)]).toEqual(["failed", "ran\nran\n"]);
});

test("a command that waited for a place is asked about when a rule says so since, and not asked twice otherwise", async () => {
  const house = lab();
  const long = "until [ -e go ]; do sleep 0.05; done";
  const engine = await spawning(house, [long, "touch second", "touch third"], {
    audience: "person",
    settings: { maxRunningTasks: 1 },
  });
  const conversationId = await begin(house, engine);
  expect(taskOf(engine, "touch second").status).toBe("queued");
  engine.authority.addRule(rule("ask", "touch", "second"));
  house.write({ go: "" });
  await until("it is asked", () => engine.approvals.pending(conversationId).length === 1);
  expect(existsSync(path.join(house.project, "second"))).toBe(false);
  expect(taskOf(engine, "touch second").status).toBe("needs_you");
  engine.approvals.answer(conversationId, openQuestion(engine, conversationId), { decision: "deny" });
  await engine.tasks.idle();
  expect(taskOf(engine, "touch second")).toMatchObject({ status: "failed", error: { code: "denied" } });
  expect(taskOf(engine, "touch third").status).toBe("succeeded");
  expect(["second", "third"].filter((name) => existsSync(path.join(house.project, name)))).toEqual(["third"]);
});

test("a command that waited is asked about when the rule that allowed it is gone; one that a person said yes to is not asked twice", async () => {
  const house = lab();
  const long = "until [ -e go ]; do sleep 0.05; done";
  const settings: { approval: Settings["approval"]; maxRunningTasks: number } = { approval: "ask", maxRunningTasks: 1 };
  const engine = await spawning(house, [long, "touch second", "touch third"], { audience: "person", settings });
  engine.authority.addRule({ ...rule("allow", "touch", "second"), exact: true });
  const conversation = engine.conversations.create(house.project);
  const { done } = conversation.send("Go", []);
  for (const cmd of [long, "touch third"]) {
    await until(`${cmd} is asked about`, () => engine.approvals.pending(conversation.id).some((one) => one.cmd === cmd));
    engine.approvals.answer(conversation.id, openQuestion(engine, conversation.id), { decision: "allow", scope: "once" });
  }
  await done;
  expect(taskOf(engine, "touch second").status).toBe("queued");
  const [allowing] = engine.authority.rulesIn(house.project, []);
  engine.authority.rules.remove(allowing?.id ?? "");
  house.write({ go: "" });
  await until("it is asked", () => engine.approvals.pending(conversation.id).length === 1);
  expect(openQuestion(engine, conversation.id).cmd).toBe("touch second");
  engine.approvals.answer(conversation.id, openQuestion(engine, conversation.id), { decision: "deny" });
  await engine.tasks.idle();
  expect([taskOf(engine, "touch second").status, taskOf(engine, "touch third").status]).toEqual(["failed", "succeeded"]);
});
