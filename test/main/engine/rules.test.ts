import { existsSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import type { Engine } from "../../../src/main/engine.ts";
import type { ApprovalAnswer } from "../../../src/protocol/approval.ts";
import { callsTool, says, createScriptedProvider } from "../../support/scripted-provider.ts";
import { type EngineLab, of, openQuestion, resultsOf, until, useEngines } from "./engine-lab.ts";

const lab = useEngines();
const asking = { audience: "person", settings: { approval: "ask" } } as const;

/** Sends a prompt to which the model runs the commands one after the other; each question is answered by the next answer. */
async function turn(house: EngineLab, engine: Engine, conversationId: string | null, answers: readonly ApprovalAnswer[]) {
  const conversation = conversationId === null ? engine.conversations.create(house.project) : engine.conversations.open(conversationId);
  const from = conversation.events.length;
  const { done } = conversation.send("Go", []);
  let over = false;
  void done.then(() => (over = true));
  for (const answer of answers) {
    await until("a question is open", () => engine.approvals.pending(conversation.id).length === 1 || over);
    engine.approvals.answer(conversation.id, openQuestion(engine, conversation.id), answer);
  }
  await done;
  const events = conversation.events.slice(from);
  return {
    id: conversation.id,
    asked: of(events, "approval_requested").map(({ request }) => request),
    ok: of(events, "tool_finished").map((event) => event.ok),
    events,
  };
}

test("a yes for the project is a rule: it holds in other conversations and after a restart, and not for other commands", async () => {
  const house = lab();
  const commands = (...cmds: readonly string[]) =>
    createScriptedProvider([...cmds.map((cmd, index) => callsTool("exec", { cmd }, `w${index}`)), says("Done.")]);
  const first = await house.open({ provider: commands("touch a1"), ...asking });
  const begun = await turn(house, first, null, [{ decision: "allow", scope: "project", rules: [{ words: ["touch"], exact: false }] }]);
  await first.close();
  const second = await house.open({ provider: commands("touch a2", "touch a3 && ls", "touch a4 > x"), ...asking });
  const later = await turn(house, second, null, [{ decision: "deny" }, { decision: "deny" }]);
  expect({
    proposal: begun.asked[0]?.proposal,
    asked: later.asked.map(({ cmd, proposal }) => [cmd, proposal?.map(({ words }) => words.join(" "))]),
    ok: later.ok,
    files: ["a1", "a2", "a3", "a4"].filter((name) => existsSync(path.join(house.project, name))),
    elsewhere: second.authority.rules.in({ projectRoot: "/other", conversationId: begun.id }),
  }).toEqual({
    proposal: [{ words: ["touch"], exact: false }],
    asked: [
      ["touch a3 && ls", ["ls"]],
      ["touch a4 > x", undefined],
    ],
    ok: [true, false, false],
    files: ["a1", "a2"],
    elsewhere: [],
  });
});

test("a yes for the conversation ends with it", async () => {
  const house = lab();
  const provider = createScriptedProvider([
    callsTool("exec", { cmd: "touch a" }, "w1"),
    callsTool("exec", { cmd: "touch b" }, "w2"),
    says("One."),
    callsTool("exec", { cmd: "touch c" }, "w3"),
    says("Two."),
  ]);
  const engine = await house.open({ provider, ...asking });
  const own = await turn(house, engine, null, [{ decision: "allow", scope: "conversation", rules: [{ words: ["touch"], exact: false }] }]);
  const other = await turn(house, engine, null, [{ decision: "deny" }]);
  await engine.deleteConversation(own.id);
  expect({ own: own.asked.length, ok: own.ok, other: other.asked.length, rules: engine.authority.rules.list() }).toEqual({
    own: 1,
    ok: [true, true],
    other: 1,
    rules: [],
  });
});

test("one answer with a rule answers the other questions of a script that the rule is about", async () => {
  const house = lab();
  const code = `return (await Promise.allSettled(["touch a", "touch b", "mkdir c"].map((cmd) => tools.exec({ cmd })))).map((one) => one.status);`;
  const provider = createScriptedProvider([callsTool("script", { code }, "w1"), says("Done.")]);
  const engine = await house.open({ provider, ...asking });
  const conversation = engine.conversations.create(house.project);
  const { done } = conversation.send("Go", []);
  await until("three questions are open", () => engine.approvals.pending(conversation.id).length === 3);
  const [first] = engine.approvals.pending(conversation.id);
  if (first === undefined) throw new Error("No question.");
  engine.approvals.answer(conversation.id, first, { decision: "allow", scope: "always", rules: [{ words: ["touch"], exact: false }] });
  engine.approvals.answer(conversation.id, openQuestion(engine, conversation.id), { decision: "deny", note: "no folders" });
  await done;
  expect({
    by: of(conversation.events, "approval_answered").map((event) => event.by),
    result: of(conversation.events, "tool_finished").at(-1)?.result,
  }).toMatchObject({ by: ["user", "rule", "user"], result: { value: ["fulfilled", "fulfilled", "rejected"] } });
});

test("the person may change the command: that one runs, and the model is told", async () => {
  const house = lab();
  const provider = createScriptedProvider([callsTool("exec", { cmd: "touch theirs" }, "w1"), says("Done.")]);
  const engine = await house.open({ provider, ...asking });
  const { events } = await turn(house, engine, null, [{ decision: "allow", scope: "once", cmd: "touch mine; echo yes" }]);
  expect({
    text: resultsOf(provider.requests[1])[0]?.text.split("\n")[0],
    result: of(events, "tool_finished")[0]?.result,
    files: ["theirs", "mine"].filter((name) => existsSync(path.join(house.project, name))),
  }).toMatchObject({
    text: "The person changed the command to: touch mine; echo yes",
    result: { stdout: "yes\n", editedCmd: "touch mine; echo yes" },
    files: ["mine"],
  });
});

test("a rule that denies holds whatever the mode, also for what a person writes; the model learns why", async () => {
  const house = lab();
  const provider = createScriptedProvider([
    callsTool("exec", { cmd: "sh -c 'touch x'" }, "w1"),
    callsTool("exec", { cmd: "ls" }, "w2"),
    says("Done."),
  ]);
  const engine = await house.open({ provider, ...asking });
  engine.authority.addRule({
    words: ["touch"],
    exact: false,
    outside: false,
    decision: "deny",
    scope: { kind: "always" },
    note: "use the editor",
  });
  const { ok } = await turn(house, engine, null, [{ decision: "allow", scope: "once", cmd: "touch y" }]);
  expect({
    ok,
    texts: resultsOf(provider.requests[2]).map(({ text }) => text.split("\n")[0]),
    made: ["x", "y"].filter((name) => existsSync(path.join(house.project, name))),
  }).toEqual({
    ok: [false, false],
    texts: Array.from({ length: 2 }, () => "Error (denied): A rule of the person forbids touch …: use the editor"),
    made: [],
  });
});

test("a command with characters that do not show cannot be approved", async () => {
  const house = lab();
  const provider = createScriptedProvider([callsTool("exec", { cmd: "echo a\u202eb" }, "w1"), says("Done.")]);
  const engine = await house.open({ provider, ...asking });
  const { asked, ok } = await turn(house, engine, null, []);
  expect({ asked, ok, text: resultsOf(provider.requests[1])[0]?.text }).toEqual({
    asked: [],
    ok: [false],
    text: expect.stringContaining("cannot be seen"),
  });
});

test("in a folder that nobody trusts no command runs, in no mode; reading does", async () => {
  const house = lab();
  house.write({ "a.txt": "hello\n" });
  const provider = createScriptedProvider([
    callsTool("exec", { cmd: "touch x" }, "w1"),
    callsTool("spawn", { kind: "exec", cmd: "touch y" }, "w2"),
    callsTool("readFile", { path: "a.txt" }, "w3"),
    says("Done."),
    callsTool("exec", { cmd: "touch z" }, "w4"),
    says("Done."),
  ]);
  const engine = await house.open({ provider, trust: "asked" });
  const { id, ok } = await turn(house, engine, null, []);
  engine.authority.projects.setTrusted(house.project, true);
  const after = await turn(house, engine, id, []);
  expect({
    ok,
    code: resultsOf(provider.requests[1])[0]?.text.split(":")[0],
    after: after.ok,
    made: ["x", "y", "z"].filter((name) => existsSync(path.join(house.project, name))),
  }).toEqual({ ok: [false, false, true], code: "Error (untrusted_folder)", after: [true], made: ["z"] });
});
