import { existsSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { callsTool, createScriptedProvider, says } from "../../support/scripted-provider.ts";
import { of, useEngines } from "./engine-lab.ts";

const lab = useEngines();

/** Makes a repository by hand, then runs two further commands; gives what was asked about and what was told. */
async function makeRepository(house: ReturnType<typeof lab>, audience: "person" | "nobody") {
  const cmds = ["mkdir .git && echo > .git/config", "touch second", "touch third"];
  const provider = createScriptedProvider([...cmds.map((cmd, index) => callsTool("exec", { cmd }, `w${index}`)), says("Done.")]);
  const engine = await house.open({ provider, audience, settings: { approval: "auto", sandbox: "workspace-write" } });
  const conversation = engine.conversations.create(house.project);
  const asked: (readonly [string | undefined, string])[] = [];
  const { done } = conversation.send("Go", []);
  const timer = setInterval(() => {
    for (const question of engine.approvals.pending(conversation.id)) {
      asked.push([question.cmd, question.reason]);
      engine.approvals.answer(conversation.id, question, { decision: "allow", scope: "once" });
    }
  }, 10);
  await done.finally(() => clearInterval(timer));
  const codes = of(conversation.events, "notice").map(({ code }) => code);
  return { asked, codes, third: existsSync(path.join(house.project, "third")) };
}

test("a repository that a command made in a project without one is told, and the next command asks once", async () => {
  expect(await makeRepository(lab(), "person")).toEqual({
    asked: [["touch second", expect.stringContaining("made a git repository")]],
    codes: ["repository_made"],
    third: true,
  });
});

test("where nobody can be asked it is told, and the work goes on", async () => {
  expect(await makeRepository(lab(), "nobody")).toEqual({ asked: [], codes: ["repository_made"], third: true });
});

test("a repository that was there before is no news", async () => {
  const house = lab();
  house.write({ ".git/HEAD": "ref: refs/heads/main" });
  expect(await makeRepository(house, "person")).toMatchObject({ asked: [], codes: [] });
});
