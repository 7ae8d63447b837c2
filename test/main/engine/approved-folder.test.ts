import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import type { ApprovalAnswer, ApprovalRequest } from "../../../src/protocol/approval.ts";
import { callsTool, createScriptedProvider, says } from "../../support/scripted-provider.ts";
import { resultsOf, useEngines } from "./engine-lab.ts";

const lab = useEngines();
const out = { escalated: true, justification: "It needs the way out." };

/** Runs calls of exec one after the other, answers each question by `answer`, and gives what was asked and what the model got. */
async function ask(house: ReturnType<typeof lab>, calls: readonly object[], answer: (question: ApprovalRequest) => ApprovalAnswer) {
  const provider = createScriptedProvider([...calls.map((input) => callsTool("exec", { ...input })), says("Done.")]);
  const engine = await house.open({ provider, audience: "person", settings: { approval: "ask", sandbox: "workspace-write" } });
  const conversation = engine.conversations.create(house.project);
  const asked: ApprovalRequest[] = [];
  const { done } = conversation.send("Go", []);
  const timer = setInterval(() => {
    for (const question of engine.approvals.pending(conversation.id)) {
      asked.push(question);
      engine.approvals.answer(conversation.id, question, answer(question));
    }
  }, 10);
  await done.finally(() => clearInterval(timer));
  return { asked, results: resultsOf(provider.requests.at(-1)).map(({ text }) => text) };
}

test("a yes is for the folder that was asked about: replaced by a link meanwhile, the command does not run there", async () => {
  const house = lab();
  const elsewhere = path.join(house.home, "../elsewhere");
  for (const folder of [path.join(house.project, "a"), elsewhere]) mkdirSync(folder, { recursive: true });
  const { asked, results } = await ask(house, [{ cmd: "pwd > where", workdir: "a", ...out }], () => {
    renameSync(path.join(house.project, "a"), path.join(house.project, "b"));
    symlinkSync(elsewhere, path.join(house.project, "a"));
    return { decision: "allow", scope: "once" };
  });
  expect([asked.length, existsSync(path.join(elsewhere, "where")), results[0]]).toEqual([
    1,
    false,
    expect.stringContaining("is another folder now"),
  ]);
});

test("a yes is not for another real folder that came to the same path", async () => {
  const house = lab();
  mkdirSync(path.join(house.project, "a"), { recursive: true });
  mkdirSync(path.join(house.project, "other"), { recursive: true });
  const { results } = await ask(house, [{ cmd: "pwd > where", workdir: "a", ...out }], () => {
    renameSync(path.join(house.project, "a"), path.join(house.project, "b"));
    renameSync(path.join(house.project, "other"), path.join(house.project, "a"));
    return { decision: "allow", scope: "once" };
  });
  expect([existsSync(path.join(house.project, "a", "where")), results[0]]).toEqual([
    false,
    expect.stringContaining("is another folder now"),
  ]);
});

test("in the sandbox a folder may be made anew, and one that was not there yet may be made, before a task starts", async () => {
  const house = lab();
  mkdirSync(path.join(house.project, "build"));
  const remake = "rm -rf build && mkdir build new";
  const provider = createScriptedProvider([
    [
      ...callsTool("spawn", { kind: "exec", title: "remake", cmd: remake }),
      ...callsTool("spawn", { kind: "exec", title: "in build", cmd: "pwd > ../built", workdir: "build" }),
      ...callsTool("spawn", { kind: "exec", title: "in new", cmd: "pwd > ../newly", workdir: "new" }),
    ],
    says("Waiting."),
  ]);
  const engine = await house.open({ provider, settings: { sandbox: "workspace-write", maxRunningTasks: 1 } });
  await engine.conversations.create(house.project).send("Go", []).done;
  await engine.tasks.idle();
  expect(engine.tasks.rows().map(({ title, status }) => [title, status])).toEqual([
    ["in new", "succeeded"],
    ["in build", "succeeded"],
    ["remake", "succeeded"],
  ]);
});

test("a yes for a task's command names the real folder and is for no other that is there when the task starts", async () => {
  const house = lab();
  const elsewhere = path.join(house.home, "../elsewhere");
  for (const folder of [path.join(house.project, "real"), elsewhere]) mkdirSync(folder, { recursive: true });
  symlinkSync("real", path.join(house.project, "link"));
  const provider = createScriptedProvider([
    callsTool("spawn", { kind: "exec", cmd: "pwd > where", workdir: "link" }),
    says("Waiting."),
    says("Done."),
  ]);
  const engine = await house.open({ provider, audience: "person", settings: { approval: "ask", sandbox: "full" } });
  const conversation = engine.conversations.create(house.project);
  const asked: ApprovalRequest[] = [];
  const { done } = conversation.send("Go", []);
  const timer = setInterval(() => {
    for (const question of engine.approvals.pending(conversation.id)) {
      asked.push(question);
      rmSync(path.join(house.project, "link"));
      symlinkSync(elsewhere, path.join(house.project, "link"));
      engine.approvals.answer(conversation.id, question, { decision: "allow", scope: "once" });
    }
  }, 10);
  await done.finally(() => clearInterval(timer));
  await expect.poll(() => engine.tasks.rows().map(({ status, error }) => [status, error?.code])).toEqual([["failed", "denied"]]);
  expect([asked[0]?.runsIn, existsSync(path.join(elsewhere, "where"))]).toEqual(["real", false]);
});

test("a rule that lets a command out of the sandbox holds in the folder it was made in", async () => {
  const house = lab();
  mkdirSync(path.join(house.project, "sub"), { recursive: true });
  const calls = [
    { cmd: "touch made", ...out },
    { cmd: "touch made", ...out },
    { cmd: "touch made", workdir: "sub", ...out },
    { cmd: "touch made", workdir: "sub", ...out },
  ];
  const { asked } = await ask(house, calls, ({ proposal }) => ({
    decision: "allow",
    scope: "project",
    ...(proposal === undefined ? {} : { rules: proposal.map(({ words, exact }) => ({ words: [...words], exact })) }),
  }));
  expect(asked.map(({ runsIn }) => runsIn)).toEqual([undefined, "sub"]);
});

test("hidden characters in a variable or a folder's name are refused like those in the command", async () => {
  const calls = [
    { cmd: "env", env: { A: "x\u202Ey" }, ...out },
    { cmd: "pwd", workdir: "a\u200Bb", ...out },
  ];
  const { asked, results } = await ask(lab(), calls, () => ({ decision: "allow", scope: "once" }));
  expect([asked, results.map((text) => text.includes("cannot be seen"))]).toEqual([[], [true, true]]);
});
