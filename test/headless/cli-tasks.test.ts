import { existsSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { livingWith } from "../main/runner/living.ts";
import { type Ended, useSpindle } from "./spindle-process.ts";

const lab = useSpindle();

/** Runs a script that spawns tasks, and calls `onStart` with the id of each as it starts. */
function spawning(spindle: ReturnType<typeof lab>, code: string, onStart: (taskId: string) => void): Promise<Ended> {
  spindle.write({ "script.ts": code });
  return spindle.run(["run", "script.ts", "--json", "--sandbox", "full"], {
    onLine(line) {
      if (line.includes('"type":"task_started"')) onStart((JSON.parse(line) as { taskId: string }).taskId);
    },
  });
}

test("`tasks wait` from another process ends with the task and says how it ended; with a limit it gives up", async () => {
  const spindle = lab();
  const waits: Promise<Ended>[] = [];
  let limited: Promise<Ended> | undefined;
  await spawning(
    spindle,
    `await tools.spawn({ kind: "exec", title: "good", cmd: "until [ -e go ]; do sleep 0.05; done; echo good" });
     await tools.spawn({ kind: "exec", title: "bad", cmd: "until [ -e go ]; do sleep 0.05; done; exit 3" });`,
    (taskId) => {
      waits.push(spindle.run(["tasks", "wait", taskId, "--json"]));
      limited ??= spindle.run(["tasks", "wait", taskId, "--timeout", "0.1"]).finally(() => spindle.write({ go: "" }));
    },
  );
  const ended = await Promise.all(waits);
  expect(await limited).toMatchObject({ code: 124, stdout: expect.stringMatching(/^task_\w+ {2}running {2}exec {2}good/) });
  expect(
    ended.map(({ code, stdout }) => {
      const row = JSON.parse(stdout) as { title: string; status: string; result: { exitCode: number } };
      return [row.title, code, row.status, row.result.exitCode];
    }),
  ).toEqual([
    ["good", 0, "succeeded", 0],
    ["bad", 1, "failed", 3],
  ]);
});

test("`tasks cancel` stops a task of another process with what it started, and names all of it", async () => {
  const spindle = lab();
  const mark = `spindle-cli-tree-${process.pid}`;
  const code = `await tools.spawn({ kind: "exec", title: "below", cmd: "exec -a ${mark} sleep 300" }); await tools.exec({ cmd: "touch ready; exec -a ${mark} sleep 300" });`;
  let cancelled: Promise<Ended> | undefined;
  await spawning(spindle, `await tools.spawn({ kind: "script", title: "above", code: ${JSON.stringify(code)} });`, (taskId) => {
    cancelled ??= (async () => {
      while (!existsSync(path.join(spindle.project, "ready")) || livingWith(mark).length < 2)
        await new Promise((resolve) => setTimeout(resolve, 20));
      return spindle.run(["tasks", "cancel", taskId]);
    })();
  });
  const said = await cancelled;
  expect({ code: said?.code, stdout: said?.stdout, alive: livingWith(mark) }).toEqual({
    code: 0,
    stdout: "Stopped script: above, exec: below.\n",
    alive: [],
  });
});

test.each([
  [["tasks", "wait"], 2, "usage"],
  [["tasks", "list", "--timeout", "1"], 2, "usage"],
  [["tasks", "wait", "task_none", "--timeout", "soon"], 2, "usage"],
  [["tasks", "wait", "task_none"], 1, "task_not_found"],
])("%j ends with %i", async (args, code, says) => {
  expect(await lab().run(args)).toMatchObject({ code, stderr: expect.stringContaining(says) });
});
