import { existsSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { expect, test } from "vitest";
import type { Rule } from "../../src/protocol/rule.ts";
import { type SpindleLab, useSpindle } from "./spindle-process.ts";

const lab = useSpindle();

/** What a script's `exec` gave: its exit code, or the code of its error. */
async function tries(spindle: SpindleLab, cmd: string, flags: readonly string[]): Promise<unknown> {
  spindle.write({
    "script.ts": `try { const { exitCode, stdout } = await tools.exec({ cmd: ${JSON.stringify(cmd)} }); return exitCode === 0 ? stdout : exitCode } catch (error) { return error.code }`,
  });
  const ended = await spindle.run(["run", "script.ts", "--json", ...flags]);
  const last = ended.events().at(-1);
  return last?.type === "script_finished" ? last.value : ended.stderr;
}

test("rules of the command line are listed and removed, hold for its runs, and are those of the window", async () => {
  const spindle = lab();
  const rules = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await spindle.run(["rules", ...args]);
    return { code, stdout, stderr };
  };
  expect(await tries(spindle, "touch a", ["--approval", "ask"])).toBe("denied");
  expect((await rules("add", "allow", "touch")).code).toBe(0);
  expect((await rules("add", "deny", "--everywhere", "git", "push")).code).toBe(0);
  const listed = JSON.parse((await rules("--json")).stdout) as Rule[];
  expect(listed.map(({ words, decision, scope }) => [words, decision, scope.kind])).toEqual([
    [["touch"], "allow", "project"],
    [["git", "push"], "deny", "always"],
  ]);
  expect([
    await tries(spindle, "touch b", ["--approval", "ask"]),
    await tries(spindle, "touch b; git push", []),
    await tries(spindle, "touch c > d", ["--approval", "ask"]),
  ]).toEqual(["", "denied", "denied"]);
  expect(["a", "b", "c"].filter((name) => existsSync(path.join(spindle.project, name)))).toEqual(["b"]);
  expect((await rules("remove", listed[0]?.id ?? "")).code).toBe(0);
  expect((await rules()).stdout).toBe(`${listed[1]?.id}  deny   git push …  (everywhere)\n`);
  expect(await tries(spindle, "touch e", ["--approval", "ask"])).toBe("denied");
});

test("rules that cannot be are refused with what to do instead; wrong use exits 2", async () => {
  const spindle = lab();
  const outcomes = [];
  for (const args of [["add", "allow", "bash"], ["remove", "r_none"], ["add", "maybe", "ls"], ["add", "deny"], ["forget"]]) {
    const { code, stderr } = await spindle.run(["rules", ...args]);
    outcomes.push([code, stderr.split(":")[1]?.trim()]);
  }
  expect(outcomes).toEqual([
    [1, "invalid_input"],
    [1, "not_found"],
    [2, "usage"],
    [2, "usage"],
    [2, "usage"],
  ]);
});

test("--reach network lets a run talk to this machine's servers, which it cannot otherwise", async () => {
  const spindle = lab();
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.end("hello\n");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = address !== null && typeof address === "object" ? address.port : 0;
  try {
    const cmd = `exec 3<>/dev/tcp/127.0.0.1/${port} && head -1 <&3`;
    expect([await tries(spindle, cmd, ["--reach", "network"]), await tries(spindle, cmd, [])]).toEqual(["hello\n", 1]);
    expect((await spindle.run(["run", "script.ts", "--reach", "moon"])).code).toBe(2);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
});
