import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { createLocalRunner } from "../../../src/main/runner/local-runner.ts";
import { callsTool, createScriptedProvider, says } from "../../support/scripted-provider.ts";
import { useEngines } from "../engine/engine-lab.ts";

const lab = useEngines();
const last = 300_000;
const lines = `${Array.from({ length: last }, (_, n) => n + 1).join("\n")}\n`;

test("output that is to be whole is, and a flood beyond that is thinned out", async () => {
  const runner = createLocalRunner();
  const watch = async (wholeOutputBytes: number): Promise<string> => {
    let seen = "";
    await runner.run(
      { argv: ["seq", "1", String(last)], cwd: "/", env: { PATH: process.env["PATH"] ?? "" }, timeoutMs: 20_000, wholeOutputBytes },
      new AbortController().signal,
      (_stream, text) => (seen += text),
    );
    return seen;
  };
  try {
    expect(await watch(64 * 1024 * 1024)).toBe(lines);
    expect(await watch(0)).toContain("bytes not shown while the command runs");
  } finally {
    await runner.close();
  }
});

test("the log of a task has all that its command printed", async () => {
  const house = lab();
  const provider = createScriptedProvider([
    callsTool("spawn", { kind: "exec", cmd: `seq 1 ${last}`, notify: "silent" }, "w1"),
    says("Started."),
  ]);
  const engine = await house.open({ provider });
  await engine.conversations.create(house.project).send("Go", []).done;
  await engine.tasks.idle();
  const [task] = engine.tasks.rows();
  expect(readFileSync(path.join(house.home, "tasks", "output", `${task?.taskId}.log`), "utf8")).toBe(lines);
});
