import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { createLocalRunner } from "../../../src/main/runner/local-runner.ts";
import type { Runner } from "../../../src/main/runner/runner.ts";
import { createSandbox } from "../../../src/main/sandbox/create-sandbox.ts";
import type { Sandbox } from "../../../src/main/sandbox/sandbox.ts";
import { createJournal } from "../../../src/main/project/journal.ts";
import { createShellInspector } from "../../../src/main/shell/inspect.ts";
import { createApplyPatchTool } from "../../../src/main/tools/apply-patch/tool.ts";
import { createExecTool } from "../../../src/main/tools/exec.ts";
import type { ToolContext } from "../../../src/main/tools/tool.ts";
import { useTempFolders } from "../../support/temp-folder.ts";
import { shellFiles } from "../../support/worker-file.ts";
import { toolContext } from "../../support/tool-context.ts";
import { livingWith } from "../runner/living.ts";

const tempFolder = useTempFolders();
let runner: Runner;
let sandbox: Sandbox;
let project: string;
let execTool: ReturnType<typeof createExecTool>;
const inspector = createShellInspector(await shellFiles());
afterAll(() => inspector.close());

beforeEach(async () => {
  const base = tempFolder();
  project = path.join(base, "project");
  mkdirSync(project);
  execTool = createExecTool({
    inspector,
    applyPatch: createApplyPatchTool({ journal: createJournal({ folder: path.join(base, "journal") }) }),
  });
  runner = createLocalRunner();
  sandbox = await createSandbox({
    platform: process.platform,
    arch: process.arch,
    searchPath: process.env["PATH"] ?? "",
    secretFolders: [],
    dataFolder: path.join(base, "data"),
    tmpFolder: path.join(base, "tmp"),
  });
});
afterEach(() => runner.close());

function context(overrides: Partial<ToolContext> = {}) {
  return toolContext(project, { runner, sandbox, ...overrides });
}

describe("exec", () => {
  it("gives the whole result to scripts, the classic text to models and a few words to the row", async () => {
    const outcome = await execTool.run({ cmd: "echo out; sleep 0.05; echo err >&2; exit 3" }, context());
    const { durationMs, ...result } = outcome.result;
    expect({ ...outcome, result, text: outcome.text.replace(/[\d.]+ seconds/, "N seconds") }).toEqual({
      result: { exitCode: 3, signal: null, stdout: "out\n", stderr: "err\n", output: "out\nerr\n", timedOut: false, truncated: false },
      text: "Exit code: 3\nWall time: N seconds\nOutput:\nout\nerr\n",
      summary: "exit 3",
    });
    expect(durationMs).toBeGreaterThan(40);
  });

  it("reports a timeout as a result with exit code 124 and what was written until then", async () => {
    const outcome = await execTool.run({ cmd: "echo begun; sleep 30", timeoutMs: 200 }, context());
    expect(outcome).toMatchObject({ result: { exitCode: 124, timedOut: true, stdout: "begun\n" }, summary: "timed out after 0.2 s" });
    expect(outcome.text).toMatch(/^Exit code: 124\nWall time: [\d.]+ seconds\nOutput:\ncommand timed out after 200 milliseconds\nbegun\n$/);
  });

  it("emits output while the command runs", async () => {
    const ctx = context();
    await execTool.run({ cmd: "echo one; sleep 0.1; echo two >&2" }, ctx);
    expect(ctx.events).toEqual([
      { type: "tool_output", callId: "c1", stream: "stdout", text: "one\n" },
      { type: "tool_output", callId: "c1", stream: "stderr", text: "two\n" },
    ]);
  });

  it("runs in a folder of the project with the environment that was asked for", async () => {
    mkdirSync(path.join(project, "sub"));
    const outcome = await execTool.run(
      { cmd: "pwd; echo $GREETING $TERM; echo made > here", workdir: "sub", env: { GREETING: "hello" } },
      context(),
    );
    expect([outcome.result.stdout, readFileSync(path.join(project, "sub/here"), "utf8")]).toEqual([
      `${project}/sub\nhello dumb\n`,
      "made\n",
    ]);
  });

  it("hints at the sandbox when that seems to have stopped the command", async () => {
    const outcome = await execTool.run({ cmd: "echo x > /etc/spindle-test" }, context());
    expect(outcome.result.exitCode).toBe(1);
    expect(outcome.text).toContain("call exec again with escalated: true");
  });

  it("writes outside only at the level full", async () => {
    const target = path.join(tempFolder(), "file");
    await execTool.run({ cmd: `echo x > ${target}` }, context());
    expect(() => readFileSync(target)).toThrow(/ENOENT/);
    await execTool.run({ cmd: `echo x > ${target}` }, context({ sandboxLevel: "full" }));
    expect(readFileSync(target, "utf8")).toBe("x\n");
  });

  it("refuses a folder outside the project, also through a link, unless the level is full", async () => {
    const outside = tempFolder();
    symlinkSync(outside, path.join(project, "link"));
    await expect(execTool.run({ cmd: "pwd", workdir: outside }, context())).rejects.toMatchObject({ code: "outside_project" });
    await expect(execTool.run({ cmd: "pwd", workdir: "link" }, context())).rejects.toMatchObject({ code: "outside_project" });
    expect((await execTool.run({ cmd: "pwd", workdir: outside }, context({ sandboxLevel: "full" }))).result.stdout).toBe(`${outside}\n`);
  });

  it("is an error only when the command could not start", async () => {
    await expect(execTool.run({ cmd: "true", workdir: "missing" }, context())).rejects.toMatchObject({
      code: "command_not_started",
      message: "The folder missing does not exist.",
    });
    await expect(execTool.run({ cmd: `: ${"x".repeat(140_000)}` }, context())).rejects.toMatchObject({ code: "command_not_started" });
    await expect(execTool.run({ cmd: "echo \0" }, context())).rejects.toMatchObject({ code: "command_not_started" });
    await expect(execTool.run({ cmd: "true", env: { LD_PRELOAD: "/x" } }, context())).rejects.toMatchObject({ code: "invalid_input" });
    writeFileSync(path.join(project, "file"), "");
    await expect(execTool.run({ cmd: "true", workdir: "file" }, context())).rejects.toMatchObject({
      code: "command_not_started",
      message: "file is not a folder.",
    });
    for (const env of [
      { A: "x".repeat(140_000) },
      Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`A${n}`, "x".repeat(100_000)])),
    ])
      await expect(execTool.run({ cmd: "true", env }, context())).rejects.toMatchObject({ code: "command_not_started" });
    expect((await execTool.run({ cmd: "no-such-program-here" }, context())).result.exitCode).toBe(127);
  });

  it("never runs plain when no sandbox can be enforced", async () => {
    const none = await createSandbox({
      platform: "win32",
      arch: "x64",
      searchPath: "",
      secretFolders: [],
      dataFolder: "/nowhere",
      tmpFolder: tempFolder(),
    });
    await expect(execTool.run({ cmd: "echo x > proof" }, context({ sandbox: none }))).rejects.toMatchObject({
      code: "sandbox_unavailable",
    });
    expect(() => readFileSync(path.join(project, "proof"))).toThrow(/ENOENT/);
  });

  it("says so when the sandbox itself could not be set up", async () => {
    const base = tempFolder();
    const broken = await createSandbox({
      platform: process.platform,
      arch: process.arch,
      searchPath: process.env["PATH"] ?? "",
      secretFolders: [],
      dataFolder: path.join(base, "data"),
      tmpFolder: path.join(base, "tmp"),
    });
    rmSync(path.join(base, "tmp"), { recursive: true });
    await expect(execTool.run({ cmd: "true" }, context({ sandbox: broken }))).rejects.toMatchObject({
      code: "sandbox_unavailable",
      message: expect.stringContaining("The private temp folder of commands cannot be used"),
    });
  });

  it.each(["bwrap: nothing works", "sandbox: refused", "prlimit: no"])(
    "takes %s for the command's own words when it printed them",
    async (words) => {
      const { result } = await execTool.run({ cmd: `echo '${words}' >&2; exit 1` }, context());
      expect(result).toMatchObject({ exitCode: 1, stderr: `${words}\n` });
    },
  );

  it("says so when the sandbox fails, and goes on failing", async () => {
    const broken: Sandbox = {
      ...sandbox,
      wrap: () => Promise.resolve({ argv: ["/bin/sh", "-c", "echo bwrap: no way >&2; exit 1"], cwd: "/", env: {}, wrapper: true }),
    };
    await expect(execTool.run({ cmd: "true" }, context({ sandbox: broken }))).rejects.toMatchObject({
      code: "sandbox_unavailable",
      message: "The sandbox could not be set up: bwrap: no way",
    });
  });

  it("leaves nothing running when it is stopped", async () => {
    const mark = `spindle_mark_${process.pid}_exec`;
    const stop = new AbortController();
    const run = execTool.run(
      { cmd: `setsid -f bash -c 'exec -a ${mark} sleep 60'; echo up; sleep 60` },
      context({ signal: stop.signal, emit: () => stop.abort() }),
    );
    await expect(run).rejects.toMatchObject({ code: "cancelled" });
    await expect.poll(() => livingWith(mark), { timeout: 1_000, interval: 10 }).toEqual([]);
  });

  it("gives the command line its $0, which belongs to what is approved", async () => {
    const { result } = await execTool.run({ cmd: "echo $0; no-such-program", arg0: "a name" }, context());
    expect(result).toMatchObject({ stdout: "a name\n", exitCode: 127 });
    expect(result.stderr).toMatch(/^a name: /);
    expect(await execTool.effect({ cmd: "$0", arg0: "git push" }, { projectRoot: "/p" })).toMatchObject({
      cmd: "0='git push' $0",
      line: { words: null, seen: { unread: true }, variables: "0='git push' " },
    });
    await expect(execTool.run({ cmd: "true", arg0: "a\0b" }, context())).rejects.toMatchObject({ code: "command_not_started" });
  });

  it("tells the policy the whole command: variables, folder, escalation, forced rm", async () => {
    const effect = async (input: Parameters<typeof execTool.effect>[0]) => execTool.effect(input, { projectRoot: "/p" });
    expect(await effect({ cmd: "npm i", workdir: "a", env: { A: "it's" }, escalated: true, justification: "network" })).toEqual({
      kind: "command",
      cmd: "A='it'\\''s' npm i",
      line: {
        cmd: "npm i",
        words: [["npm", "i"]],
        seen: { commands: [["npm", "i"]], unread: false, code: false },
        variables: "A='it'\\''s' ",
      },
      folder: { path: "/p/a", id: null },
      escalated: true,
      justification: "network",
      forcedRm: false,
    });
    expect(await effect({ cmd: "timeout 5 rm -rf build" })).toMatchObject({ forcedRm: true });
    await expect(effect({ cmd: "npm i", escalated: true })).rejects.toMatchObject({ code: "invalid_input" });
  });

  it("says what a command did when that is a read, a listing or a search, and nothing otherwise", async () => {
    writeFileSync(path.join(project, "a.txt"), "one\n");
    const actions = async (cmd: string) => (await execTool.run({ cmd }, context())).actions;
    expect([await actions("cat a.txt | head -5"), await actions("cat a.txt && true > b"), await actions("ls; grep -rn one .")]).toEqual([
      [{ type: "read", command: "cat a.txt", name: "a.txt", path: path.join(project, "a.txt") }],
      undefined,
      [
        { type: "listFiles", command: "ls", path: null },
        { type: "search", command: "grep -rn one .", query: "one", path: "." },
      ],
    ]);
  });
});

describe("exec in a repository", () => {
  it("can read it but not commit to it", async () => {
    const setUp = await execTool.run(
      { cmd: "git init -q . && git config user.email a@b && git config user.name n && echo 1 > f && git add f && git commit -qm one" },
      context({ sandboxLevel: "full" }),
    );
    expect(setUp.result.exitCode).toBe(0);
    writeFileSync(path.join(project, "f"), "2\n");
    const outcome = await execTool.run({ cmd: "git status --short; git log --oneline | wc -l; git commit -qam two" }, context());
    expect(outcome.result).toMatchObject({ stdout: " M f\n1\n", exitCode: 128 });
  });
});
