import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import type { ApprovalAnswer } from "../../../src/protocol/approval.ts";
import type { Settings } from "../../../src/protocol/settings.ts";
import { callsScript, callsTool, createScriptedProvider, says } from "../../support/scripted-provider.ts";
import { type EngineLab, of, resultsOf, openQuestion, until, useEngines } from "./engine-lab.ts";

const lab = useEngines();

const patch = (...lines: readonly string[]): string => ["*** Begin Patch", ...lines, "*** End Patch"].join("\n");
const command = (text: string, before = ""): string => `${before}apply_patch <<'EOF'\n${text}\nEOF`;
const addH = patch("*** Add File: h.txt", "+x $HOME");

/** One call of `exec`, answered when it asks; what came of it. */
async function runExec(
  house: EngineLab,
  input: { readonly cmd: string; readonly [field: string]: unknown },
  options: { readonly settings?: Partial<Settings>; readonly answer?: ApprovalAnswer } = {},
) {
  const provider = createScriptedProvider([callsTool("exec", input), says("ok")]);
  const engine = await house.open({
    provider,
    audience: "person",
    ...(options.settings === undefined ? {} : { settings: options.settings }),
  });
  const conversation = engine.conversations.create(house.project);
  const { done } = conversation.send("Go", []);
  const { answer } = options;
  if (answer !== undefined) {
    await until("it asks", () => engine.approvals.pending(conversation.id).length > 0);
    for (const asked of engine.approvals.pending(conversation.id)) engine.approvals.answer(conversation.id, asked, answer);
  }
  await done;
  const { events } = conversation;
  const [finished] = of(events, "tool_finished");
  return {
    ok: finished?.ok,
    code: finished?.code,
    result: finished?.result,
    summary: finished?.summary,
    text: resultsOf(provider.requests[1])[0]?.text.replace(
      /Wall time: 0\.\d seconds|Wall time: [1-9][\d.]* seconds/,
      "Wall time: S seconds",
    ),
    asked: of(events, "approval_requested").map(({ request }) => ({ tool: request.tool, summary: request.summary })),
    applied: of(events, "patch_applied").map(({ callId, files }) => ({ callId, files: files.map((file) => file.path) })),
    started: of(events, "tool_started").map(({ name }) => name),
    h: existsSync(path.join(house.project, "h.txt")) ? readFileSync(path.join(house.project, "h.txt"), "utf8") : null,
  };
}

describe("a command line that is a patch call", () => {
  test("is applied by applyPatch, journal and event included, and answers as the original does", async () => {
    const house = lab();
    const found = await runExec(house, { cmd: command(addH) });
    expect({ ...found, result: { ...(found.result as object), durationMs: 0 } }).toEqual({
      ok: true,
      code: undefined,
      result: {
        exitCode: 0,
        signal: null,
        stdout: expect.stringMatching(
          /^Exit code: 0\nWall time: [\d.]+ seconds\nOutput:\nSuccess\. Updated the following files:\nA h\.txt\n$/,
        ),
        stderr: "",
        output: expect.stringContaining("A h.txt"),
        durationMs: 0,
        timedOut: false,
        truncated: false,
        files: [{ path: "h.txt", kind: "add", added: 1, removed: 0 }],
      },
      summary: "1 file, +1 −0",
      text: expect.stringMatching(
        /^Wall time: 0\.0000 seconds\nOutput:\nExit code: 0\nWall time: [S\d.]+ seconds\nOutput:\nSuccess\. Updated the following files:\nA h\.txt\n$/,
      ),
      asked: [],
      applied: [{ callId: "c1", files: ["h.txt"] }],
      started: ["exec"],
      h: "x $HOME\n",
    });
    expect(Object.keys(house.data()).some((file) => file.startsWith("journal/done/"))).toBe(true);
  });

  test("goes by the folder of the call and the cd in it", async () => {
    const house = lab();
    house.write({ "a/b/old.txt": "1\n" });
    const text = patch("*** Update File: old.txt", "@@", "-1", "+2", "*** Add File: ../new.txt", "+n");
    const found = await runExec(house, { cmd: command(text, "cd b && "), workdir: "a" });
    expect(found).toMatchObject({ ok: true, applied: [{ files: ["a/b/old.txt", "a/new.txt"] }] });
    expect(readFileSync(path.join(house.project, "a/b/old.txt"), "utf8")).toBe("2\n");
  });

  test("that cannot be applied is a result with exit code 1 and says why; nothing changes", async () => {
    const house = lab();
    house.write({ "h.txt": "as it is\n" });
    const found = await runExec(house, { cmd: command(patch("*** Update File: h.txt", "@@", "-not there", "+b")) });
    expect(found).toMatchObject({
      ok: true,
      result: {
        exitCode: 1,
        stdout: "",
        stderr: expect.stringMatching(/^apply_patch verification failed: Failed to find expected lines in /),
      },
      summary: "exit 1",
      text: expect.stringMatching(/^apply_patch verification failed: Failed to find expected lines in .*h\.txt:\nnot there\n/),
      applied: [],
      h: "as it is\n",
    });
  });

  test("that is no patch inside, or a patch without a call, is an error in the original's words", async () => {
    const bad = await runExec(lab(), { cmd: command("*** Begin Patch\nnonsense\n*** End Patch") });
    const bare = await runExec(lab(), { cmd: addH });
    const empty = await runExec(lab(), { cmd: command(patch()) });
    expect([bad, bare, empty].map(({ ok, code, text, applied }) => ({ ok, code, text: text?.split("\n")[0], applied }))).toEqual([
      {
        ok: false,
        code: "invalid_patch",
        text: expect.stringContaining("apply_patch verification failed: invalid hunk at line 2, 'nonsense' is not a valid hunk header."),
        applied: [],
      },
      {
        ok: false,
        code: "invalid_patch",
        text: 'Error (invalid_patch): apply_patch verification failed: patch detected without explicit call to apply_patch. Rerun as ["apply_patch", "<patch>"]',
        applied: [],
      },
      { ok: false, code: "invalid_patch", text: "Error (invalid_patch): patch rejected: empty patch", applied: [] },
    ]);
  });

  test("with a line that names an environment is applied without it", async () => {
    expect(await runExec(lab(), { cmd: command(patch("*** Environment ID: a", "*** Add File: h.txt", "+x")) })).toMatchObject({
      ok: true,
      h: "x\n",
    });
  });

  test("among other things is run by the shell", async () => {
    const house = lab();
    const found = await runExec(house, { cmd: `${command(addH)}\necho after` });
    expect(found).toMatchObject({ applied: [], h: null, result: { stdout: "after\n", stderr: expect.stringContaining("apply_patch") } });
  });
});

describe("the gate sees a patch call in a command as a patch", () => {
  const cmd = command(addH);
  test("in mode ask: it asks about the files and not about a command; no means no", async () => {
    const settings = { approval: "ask", sandbox: "workspace-write" } as const;
    const card = [{ tool: "applyPatch", summary: "change h.txt" }];
    expect([
      await runExec(lab(), { cmd }, { settings, answer: { decision: "allow", scope: "once" } }),
      await runExec(lab(), { cmd }, { settings, answer: { decision: "deny", note: "not now" } }),
    ]).toMatchObject([
      { ok: true, asked: card, h: "x $HOME\n" },
      { ok: false, code: "denied", asked: card, applied: [], h: null },
    ]);
  });

  test("in mode plan, and at level read-only: it is refused", async () => {
    expect([
      await runExec(lab(), { cmd }, { settings: { approval: "plan", sandbox: "full" } }),
      await runExec(lab(), { cmd }, { settings: { approval: "auto", sandbox: "read-only" } }),
      await runExec(lab(), { cmd, escalated: true, justification: "please" }, { settings: { approval: "plan", sandbox: "full" } }),
    ]).toMatchObject(Array.from({ length: 3 }, () => ({ ok: false, code: "denied", applied: [], h: null })));
  });

  test("outside the project and below .git: as for applyPatch", async () => {
    const settings = { approval: "auto", sandbox: "workspace-write" } as const;
    const outside = command(patch("*** Add File: h.txt", "+x"), "cd .. && ");
    const absolute = command(patch("*** Add File: /nowhere/h.txt", "+x"));
    const guarded = command(patch("*** Add File: hooks/h", "+x"), "cd .git && ");
    expect([
      await runExec(lab(), { cmd: outside }, { settings }),
      await runExec(lab(), { cmd: absolute, escalated: true, justification: "please" }, { settings }),
      await runExec(lab(), { cmd: guarded }, { settings, answer: { decision: "deny" } }),
    ]).toMatchObject([
      { ok: false, code: "outside_project", asked: [] },
      { ok: false, code: "outside_project", asked: [] },
      { ok: false, code: "denied", asked: [{ tool: "applyPatch", summary: "change .git/hooks/h" }] },
    ]);
  });

  test("an answer for the conversation holds for patches both ways", async () => {
    const house = lab();
    const provider = createScriptedProvider([
      callsTool("exec", { cmd }),
      callsTool("applyPatch", { patch: patch("*** Add File: i.txt", "+i") }),
      callsTool("exec", { cmd: command(patch("*** Add File: j.txt", "+j")) }),
      says("ok"),
    ]);
    const engine = await house.open({ provider, audience: "person", settings: { approval: "ask", sandbox: "workspace-write" } });
    const conversation = engine.conversations.create(house.project);
    const { done } = conversation.send("Go", []);
    await until("it asks", () => engine.approvals.pending(conversation.id).length > 0);
    engine.approvals.answer(conversation.id, openQuestion(engine, conversation.id), { decision: "allow", scope: "conversation" });
    await done;
    expect(of(conversation.events, "approval_requested")).toHaveLength(1);
    expect(of(conversation.events, "patch_applied").map(({ callId }) => callId)).toEqual(["c1", "c2", "c3"]);
  });
});

describe("from scripts, tasks and beside other calls", () => {
  test("a script gets the result of a command, and its report counts the files", async () => {
    const house = lab();
    const code = `const done = await tools.exec({ cmd: ${JSON.stringify(command(addH))} });
console.log(done.exitCode, done.files.map((file) => file.path).join(), done.output.includes("A h.txt"));
throw new Error("so that there is a report");`;
    const provider = createScriptedProvider([callsScript(code), says("ok")]);
    const engine = await house.open({ provider });
    const conversation = engine.conversations.create(house.project);
    await conversation.send("Go", []).done;
    expect(of(conversation.events, "script_log").map(({ text }) => text)).toEqual(["0 h.txt true"]);
    expect(of(conversation.events, "patch_applied").map(({ callId }) => callId)).toEqual(["c1.1"]);
    const finished = of(conversation.events, "tool_finished").find(({ name }) => name === "script");
    expect(finished?.result).toMatchObject({
      report: { changedFiles: [{ path: "h.txt", kind: "add" }], commands: { ended: 0, stopped: 0 } },
    });
  });

  test("a task is approved as a patch when it is spawned, and applies it", async () => {
    const house = lab();
    const provider = createScriptedProvider([callsTool("spawn", { kind: "exec", cmd: command(addH), notify: "next_turn" }), says("ok")]);
    const engine = await house.open({ provider, audience: "person", settings: { approval: "ask", sandbox: "read-only" } });
    const conversation = engine.conversations.create(house.project);
    const { done } = conversation.send("Go", []);
    await until("it asks", () => engine.approvals.pending(conversation.id).length > 0);
    expect(engine.approvals.pending(conversation.id)).toMatchObject([{ tool: "applyPatch", summary: "change h.txt" }]);
    engine.approvals.answer(conversation.id, openQuestion(engine, conversation.id), { decision: "allow", scope: "once" });
    await done;
    await engine.tasks.idle();
    expect(engine.tasks.rows()).toMatchObject([{ status: "succeeded", result: { exitCode: 0, files: [{ path: "h.txt" }] } }]);
    expect(readFileSync(path.join(house.project, "h.txt"), "utf8")).toBe("x $HOME\n");
  });

  test("a task is refused where a patch is", async () => {
    const house = lab();
    const provider = createScriptedProvider([callsTool("spawn", { kind: "exec", cmd: command(addH) }), says("ok")]);
    const engine = await house.open({ provider, settings: { approval: "plan", sandbox: "full" } });
    const conversation = engine.conversations.create(house.project);
    await conversation.send("Go", []).done;
    expect({ tasks: engine.tasks.rows(), codes: of(conversation.events, "tool_finished").map(({ code }) => code) }).toEqual({
      tasks: [],
      codes: ["denied"],
    });
  });

  test("patches in commands of one answer are applied in order", async () => {
    const house = lab();
    house.write({ "n.txt": "0\n" });
    const step = (from: number): string => command(patch("*** Update File: n.txt", "@@", `-${from}`, `+${from + 1}`));
    const provider = createScriptedProvider([
      [
        ...callsTool("exec", { cmd: step(0) }),
        ...callsTool("applyPatch", { patch: patch("*** Update File: n.txt", "@@", "-1", "+2") }),
        ...callsTool("exec", { cmd: step(2) }),
        ...callsTool("exec", { cmd: "cat n.txt" }),
      ],
      says("Three."),
    ]);
    const engine = await house.open({ provider });
    const conversation = engine.conversations.create(house.project);
    await conversation.send("Count", []).done;
    expect(resultsOf(provider.requests[1]).at(-1)?.text).toMatch(/\n3\n$/);
  });
});
