import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { of, type SpindleLab, useSpindle } from "./spindle-process.ts";

const lab = useSpindle();

const programs = ["git", "bwrap", "prlimit", "perl", "rg", "bash", "sh", "cat"];
const script = `
const seen = await Promise.all([tools.listDir({ path: "." }), tools.grepFiles({ pattern: "two" }), tools.readFile({ path: "a.txt" })]);
await tools.applyPatch({ patch: "*** Begin Patch\\n*** Update File: a.txt\\n@@\\n-two\\n+three\\n*** End Patch" });
const { exitCode } = await tools.exec({ cmd: "echo four > b.txt" });
return [seen.length, exitCode];
`;

/** A repository with a monitor, hooks and a filter, and programs of its own in the places that a search path may name. */
function hostile(spindle: SpindleLab): { readonly path: string; runs(): number } {
  const marks = path.join(path.dirname(spindle.project), "marks");
  const canary = path.join(path.dirname(spindle.project), "canary");
  writeFileSync(canary, `#!/bin/sh\necho "$0 $*" >>'${marks}'\n`, { mode: 0o755 });
  const git = (...args: readonly string[]): void =>
    void execFileSync("git", ["-c", "user.name=x", "-c", "user.email=x@example.com", ...args], { cwd: spindle.project, stdio: "ignore" });
  spindle.write({ "a.txt": "one\n", ".gitattributes": "*.txt filter=evil\n", "script.ts": script });
  git("init", "-q");
  git("add", "-A");
  git("commit", "-qm", "Begin");
  git("config", "core.fsmonitor", canary);
  git("config", "filter.evil.clean", canary);
  spindle.write({ "a.txt": "two\n", ".envrc": `${canary}\n` });
  const bin = path.join(spindle.project, "node_modules/.bin");
  mkdirSync(bin, { recursive: true });
  for (const name of programs) {
    symlinkSync(canary, path.join(bin, name));
    symlinkSync(canary, path.join(spindle.project, name));
  }
  symlinkSync(canary, path.join(spindle.project, ".git/hooks/post-index-change"));
  return {
    path: [".", "", bin, process.env["PATH"]].join(":"),
    runs() {
      const count = existsSync(marks) ? readFileSync(marks, "utf8").split("\n").length - 1 : 0;
      rmSync(marks, { force: true });
      return count;
    },
  };
}

test("the command line runs nothing of a hostile repository: a script, a turn, an undo", async () => {
  const spindle = lab();
  const trap = hostile(spindle);
  execFileSync("git", ["status"], { cwd: spindle.project, stdio: "ignore" });
  expect(trap.runs()).toBeGreaterThan(0);
  execFileSync("/bin/sh", ["-c", "git status; perl -v"], { cwd: spindle.project, stdio: "ignore", env: { PATH: trap.path } });
  expect(trap.runs()).toBeGreaterThan(1);

  const env = { PATH: trap.path };
  const run = await spindle.run(["run", "script.ts", "--json", "--approval", "auto"], { env });
  expect({ code: run.code, last: run.events().at(-1), runs: trap.runs() }).toMatchObject({
    code: 0,
    last: { ok: true, value: [3, 0] },
    runs: 0,
  });
  const turn = await spindle.run(["exec", "run `echo five > b.txt`", "--json", "--approval", "auto"], { env });
  expect({ code: turn.code, changed: of(turn.events(), "files_changed_by_command").length, runs: trap.runs() }).toEqual({
    code: 0,
    changed: 1,
    runs: 0,
  });
  const [begun] = of(turn.events(), "turn_started");
  for (const args of [
    ["conversations", "list"],
    ["tasks", "list"],
    ["undo", begun?.conversationId ?? ""],
  ])
    await spindle.run(args, { env });
  expect({ runs: trap.runs(), made: readFileSync(path.join(spindle.project, "b.txt"), "utf8") }).toEqual({ runs: 0, made: "five\n" });
});
